// Seed lines: written and read back, replayed to the same value, refused with a reason; the environment's two variables.
import PropertyTesting
import Testing

@Test(arguments: [
  (Seed.random(key: 0, iteration: 0), "random-1-0"),
  (.random(key: .max, iteration: 0), "random-1-ffffffffffffffff"),
  (.random(key: 0xabc, iteration: 12), "random-1-abc-12"),
  (.random(key: 1, iteration: .max), "random-1-1-18446744073709551615"),
  (.choices([]), "choices-1-"),
  (.choices([0]), "choices-1-0"),
  (.choices([1, 1, 255, 255, 255, 0]), "choices-1-1.1.ff*3.0"),
  (.choices([.max]), "choices-1-ffffffffffffffff"),
])
func aSeedLineIsWrittenAndReadBack(seed: Seed, line: String) throws {
  #expect(seed.line == line)
  #expect(try Seed(line) == seed)
}

@Test func everySeedLineReadsAsItWasWritten() throws {
  let ranks = arrays(of: integers(in: 0...UInt64.max), count: 0...200)
  let repeated = tuples(ranks, integers(in: 0...UInt64.max), integers(in: 0...500)).map {
    $0.0 + Array(repeating: $0.1, count: $0.2)
  }
  try Laws.roundTrip(repeated.map { Seed.choices($0) }, encode: \.line, decode: { try Seed($0) }).check()
  let keys = tuples(integers(in: 0...UInt64.max), integers(in: 0...UInt64.max))
  try Laws.roundTrip(keys.map { Seed.random(key: $0.0, iteration: $0.1) }, encode: \.line, decode: { try Seed($0) })
    .check()
}

@Test(arguments: [
  "", "rubbish", "random", "random-1", "random-1-", "random-2-5", "random-1-xyz", "random-1-+5", "random-1--5",
  "random-1-5-", "random-1-5--1", "random-1-5-+3", "random-1-5-1.5", "random-1-5-6-7",
  "random-1-10000000000000000", "random-1-5-18446744073709551616", "choices-1", "choices-2-0", "choices-1-g",
  "choices-1-1..2", "choices-1-.", "choices-1-1.", "choices-1-1*0", "choices-1-1*", "choices-1-*3", "choices-1-1*2*3",
  "choices-1-1*-2", "choices-1-+1", "choices-1-1*+2", "choices-1-0*100001", "choices-1-0*99999.1.2",
  "choices-1-0*9223372036854775807.0*9223372036854775807", "choices-1-0-1", " random-1-5", "random-1-5 ",
])
func aMalformedSeedLineIsRefusedAndNamed(line: String) throws {
  let error = #expect(throws: SeedError.self) { try forAll(booleans(), seed: line) { _ in true } }
  #expect(error?.line == line)
  #expect(error?.description.hasPrefix("The seed line '\(line)' cannot be read: expected ") == true)
}

/// Values of many kinds of generators at once, to be reproduced.
private let mixture = tuples(
  arrays(of: integers(Int.self)), strings(), doubles(), permutations(of: 0..<9), optionals(of: booleans()))

@Test func aRandomSeedLineRunsTheSameExamplesInTheSameOrder() throws {
  func examples(_ seed: String?) throws -> [String] {
    var seen: [String] = []
    try forAll(mixture, count: 30, seed: seed, fileID: "a/b.swift", line: 7) { seen.append("\($0)") }
    return seen
  }
  let first = try examples("random-1-5f")
  #expect(try examples("random-1-5f") == first)
  #expect(try Array(examples("random-1-5f-10").prefix(20)) == Array(first.suffix(20)))
  #expect(try examples("random-1-60") != first)
  #expect(try examples(nil) == examples(nil))
  #expect(Set(first).count > 25)
}

@Test func aChoicesSeedLineReplaysItsExampleFirstAndThenTheDefaultStream() throws {
  let found = try check(mixture) { list, text, _, order, _ in list.count < 3 || text.isEmpty || order[0] < 4 }
  let counterexample = try #require(found.counterexample)
  #expect(counterexample.seed.hasPrefix("choices-1-"))
  var seen: [String] = []
  try forAll(mixture, count: 3, seed: counterexample.seed, fileID: "a/b.swift", line: 7) { seen.append("\($0)") }
  #expect(seen[0] == "\(counterexample.minimal)")
  var others: [String] = []
  try forAll(mixture, count: 2, fileID: "a/b.swift", line: 7) { others.append("\($0)") }
  #expect(Array(seen[1...]) == others)
}

@Test func aPastedSeedLineFailsAtOnceWithTheSameReport() throws {
  let run = { (seed: String?) in
    try check(arrays(of: integers(Int.self)), options: PropertyOptions(seed: seed)) { Set($0).count < 3 }
  }
  let first = try #require(run(nil).counterexample)
  #expect(try run(nil).counterexample?.description == first.description)
  let replayed = try run(first.seed)
  #expect(replayed.counterexample?.minimal == first.minimal)
  #expect(replayed.counterexample?.seed == first.seed)
  #expect(replayed.statistics.examples == 1)
}

@Test func aLongMinimalExampleIsReplayedByItsRandomSeed() throws {
  // A thousand different numbers do not fit on a line; the line names the original example instead.
  let lists = arrays(of: integers(in: 0...1000), count: 300...300)
  let found = try check(lists) { $0.reduce(0, +) < 300 * 300 }
  let counterexample = try #require(found.counterexample)
  #expect(counterexample.seed.hasPrefix("random-1-"))
  let replayed = try check(lists, options: PropertyOptions(seed: counterexample.seed)) { $0.reduce(0, +) < 300 * 300 }
  #expect(replayed.counterexample?.original == counterexample.original)
}

private func environment(_ variables: [String: String]) -> PropertyEnvironment {
  PropertyEnvironment { variables[$0] }
}

@Test func theSeedOfTheEnvironmentOverridesTheOptions() throws {
  var seen: [Int] = []
  for variables in [["WRIGHT_PROPERTY_SEED": "choices-1-7"], ["WRIGHT_PROPERTY_SEED": ""], [:]] {
    let options = PropertyOptions(count: 1, seed: "choices-1-5")
    let outcome = try check(
      integers(in: 0...1_000_000), options: options, environment: environment(variables)
    ) {
      seen.append($0)
      return true
    }
    #expect(outcome.hasPassed)
  }
  #expect(seen == [7, 5, 5])
}

@Test(arguments: [("2", 200), ("0.5", 50), ("0.001", 1), ("1e2", 10_000), ("", 100)])
func theCountOfTheEnvironmentMultiplies(factor: String, count: Int) throws {
  let outcome = try check(
    booleans(), options: PropertyOptions(count: 100), environment: environment(["WRIGHT_PROPERTY_COUNT": factor])
  ) { _ in true }
  #expect(outcome.statistics.examples == count)
}

@Test(arguments: ["0", "-1", "nan", "inf", "many", "1e7", "2 "])
func aCountThatIsNoFactorIsRefused(factor: String) {
  let error = #expect(throws: SeedError.self) {
    try check(
      booleans(), options: PropertyOptions(), environment: environment(["WRIGHT_PROPERTY_COUNT": factor])
    ) { _ in true }
  }
  #expect(
    error?.description
      == "The WRIGHT_PROPERTY_COUNT '\(factor)' cannot be read: expected a factor above 0 and at most 1e6.")
}

@Test func theEnvironmentOfTheProcessIsReadByTheTwoNames() async {
  await #expect(processExitsWith: .success) {
    setEnvironmentForExitTest("WRIGHT_PROPERTY_SEED", "choices-1-3")
    setEnvironmentForExitTest("WRIGHT_PROPERTY_COUNT", "0.03")
    var seen: [Int] = []
    try forAll(integers(in: 0...1_000_000)) { seen.append($0) }
    try #require(seen.count == 3 && seen[0] == 3)
  }
}
