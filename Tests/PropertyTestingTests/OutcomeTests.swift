// What a property's run comes to: passed, failed, hollow, given up, or a fault of the generator; and how it is reported.
import PropertyTesting
import Testing

private struct Fault: Error, CustomStringConvertible {
  let number: Int
  var description: String { "fault \(number)" }
}

private struct OtherFault: Error {}

@Test func aPropertyThatHoldsPassesWithItsCount() throws {
  let outcome = try check(booleans(), options: PropertyOptions(count: 37)) { _ in true }
  #expect(outcome.hasPassed)
  #expect(outcome.statistics.examples == 37 && outcome.statistics.discarded == 0)
  #expect(outcome.counterexample == nil && outcome.failure(fileID: "f", line: 1) == nil)
}

@Test func aFailureInATestIsOneIssueWithTheExampleAndALineToPaste() throws {
  try withKnownIssue {
    try forAll(integers(in: 0...1000), arrays(of: booleans())) { n, _ in n < 100 }
  } matching: { issue in
    guard let failure = issue.error as? PropertyFailure else { return false }
    let lines = failure.description.split(separator: "\n").map(String.init)
    return failure.minimal == "(100, [])" && failure.seed == "choices-1-64.0"
      && lines[0].hasPrefix("The property is false (PropertyTestingTests/OutcomeTests.swift:")
      && lines[1] == "  minimal:  (100, [])" && lines[2].hasPrefix("  original: (")
      && lines[3].hasPrefix("  shrinks:  ") && lines[4] == "  replay:   seed: \"choices-1-64.0\"" && lines.count == 5
  }
}

@Test func whatAPropertyThrowsIsReportedAndKeptWhileShrinking() throws {
  let outcome = try check(integers(in: 0...1000), options: PropertyOptions(count: 1000, seed: "random-1-1")) { n in
    if n >= 500 { throw Fault(number: n) }
    if n >= 20 { throw OtherFault() }
    return true
  }
  let found = try #require(outcome.counterexample)
  // Whichever came first, the other one is no simplification of it.
  let isFault = found.error is Fault
  #expect(found.minimal == (isFault ? 500 : 20))
  #expect(isFault == (found.original >= 500))
  #expect(found.description.contains("  error:    \(isFault ? "fault 500" : "OtherFault()")"))
}

@Test func closuresOfSeveralStatementsMayReturnNothingOrABool() throws {
  try forAll(integers(in: 0...9)) { n in
    let square = n * n
    try #require(square >= n)
  }
  try forAll(integers(in: 0...9)) { n in
    let square = n * n
    return square >= n
  }
  #expect(throws: PropertyFailure.self) {
    try forAll(integers(in: 0...9)) { n in
      let square = n * n
      if square > 50 { throw Fault(number: n) }
    }
  }
}

@Test func aPropertyThatReturnsSomethingElseFailsAtOnce() {
  let failure = #expect(throws: PropertyFailure.self) { try forAll(booleans()) { $0 ? 1 : 0 } }
  #expect(failure?.description.hasSuffix("returns Int; it has to return Bool or nothing.") == true)
}

@Test func anErrorOfAGeneratorIsReportedWithTheLeastChoicesThatGiveIt() throws {
  let generators: [Generator<Int>] = [
    integers(in: 0...1000).map { n in if n >= 300 { throw Fault(number: n) } else { n } },
    integers(in: 0...1000).filter { n in if n >= 300 { throw Fault(number: n) } else { true } },
    integers(in: 0...1000).flatMap { n in if n >= 300 { throw Fault(number: n) } else { just(n) } },
    Generator { source in
      let n = try source.integer(in: 0...1000)
      if n >= 300 { throw Fault(number: n) }
      return n
    },
  ]
  for generator in generators {
    let outcome = try check(generator) { _ in true }
    guard case .generatorThrew(let fault, _) = outcome else {
      Issue.record("the fault was swallowed: \(outcome)")
      continue
    }
    #expect((fault.error as? Fault)?.number == 300)
    #expect(fault.seed == "choices-1-12c")
    #expect(!outcome.hasPassed && outcome.counterexample == nil)
    let failure = #expect(throws: PropertyFailure.self) { try forAll(generator, seed: fault.seed) { _ in true } }
    #expect(failure?.seed == fault.seed && failure?.minimal == nil)
    #expect(failure?.description.hasPrefix("The generator threw (PropertyTestingTests/OutcomeTests.swift:") == true)
    #expect(failure?.description.contains("  error:    fault 300\n  replay:   seed: \"choices-1-12c\"") == true)
    #expect(throws: Fault.self) { for seed in 0...20 as ClosedRange<UInt64> { _ = try generator.sample(seed: seed) } }
  }
}

@Test func tooStrictAFilterGivesUpAndSaysSo() throws {
  let outcome = try check(integers(in: 0...1_000_000).filter { $0 % 100_003 == 77 }) { _ in true }
  guard case .gaveUp(let statistics) = outcome else {
    Issue.record("\(outcome)")
    return
  }
  #expect(statistics.discarded == 101 && statistics.examples == 0)
  let failure = #expect(throws: PropertyFailure.self) {
    try forAll(booleans()) { _ in try assume(false) }
  }
  #expect(failure?.description.contains("gave up") == true && failure?.seed == nil)
  #expect(failure?.description.contains("101 examples were left out by filters or assume, 0 kept") == true)
}

@Test func aFilterThatKeepsATenthIsNotTooStrict() throws {
  let outcome = try check(integers(in: 0...99), options: PropertyOptions(count: 200)) { n in
    try assume(n % 5 == 0)
    return true
  }
  #expect(outcome.hasPassed && outcome.statistics.examples == 200 && outcome.statistics.discarded > 200)
}

@Test func anExampleOfTooManyChoicesIsLeftOut() throws {
  var options = PropertyOptions()
  options.choiceLimit = 10
  let outcome = try check(oneOf(bits(count: 5), bits(count: 50)), options: options) { $0.count == 5 }
  #expect(outcome.hasPassed && outcome.statistics.discarded > 10)
}

@Test func labelsAreCountedOnceAnExample() throws {
  let outcome = try check(integers(in: 0...99), options: PropertyOptions(count: 500)) { n in
    classify("small", when: n < 10)
    classify("small", when: n < 5)
    classify("any")
    collect(n % 2 == 0 ? "even" : "odd")
    return true
  }
  let labels = outcome.statistics.labels
  #expect(labels["any"] == 500)
  #expect((labels["even"] ?? 0) + (labels["odd"] ?? 0) == 500)
  var small = 0
  _ = try check(integers(in: 0...99), options: PropertyOptions(count: 500), fileID: "x", line: 1) { n in
    small += n < 10 ? 1 : 0
    classify("small", when: n < 10)
    return true
  }
  let again = try check(integers(in: 0...99), options: PropertyOptions(count: 500), fileID: "x", line: 1) { n in
    classify("small", when: n < 10)
    return true
  }
  #expect(again.statistics.labels["small"] == small && small > 0 && small < 500)
  #expect(again.statistics.percent(of: "small") == Double(small) / 5)
  #expect(again.statistics.percent(of: "none") == 0)
}

@Test func labelsOfLeftOutExamplesDoNotCount() throws {
  let outcome = try check(integers(in: 0...9)) { n in
    classify("odd", when: n % 2 == 1)
    try assume(n % 2 == 0)
    return true
  }
  #expect(outcome.statistics.labels["odd"] == nil)
}

@Test func aHollowPropertyIsRejectedByItsCoverage() throws {
  let outcome = try check(integers(in: 0...999)) { n in
    cover("nine hundred", minimumPercent: 50, when: n >= 900)
    cover("number", minimumPercent: 100, when: true)
    return true
  }
  guard case .insufficientCoverage(let statistics) = outcome else {
    Issue.record("\(outcome)")
    return
  }
  #expect(statistics.uncovered == ["nine hundred"])
  let text = outcome.failure(fileID: "f", line: 3)?.description ?? ""
  #expect(text.contains("too few of them 'nine hundred'") && text.contains("(needs 50.0%)"))
  #expect(text.contains("  100.0%  number"))
}

@Test func labelsOutsideOfAPropertyDoNothing() {
  classify("nothing")
  collect(7)
  cover("nothing", minimumPercent: 100, when: false)
}

@Test func theLabelsOfTheMinimalExampleAreReported() throws {
  let outcome = try check(integers(in: 0...999)) { n in
    classify("odd", when: n % 2 == 1)
    classify("large", when: n > 10)
    return n < 13
  }
  #expect(outcome.counterexample?.labels == ["large", "odd"])
  #expect(outcome.counterexample?.description.contains("  labels:   large, odd") == true)
}

@Test func shrinkingStopsAtItsLimitAndSaysSo() throws {
  var options = PropertyOptions()
  options.shrinkLimit = 3
  let outcome = try check(arrays(of: integers(Int.self)), options: options) { $0.count < 5 }
  let found = try #require(outcome.counterexample)
  #expect(!found.isFixedPoint && found.attempts == 3)
  #expect(found.description.contains("in 3 attempts, stopped at the limit"))
}
