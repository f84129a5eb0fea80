// Philox: known answers, positions, splitting and saved states.
import Foundation
import Randomness
import Testing

/// Random123's file `tests/kat_vectors`, lines `philox4x32 10`: counter words, key words, output words.
private let knownAnswers: [(counter: [UInt32], key: [UInt32], output: [UInt32])] = [
  ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
  (
    [.max, .max, .max, .max], [.max, .max], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
  ),
  (
    [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
    [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
  ),
]

private func pack(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | UInt64(high) << 32 }

@Test func theBlockFunctionMeetsRandom123sKnownAnswers() {
  for (c, k, o) in knownAnswers {
    let block = Philox.block(counter: (pack(c[0], c[1]), pack(c[2], c[3])), key: pack(k[0], k[1]))
    #expect(block == (pack(o[0], o[1]), pack(o[2], o[3])))
  }
}

@Test func outputsAreTheBlocksInOrder() {
  var generator = Philox(seed: 0)
  #expect(generator.next() == 0xe169_c58d_6627_e8d5)
  #expect(generator.next() == 0x9b00_dbd8_bc57_ac4c)
  let second = Philox.block(counter: (1, 0), key: 0)
  #expect(generator.next() == second.low)
  #expect(generator.next() == second.high)
}

@Test func seekingGivesTheSameNumbersAsDrawing() {
  var drawn = Philox(key: 3, stream: 9)
  let numbers = (0..<50).map { _ in drawn.next() }
  for (i, number) in numbers.enumerated() {
    var sought = Philox(key: 3, stream: 9)
    sought.seek(to: UInt64(i))
    #expect(sought.next() == number)
    var jumped = Philox(key: 3, stream: 9, position: 1)
    jumped.jump(by: UInt64(i) &- 1)
    #expect(jumped.next() == number)
  }
  #expect(drawn.position == 50)
  var last = Philox(key: 3, stream: 9, position: .max)
  _ = last.next()
  #expect(last.next() == numbers[0], "the stream repeats after 2^64 outputs")
}

@Test func childrenDoNotDependOnHowMuchTheirParentDrew() {
  let fresh = Philox(seed: 5)
  var used = fresh
  for _ in 0..<7 { _ = used.next() }
  #expect(fresh.split(1) == used.split(1))
  #expect(fresh.split("weights") == used.split("weights"))
  #expect(fresh != used)
}

@Test func childrenDifferByLabelByParentAndFromTheParent() {
  let parent = Philox(seed: 5)
  var family = [
    parent, Philox(seed: 6), parent.split("0"), parent.split(""), parent.split("weights"), parent.split("Weights"),
  ]
  for label in 0..<200 as Range<UInt64> { family.append(parent.split(label)) }
  for label in 0..<200 as Range<UInt64> { family.append(parent.split(0).split(label)) }
  for label in 0..<200 as Range<UInt64> { family.append(Philox(seed: 6).split(label)) }
  var firsts: Set<UInt64> = []
  for var member in family { firsts.insert(member.next()) }
  #expect(firsts.count == family.count)
}

@Test func aSavedStateContinuesWhereItStopped() throws {
  var generator = Philox(seed: .max).split("saved")
  for drawn in 0..<5 {
    let data = try JSONEncoder().encode(generator)
    var restored = try JSONDecoder().decode(Philox.self, from: data)
    #expect(restored == generator)
    #expect(restored.next() == generator.next(), "after \(drawn) draws")
  }
}

@Test func theStableHashIsFNV1a() {
  // Test vectors of the FNV reference page by Landon Curt Noll.
  #expect(stableHash("") == 0xcbf2_9ce4_8422_2325)
  #expect(stableHash("a") == 0xaf63_dc4c_8601_ec8c)
  #expect(stableHash("foobar") == 0x8594_4171_f739_67e8)
}
