// The quality of shrinking: the exact minimal example, from several seeds each.
import PropertyTesting
import Testing

/// The distinct minimal examples that shrinking ends in, over ten seeds.
private func minima<Value>(
  _ generator: Generator<Value>, count: Int = 2000, _ property: (Value) throws -> Bool
) throws -> Set<String> {
  var found: Set<String> = []
  for seed in 1...10 {
    let options = PropertyOptions(count: count, seed: "random-1-\(seed)")
    let outcome = try check(generator, options: options, property)
    found.insert(outcome.counterexample.map { "\($0.minimal)" } ?? "none")
  }
  return found
}

private let lists = arrays(of: integers(Int.self))

@Test func anIntegerAboveAThresholdShrinksToTheNextOne() throws {
  #expect(try minima(integers(Int.self)) { $0 <= 1234 } == ["1235"])
  #expect(try minima(integers(Int.self)) { $0 >= -77 } == ["-78"])
}

@Test func listsShrinkToTheirShortestAndSimplest() throws {
  #expect(try minima(lists) { Set($0).count == $0.count } == ["[0, 0]"])
  #expect(try minima(lists) { $0 == $0.sorted() } == ["[0, -1]"])
  #expect(try minima(arrays(of: integers(in: 0...1000))) { $0 == $0.sorted() } == ["[1, 0]"])
  #expect(try minima(arrays(of: integers(in: 0...100))) { $0.reduce(0, +) < 150 } == ["[50, 100]"])
  #expect(try minima(lists) { $0.count < 20 } == ["\([Int](repeating: 0, count: 20))"])
}

@Test func stringsShrinkToTheCharacterThatMatters() throws {
  #expect(try minima(strings()) { !$0.contains("k") } == ["k"])
}

@Test func challengeReverse() throws {
  #expect(try minima(lists) { $0.reversed() == $0 } == ["[0, 1]"])
}

@Test func challengeLengthList() throws {
  let dependent = integers(in: 1...100).flatMap { arrays(of: integers(in: 0...1000), count: $0) }
  #expect(try minima(dependent) { $0.max()! < 900 } == ["[900]"])
}

@Test func challengeDifferences() throws {
  let pair = tuples(integers(in: 0...Int(Int32.max)), integers(in: 0...Int(Int32.max)))
  #expect(try minima(pair, count: 20_000) { $0.0 < 10 || $0.0 != $0.1 } == ["(10, 10)"])
  let small = try minima(pair, count: 20_000) { $0.0 < 10 || !(1...4).contains(abs($0.0 - $0.1)) }
  #expect(small == ["(10, 6)"])
  #expect(try minima(pair, count: 20_000) { $0.0 < 10 || abs($0.0 - $0.1) != 1 } == ["(10, 9)"])
}

@Test func challengeBound5() throws {
  let list = arrays(of: integers(Int16.self), count: 0...10).filter { $0.reduce(0, &+) < 256 }
  let found = try minima(tuples(list, list, list, list, list)) { a, b, c, d, e in
    let sum: Int16 = [a, b, c, d, e].joined().reduce(0, &+)
    return sum < 5 * 256
  }
  withKnownIssue("some seeds end in ([], [], [], [-1], [1, 32767])") {
    #expect(found == ["([], [], [], [-1], [-32768])"])
  }
}

@Test func challengeLargeUnionListAndNestedLists() throws {
  #expect(try minima(arrays(of: lists)) { Set($0.joined()).count <= 4 } == ["[[0, 1, -1, 2, -2]]"])
  #expect(try minima(arrays(of: lists)) { $0.joined().count <= 10 } == ["[\([Int](repeating: 0, count: 11))]"])
}

@Test func challengeDistinctDeletionAndCoupling() throws {
  #expect(try minima(lists) { Set($0).count < 3 } == ["[0, 1, -1]"])
  let indexed = arrays(of: integers(Int.self), count: 1...20).flatMap { list in
    integers(in: 0...list.count - 1).map { (list, list[$0]) }
  }
  let deletion = try minima(indexed) { list, item in
    var rest = list
    rest.remove(at: rest.firstIndex(of: item)!)
    return !rest.contains(item)
  }
  #expect(deletion == ["([0, 0], 0)"])
  let coupled = integers(in: 1...10).flatMap { n in arrays(of: integers(in: 0...n - 1), count: n) }
  let coupling = try minima(coupled) { list in
    list.indices.allSatisfy { list[$0] == $0 || list[list[$0]] != $0 }
  }
  withKnownIssue("some seeds end in [0, 2, 1]: two elements depend on the position that must go") {
    #expect(coupling == ["[1, 0]"])
  }
}

@Test func aSeedLineReplaysTheSameCounterexampleAndRunsAreDeterministic() throws {
  let run = { (seed: String?) in
    try check(lists, options: PropertyOptions(seed: seed)) { Set($0).count < 3 }.counterexample!
  }
  let first = try run(nil)
  #expect(try run(nil).description == first.description)
  let replayed = try run(first.seed)
  #expect(replayed.minimal == first.minimal)
  #expect(replayed.seed == first.seed)
  #expect(throws: SeedError.self) { try run("rubbish") }
}

@Test func forAllThrowsOneFailureWithTheReport() throws {
  try forAll(lists) { $0.reversed().reversed() == $0 }
  let failure = #expect(throws: PropertyFailure.self) { try forAll(integers(in: 0...1000), lists) { n, _ in n < 100 } }
  #expect(failure?.minimal == "(100, [])")
  #expect(failure?.description.contains("seed: \"choices-1-") == true)
}
