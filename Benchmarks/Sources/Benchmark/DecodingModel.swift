// The random LLaMA that is decoded in the benchmarks.
import Foundation
import Randomness
import Tensors
import Transformers

/// A LLaMA of the middle shape of the training benchmarks, with random weights.
enum DecodingModel {
  static let configuration: ModelConfiguration = {
    var configuration = ModelConfiguration(
      vocabularySize: 128, hiddenSize: 256, intermediateSize: 688, layerCount: 6, headCount: 8,
      maximumPositionCount: 512)
    configuration.normalization = .rootMeanSquare(epsilon: 1e-5)
    return configuration
  }()

  static let parameterCount = 4_812_032

  /// Floating-point operations of the products for one of `count` new tokens after a prompt, the prompt's not counted: two a parameter
  /// that multiplies, and four a position seen, layer and coordinate.
  static func operationsPerToken(after promptLength: Int, count: Int) -> Double {
    let c = configuration
    let multiplying = parameterCount - c.vocabularySize * c.hiddenSize - c.hiddenSize * (2 * c.layerCount + 1)
    let positions = Double(promptLength) + Double(count) / 2
    return 2 * Double(multiplying) + 4 * positions * Double(c.layerCount * c.hiddenSize)
  }

  /// Uniform weights in (-0.2, 0.2): with them a token's logits lie some units apart, so that rounding seldom decides.
  static func random(seed: UInt64) -> Model {
    var random = Philox(seed: seed)
    func matrix(_ rows: Int, _ columns: Int) -> Tensor<Float> {
      Tensor(shape: [rows, columns], elements: (0..<rows * columns).map { _ in (random.uniformFloat() - 0.5) * 0.4 })
    }
    let (c, f, v) = (configuration.hiddenSize, configuration.intermediateSize, configuration.vocabularySize)
    func linear(_ rows: Int, _ columns: Int) -> Linear { Linear(weight: matrix(rows, columns)) }
    let ones = NormalizationWeights(gain: Array(repeating: 1, count: c))
    let layers = (0..<configuration.layerCount).map { _ in
      LayerWeights(
        attentionNormalization: ones, query: linear(c, c), key: linear(c, c), value: linear(c, c), output: linear(c, c),
        feedForwardNormalization: ones, gate: linear(f, c), up: linear(f, c), down: linear(c, f))
    }
    return Model(
      configuration: configuration,
      weights: ModelWeights(
        tokenEmbedding: matrix(v, c), layers: layers, finalNormalization: ones, head: matrix(v, c)))
  }

  /// Random prompts.
  static func prompts(_ count: Int, length: Int) -> [[Int]] {
    var random = Philox(seed: 7)
    return (0..<count).map { _ in (0..<length).map { _ in random.uniform(below: configuration.vocabularySize) } }
  }

  /// Checks that `tokens` and `others` are greedy continuations of `prompts` up to rounding.
  ///
  /// Where two continuations part, both choices were of logits within 1e-3 of one another, as the engine computes them;
  /// from there on the texts are different ones and are not compared.
  ///
  /// - Returns: the share of tokens before the texts part.
  static func agreement(_ engine: Engine, _ prompts: [[Int]], _ tokens: [[Int]], _ others: [[Int]]) throws -> Double {
    var equal = 0
    for (i, prompt) in prompts.enumerated() {
      guard tokens[i].count == others[i].count else { throw BenchmarkFailure("texts of different lengths") }
      let place = zip(tokens[i], others[i]).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      equal += place ?? tokens[i].count
      guard let place else { continue }
      let logits = engine.makeSession().append([prompt + tokens[i][..<place]]).elements
      let gap = abs(logits[tokens[i][place]] - logits[others[i][place]])
      guard gap < 1e-3 else {
        throw BenchmarkFailure("text \(i) parts at token \(place), where the logits are \(gap) apart")
      }
    }
    return Double(equal) / Double(tokens.reduce(0) { $0 + $1.count })
  }
}
