// A formula in conjunctive normal form, its DIMACS text, and the clauses of a network's gates.

/// Clauses over variables `1 ... variableCount`; a literal is a variable or its negative.
struct ClauseSet: Sendable {
  /// The number of variables.
  private(set) var variableCount = 0
  /// The literals of all clauses, each clause followed by a 0.
  private(set) var literals: [Int32] = []
  /// The number of clauses.
  private(set) var clauseCount = 0

  /// A new variable.
  mutating func variable() -> Int32 {
    precondition(variableCount < Int(Int32.max) - 1, "variables fit in 32 bits")
    variableCount += 1
    return Int32(variableCount)
  }

  /// Adds the clause that one of `clause` is true.
  mutating func add(_ clause: Int32...) { add(clause) }

  /// Adds the clause that one of `clause` is true.
  mutating func add(_ clause: [Int32]) {
    literals += clause
    literals.append(0)
    clauseCount += 1
  }

  /// Says that `c` is the AND of `a` and `b` (Tseitin's three clauses).
  mutating func and(_ c: Int32, _ a: Int32, _ b: Int32) {
    add(-c, a)
    add(-c, b)
    add(c, -a, -b)
  }

  /// Says that `c` is the XOR of `a` and `b`.
  mutating func xor(_ c: Int32, _ a: Int32, _ b: Int32) {
    add(-c, a, b)
    add(-c, -a, -b)
    add(c, -a, b)
    add(c, a, -b)
  }

  /// The formula as a DIMACS file.
  func dimacs() -> [UInt8] {
    var bytes = Array("p cnf \(variableCount) \(clauseCount)\n".utf8)
    bytes.reserveCapacity(6 * literals.count)
    for literal in literals {
      if literal == 0 {
        bytes.append(0x30)
        bytes.append(0x0A)
        continue
      }
      if literal < 0 { bytes.append(0x2D) }
      var digits: UInt64 = 0
      var count = 0
      var rest = literal.magnitude
      while rest > 0 {
        digits = digits << 4 | UInt64(rest % 10)
        rest /= 10
        count += 1
      }
      for _ in 0..<count {
        bytes.append(0x30 + UInt8(digits & 15))
        digits >>= 4
      }
      bytes.append(0x20)
    }
    return bytes
  }

  /// The number of the first clause, from 0, that `values` does not satisfy; `values[v]` is variable `v`'s, `values[0]` nobody's.
  func firstFalseClause(_ values: [Bool]) -> Int? {
    precondition(values.count == variableCount + 1, "a value for each variable")
    var number = 0
    var isTrue = false
    for literal in literals {
      if literal == 0 {
        if !isTrue { return number }
        number += 1
        isTrue = false
      } else if values[Int(literal.magnitude)] == (literal > 0) {
        isTrue = true
      }
    }
    return nil
  }
}

/// The clauses of the gates that some literals of a network need.
struct NetworkClauses {
  /// The clauses.
  var clauses = ClauseSet()
  /// The variable of each node, or 0 where none was needed.
  private(set) var variables: [Int32]
  private let graph: XorAndGraph

  init(_ graph: XorAndGraph) {
    self.graph = graph
    variables = [Int32](repeating: 0, count: graph.nodeCount)
  }

  /// The variable of input `i`, or 0 where no clause needs it.
  func inputVariable(_ i: Int) -> Int32 { variables[i + 1] }

  /// The DIMACS literal of a network's literal, with the clauses of all gates below it.
  mutating func literal(_ literal: UInt32) -> Int32 {
    var stack = [Int(literal >> 1)]
    while let node = stack.last {
      if variables[node] != 0 {
        stack.removeLast()
        continue
      }
      guard graph.isGate(node) else {
        variables[node] = clauses.variable()
        if graph.kinds[node] == .constant { clauses.add(-variables[node]) }
        stack.removeLast()
        continue
      }
      let (a, b) = (graph.operands[2 * node], graph.operands[2 * node + 1])
      let (x, y) = (variables[Int(a >> 1)], variables[Int(b >> 1)])
      if x == 0 { stack.append(Int(a >> 1)) }
      if y == 0 { stack.append(Int(b >> 1)) }
      guard x != 0, y != 0 else { continue }
      let variable = clauses.variable()
      variables[node] = variable
      let (p, q) = (a & 1 != 0 ? -x : x, b & 1 != 0 ? -y : y)
      if graph.kinds[node] == .and { clauses.and(variable, p, q) } else { clauses.xor(variable, p, q) }
      stack.removeLast()
    }
    let variable = variables[Int(literal >> 1)]
    return literal & 1 != 0 ? -variable : variable
  }
}
