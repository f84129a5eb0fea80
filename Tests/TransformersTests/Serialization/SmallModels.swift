// Small models of random weights, and temporary folders, for the tests of reading and writing.
import Foundation
import Tensors
import Testing
import TestSupport
import Transformers

/// A model of the given shape with weights drawn evenly from -0.5 to 0.5.
func randomModel(_ configuration: ModelConfiguration, seed: UInt64) -> Model {
  var random = SplitMix64(seed: seed)
  let c = configuration
  func vector(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -0.5...0.5, using: &random) } }
  func matrix(_ rows: Int, _ columns: Int) -> Tensor<Float> {
    Tensor(shape: [rows, columns], elements: vector(rows * columns))
  }
  func linear(_ outputs: Int, _ inputs: Int, _ hasBias: Bool) -> Linear {
    Linear(weight: matrix(outputs, inputs), bias: hasBias ? vector(outputs) : nil)
  }
  func normalization() -> NormalizationWeights {
    switch c.normalization {
    case .none: NormalizationWeights()
    case .rootMeanSquare: NormalizationWeights(gain: vector(c.hiddenSize))
    case .layer: NormalizationWeights(gain: vector(c.hiddenSize), bias: vector(c.hiddenSize))
    }
  }
  let (queries, keys) = (c.headCount * c.headSize, c.keyValueHeadCount * c.headSize)
  let layers = (0..<c.layerCount).map { _ in
    LayerWeights(
      attentionNormalization: normalization(), query: linear(queries, c.hiddenSize, c.hasAttentionBiases),
      key: linear(keys, c.hiddenSize, c.hasAttentionBiases), value: linear(keys, c.hiddenSize, c.hasAttentionBiases),
      output: linear(c.hiddenSize, queries, c.hasAttentionBiases), feedForwardNormalization: normalization(),
      gate: c.feedForward == .gatedSiLU ? linear(c.intermediateSize, c.hiddenSize, c.hasFeedForwardBiases) : nil,
      up: linear(c.intermediateSize, c.hiddenSize, c.hasFeedForwardBiases),
      down: linear(c.hiddenSize, c.intermediateSize, c.hasFeedForwardBiases))
  }
  return Model(
    configuration: c,
    weights: ModelWeights(
      tokenEmbedding: matrix(c.vocabularySize, c.hiddenSize),
      positionEmbedding: c.positions == .learned ? matrix(c.maximumPositionCount, c.hiddenSize) : nil, layers: layers,
      finalNormalization: normalization(), head: c.tiesEmbeddings ? nil : matrix(c.vocabularySize, c.hiddenSize)))
}

/// A LLaMA with everything that its format has: biases, grouped heads wider than C / H, rescaled frequencies.
func smallLlama(ties: Bool = false) -> Model {
  var c = ModelConfiguration(
    vocabularySize: 13, hiddenSize: 12, intermediateSize: 10, layerCount: 2, headCount: 4, keyValueHeadCount: 2,
    headSize: 6, maximumPositionCount: 64)
  c.positions = .rotary(
    ModelConfiguration.RotaryEncoding(
      theta: 500_000,
      scaling: ModelConfiguration.Llama3Scaling(
        factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositionCount: 32)))
  c.normalization = .rootMeanSquare(epsilon: 1e-5)
  c.hasAttentionBiases = true
  c.hasFeedForwardBiases = true
  c.tiesEmbeddings = ties
  c.beginToken = 0
  c.endTokens = [1, 2]
  return randomModel(c, seed: 7)
}

/// A GPT-2.
func smallGPT2(_ feedForward: ModelConfiguration.FeedForward, ties: Bool) -> Model {
  var c = ModelConfiguration(
    vocabularySize: 11, hiddenSize: 12, intermediateSize: 20, layerCount: 2, headCount: 3, maximumPositionCount: 16)
  c.positions = .learned
  c.normalization = .layer(epsilon: 1e-5)
  c.feedForward = feedForward
  c.hasAttentionBiases = true
  c.hasFeedForwardBiases = true
  c.tiesEmbeddings = ties
  c.endTokens = [1]
  return randomModel(c, seed: 8)
}

/// Calls `body` with the path of a new empty folder, which is removed afterwards.
func withTemporaryFolder<Output>(_ body: (String) throws -> Output) throws -> Output {
  let folder = FileManager.default.temporaryDirectory.appending(path: "wright-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// The names in a folder, sorted.
func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

/// The bytes of a file.
func contents(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

/// Writes the bytes of a file.
func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

/// A text that a reader refuses, and what it says.
struct Refusal: Sendable, CustomTestStringConvertible {
  let bytes: [UInt8]
  let faults: [String]

  init(_ text: String, _ faults: String...) { (bytes, self.faults) = (Array(text.utf8), faults) }
  init(_ bytes: [UInt8], _ faults: String...) { (self.bytes, self.faults) = (bytes, faults) }

  /// The whole message about a file called `name`.
  func message(in name: String) -> String {
    faults.map {
      $0.hasPrefix("byte") || $0.hasPrefix("key") || $0.hasPrefix("tensor") ? "\(name), \($0)" : "\(name): \($0)"
    }
    .joined(separator: "\n")
  }

  var testDescription: String { faults.first ?? "" }
}
