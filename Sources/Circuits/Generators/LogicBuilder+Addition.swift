// Adders over words of literals: ripple-carry and the three classical prefix networks; subtraction and comparison with them.

/// How carries are computed.
public enum AdderKind: String, Sendable, CaseIterable, Codable {
  /// One full adder a bit: least gates (5 a bit), depth linear in the width.
  case rippleCarry = "ripple-carry"
  /// Depth log2(width), fan-out 2, most gates (Kogge and Stone 1973).
  case koggeStone = "kogge-stone"
  /// Depth log2(width), fan-out up to width / 2 (Sklansky 1960).
  case sklansky
  /// Depth 2 log2(width), fewest prefix cells (Brent and Kung 1982).
  case brentKung = "brent-kung"
}

extension LogicBuilder {
  /// The sum bit and carry of two bits, in two gates.
  public mutating func halfAdder(_ a: Literal, _ b: Literal) -> (sum: Literal, carry: Literal) {
    (xor(a, b), and(a, b))
  }

  /// The sum bit and carry of three bits, in five two-input gates (the least that any circuit has).
  public mutating func fullAdder(_ a: Literal, _ b: Literal, _ c: Literal) -> (sum: Literal, carry: Literal) {
    if let carry = simpleMajority(a, b, c) {
      let ab = xor(a, b)
      return (xor(ab, c), carry)
    }
    let ab = xor(a, b)
    let sum = xor(ab, c)
    // At most one of the two is true; two gates from c to the carry.
    let carry = xor(and(a, b), and(ab, c))
    return (sum, carry)
  }

  /// `a + b + carry`: as many bits as the words have, and the carry out.
  ///
  /// - Parameters:
  ///   - a: A word.
  ///   - b: A word as wide as `a`.
  ///   - carry: The carry into the lowest bit; false where absent.
  ///   - kind: How carries are computed.
  public mutating func add(
    _ a: [Literal], _ b: [Literal], carry: Literal? = nil, kind: AdderKind = .rippleCarry
  ) -> (sum: [Literal], carry: Literal) {
    precondition(a.count == b.count, "words of one width")
    var carry = carry ?? constant(false)
    if a.isEmpty { return ([], carry) }
    guard kind != .rippleCarry else {
      var sum: [Literal] = []
      sum.reserveCapacity(a.count)
      for (x, y) in zip(a, b) {
        let bit = fullAdder(x, y, carry)
        sum.append(bit.sum)
        carry = bit.carry
      }
      return (sum, carry)
    }
    let differ = xor(words: a, b)
    var generate = zip(a, b).map { and($0, $1) }
    generate[0] = majority(a[0], b[0], carry)
    var propagate = differ
    for (target, source) in kind.prefixCells(width: a.count) {
      generate[target] = or(generate[target], and(propagate[target], generate[source]))
      propagate[target] = and(propagate[target], propagate[source])
    }
    let sum = differ.indices.map { $0 == 0 ? xor(differ[0], carry) : xor(differ[$0], generate[$0 - 1]) }
    return (sum, generate[a.count - 1])
  }

  /// `a + b + c` modulo `2^width`, in 9 gates a bit where two ripple-carry adders take 10.
  ///
  /// A pair of bits `(x, y)` comes as `(x, x ^ y)`, and so do the pairs of carries; then both full adders of a bit together take 8 gates
  /// (Demenkov, Kojevnikov, Kulikov and Yaroslavtsev, "New upper bounds on the Boolean circuit complexity of symmetric
  /// functions", 2010). Depth about 2 a bit, as of one ripple-carry adder.
  public mutating func add(_ a: [Literal], _ b: [Literal], _ c: [Literal]) -> [Literal] {
    precondition(a.count == b.count && b.count == c.count, "words of one width")
    // The carries into a bit: the first adder's, and whether it differs from the second one's.
    var first = constant(false)
    var differ = first
    var sum: [Literal] = []
    sum.reserveCapacity(a.count)
    for (z, (x, y)) in zip(a, zip(b, c)) {
      let pair = xor(x, y)
      let inner = xor(z, pair)
      // Not all of x, y and z are equal; the majority of three bits is this xor their parity.
      let mixed = or(xor(x, z), pair)
      sum.append(xor(inner, differ))
      let change = and(xor(first, inner), !differ)
      first = xor(inner, mixed)
      differ = xor(mixed, change)
    }
    return sum
  }

  /// `a - b` modulo `2^width`, and whether `a < b` as unsigned integers.
  public mutating func subtract(
    _ a: [Literal], _ b: [Literal], kind: AdderKind = .rippleCarry
  ) -> (difference: [Literal], borrow: Literal) {
    let one = constant(true)
    let result = add(a, b.map { !$0 }, carry: one, kind: kind)
    return (result.sum, !result.carry)
  }

  /// Whether `a < b` and whether `a = b`, as unsigned integers; a balanced tree, `(false, true)` for empty words.
  public mutating func compare(_ a: [Literal], _ b: [Literal]) -> (less: Literal, equal: Literal) {
    precondition(a.count == b.count, "words of one width")
    if a.isEmpty { return (constant(false), constant(true)) }
    var level = zip(a, b).map { (less: and(!$0, $1), equal: xnor($0, $1)) }
    while level.count > 1 {
      var next: [(less: Literal, equal: Literal)] = []
      for i in stride(from: 0, to: level.count - 1, by: 2) {
        let (low, high) = (level[i], level[i + 1])
        next.append((or(high.less, and(high.equal, low.less)), and(high.equal, low.equal)))
      }
      if level.count % 2 != 0 { next.append(level[level.count - 1]) }
      level = next
    }
    return level[0]
  }

  /// The number of true literals, as a word of just enough bits; full adders, so fewer than 5 gates a literal.
  public mutating func populationCount(_ literals: [Literal]) -> [Literal] {
    if literals.isEmpty { return [] }
    var columns = [literals]
    var position = 0
    while position < columns.count {
      var column = columns[position][...]
      while column.count > 1 {
        let third = column.count > 2 ? column[column.startIndex + 2] : constant(false)
        let bit = fullAdder(column[column.startIndex], column[column.startIndex + 1], third)
        column = column.dropFirst(3)
        column.append(bit.sum)
        if position + 1 == columns.count { columns.append([]) }
        columns[position + 1].append(bit.carry)
      }
      columns[position] = Array(column)
      position += 1
    }
    let width = Int.bitWidth - literals.count.leadingZeroBitCount
    return columns.prefix(width).map { $0[0] }
  }
}

extension AdderKind {
  /// The prefix network's cells in an order in which they may run: each combines `target` with the group that ends at `source`.
  ///
  /// After all cells, position `i` covers bits `0 ... i`. Within a level, cells with higher targets come first, so that a cell reads
  /// its source as it was before the level.
  func prefixCells(width: Int) -> [(target: Int, source: Int)] {
    var cells: [(target: Int, source: Int)] = []
    switch self {
    case .rippleCarry:
      for i in 1..<max(1, width) { cells.append((i, i - 1)) }
    case .koggeStone:
      var distance = 1
      while distance < width {
        for i in (distance..<width).reversed() { cells.append((i, i - distance)) }
        distance *= 2
      }
    case .sklansky:
      var block = 1
      while block < width {
        for i in (0..<width).reversed() where i & block != 0 { cells.append((i, (i & ~(block - 1)) - 1)) }
        block *= 2
      }
    case .brentKung:
      var distance = 1
      while distance < width {
        for i in stride(from: 2 * distance - 1, to: width, by: 2 * distance) { cells.append((i, i - distance)) }
        distance *= 2
      }
      distance /= 2
      while distance >= 1 {
        for i in stride(from: 3 * distance - 1, to: width, by: 2 * distance) { cells.append((i, i - distance)) }
        distance /= 2
      }
    }
    return cells
  }
}
