// The examples of the documentation comments and pages, word for word, so that they compile and say what is true.
import PropertyTesting
import Testing

// ChoiceSource
@Test func theExampleOfChoiceSource() throws {
  let dates = Generator<String> { source in
    let month = try source.integer(in: 1...12)
    let day = try source.draw(integers(in: 1...28))
    return "\(month)-\(day)"
  }

  #expect(try values(dates, count: 5).allSatisfy { $0.split(separator: "-").count == 2 })
}

// Generator
@Test func theExampleOfGenerator() throws {
  let words = arrays(of: element(of: ["a", "b", "c"]), count: 1...4).map { $0.joined() }
  try forAll(words) { $0.count <= 4 }
}

// Generator.flatMap
@Test func theExampleOfFlatMap() throws {
  let indexed = arrays(of: booleans(), count: 1...8).flatMap { list in
    integers(in: 0...list.count - 1).map { (list, $0) }
  }

  try forAll(indexed) { $0.0.indices.contains($0.1) }
}

// recursive
private indirect enum Tree: Sendable { case leaf, node(Tree, Int, Tree) }

@Test func theExampleOfRecursive() throws {
  let trees = recursive(just(Tree.leaf), depth: 6) { part in
    tuples(part, integers(in: 0...9), part).map { .node($0, $1, $2) }
  }

  func depth(_ tree: Tree) -> Int {
    if case .node(let a, _, let b) = tree { 1 + max(depth(a), depth(b)) } else { 0 }
  }
  try forAll(trees) { depth($0) <= 6 }
}

// forAll
@Test func reversingTwiceChangesNothing() throws {
  try forAll(arrays(of: integers())) { $0.reversed().reversed() == $0 }
}

// check
@Test func theExampleOfCheck() throws {
  let outcome = try check(integers(in: 0...1000)) { $0 <= 100 }
  print(outcome.counterexample!.minimal)  // 101

  #expect(outcome.counterexample?.minimal == 101)
}

// classify
@Test func theExampleOfClassify() throws {
  try forAll(arrays(of: booleans())) { list in
    classify("empty", when: list.isEmpty)
    return list.reversed().count == list.count
  }
}

// Laws
private struct Matrix: Equatable, Sendable {
  var rows: [Int]
  static let identity = Matrix(rows: [1, 0, 0, 1])
  static func * (a: Matrix, b: Matrix) -> Matrix {
    Matrix(rows: [
      a.rows[0] &* b.rows[0] &+ a.rows[1] &* b.rows[2], a.rows[0] &* b.rows[1] &+ a.rows[1] &* b.rows[3],
      a.rows[2] &* b.rows[0] &+ a.rows[3] &* b.rows[2], a.rows[2] &* b.rows[1] &+ a.rows[3] &* b.rows[3],
    ])
  }
}

private let matrices = arrays(of: integers(Int.self), count: 4).map { Matrix(rows: $0) }

@Test func matricesFormAMonoid() throws {
  try Laws.monoid(matrices, identity: .identity, combine: *).check()
}

// The page of the module
@Test func thePageOfTheModule() throws {
  let failure = #expect(throws: PropertyFailure.self) {
    try forAll(arrays(of: integers(in: 0...1000))) { $0 == $0.sorted() }
  }
  #expect(failure?.minimal == "[1, 0]")
  #expect(failure?.seed == "choices-1-1*3.0.0")
}
