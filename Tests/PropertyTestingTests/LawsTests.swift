// Laws: each set accepts what has them and rejects what breaks any one of them, by name and with a counterexample.
import PropertyTesting
import Testing

private let small = integers(in: -20...20)

private struct Refusal: Error {}

/// The number that a text says; throws where it says none. (`#require` would record an issue for each.)
private func number(_ text: some StringProtocol) throws -> Int {
  guard let number = Int(text) else { throw Refusal() }
  return number
}

/// The names of the laws that do not hold.
private func broken(_ laws: Laws) throws -> [String] { try laws.violations().map(\.law) }

@Test func whatHasTheLawsIsAccepted() throws {
  let texts = strings(of: ["a", "b"], count: 0...6)
  try Laws.monoid(texts, identity: "", combine: +).check()
  try Laws.group(small, identity: 0, combine: +, inverse: { -$0 }, commutative: true).check()
  try Laws.group(
    permutations(of: 0..<4), identity: [0, 1, 2, 3], combine: { p, q in q.map { p[$0] } },
    inverse: { p in p.indices.map { p.firstIndex(of: $0)! } }
  ).check()
  try Laws.commutativeRing(small, zero: 0, one: 1, add: +, negate: { -$0 }, multiply: *).check()
  try Laws.roundTrip(integers(Int.self), encode: { "\($0)" }, decode: { try number($0) }).check()
  try Laws.idempotent(small) { abs($0) }.check()
  try Laws.involution(small) { -$0 }.check()
  try Laws.agree(small, { $0 * 2 }, { $0 + $0 }).check()
  try Laws.monotone(small) { $0 / 3 }.check()
  try Laws.equivalence(small).check()
  try Laws.equivalence(small, areEquivalent: { $0 % 3 == $1 % 3 }, hash: { $0 % 3 }).check()
  try Laws.strictOrder(small, precedes: { abs($0) < abs($1) }).check()
  try Laws.totalOrder(small).check()
  try Laws.totalOrder(texts).check()
}

@Test func aMonoidThatIsNoneIsRejectedByName() throws {
  #expect(try broken(.monoid(small, identity: 0, combine: -)) == ["left identity", "associativity"])
  #expect(try broken(.monoid(small, identity: 1, combine: +)) == ["left identity", "right identity"])
  #expect(try broken(.monoid(small, identity: 0, combine: { x, _ in x })) == ["left identity"])
  #expect(try broken(.monoid(small, identity: 0, combine: { _, y in y })) == ["right identity"])
}

@Test func aGroupThatIsNoneIsRejectedByName() throws {
  #expect(
    try broken(.group(small, identity: 0, combine: +, inverse: { $0 })) == ["left inverse", "right inverse"])
  let texts = strings(of: ["a", "b"], count: 0...3)
  #expect(
    try broken(.group(texts, identity: "", combine: +, inverse: { _ in "" }, commutative: true))
      == ["left inverse", "right inverse", "commutativity"])
}

@Test func aRingThatIsNoneIsRejectedByName() throws {
  func ring(
    add: @escaping (Int, Int) -> Int = { $0 + $1 }, negate: @escaping (Int) -> Int = { -$0 },
    multiply: @escaping (Int, Int) -> Int = { $0 * $1 }
  ) throws -> [String] {
    try broken(.commutativeRing(small, zero: 0, one: 1, add: add, negate: negate, multiply: multiply))
  }
  #expect(try ring() == [])
  #expect(try ring(negate: { $0 }) == ["negation"])
  #expect(try ring(multiply: { $0 == 1 ? $1 : $1 == 1 ? $0 : 0 }) == ["distributivity"])
  #expect(
    try ring(multiply: { x, _ in x }) == [
      "left identity of multiplication", "commutativity of multiplication", "distributivity",
    ])
  #expect(try ring(add: { $0 == 0 ? $1 : $1 == 0 ? $0 : $0 - $1 }).contains("associativity of addition"))
  #expect(try ring(add: { $0 == 0 ? $1 : $1 == 0 ? $0 : $0 - $1 }).contains("commutativity of addition"))
}

@Test func aLossyRoundTripIsRejectedWithTheLeastValueLost() throws {
  let laws = Laws.roundTrip(integers(in: 0...1000), encode: { UInt8(truncatingIfNeeded: $0) }, decode: { Int($0) })
  #expect(try laws.violations().map(\.failure.minimal) == ["256"])
  let throwing = Laws.roundTrip(integers(in: 0...9), encode: { "\($0)" }, decode: { try number($0.dropFirst()) })
  #expect(try throwing.violations().map(\.failure.minimal) == ["0"])
}

@Test func functionsWithoutTheLawAreRejected() throws {
  #expect(try Laws.idempotent(small) { $0 / 2 }.violations().map(\.failure.minimal) == ["2"])
  #expect(try Laws.involution(small) { abs($0) }.violations().map(\.failure.minimal) == ["-1"])
  #expect(
    try Laws.agree(small, { $0 * 2 }, { $0 == 7 ? 0 : $0 * 2 }).violations(options: .init(count: 1000)).map(
      \.failure.minimal) == ["7"])
  #expect(try Laws.monotone(small) { -$0 }.violations().map(\.failure.minimal) == ["(0, 1)"])
}

@Test func agreementCoversWhatIsRefused() throws {
  func even(_ n: Int) throws -> Int { if n % 2 == 0 { n } else { throw Refusal() } }
  try Laws.agree(small, even, even).check()
  #expect(try Laws.agree(small, even, { $0 }).violations().map(\.failure.minimal) == ["1"])
  #expect(try Laws.agree(small, { $0 }, even).violations().map(\.failure.minimal) == ["1"])
}

@Test func assumeInEitherOfTwoImplementationsLeavesTheExampleOut() throws {
  func positive(_ n: Int) throws -> Int {
    try assume(n > 0)
    return n
  }
  try Laws.agree(small, positive, { $0 }).check()
  try Laws.agree(small, { $0 }, positive).check()
  try Laws.agree(small, positive, { if $0 > 0 { return $0 } else { throw Refusal() } }).check()
  try Laws.agree(small, { if $0 > 0 { return $0 } else { throw Refusal() } }, positive).check()
}

@Test func anEquivalenceThatIsNoneIsRejectedByName() throws {
  func laws(_ related: @escaping (Int, Int) -> Bool, hash: ((Int) -> Int)? = nil) throws -> [String] {
    try Laws.equivalence(small, areEquivalent: related, hash: hash).violations(options: .init(count: 1000)).map(\.law)
  }
  #expect(try laws({ $0 < $1 }) == ["reflexivity", "symmetry"])
  #expect(try laws({ $0 <= $1 }) == ["symmetry"])
  #expect(try laws({ abs($0 - $1) <= 1 }) == ["transitivity"])
  #expect(try laws({ $0 % 3 == $1 % 3 }, hash: { $0 }) == ["equal hashes"])
}

@Test func anOrderThatIsNoneIsRejectedByName() throws {
  func laws(_ precedes: @escaping (Int, Int) -> Bool) throws -> [String] {
    try Laws.strictOrder(small, precedes: precedes).violations(options: .init(count: 1000)).map(\.law)
  }
  #expect(try laws({ $0 <= $1 }) == ["irreflexivity", "asymmetry"])
  #expect(try laws({ $0 != $1 }).contains("asymmetry"))
  #expect(try laws({ $0 + 1 < $1 }) == ["transitivity of ties"])
  #expect(try laws({ (0...2).contains($1 - $0 - 1) }) == ["transitivity", "transitivity of ties"])
}

/// A number whose `<` ignores the sign while `==` does not.
private struct Unsigned: Comparable, CustomStringConvertible {
  let value: Int
  static func < (a: Unsigned, b: Unsigned) -> Bool { abs(a.value) < abs(b.value) }
  var description: String { "\(value)" }
}

/// A number whose `<=` is `<`.
private struct Strict: Comparable {
  let value: Int
  static func < (a: Strict, b: Strict) -> Bool { a.value < b.value }
  static func <= (a: Strict, b: Strict) -> Bool { a.value < b.value }
}

@Test func aTotalOrderThatIsNoneIsRejectedByName() throws {
  let unsigned = Laws.totalOrder(small.map { Unsigned(value: $0) })
  #expect(try broken(unsigned).first == "trichotomy")
  #expect(try unsigned.violations().first?.failure.minimal == "(1, -1)")
  #expect(try broken(.totalOrder(small.map { Strict(value: $0) })) == ["agreement of <, <=, >, >="])
}

@Test func oneFailureReportsAllBrokenLaws() throws {
  let failure = #expect(throws: LawFailure.self) { try Laws.monoid(small, identity: 0, combine: -).check() }
  #expect(failure?.laws == "monoid")
  #expect(failure?.violations.map(\.law) == ["left identity", "associativity"])
  let text = failure?.description ?? ""
  #expect(
    text.contains("monoid: left identity does not hold.") && text.contains("monoid: associativity does not hold."))
  #expect(text.contains("minimal:  1\n") && text.contains("minimal:  (0, 0, 1)\n"))
  #expect(text.contains("seed: \"choices-1-"))
}

@Test func lawsAreJoined() throws {
  let both = Laws.idempotent(small) { abs($0) }.and(.involution(small) { abs($0) })
  #expect(both.name == "idempotent")
  #expect(both.properties.map(\.name) == ["twice is once", "twice is nothing"])
  #expect(try broken(both) == ["twice is nothing"])
}
