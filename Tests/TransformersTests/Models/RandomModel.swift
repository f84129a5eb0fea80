// Random tiny models of every kind that the configuration can describe.
import Tensors
import TestSupport
import Transformers

/// A random model: `seed` picks every option and every number.
///
/// Some rows and columns are zeroed, so that the engine has something to drop.
func randomModel(seed: Int, change: (inout ModelConfiguration) -> Void = { _ in }) -> Model {
  var random = SplitMix64(seed: seed)
  var configuration = randomConfiguration(&random)
  change(&configuration)
  return Model(configuration: configuration, weights: randomWeights(configuration, &random))
}

private func randomConfiguration(_ random: inout SplitMix64) -> ModelConfiguration {
  let groups = Int.random(in: 1...3, using: &random)
  let headsPerGroup = [1, 2, 4].randomElement(using: &random)!
  var c = ModelConfiguration(
    vocabularySize: Int.random(in: 2...70, using: &random), hiddenSize: Int.random(in: 3...40, using: &random),
    intermediateSize: Int.random(in: 1...40, using: &random), layerCount: Int.random(in: 0...3, using: &random),
    headCount: groups * headsPerGroup, keyValueHeadCount: groups, headSize: 2 * Int.random(in: 1...9, using: &random),
    maximumPositionCount: 64)
  switch Int.random(in: 0...2, using: &random) {
  case 0: c.positions = .learned
  case 1: c.positions = .rotary(.init(theta: 10_000))
  default:
    c.positions = .rotary(
      .init(
        theta: 500,
        scaling: .init(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositionCount: 32)))
  }
  c.normalization = [.rootMeanSquare(epsilon: 1e-5), .layer(epsilon: 1e-5), .none].randomElement(using: &random)!
  c.feedForward = [.gatedSiLU, .relu, .geluTanh].randomElement(using: &random)!
  c.hasAttentionBiases = Bool.random(using: &random)
  c.hasFeedForwardBiases = Bool.random(using: &random)
  c.tiesEmbeddings = Bool.random(using: &random)
  if Bool.random(using: &random) { c.attentionScale = 0.7 }
  return c
}

func randomWeights(_ c: ModelConfiguration, _ random: inout SplitMix64) -> ModelWeights {
  func vector(_ count: Int, around center: Float = 0) -> [Float] {
    (0..<count).map { _ in center + Float.random(in: -0.5...0.5, using: &random) }
  }
  func matrix(_ rows: Int, _ columns: Int) -> Tensor<Float> {
    var tensor = Tensor(shape: [rows, columns], elements: vector(rows * columns))
    let (zeroRows, zeroColumns) = (Bool.random(using: &random), Bool.random(using: &random))
    for r in 0..<rows where zeroRows && Int.random(in: 0..<3, using: &random) == 0 {
      for k in 0..<columns { tensor[r, k] = 0 }
    }
    for k in 0..<columns where zeroColumns && Int.random(in: 0..<3, using: &random) == 0 {
      for r in 0..<rows { tensor[r, k] = 0 }
    }
    return tensor
  }
  func linear(_ rows: Int, _ columns: Int, bias: Bool) -> Linear {
    Linear(weight: matrix(rows, columns), bias: bias ? vector(rows) : nil)
  }
  func normalization() -> NormalizationWeights {
    switch c.normalization {
    case .none: NormalizationWeights()
    case .rootMeanSquare: NormalizationWeights(gain: vector(c.hiddenSize, around: 1))
    case .layer:
      NormalizationWeights(
        gain: vector(c.hiddenSize, around: 1), bias: Bool.random(using: &random) ? vector(c.hiddenSize) : nil)
    }
  }
  let (queries, keys) = (c.headCount * c.headSize, c.keyValueHeadCount * c.headSize)
  return ModelWeights(
    tokenEmbedding: matrix(c.vocabularySize, c.hiddenSize),
    positionEmbedding: c.positions == .learned ? matrix(c.maximumPositionCount, c.hiddenSize) : nil,
    layers: (0..<c.layerCount).map { _ in
      LayerWeights(
        attentionNormalization: normalization(),
        query: linear(queries, c.hiddenSize, bias: c.hasAttentionBiases),
        key: linear(keys, c.hiddenSize, bias: c.hasAttentionBiases),
        value: linear(keys, c.hiddenSize, bias: c.hasAttentionBiases),
        output: linear(c.hiddenSize, queries, bias: c.hasAttentionBiases),
        feedForwardNormalization: normalization(),
        gate: c.feedForward == .gatedSiLU
          ? linear(c.intermediateSize, c.hiddenSize, bias: c.hasFeedForwardBiases) : nil,
        up: linear(c.intermediateSize, c.hiddenSize, bias: c.hasFeedForwardBiases),
        down: linear(c.hiddenSize, c.intermediateSize, bias: c.hasFeedForwardBiases))
    },
    finalNormalization: normalization(),
    head: c.tiesEmbeddings ? nil : matrix(c.vocabularySize, c.hiddenSize))
}

/// Random tokens of a vocabulary.
func randomTokens(_ count: Int, below vocabularySize: Int, _ random: inout SplitMix64) -> [Int] {
  (0..<count).map { _ in Int.random(in: 0..<vocabularySize, using: &random) }
}

/// The greatest |a - b| relative to max(1, |b|).
func greatestDifference(_ a: some Collection<Float>, _ b: some Collection<Double>) -> Double {
  precondition(a.count == b.count, "vectors of equal length are compared")
  return zip(a, b).reduce(0) { max($0, abs(Double($1.0) - $1.1) / max(1, abs($1.1))) }
}

/// The greatest |a - b| relative to max(1, |b|).
func greatestDifference(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Double {
  greatestDifference(a, b.map(Double.init))
}
