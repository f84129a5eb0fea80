// Takes a lookup table apart into ANDs and XORs of literals, for formats without tables.

/// A network that ANDs and XORs can be added to. Literals are twice a node's number, plus one for the complement.
protocol GateTarget {
  /// The literal of `a AND b`.
  mutating func and(_ a: UInt32, _ b: UInt32) -> UInt32
  /// The literal of `a XOR b`.
  mutating func xor(_ a: UInt32, _ b: UInt32) -> UInt32
  /// The literal of `x ? b : a`.
  mutating func multiplexer(_ x: UInt32, _ a: UInt32, _ b: UInt32) -> UInt32
}

extension GateTarget {
  mutating func or(_ a: UInt32, _ b: UInt32) -> UInt32 { and(a ^ 1, b ^ 1) ^ 1 }

  /// The literal of `table`, which is not constant, applied to `literals`.
  ///
  /// Removes what the table does not depend on, splits off an input that is ANDed, ORed or XORed to the rest, and otherwise
  /// expands about the input that leaves the smallest cofactors, with two gates instead of three where the function is
  /// monotone in it (the majority of three takes 4 ANDs). At most 12 levels deep.
  mutating func add(_ table: TruthTable, _ literals: [UInt32]) -> UInt32 {
    for j in 0..<table.inputCount where !table.depends(onInput: j) {
      var fewer = literals
      fewer.remove(at: j)
      return add(table.removingInput(j, fixedTo: false), fewer)
    }
    if table.inputCount == 1 { return literals[0] ^ (table == .not ? 1 : 0) }
    var best = (input: 0, cost: Int.max)
    for j in 0..<table.inputCount {
      let low = table.removingInput(j, fixedTo: false)
      let high = table.removingInput(j, fixedTo: true)
      var rest = literals
      let x = rest.remove(at: j)
      switch (low.constantValue, high.constantValue) {
      case (false, _): return and(x, add(high, rest))
      case (true, _): return or(x ^ 1, add(high, rest))
      case (_, false): return and(x ^ 1, add(low, rest))
      case (_, true): return or(x, add(low, rest))
      default: if low == high.complemented { return xor(x, add(low, rest)) }
      }
      let isMonotone = low.implies(high) || high.implies(low)
      let cost = 4 * (low.supportSize + high.supportSize) + (isMonotone ? 0 : 1)
      if cost < best.cost { best = (j, cost) }
    }
    let low = table.removingInput(best.input, fixedTo: false)
    let high = table.removingInput(best.input, fixedTo: true)
    var rest = literals
    let x = rest.remove(at: best.input)
    let a = add(low, rest)
    let b = add(high, rest)
    if low.implies(high) { return or(a, and(x, b)) }
    if high.implies(low) { return or(b, and(x ^ 1, a)) }
    return multiplexer(x, a, b)
  }

  /// Two ANDs and an OR; a target whose XORs are free has something better.
  mutating func multiplexer(_ x: UInt32, _ a: UInt32, _ b: UInt32) -> UInt32 {
    or(and(x ^ 1, a), and(x, b))
  }
}

extension TruthTable {
  /// The number of inputs that the function depends on.
  var supportSize: Int {
    var count = 0
    for j in 0..<inputCount where depends(onInput: j) { count += 1 }
    return count
  }
}
