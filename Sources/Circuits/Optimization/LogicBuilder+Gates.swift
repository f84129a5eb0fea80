// The named functions of LogicBuilder: two- and three-input gates, trees of gates, words.

extension LogicBuilder {
  /// `a` and `b`.
  public mutating func and(_ a: Literal, _ b: Literal) -> Literal { gate(bits: 0b1000, a, b) }

  /// `a` or `b`.
  public mutating func or(_ a: Literal, _ b: Literal) -> Literal { gate(bits: 0b1110, a, b) }

  /// `a` or `b` and not both.
  public mutating func xor(_ a: Literal, _ b: Literal) -> Literal { gate(bits: 0b0110, a, b) }

  /// Not both of `a` and `b`.
  public mutating func nand(_ a: Literal, _ b: Literal) -> Literal { gate(bits: 0b0111, a, b) }

  /// Neither `a` nor `b`.
  public mutating func nor(_ a: Literal, _ b: Literal) -> Literal { gate(bits: 0b0001, a, b) }

  /// `a` equals `b`.
  public mutating func xnor(_ a: Literal, _ b: Literal) -> Literal { gate(bits: 0b1001, a, b) }

  /// `a` implies `b`.
  public mutating func implies(_ a: Literal, _ b: Literal) -> Literal { gate(bits: 0b1101, a, b) }

  /// The opposite of `a`; costs no gate.
  public func not(_ a: Literal) -> Literal { !a }

  /// `condition ? a : b` in at most three two-input gates.
  public mutating func multiplexer(_ condition: Literal, _ a: Literal, _ b: Literal) -> Literal {
    if a == b { return a }
    if a == !b { return xor(condition, b) }
    if let value = constantValue(of: condition) { return value ? a : b }
    // Where the branch is taken the condition is true, so a branch that reads the condition is a constant.
    if let value = condition.wire == a.wire ? condition == a : constantValue(of: a) {
      return value ? or(condition, b) : and(!condition, b)
    }
    if let value = condition.wire == b.wire ? condition != b : constantValue(of: b) {
      return value ? or(!condition, a) : and(condition, a)
    }
    let change = and(condition, xor(a, b))
    return xor(b, change)
  }

  /// Whether at least two of the three are true, in at most four two-input gates.
  public mutating func majority(_ a: Literal, _ b: Literal, _ c: Literal) -> Literal {
    if let simple = simpleMajority(a, b, c) { return simple }
    let change = and(xor(a, b), xor(b, c))
    return xor(b, change)
  }

  /// The majority where it takes one gate or none: of a constant and two others, or of two on the same wire and another.
  mutating func simpleMajority(_ a: Literal, _ b: Literal, _ c: Literal) -> Literal? {
    for (x, y, z) in [(a, b, c), (b, c, a), (c, a, b)] {
      if let value = constantValue(of: x) { return value ? or(y, z) : and(y, z) }
      if x.wire == y.wire { return x == y ? x : z }
    }
    return nil
  }

  /// Whether all of `literals` are true; a balanced tree, true for none.
  public mutating func and(_ literals: some Sequence<Literal>) -> Literal {
    tree(Array(literals), empty: true) { $0.and($1, $2) }
  }

  /// Whether any of `literals` is true; a balanced tree, false for none.
  public mutating func or(_ literals: some Sequence<Literal>) -> Literal {
    tree(Array(literals), empty: false) { $0.or($1, $2) }
  }

  /// Whether an odd number of `literals` is true; a balanced tree, false for none.
  public mutating func xor(_ literals: some Sequence<Literal>) -> Literal {
    tree(Array(literals), empty: false) { $0.xor($1, $2) }
  }

  /// Combines neighbours until one is left.
  private mutating func tree(
    _ literals: [Literal], empty: Bool, _ combine: (inout LogicBuilder, Literal, Literal) -> Literal
  ) -> Literal {
    var level = literals
    if level.isEmpty { return constant(empty) }
    while level.count > 1 {
      var next: [Literal] = []
      next.reserveCapacity((level.count + 1) / 2)
      for i in stride(from: 0, to: level.count - 1, by: 2) { next.append(combine(&self, level[i], level[i + 1])) }
      if level.count % 2 != 0 { next.append(level[level.count - 1]) }
      level = next
    }
    return level[0]
  }
}

// Words: arrays of literals, least significant bit first.
extension LogicBuilder {
  /// The literals of inputs `range`, as a word.
  public func inputs(_ range: Range<Int>) -> [Literal] { range.map { input($0) } }

  /// The word of `width` bits that is always `value`, whose bits past `width` are ignored.
  public mutating func constant(word value: UInt64, width: Int) -> [Literal] {
    (0..<width).map { constant($0 < 64 && value >> UInt64($0) & 1 != 0) }
  }

  /// The bitwise exclusive or of words of one width.
  public mutating func xor(words a: [Literal], _ b: [Literal]) -> [Literal] {
    precondition(a.count == b.count, "words of one width")
    return zip(a, b).map { xor($0, $1) }
  }

  /// `condition ? a : b`, bit by bit.
  public mutating func multiplexer(_ condition: Literal, words a: [Literal], _ b: [Literal]) -> [Literal] {
    precondition(a.count == b.count, "words of one width")
    return zip(a, b).map { multiplexer(condition, $0, $1) }
  }
}
