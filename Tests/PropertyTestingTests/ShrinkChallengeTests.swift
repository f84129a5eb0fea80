// The challenges of github.com/jlink/shrinking-challenge, each with its least counterexample, from fifty seeds.
//
// The generators and properties are those of the challenges' descriptions; "least" is in this library's order (fewest choices, then
// lexicographically simplest), which for some is another one than in other libraries (integers go 0, 1, -1, 2, ...).
import PropertyTesting
import Testing

@Test func challengeBound5() throws {
  let list = arrays(of: integers(Int16.self), count: 0...10).filter { $0.reduce(0, &+) < 256 }
  let found = try minima(tuples(list, list, list, list, list)) { a, b, c, d, e in
    let sum: Int16 = [a, b, c, d, e].joined().reduce(0, &+)
    return sum < 5 * 256
  }
  #expect(found == ["([], [], [], [-1], [-32768])": 50])
}

@Test func challengeLargeUnionList() throws {
  let found = try minima(arrays(of: integerLists)) { Set($0.joined()).count <= 4 }
  #expect(found == ["[[0, 1, -1, 2, -2]]": 50])
}

@Test func challengeReverse() throws {
  #expect(try minima(integerLists) { $0.reversed() == $0 } == ["[0, 1]": 50])
}

/// An expression of the calculator challenge.
private indirect enum Expression: CustomStringConvertible, Sendable {
  case number(Int)
  case sum(Expression, Expression)
  case quotient(Expression, Expression)

  var description: String {
    switch self {
    case .number(let n): "\(n)"
    case .sum(let a, let b): "(\(a) + \(b))"
    case .quotient(let a, let b): "(\(a) / \(b))"
    }
  }

  /// Whether some divisor is the literal 0.
  var dividesByLiteralZero: Bool {
    switch self {
    case .number: false
    case .quotient(_, .number(0)): true
    case .sum(let a, let b), .quotient(let a, let b): a.dividesByLiteralZero || b.dividesByLiteralZero
    }
  }

  /// The value, or `nil` for a division by zero.
  var value: Int? {
    switch self {
    case .number(let n): return n
    case .sum(let a, let b):
      guard let a = a.value, let b = b.value else { return nil }
      return a &+ b
    case .quotient(let a, let b):
      guard let a = a.value, let b = b.value, b != 0 else { return nil }
      return a.dividingFullWidth(b)
    }
  }
}

extension Int {
  /// Division that has a value for the least integer by -1 too.
  fileprivate func dividingFullWidth(_ divisor: Int) -> Int { dividedReportingOverflow(by: divisor).partialValue }
}

@Test func challengeCalculator() throws {
  let expressions = recursive(integers(Int.self).map { Expression.number($0) }) { part in
    oneOf(
      tuples(part, part).map { Expression.sum($0.0, $0.1) }, tuples(part, part).map { Expression.quotient($0.0, $0.1) })
  }
  let found = try minima(expressions) { expression in
    try assume(!expression.dividesByLiteralZero)
    return expression.value != nil
  }
  #expect(found == ["(0 / (0 + 0))": 50])
}

@Test func challengeLengthList() throws {
  let dependent = integers(in: 1...100).flatMap { arrays(of: integers(in: 0...1000), count: $0) }
  #expect(try minima(dependent) { $0.max()! < 900 } == ["[900]": 50])
}

@Test func challengeDifferences() throws {
  let pair = tuples(integers(in: 0...Int(Int32.max)), integers(in: 0...Int(Int32.max)))
  #expect(try minima(pair, count: 100_000) { $0.0 < 10 || $0.0 != $0.1 } == ["(10, 10)": 50])
  let small = try minima(pair, count: 100_000) { $0.0 < 10 || !(1...4).contains(abs($0.0 - $0.1)) }
  #expect(small == ["(10, 6)": 50])
  #expect(try minima(pair, count: 100_000) { $0.0 < 10 || abs($0.0 - $0.1) != 1 } == ["(10, 9)": 50])
}

/// A heap of the challenge: a number and two subheaps.
private indirect enum Heap: CustomStringConvertible, Sendable {
  case empty
  case node(Int, Heap, Heap)

  var description: String {
    switch self {
    case .empty: "None"
    case .node(let n, let a, let b): "(\(n), \(a), \(b))"
    }
  }

  /// The numbers, roots before what is below them.
  var numbers: [Int] {
    switch self {
    case .empty: []
    case .node(let n, let a, let b): [n] + b.numbers + a.numbers
    }
  }

  static func merge(_ a: Heap, _ b: Heap) -> Heap {
    guard case .node(let x, let a1, let a2) = a else { return b }
    guard case .node(let y, let b1, let b2) = b else { return a }
    return x <= y ? .node(x, merge(a2, b), a1) : .node(y, merge(b2, a), b1)
  }

  /// The fault of the challenge: the root, then the rest merged once instead of again after each number.
  var faultySortedList: [Int] {
    guard case .node(let n, let a, let b) = self else { return [] }
    return [n] + Heap.merge(a, b).numbers
  }

  /// Every number is at most those below it.
  static func generator(least: Int = 0) -> Generator<Heap> {
    Generator { source in
      guard try source.boolean(probability: 0.6) else { return .empty }
      let n = try source.integer(in: least...least + 1000)
      let below = Heap.generator(least: n)
      return .node(n, try source.draw(below), try source.draw(below))
    }
  }
}

@Test func challengeBinaryHeap() throws {
  let found = try minima(Heap.generator()) { $0.faultySortedList == $0.numbers.sorted() }
  #expect(found == ["(0, None, (0, (0, None, None), (1, None, None)))": 50])
}

@Test func challengeCoupling() throws {
  let coupled = integers(in: 1...10).flatMap { n in arrays(of: integers(in: 0...n - 1), count: n) }
  let found = try minima(coupled) { list in
    list.indices.allSatisfy { list[$0] == $0 || list[list[$0]] != $0 }
  }
  #expect(found == ["[1, 0]": 50])
}

@Test func challengeDeletion() throws {
  let indexed = arrays(of: integers(Int.self), count: 1...20).flatMap { list in
    integers(in: 0...list.count - 1).map { (list, list[$0]) }
  }
  let found = try minima(indexed) { list, item in
    var rest = list
    rest.remove(at: rest.firstIndex(of: item)!)
    return !rest.contains(item)
  }
  #expect(found == ["([0, 0], 0)": 50])
}

@Test func challengeDistinct() throws {
  #expect(try minima(integerLists) { Set($0).count < 3 } == ["[0, 1, -1]": 50])
  #expect(try minima(integerLists) { Set($0).count == $0.count } == ["[0, 0]": 50])
}

@Test func challengeNestedLists() throws {
  let found = try minima(arrays(of: integerLists)) { $0.joined().count <= 10 }
  #expect(found == ["[\([Int](repeating: 0, count: 11))]": 50])
}
