// Sampling and generation.
import Tensors
import Testing
import TestSupport
import Transformers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct SamplingTests {
  static let logits: [Float] = [0, 1, 2, -1, 0.5]

  static func draws(_ sampling: Sampling, _ count: Int, seed: Int = 1) -> [Int] {
    var random = SplitMix64(seed: seed)
    return logits.withUnsafeBufferPointer { logits in
      (0..<count).map { _ in sampling.choose(from: logits, using: &random) }
    }
  }

  /// Pearson's statistic of the draws against softmax(logits / temperature); 4 degrees of freedom.
  static func chiSquare(_ draws: [Int], temperature: Double) -> Double {
    let weights = logits.map { exp(Double($0) / temperature) }
    let total = weights.reduce(0, +)
    return logits.indices.reduce(0) { sum, i in
      let expected = weights[i] / total * Double(draws.count)
      let seen = Double(draws.count { $0 == i })
      return sum + (seen - expected) * (seen - expected) / expected
    }
  }

  @Test(arguments: [0.5, 0.7, 1, 3])
  func temperaturesGiveTheirDistribution(_ temperature: Double) {
    let draws = Self.draws(.temperature(temperature), 20_000)
    #expect(Self.chiSquare(draws, temperature: temperature) < 18.47)  // exceeded once in 1,000 seeds
    #expect(Self.chiSquare(draws, temperature: temperature * 1.1) > 18.47, "another temperature is told apart")
  }

  @Test func topKKeepsTheGreatest() {
    #expect(Set(Self.draws(.temperature(5, topK: 2), 2000)) == [1, 2])
    #expect(Set(Self.draws(.temperature(5, topK: 1), 200)) == [2])
    #expect(Set(Self.draws(.temperature(5, topK: 99), 2000)) == [0, 1, 2, 3, 4])
  }

  @Test func ofEqualLogitsTopKAndGreedyKeepTheFirst() {
    var random = SplitMix64(seed: 0)
    let equal: [Float] = [1, 4, 4, 4, 0]
    equal.withUnsafeBufferPointer { logits in
      #expect(Sampling.greedy.choose(from: logits, using: &random) == 1)
      for _ in 0..<200 {
        #expect([1, 2].contains(Sampling.temperature(1, topK: 2).choose(from: logits, using: &random)))
      }
    }
  }

  @Test func aLowTemperatureIsGreedy() {
    #expect(Self.draws(.temperature(1e-3), 500).allSatisfy { $0 == 2 })
    #expect(Self.draws(.greedy, 3) == [2, 2, 2])
  }

  @Test func anImpossibleTokenIsNeverChosen() {
    var random = SplitMix64(seed: 5)
    let logits: [Float] = [-.infinity, 0, -.infinity]
    logits.withUnsafeBufferPointer { logits in
      for _ in 0..<500 { #expect(Sampling.temperature(1).choose(from: logits, using: &random) == 1) }
    }
  }

  // MARK: Generation

  @Test func theSameSeedGivesTheSameTexts() throws {
    let engine = try Engine(randomModel(seed: 2) { $0.vocabularySize = 30 })
    func texts(_ seed: Int) -> [[Int]] {
      var random = SplitMix64(seed: seed)
      return engine.makeSession(batchSize: 3).generate(
        after: [[1, 2], [3, 4], [5, 6]], maximumNewTokens: 20, sampling: .temperature(2), using: &random)
    }
    #expect(texts(1) == texts(1))
    #expect(texts(1) != texts(2))
  }

  @Test func greedySamplingIsTheGreedyForm() throws {
    let engine = try Engine(randomModel(seed: 2))
    var random = SplitMix64(seed: 0)
    let a = engine.makeSession().generate(after: [[1, 0]], maximumNewTokens: 20)
    let b = engine.makeSession().generate(
      after: [[1, 0]], maximumNewTokens: 20, sampling: .greedy, using: &random)
    #expect(a == b && a[0].count == 20)
  }

  /// Position i answers with the token at its target, so the continuation is known.
  @Test func textsEndAtTheirOwnEndTokens() throws {
    // Text 0 continues 1, 0, ...; text 1 continues 0, ...
    let engine = try Engine(lookupModel(targets: [0, 0, 1, 1, 1, 1], gain: 64))
    let session = engine.makeSession(batchSize: 2)
    var steps: [[Int]] = []
    let texts = session.generate(after: [[1, 0], [0, 1]], maximumNewTokens: 4, stopAt: [0]) {
      steps.append($0)
      return true
    }
    #expect(texts == [[1, 0], [0]])
    #expect(steps == [[1, 0], [0, 1]])
  }

  @Test func theCallerCanStop() throws {
    let engine = try Engine(lookupModel(targets: Array(repeating: 0, count: 50), gain: 64))
    var count = 0
    let texts = engine.makeSession().generate(after: [[1]], maximumNewTokens: 40) { _ in
      count += 1
      return count < 5
    }
    #expect(texts == [[1, 1, 1, 1, 1]])
  }

  @Test func theConfigurationsEndTokensAreTheDefault() throws {
    var model = lookupModel(targets: Array(repeating: 0, count: 50), gain: 64)
    model.configuration.endTokens = [1]
    #expect(try Engine(model).makeSession().generate(after: [[1]], maximumNewTokens: 40) == [[1]])
    #expect(try Engine(model).makeSession().generate(after: [[1]], maximumNewTokens: 9, stopAt: [])[0].count == 9)
  }
}
