// A perceptron as the subject of a run.
import Randomness
import Tensors
import Training

/// A perceptron that learns rows of numbers.
struct PerceptronSubject: TrainingSubject {
  let objective: PerceptronObjective
  let data: VectorData
  private let start: AlignedBuffer<Float>?

  /// The perceptron and the data of a configuration.
  init(_ configuration: TrainingConfiguration, faults: ConfigurationFaults) throws {
    var faults = faults
    let data = try VectorData(configuration, faults: faults)
    self.data = data
    let model = configuration.model
    let loss: PerceptronConfiguration.Loss =
      switch configuration.loss {
      case .hinge: .hinge
      case .logistic: .logistic
      default: .square
      }
    if let from = model.from {
      let (read, parameters) = try PerceptronFolder.read(from)
      let ends = [read.configuration.widths.first, read.configuration.widths.last]
      if ends != [data.inputCount, data.targetCount] {
        faults.add(
          "model.from", expected: "a perceptron of \(data.inputCount) inputs and \(data.targetCount) outputs",
          found: "widths \(read.configuration.widths)")
        try faults.check()
      }
      var shape = read.configuration
      shape.loss = loss
      objective = PerceptronObjective(shape)
      start = parameters
      return
    }
    if let input = model.truthTables.joined().first(where: { $0 >= data.inputCount }) {
      faults.add("model.truth_tables", expected: "inputs from 0 to \(data.inputCount - 1)", found: "\(input)")
      try faults.check()
    }
    let widths = [data.inputCount] + model.hiddenSizes + [data.targetCount]
    MemoryNeed(
      parameters: zip(widths, widths.dropFirst()).reduce(0) { $0 + Double($1.0) * Double($1.1) },
      precision: configuration.precision, sizes: [("model.hidden_sizes", 1)]
    ).check(&faults)
    if data.training.count == nil, let count = configuration.batchSize {
      MemoryNeed.check(
        "batch_size", expected: "a number of examples", numbers: 2 * Double(count) * Double(data.inputCount),
        found: "\(count) of \(data.inputCount) numbers", &faults)
    }
    try faults.check()
    var frozen = Set(model.frozenLayers)
    if !model.truthTables.isEmpty { frozen.insert(0) }
    objective = PerceptronObjective(
      PerceptronConfiguration(
        widths: widths, activation: model.hiddenAct.library,
        hasBiases: model.bias, loss: loss, frozenLayers: frozen))
    start = nil
    if objective.layout.trainableCount == 0 {
      faults.add("model.frozen_layers", expected: "maps that leave something to train", found: "all maps frozen")
      try faults.check()
    }
  }

  var unit: String { "examples" }
  var digests: [String] { data.digests }
  var hasValidation: Bool { !data.validation.isEmpty }

  func batches(_ configuration: TrainingConfiguration, random: Philox) -> ExampleBatches<VectorBatch> {
    ExampleBatches(
      data.training, batchSize: configuration.batchSize, sampling: configuration.data.sampling.library, random: random,
      make: VectorData.batch)
  }

  func firstParameters<Scalar: TensorScalar>(
    _ configuration: TrainingConfiguration, random: Philox, as type: Scalar.Type
  ) -> AlignedBuffer<Scalar> {
    if let start {
      let buffer = AlignedBuffer<Scalar>(count: start.count)
      for index in 0..<start.count { buffer.base[index] = Scalar(start.base[index]) }
      return buffer
    }
    let model = configuration.model
    let buffer = objective.initialParameters(model.initialization.library, random: random, as: type)
    if !model.truthTables.isEmpty {
      objective.writeTruthTableFeatures(
        of: model.truthTables, encoding: configuration.data.encoding == .zeroOne ? .zeroOne : .signs, into: buffer)
    }
    return buffer
  }

  func evaluator<Scalar: TensorScalar>(
    _ configuration: TrainingConfiguration, engine: TrainingEngine, as type: Scalar.Type
  ) -> ((AlignedBuffer<Scalar>) throws -> [String: Double])? {
    var sides: [(name: String, batch: VectorBatch)] = []
    if configuration.evaluation.training {
      let examples = data.training.sample(
        configuration.evaluationCount(of: data.training), random: configuration.evaluationRandom("training"))
      sides.append(("training", VectorData.batch(examples)))
    }
    if hasValidation {
      let examples = data.validation.sample(
        configuration.evaluationCount(of: data.validation), random: configuration.evaluationRandom("validation"))
      sides.append(("validation", VectorData.batch(examples)))
    }
    if sides.isEmpty { return nil }
    let computing = GradientEngine<PerceptronObjective, Scalar>(
      objective, products: engine.products, threadCount: engine.threadCount)
    return { parameters in
      var values: [String: Double] = [:]
      for side in sides {
        let found = PerceptronEvaluation(of: computing, parameters: parameters, on: side.batch)
        values["\(side.name)Loss"] = found.loss
        values["\(side.name)Accuracy"] = found.accuracy
      }
      return values
    }
  }

  func export<Scalar: TensorScalar>(
    _ parameters: AlignedBuffer<Scalar>, to path: String, options: ExportSection
  ) throws {
    let numbers = AlignedBuffer<Float>(count: parameters.count)
    for index in 0..<parameters.count { numbers.base[index] = Float(parameters.base[index]) }
    try Failure.writingFolder { try PerceptronFolder.write(objective, parameters: numbers, to: path, overwrites: true) }
  }
}

extension ModelSection.Activation {
  /// The library's activation.
  fileprivate var library: PerceptronConfiguration.Activation {
    switch self {
    case .relu: .relu
    case .gelu: .gelu
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    }
  }
}
