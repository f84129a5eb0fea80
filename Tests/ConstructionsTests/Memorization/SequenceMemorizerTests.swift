// Tests of the transformer that memorizes words: every word, its averages, its refusals.
import Constructions
import ExactArithmetic
import Foundation
import TestSupport
import Testing

private func drawnWords(_ count: Int, length: Int, alphabetSize: Int, seed: Int) -> [[Int]] {
  var generator = SplitMix64(seed: seed)
  var words: Set<[Int]> = []
  var order: [[Int]] = []
  while order.count < count {
    let word = (0..<length).map { _ in Int.random(in: 0..<alphabetSize, using: &generator) }
    if words.insert(word).inserted { order.append(word) }
  }
  return order
}

@Suite struct SequenceMemorizerTests {
  @Test(arguments: [(1, 1, 1), (2, 1, 2), (27, 3, 3), (16, 4, 2), (100, 5, 4)])
  func smallSetsOfWordsAreMemorizedWithAnyLabels(count: Int, length: Int, alphabetSize: Int) throws {
    let words = drawnWords(count, length: length, alphabetSize: alphabetSize, seed: count)
    let labels = drawnLabels(count, bound: 30, denominators: 3, seed: count)
    var generator = SplitMix64(seed: 1)
    let memorizer = try SequenceMemorizer(words: words, alphabetSize: alphabetSize, labels: labels, using: &generator)
    for (word, label) in zip(words, labels) { #expect(memorizer.output(for: word) == label) }
    #expect(memorizer.prediction.differences(from: memorizer.network.size) == [])
    #expect(try memorizer.check(words: words, labels: labels).isExact)
    let json = try JSONEncoder().encode(memorizer)
    #expect(try JSONDecoder().decode(SequenceMemorizer.self, from: json) == memorizer)
  }

  /// 10,000 words where slow tests are asked for.
  @Test func longWordsAreMemorizedWithFewerParametersThanSymbols() throws {
    let isSlow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"
    let count = isSlow ? 10_000 : 1000
    let words = drawnWords(count, length: 32, alphabetSize: 10, seed: 3)
    let labels = drawnWords(count, length: 1, alphabetSize: count, seed: 4).map { Rational($0[0] % 10) }
    var generator = SplitMix64(seed: 1)
    let memorizer = try SequenceMemorizer(words: words, alphabetSize: 10, labels: labels, using: &generator)
    #expect(try memorizer.check(words: words, labels: labels).isExact)
    // Nine symbols but 0 have a code, 32 positions a weight.
    #expect(memorizer.attention.nonZeroParameterCount == 9 + 32)
    #expect(memorizer.network.size.nonZero < 32 * count / 4 && memorizer.network.size.width <= 8)
  }

  @Test func theAttentionAveragesTheValues() throws {
    var generator = SplitMix64(seed: 1)
    let words = drawnWords(30, length: 4, alphabetSize: 3, seed: 1)
    let memorizer = try SequenceMemorizer(
      words: words, alphabetSize: 3, labels: drawnBits(30, seed: 1), using: &generator)
    for word in words {
      let sum = (0..<4).reduce(Integer(0)) { $0 + memorizer.attention.value(position: $1, symbol: word[$1]) }
      #expect(memorizer.attention.average(word) == Rational(sum, 4))
    }
    #expect(Set(words.map(memorizer.attention.average)).count == 30)
  }

  @Test func aWordThatRepeatsAndAWrongLabelAreFound() throws {
    var generator = SplitMix64(seed: 1)
    let error = #expect(throws: MemorizationError.self) {
      try SequenceMemorizer(words: [[0, 1], [1, 1], [0, 1]], alphabetSize: 2, labels: [0, 1, 1], using: &generator)
    }
    #expect(error?.hypothesis == .distinctPoints && error?.rows == [1, 3])
    let memorizer = try SequenceMemorizer(
      words: [[0, 1], [1, 1], [1, 0]], alphabetSize: 2, labels: [0, 1, 1], using: &generator)
    let check = try memorizer.check(words: [[1, 0], [1, 1], [0, 1]], labels: [1, 0, 0])
    #expect(check.faults == [MemorizationCheck.Fault(row: 2, expected: 0, found: 1)])
  }
}
