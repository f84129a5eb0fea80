// Choices: ranks and offsets are inverse to each other on every small interval and at the ends of the largest.
import PropertyTesting
import Testing

@Test func ranksAndOffsetsAreInverseOnEverySmallInterval() {
  for below in 0...9 as ClosedRange<UInt64> {
    for above in 0...9 as ClosedRange<UInt64> {
      let choice = Choice(below: below, above: above)
      var offsets: [Int128] = []
      for rank in 0...choice.maximumRank {
        let offset = Choice.offset(ofRank: rank, below: below, above: above)
        #expect(choice.rank(ofOffset: offset) == rank)
        offsets.append(offset)
      }
      #expect(offsets.sorted() == Array(-Int128(below)...Int128(above)))
      #expect(offsets.map(\.magnitude) == offsets.map(\.magnitude).sorted(), "simplest is nearest")
      #expect(choice.rank(ofOffset: Int128(above) + 1) == nil)
      #expect(choice.rank(ofOffset: -Int128(below) - 1) == nil)
    }
  }
}

/// Intervals of 2^64 integers: how many lie below and above, a rank, and its offset.
private let largest: [(below: UInt64, above: UInt64, rank: UInt64, offset: Int128)] = [
  (.max, 0, .max, -Int128(UInt64.max)),
  (0, .max, .max, Int128(UInt64.max)),
  (1 << 63, .max >> 1, .max, Int128(Int64.min)),
  (1 << 63, .max >> 1, .max - 1, Int128(Int64.min) + 1),
  (1 << 63, .max >> 1, .max - 2, Int128(Int64.max)),
  (3, .max - 3, .max, Int128(UInt64.max) - 3),
]

@Test(arguments: largest)
func ranksOfTheLargestIntervalsDoNotOverflow(below: UInt64, above: UInt64, rank: UInt64, offset: Int128) {
  #expect(Choice.offset(ofRank: rank, below: below, above: above) == offset)
  #expect(Choice(below: below, above: above).rank(ofOffset: offset) == rank)
}

@Test func theOrderOfRanksGoesOutwardsAndThenAlongTheLongerSide() {
  let offsets = { (below: UInt64, above: UInt64) in
    (0...below + above).map { Int(Choice.offset(ofRank: $0, below: below, above: above)) }
  }
  #expect(offsets(2, 2) == [0, 1, -1, 2, -2])
  #expect(offsets(1, 4) == [0, 1, -1, 2, 3, 4])
  #expect(offsets(4, 1) == [0, 1, -1, -2, -3, -4])
  #expect(offsets(0, 3) == [0, 1, 2, 3])
  #expect(offsets(3, 0) == [0, -1, -2, -3])
}

@Test func aReplayedSourceAnswersWithItsRanksCutToTheRangeAndThenWithTheSimplest() throws {
  var source = ChoiceSource(replaying: [1, 1000, 2], limit: 100)
  #expect(try source.boolean())
  #expect(try source.integer(in: 0...9) == 9)
  #expect(try source.integer(in: -5...5) == -1)
  #expect(try source.integer(in: 3...9) == 3)
  #expect(try source.index(below: 7) == 0)
  #expect(source.choices.map(\.rank) == [1, 9, 2, 0, 0])
  #expect(source.choices.map(\.isIndex) == [false, false, false, false, true])
}

@Test func spansAreNestedAndCoverWhatTheirGeneratorDrew() throws {
  var source = ChoiceSource(replaying: [], limit: 100)
  _ = try source.draw(tuples(booleans(), tuples(booleans(), booleans())))
  #expect(
    source.spans.map { [$0.start, $0.end, $0.depth] } == [[0, 3, 0], [0, 1, 1], [1, 3, 1], [1, 2, 2], [2, 3, 2]])
}

@Test func aSourceEndsAtItsLimit() {
  var source = ChoiceSource(replaying: [], limit: 3)
  #expect(throws: (any Error).self) { for _ in 0..<4 { _ = try source.boolean() } }
  #expect(source.choices.count == 3)
}
