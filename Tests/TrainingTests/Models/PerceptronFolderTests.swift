// Perceptrons as folders: written, read again, and refused where they are broken. Tests/Python loads one with PyTorch.
import Foundation
import Randomness
import Tensors
import TestSupport
import Testing
import Training
import Transformers

@Suite struct PerceptronFolderTests {
  private func inTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wright-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  private let configurations = [
    PerceptronConfiguration(widths: [3, 5, 2], activation: .gelu, loss: .crossEntropy, frozenLayers: [0]),
    PerceptronConfiguration(widths: [4, 1], activation: .tanh, hasBiases: false, loss: .hinge),
  ]

  @Test(arguments: [0, 1])
  func whatIsWrittenIsReadAgainBitForBit(index: Int) throws {
    let objective = PerceptronObjective(configurations[index])
    let parameters: AlignedBuffer<Float> = objective.initialParameters(random: Philox(seed: 2))
    try inTemporaryFolder { path in
      try PerceptronFolder.write(objective, parameters: parameters, to: path)
      let read = try PerceptronFolder.read(path)
      #expect(read.objective.configuration == objective.configuration)
      #expect(read.parameters.elements.map(\.bitPattern) == parameters.elements.map(\.bitPattern))
      #expect(throws: FolderError.self) { try PerceptronFolder.write(objective, parameters: parameters, to: path) }
      try PerceptronFolder.write(objective, parameters: parameters, to: path, overwrites: true)
    }
  }

  @Test(arguments: [
    (#""model_type": "wright-perceptron""#, #""model_type": "llama""#, "model_type"),
    (#""activation": "gelu""#, #""activation": "swish""#, "activation"),
    (#""loss": "crossEntropy""#, #""loss": 7"#, "loss"), (#""has_biases": true"#, #""has_biases": 1"#, "has_biases"),
    ("[\n    3,", "[\n    0,", "widths"), ("[\n    0\n", "[\n    2\n", "frozen_layers"),
    ("[\n    3,", "[\n    4,", "layers.0.weight"),
    (#""has_biases": true"#, #""has_biases": false"#, "layers.0.bias"),
  ])
  func aBrokenFolderIsRefusedWithThePlace(old: String, new: String, place: String) throws {
    let objective = PerceptronObjective(configurations[0])
    let parameters: AlignedBuffer<Float> = objective.initialParameters(random: Philox(seed: 2))
    try inTemporaryFolder { path in
      try PerceptronFolder.write(objective, parameters: parameters, to: path)
      let file = URL(fileURLWithPath: path + "/config.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.contains(old))
      try text.replacingOccurrences(of: old, with: new).write(to: file, atomically: false, encoding: .utf8)
      let error = #expect(throws: FolderError.self) { _ = try PerceptronFolder.read(path) }
      #expect(error?.description.contains(place) == true)
    }
  }

  /// The golden folder was made by `PerceptronFolder.write` as here, its expected.json by `outputs`; Tests/Python/test_perceptrons.py reads
  /// both with PyTorch.
  @Test func theFolderThatPyTorchReadsIsWhatIsWritten() throws {
    struct Expected: Decodable {
      var inputs: [[Float]]
      var outputs: [[Float]]
    }
    let golden = repositoryRoot.appending(path: "Tests/Python/goldens/perceptron")
    let objective = PerceptronObjective(PerceptronConfiguration(widths: [3, 16, 16, 2], activation: .gelu))
    let parameters: AlignedBuffer<Float> = objective.initialParameters(random: Philox(seed: 7))
    try inTemporaryFolder { path in
      try PerceptronFolder.write(objective, parameters: parameters, to: path)
      for name in ["config.json", "model.safetensors"] {
        let written = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
        #expect(try written == Data(contentsOf: golden.appending(path: name)), "\(name)")
      }
    }
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: golden.appending(path: "expected.json")))
    let outputs = objective.outputs(
      for: expected.inputs.flatMap { $0 }, parameters: parameters, products: NativeProducts())
    #expect(
      relativeDistance(outputs.elements.map(Double.init), expected.outputs.flatMap { $0 }.map(Double.init)) <= 1e-5)
  }
}
