// Uniform and normal draws: exact cases, golden quantiles, frequencies against their expectation.
import Randomness
import Testing

/// A generator that replays given words, for the cases where the algorithm's branches matter.
private struct Scripted: RandomNumberGenerator {
  var words: [UInt64]
  mutating func next() -> UInt64 { words.removeFirst() }
}

@Test func lemiresMethodRejectsExactlyTheBiasedWords() {
  // 2^64 mod 3 = 1: of the 2^64 words only 0 has a low product word below 1, and it is drawn again.
  var generator = Scripted(words: [0, .max])
  #expect(generator.uniform(below: 3 as UInt64) == 2)
  #expect(generator.words.isEmpty)
  // 2^64 mod 2^63+1 = 2^63-1: word 1 has the low product word 2^63+1, which is accepted at once.
  generator = Scripted(words: [1])
  #expect(generator.uniform(below: (1 << 63) + 1 as UInt64) == 0)
}

@Test func uniformIntegersHitEachValueEquallyOften() {
  var generator = Philox(seed: 1)
  for bound in [1, 2, 3, 7, 10] {
    var counts = [Int](repeating: 0, count: bound)
    let draws = 10_000
    for _ in 0..<draws { counts[generator.uniform(below: bound)] += 1 }
    let expected = Double(draws) / Double(bound)
    let chiSquare = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(chiSquare < 33, "bound \(bound): chi square \(chiSquare) has a chance below 2e-4 with 9 degrees of freedom")
  }
}

@Test func closedRangesReachBothEnds() {
  var generator = Philox(seed: 2)
  let drawn = Set((0..<100).map { _ in generator.uniform(in: (.max - 2)...UInt64.max) })
  #expect(drawn == [UInt64.max - 2, UInt64.max - 1, UInt64.max])
  generator = Philox(seed: 0)
  #expect(generator.uniform(in: 0...UInt64.max) == 0xe169_c58d_6627_e8d5)
}

@Test func uniformRealsStayBelowOne() {
  var top = Scripted(words: [.max, .max, 0, 0])
  #expect(top.uniformDouble() == 1 - 0x1p-53)
  #expect(top.uniformFloat() == 1 - 0x1p-24)
  #expect(top.uniformDouble() == 0)
  #expect(top.uniformFloat() == 0)
}

@Test func normalQuantilesMeetAnIndependentImplementation() {
  // Python 3.11: [(p, statistics.NormalDist().inv_cdf(p)) for p in ...]
  let golden: [(Double, Double)] = [
    (1e-300, -37.0470962993612),
    (1e-20, -9.262340089798405),
    (1e-9, -5.9978070150076865),
    (0.001, -3.090232306167813),
    (0.025, -1.9599639845400538),
    (0.075, -1.4395314709384557),
    (0.1, -1.2815515655446008),
    (0.3, -0.5244005127080407),
    (0.5, 0.0),
    (0.7, 0.5244005127080407),
    (0.975, 1.9599639845400536),
    (0.999999999999, 7.0344869100478356),
  ]
  for (probability, quantile) in golden {
    let found = normalQuantile(probability)
    #expect(abs(found - quantile) <= 4e-16 * abs(quantile), "\(probability): \(found), not \(quantile)")
    let mirrored = normalQuantile(1 - probability)
    if probability > 0.01 { #expect(abs(mirrored + quantile) <= 1e-12) }
  }
  #expect(normalQuantile(0) == -.infinity)
  #expect(normalQuantile(1) == .infinity)
}

@Test func normalDrawsHaveTheMomentsOfTheNormalDistribution() {
  var generator = Philox(seed: 3)
  let count = 40_000
  var sums = [0.0, 0, 0, 0]
  for _ in 0..<count {
    let x = generator.normal()
    sums[0] += x
    sums[1] += x * x
    sums[2] += x * x * x
    sums[3] += x * x * x * x
  }
  // Standard errors of the four means: sqrt(1, 2, 15, 96) / sqrt(count); the bound is four of them.
  let bounds = [1.0, 2, 15, 96].map { 4 * ($0 / Double(count)).squareRoot() }
  for (k, expected) in [0.0, 1, 0, 3].enumerated() { #expect(abs(sums[k] / Double(count) - expected) < bounds[k]) }
  var extremes = Scripted(words: [0, .max])
  #expect(abs(extremes.normal()) < 8.3)
  #expect(abs(extremes.normal()) < 8.3)
}

@Test func shufflesArePermutationsAndReachAllOrders() {
  var generator = Philox(seed: 4)
  var counts: [[Int]: Int] = [:]
  for _ in 0..<2400 { counts[generator.shuffled(0..<4), default: 0] += 1 }
  #expect(counts.count == 24)
  for (order, count) in counts {
    #expect(order.sorted() == [0, 1, 2, 3])
    #expect((50...150).contains(count))
  }
}

@Test func aShuffleIsFixedByItsSeedForever() {
  // Golden of this algorithm: a change breaks every recorded experiment, so it must be deliberate.
  var generator = Philox(seed: 0)
  #expect(generator.shuffled(0..<8) == [3, 5, 6, 1, 0, 2, 4, 7])
}

@Test func picksAndBernoulliDrawsRespectTheirEdges() {
  var generator = Philox(seed: 6)
  #expect(generator.pick(from: [Int]()) == nil)
  #expect(generator.position == 0, "nothing is drawn to choose from nothing")
  #expect(generator.pick(from: ["only"]) == "only")
  for _ in 0..<100 {
    let impossible = generator.bernoulli(0)
    #expect(!impossible)
    let certain = generator.bernoulli(1)
    #expect(certain)
  }
}
