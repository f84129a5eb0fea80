// A perceptron as a folder of config.json and model.safetensors, for other software and for reading it again.
public import Tensors
public import Transformers

/// A perceptron's folder.
///
/// `transformers` has no class for perceptrons; ten lines of PyTorch read one:
///
/// ```python
/// import json, pathlib, safetensors.torch, torch
///
/// def load(folder):
///     config = json.loads((pathlib.Path(folder) / "config.json").read_text())
///     weights = safetensors.torch.load_file(pathlib.Path(folder) / "model.safetensors")
///     activation = {"relu": torch.relu, "gelu": torch.nn.functional.gelu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}
///     def network(x):
///         for i in range(len(config["widths"]) - 1):
///             if i > 0: x = activation[config["activation"]](x)
///             x = torch.nn.functional.linear(x, weights[f"layers.{i}.weight"], weights.get(f"layers.{i}.bias"))
///         return x
///     return network
/// ```
public enum PerceptronFolder {
  private static let kind = "wright-perceptron"

  /// Writes a perceptron as a folder at `path`, whole or not at all. Exact.
  ///
  /// - Throws: `FolderError` with the system's reason, or where something stands at `path` that must not be replaced.
  public static func write(
    _ objective: PerceptronObjective, parameters: AlignedBuffer<Float>, to path: String, overwrites: Bool = false
  ) throws(FolderError) {
    precondition(parameters.count == objective.layout.bufferCount, "the buffer has the layout of the parameters")
    let c = objective.configuration
    let configuration = JSONValue.object([
      "model_type": .string(kind), "widths": .array(c.widths.map { .integer($0) }),
      "activation": .string(c.activation.rawValue), "has_biases": .boolean(c.hasBiases),
      "loss": .string(c.loss.rawValue), "frozen_layers": .array(c.frozenLayers.sorted().map { .integer($0) }),
    ])
    let tensors = objective.layout.parameters.map { parameter in
      TensorFolder.NamedElements(
        name: parameter.name, shape: parameter.shape, elements: parameter.range.map { parameters.base[$0] })
    }
    try TensorFolder.write(tensors, configuration: configuration, to: path, overwrites: overwrites)
  }

  /// The perceptron in the folder at `path`. Exact.
  ///
  /// - Throws: `FolderError` with everything in config.json that is not a perceptron's, and every tensor that is missing, unknown or of another
  ///   shape than config.json says.
  public static func read(
    _ path: String
  ) throws(FolderError) -> (objective: PerceptronObjective, parameters: AlignedBuffer<Float>) {
    var fields = try TensorFolder.configuration(of: path)
    typealias Configuration = PerceptronConfiguration
    _ = fields.text("model_type", oneOf: [kind])
    let widths = fields.integers("widths", in: 1...1 << 24, minimumCount: 2)
    let activation = fields.text("activation", oneOf: Configuration.Activation.allCases.map(\.rawValue))
    let loss = fields.text("loss", oneOf: Configuration.Loss.allCases.map(\.rawValue))
    let hasBiases = fields.flag("has_biases", default: true)
    let frozen = fields.integers("frozen_layers", in: 0...max(0, widths.count - 2), minimumCount: 0)
    try fields.check()
    let objective = PerceptronObjective(
      Configuration(
        widths: widths, activation: activation.flatMap { .init(rawValue: $0) } ?? .relu, hasBiases: hasBiases,
        loss: loss.flatMap { .init(rawValue: $0) } ?? .square, frozenLayers: Set(frozen)))
    let places = objective.layout.parameters
    let elements = try TensorFolder.elements(of: places.map { ($0.name, $0.shape) }, in: path)
    let parameters = AlignedBuffer<Float>(count: objective.layout.bufferCount)
    for (place, numbers) in zip(places, elements) {
      for (index, number) in numbers.enumerated() { parameters.base[place.offset + index] = number }
    }
    return (objective, parameters)
  }
}
