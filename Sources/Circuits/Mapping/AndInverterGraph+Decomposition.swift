// Takes a truth table apart into ANDs, in the order of its inputs.

extension AndInverterGraph {
  /// The literal of `table`, which is not constant, applied to `literals`.
  ///
  /// Splits off all inputs that are ANDed, ORed or XORed to the rest at once, and joins them in their order, the rest last; expands about the
  /// input that leaves the smallest cofactors where there is no such input.
  mutating func decompose(_ table: TruthTable, _ literals: [UInt32]) -> UInt32 {
    for j in 0..<table.inputCount where !table.depends(onInput: j) {
      var fewer = literals
      fewer.remove(at: j)
      return decompose(table.removingInput(j, fixedTo: false), fewer)
    }
    if table.inputCount == 1 { return literals[0] ^ (table == .not ? 1 : 0) }
    if let split = split(table, literals) { return split }
    var best = (input: 0, cost: Int.max)
    for j in 0..<table.inputCount {
      let low = table.removingInput(j, fixedTo: false)
      let high = table.removingInput(j, fixedTo: true)
      let isMonotone = low.implies(high) || high.implies(low)
      let cost = 4 * (low.supportSize + high.supportSize) + (isMonotone ? 0 : 1)
      if cost < best.cost { best = (j, cost) }
    }
    let low = table.removingInput(best.input, fixedTo: false)
    let high = table.removingInput(best.input, fixedTo: true)
    var rest = literals
    let x = rest.remove(at: best.input)
    let a = decompose(low, rest)
    let b = decompose(high, rest)
    if low.implies(high) { return or(a, and(x, b)) }
    if high.implies(low) { return or(b, and(x ^ 1, a)) }
    return multiplexer(x, a, b)
  }

  /// What joins an input to the rest of a function.
  private enum Join { case and, or, xor }

  /// The function where some input can be split off, all inputs of that kind at once; `nil` where none can.
  private mutating func split(_ table: TruthTable, _ literals: [UInt32]) -> UInt32? {
    var rest = table
    var others = literals
    var kind: Join?
    var joined: [UInt32] = []
    var j = 0
    while j < rest.inputCount, rest.inputCount > 1 {
      let low = rest.removingInput(j, fixedTo: false)
      let high = rest.removingInput(j, fixedTo: true)
      let (found, complement, remaining): (Join?, UInt32, TruthTable) =
        switch (low.constantValue, high.constantValue) {
        case (false, _): (.and, 0, high)
        case (_, false): (.and, 1, low)
        case (true, _): (.or, 1, high)
        case (_, true): (.or, 0, low)
        default: (low == high.complemented ? .xor : nil, 0, low)
        }
      if let found, kind == nil || kind == found {
        kind = found
        joined.append(others.remove(at: j) ^ complement)
        rest = remaining
        j = 0
      } else {
        j += 1
      }
    }
    guard let kind else { return nil }
    joined.append(decompose(rest, others))
    return join(joined, kind)
  }

  /// All of `literals` joined from the first to the last.
  ///
  /// In the gate's own order, not in the order of arrival, which would make the graph shallower: the graph of a netlist is then the one
  /// that ABC's `strash` makes of it, and mappings of the two can be compared.
  private mutating func join(_ literals: [UInt32], _ kind: Join) -> UInt32 {
    var result = literals[0]
    for literal in literals.dropFirst() {
      result =
        switch kind {
        case .and: and(result, literal)
        case .or: or(result, literal)
        case .xor: xor(result, literal)
        }
    }
    return result
  }
}
