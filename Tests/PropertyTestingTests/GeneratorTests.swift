// Generators one by one: what they may make, that all of it comes, and how often (chi-square with fixed seeds).
import PropertyTesting
import Testing

/// The first `count` values of a generator from one seed.
func values<Value>(_ generator: Generator<Value>, count: Int = 2000, seed: String = "random-1-7") throws -> [Value] {
  var seen: [Value] = []
  try forAll(generator, count: count, seed: seed) { seen.append($0) }
  return seen
}

/// Pearson's statistic of counts against equal expectations.
func chiSquare(_ counts: [Int]) -> Double {
  let expected = Double(counts.reduce(0, +)) / Double(counts.count)
  return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
}

/// Checks bounds of an integer type: everything lies in the range, both ends and the simplest value come.
private func checkRange<Number: FixedWidthInteger & Sendable>(_ range: ClosedRange<Number>) throws {
  let seen = try values(integers(in: range))
  #expect(seen.allSatisfy { range.contains($0) }, "\(range)")
  #expect(seen.contains(range.lowerBound) && seen.contains(range.upperBound), "\(range)")
  // The simplest example of all, found by a property that is always false, is the number nearest to 0.
  let simplest = try check(integers(in: range)) { _ in false }.counterexample?.minimal
  #expect(simplest == min(max(0, range.lowerBound), range.upperBound))
}

@Test func integersKeepToTheirRangesAndReachTheEnds() throws {
  try checkRange(Int.min...Int.max)
  try checkRange(Int.min...(Int.min + 1))
  try checkRange((Int.max - 1)...Int.max)
  try checkRange(Int.min...(-1))
  try checkRange(1...Int.max)
  try checkRange(UInt64.min...UInt64.max)
  try checkRange(UInt64.max...UInt64.max)
  try checkRange(Int64.min...Int64.min)
  try checkRange(Int8.min...Int8.max)
  try checkRange(UInt8.min...UInt8.max)
  try checkRange(-3...5)
  try checkRange(100...107)
}

@Test func everySmallIntegerRangeGivesAllItsNumbersAndNoOther() throws {
  for low in -4...4 {
    for high in low...4 {
      #expect(try Set(values(integers(in: low...high), count: 300)) == Set(low...high))
    }
  }
}

@Test func integersShrinkTowardsTheSimplestThatIsAskedFor() throws {
  for simplest in [-100, -7, 0, 13, 100] {
    let found = try check(integers(in: -100...100, simplest: simplest)) { _ in false }
    #expect(found.counterexample?.minimal == simplest)
  }
}

@Test func integersOfAWideRangeHaveSmallOnesEndsAndRepetitions() throws {
  let seen = try values(arrays(of: integers(Int.self), count: 20)).flatMap { $0 }
  #expect(seen.count { $0.magnitude < 100 } > seen.count / 20)
  #expect(seen.count { $0 == .min || $0 == .max } > seen.count / 40)
  #expect(seen.count { $0.magnitude > 1 << 61 } > seen.count / 5)
  let lists = try values(arrays(of: integers(Int.self), count: 20))
  #expect(lists.count { Set($0).count < 20 } > lists.count / 2)
}

@Test func uniformChoicesAreUniform() throws {
  // 99.9 % quantiles of chi-square: 9 degrees of freedom 27.9, 5: 20.5, 1: 10.8, 23: 49.7.
  let digits = try values(element(of: 0..<10), count: 10_000)
  #expect(chiSquare((0..<10).map { d in digits.count { $0 == d } }) < 27.9)
  let small = try values(integers(in: 0...9), count: 10_000)
  #expect(chiSquare((0..<10).map { d in small.count { $0 == d } }) < 27.9)
  let kinds = try values(oneOf((0..<6).map { just($0) }), count: 6000)
  #expect(chiSquare((0..<6).map { k in kinds.count { $0 == k } }) < 20.5)
  let coins = try values(booleans(), count: 10_000)
  #expect(chiSquare([coins.count { $0 }, coins.count { !$0 }]) < 10.8)
  let orders = try values(permutations(of: 0..<4), count: 12_000)
  let counts = Dictionary(orders.map { ($0, 1) }, uniquingKeysWith: +)
  #expect(counts.count == 24 && chiSquare(Array(counts.values)) < 49.7)
}

@Test func theChiSquareTestRejectsWhatIsNotUniform() throws {
  let biased = try values(booleans(probability: 0.55), count: 10_000)
  #expect(chiSquare([biased.count { $0 }, biased.count { !$0 }]) > 10.8)
}

@Test func probabilitiesAndWeightsAreKept() throws {
  // Three standard deviations of 10,000 draws are at most 1.5 %.
  for probability in [0, 0.1, 0.5, 0.9, 1] {
    let share = Double(try values(booleans(probability: probability), count: 10_000).count { $0 }) / 10_000
    #expect(abs(share - probability) < (probability == 0 || probability == 1 ? 1e-12 : 0.015))
  }
  let weighted = frequency((1, just(0)), (2, just(1)), (7, just(2)))
  let seen = try values(weighted, count: 10_000)
  for (value, share) in [(0, 0.1), (1, 0.2), (2, 0.7)] {
    #expect(abs(Double(seen.count { $0 == value }) / 10_000 - share) < 0.015)
  }
  let rare = try values(frequency((1_000_000_000, just(0)), (1, just(1))), count: 1000)
  #expect(rare.allSatisfy { $0 == 0 })
  let some = try values(optionals(of: just(1)), count: 10_000)
  #expect(abs(Double(some.count { $0 != nil }) / 10_000 - 0.75) < 0.015)
}

@Test func doublesKeepToTheirRanges() throws {
  let tiny = Double.leastNonzeroMagnitude
  let ranges: [ClosedRange<Double>] = [
    0...1, -1...1, 0.1...0.1.nextUp, 0.1...0.1, -0.3...(-0.1), tiny...3 * tiny, 0x1p-1064...0x1.8p-1064, 1e300...1e301,
    -1e301...(-1e300), 1e17...1e17.nextUp, 0x1p53...0x1p54,
    -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude,
    Double.greatestFiniteMagnitude.nextDown...Double.greatestFiniteMagnitude, -tiny...tiny, 0...0, 2.5...1e308,
  ]
  for range in ranges {
    let seen = try values(doubles(in: range), count: 500)
    #expect(seen.allSatisfy { range.contains($0) }, "\(range)")
    #expect(seen.contains(range.lowerBound) && seen.contains(range.upperBound), "\(range)")
    if range.lowerBound.nextUp.nextUp < range.upperBound {
      #expect(Set(seen).count > 2, "\(range) has more than its ends")
      #expect(seen.count { $0 == range.lowerBound } < 300, "\(range)")
    }
  }
  #expect(try Set(values(doubles(in: 0.1...0.1.nextUp), count: 100)) == [0.1, 0.1.nextUp])
}

@Test func doublesShrinkToWholeNumbersThenToFewPlaces() throws {
  func least(_ range: ClosedRange<Double>, _ holds: (Double) -> Bool) throws -> Double? {
    let found = try Set(
      (1...20).map { seed in
        try check(doubles(in: range), options: .init(count: 2000, seed: "random-1-\(seed)"), holds).counterexample?
          .minimal
      })
    #expect(found.count == 1, "\(found)")
    return found.first ?? nil
  }
  #expect(try least(-100...100) { $0 < 2.5 } == 3)
  #expect(try least(-100...100) { $0 > -7.25 } == -8)
  #expect(try least(0.3...0.4) { _ in false } == 0.375)
  #expect(try least(-100...100) { $0 == $0.rounded() } == 0.5)
}

@Test func doublesOfAllKindsCome() throws {
  let finite = try values(doubles(), count: 3000)
  #expect(finite.allSatisfy { $0.isFinite })
  #expect(finite.contains { $0 == 0 && $0.sign == .minus } && finite.contains { $0.isSubnormal })
  #expect(finite.contains { $0 != $0.rounded() } && finite.contains { $0.magnitude > 1e100 })
  let all = try values(doubles(includingNonfinite: true), count: 3000)
  #expect(all.contains(.infinity) && all.contains(-.infinity) && all.contains { $0.isNaN })
}

@Test func floatsKeepToTheirRanges() throws {
  let ranges: [ClosedRange<Float>] = [
    0...1, Float(0.1)...Float(0.1).nextUp, -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude,
    .leastNonzeroMagnitude...3 * .leastNonzeroMagnitude, 7...7,
  ]
  for range in ranges {
    let seen = try values(floats(in: range), count: 500)
    #expect(seen.allSatisfy { range.contains($0) }, "\(range)")
    #expect(seen.contains(range.lowerBound) && seen.contains(range.upperBound), "\(range)")
  }
}

@Test func arraysKeepToTheirCountsAndReachAllOfThem() throws {
  for count in [0...0, 0...1, 0...5, 3...3, 2...7, 0...64] as [ClosedRange<Int>] {
    let seen = try values(arrays(of: booleans(), count: count), count: 3000).map(\.count)
    #expect(seen.allSatisfy { count.contains($0) }, "\(count)")
    #expect(seen.contains(count.lowerBound) && seen.contains(count.upperBound), "\(count)")
  }
  #expect(try values(bits(count: 9)).allSatisfy { $0.count == 9 })
  #expect(try Set(values(bits(count: 0...2)).map(\.description)).count == 7)
}

@Test func setsHaveDifferentElementsAndTheCountsAskedFor() throws {
  for count in [0...3, 2...4, 5...5] as [ClosedRange<Int>] {
    let seen = try values(distinctArrays(of: integers(in: 0...9), count: count))
    #expect(seen.allSatisfy { Set($0).count == $0.count && count.contains($0.count) }, "\(count)")
    #expect(Set(seen.map(\.count)) == Set(count))
    #expect(try values(sets(of: integers(in: 0...9), count: count)).allSatisfy { count.contains($0.count) })
  }
  // Four different ones of three numbers there are not: every example is left out.
  let outcome = try check(sets(of: integers(in: 0...2), count: 4...5)) { _ in true }
  guard case .gaveUp = outcome else {
    Issue.record("\(outcome)")
    return
  }
}

@Test func subsetsAndPermutationsAreOfTheirCollection() throws {
  let seen = try values(subsets(of: 0..<4))
  #expect(Set(seen).count == 16)
  #expect(seen.allSatisfy { $0 == $0.sorted() && Set($0).count == $0.count && $0.allSatisfy((0..<4).contains) })
  #expect(try values(subsets(of: [Int]())) == Array(repeating: [], count: 2000))
  let orders = try values(permutations(of: "abcd"))
  #expect(orders.allSatisfy { $0.sorted() == ["a", "b", "c", "d"] })
  #expect(Set(orders).count == 24)
  #expect(try values(permutations(of: [Int]()), count: 3) == [[], [], []])
}

@Test func stringsAreOfTheirAlphabet() throws {
  let seen = try values(strings(of: ["a", "é"], count: 1...3))
  #expect(seen.allSatisfy { (1...3).contains($0.count) && $0.allSatisfy { $0 == "a" || $0 == "é" } })
  #expect(Set(seen).count == 2 + 4 + 8)
  let troublesome = try values(strings()).joined()
  #expect(troublesomeCharacters.allSatisfy { troublesome.unicodeScalars.contains($0.unicodeScalars.first ?? " ") })
}

/// A tree, to be generated recursively.
private indirect enum Tree: Sendable {
  case leaf
  case node(Tree, Tree)

  var depth: Int {
    switch self {
    case .leaf: 0
    case .node(let a, let b): 1 + max(a.depth, b.depth)
    }
  }
}

@Test func recursiveValuesKeepToTheirDepthAndReachIt() throws {
  for depth in 0...5 {
    let trees = recursive(just(Tree.leaf), depth: depth) { part in tuples(part, part).map { .node($0.0, $0.1) } }
    let depths = try values(trees, count: 500).map(\.depth)
    #expect(depths.max() == depth && (depth == 0 || depths.contains(0)))
  }
  // A part takes the place of its whole: the least tree of depth two has nothing else.
  let trees = recursive(just(Tree.leaf), depth: 5) { part in tuples(part, part).map { .node($0.0, $0.1) } }
  for seed in 1...20 {
    let found = try check(trees, options: .init(seed: "random-1-\(seed)")) { $0.depth < 2 }
    #expect(found.counterexample.map { "\($0.minimal)".components("node") } == 2)
  }
}

extension String {
  /// How many times a word stands in the text.
  fileprivate func components(_ word: String) -> Int { ranges(of: word).count }
}

@Test func combinatorsComposeWhatTheyAreGiven() throws {
  #expect(try values(just(5), count: 3) == [5, 5, 5])
  #expect(try values(integers(in: 0...9).map { $0 * 2 }).allSatisfy { $0 % 2 == 0 && $0 <= 18 })
  #expect(try values(integers(in: 0...9).filter { $0 % 2 == 1 }).allSatisfy { $0 % 2 == 1 })
  let indexed = integers(in: 1...5).flatMap { n in integers(in: 0...n).map { (n, $0) } }
  #expect(try values(indexed).allSatisfy { $0.1 <= $0.0 })
  #expect(try values(tuples(just(1), booleans(), just("a")), count: 9).allSatisfy { $0.0 == 1 && $0.2 == "a" })
  #expect(try integers(in: 0...9).sample(seed: 3) == integers(in: 0...9).sample(seed: 3))
  #expect(try integers(in: 0...9).filter { _ in false }.sample(seed: 3) == nil)
}
