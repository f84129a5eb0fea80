// The quality of shrinking: the exact minimal example, from fifty seeds each.
import PropertyTesting
import Testing

/// What shrinking ends in, how often, over the seeds 1 to 50; and that it took a bounded number of attempts.
func minima<Value>(
  _ generator: Generator<Value>, count: Int = 5000, attempts limit: Int = 5000,
  sourceLocation: SourceLocation = #_sourceLocation, _ property: (Value) throws -> Bool
) throws -> [String: Int] {
  var found: [String: Int] = [:]
  for seed in 1...50 {
    let options = PropertyOptions(count: count, seed: "random-1-\(String(seed, radix: 16))")
    let outcome = try check(generator, options: options, property)
    found[outcome.counterexample.map { "\($0.minimal)" } ?? "none", default: 0] += 1
    if let counterexample = outcome.counterexample {
      #expect(
        counterexample.isFixedPoint && counterexample.attempts <= limit,
        "seed \(seed): \(counterexample.attempts) attempts", sourceLocation: sourceLocation)
    }
  }
  return found
}

let integerLists = arrays(of: integers(Int.self))

@Test func anIntegerAboveAThresholdShrinksToTheNextOne() throws {
  #expect(try minima(integers(Int.self)) { $0 <= 1234 } == ["1235": 50])
  #expect(try minima(integers(Int.self)) { $0 >= -77 } == ["-78": 50])
  let odd = try minima(integers(Int.self)) { $0 % 2 == 0 || $0 < 100 }
  #expect(odd == ["101": 50])
}

@Test func listsShrinkToTheirShortestAndSimplest() throws {
  #expect(try minima(integerLists) { $0 == $0.sorted() } == ["[0, -1]": 50])
  #expect(try minima(arrays(of: integers(in: 0...1000))) { $0 == $0.sorted() } == ["[1, 0]": 50])
  #expect(try minima(arrays(of: integers(in: 0...100))) { $0.reduce(0, +) < 150 } == ["[50, 100]": 50])
  #expect(try minima(integerLists) { $0.count < 20 } == ["\([Int](repeating: 0, count: 20))": 50])
  #expect(try minima(arrays(of: integers(in: 0...9), count: 3...7)) { !$0.contains(9) } == ["[0, 0, 9]": 50])
}

@Test func stringsShrinkToTheCharacterThatMatters() throws {
  #expect(try minima(strings()) { !$0.contains("k") } == ["k": 50])
  #expect(try minima(strings(), count: 20_000) { !$0.contains("中") || !$0.contains("0") } == ["0中": 50])
}

@Test func setsPermutationsAndOptionalsShrinkToo() throws {
  #expect(try minima(sets(of: integers(in: 0...100)).map { $0.sorted() }) { $0.count < 3 } == ["[0, 1, 2]": 50])
  #expect(try minima(permutations(of: 0..<6)) { $0.first == 0 } == ["[1, 0, 2, 3, 4, 5]": 50])
  #expect(try minima(subsets(of: 0..<9)) { !$0.contains(7) } == ["[7]": 50])
  #expect(try minima(optionals(of: integers(in: 0...99))) { ($0 ?? 0) < 10 } == ["Optional(10)": 50])
  let doubled = try minima(doubles(in: 0...1000)) { $0 < 2.5 }
  #expect(doubled == ["3.0": 50])
}

@Test func indicesMoveWhenWhatTheyCountIsDeleted() throws {
  // A list of nodes, each pointing at an earlier one; the fault is a path of three steps.
  let pointers = Generator<[Int]> { source in
    var nodes: [Int] = []
    var goesOn = true
    while goesOn, nodes.count < 20 {
      goesOn = try source.span { source in
        guard try source.boolean(probability: 0.9) else { return false }
        nodes.append(nodes.isEmpty ? try source.index(below: 1) : try source.index(below: nodes.count))
        return true
      }
    }
    return nodes
  }
  let found = try minima(pointers) { nodes in
    var depths: [Int] = []
    for (n, target) in nodes.enumerated() { depths.append(n == 0 ? 0 : depths[target] + 1) }
    return depths.allSatisfy { $0 < 4 }
  }
  #expect(found == ["[0, 0, 1, 2, 3]": 50])
}
