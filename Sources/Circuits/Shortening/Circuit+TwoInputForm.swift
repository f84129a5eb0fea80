// A circuit of gates of any fan-in as one of two-input gates, few of them.

extension Circuit {
  /// A circuit that computes the same outputs with gates of two inputs only, hashed, with no constant, repeated or dead gates.
  ///
  /// A gate of three or four inputs becomes an optimum chain; one of more is taken apart by its inputs until four are left, for each order
  /// of the inputs that are taken first in the cheapest way. Inputs and outputs keep their number, order and names; names of inner wires
  /// are dropped. A constant output reads a gate without operands. Exact.
  ///
  /// Complexity: O(gates), each different table being taken apart once.
  public func twoInputForm() -> Circuit { XorAndGraph(twoInputFormOf: self).circuit(names: names) }
}

extension XorAndGraph {
  /// The network of `circuit.twoInputForm()`.
  init(twoInputFormOf circuit: Circuit) {
    var decomposition = TableDivision()
    var logic = XorAndGraph(inputCount: circuit.inputCount)
    // Folding and sharing wide gates first makes fewer operands for the chains.
    let simple = circuit.simplified().circuit
    var literals = (0..<simple.inputCount).map { logic.input($0) }
    for g in 0..<simple.gateCount {
      let operands = (0..<simple.fanIn(ofGate: g)).map { literals[simple.operand($0, ofGate: g).index] }
      literals.append(decomposition.gate(simple.table(ofGate: g), operands, in: &logic))
    }
    for output in simple.outputs {
      logic.add(output: literals[output.wire.index] ^ (output.isComplemented ? 1 : 0))
    }
    logic.releaseUnread()
    self = logic
  }
}

/// Takes tables of more than two inputs apart, and remembers which input to take first.
private struct TableDivision {
  /// For a table of more than four inputs: its estimated cost, and the input to fix.
  private var plans: [TruthTable: (cost: Int, input: Int)] = [:]

  /// A literal of `table` of some literals.
  mutating func gate(_ table: TruthTable, _ literals: [UInt32], in logic: inout XorAndGraph) -> UInt32 {
    let (table, literals) = Self.relevant(table, literals)
    if table.inputCount <= 2 { return logic.gate(table, literals) }
    if table.inputCount <= 4 { return chain(table, literals, in: &logic) }
    let j = plan(table).input
    var rest = literals
    let top = rest.remove(at: j)
    let low = table.removingInput(j, fixedTo: false)
    let high = table.removingInput(j, fixedTo: true)
    func part(_ table: TruthTable, _ this: inout TableDivision, _ logic: inout XorAndGraph) -> UInt32 {
      this.gate(table, rest, in: &logic)
    }
    if low == high.complemented { return logic.gate(table: 0b0110, part(low, &self, &logic), top) }
    if let value = low.constantValue {
      return logic.gate(table: value ? 0b1011 : 0b1000, part(high, &self, &logic), top)
    }
    if let value = high.constantValue {
      return logic.gate(table: value ? 0b1110 : 0b0010, part(low, &self, &logic), top)
    }
    let change = low.symmetricDifference(high)
    let (lowLiteral, changeLiteral) = (part(low, &self, &logic), part(change, &self, &logic))
    return logic.gate(table: 0b0110, lowLiteral, logic.gate(table: 0b1000, changeLiteral, top))
  }

  /// The table of the inputs on which it depends.
  private static func relevant(_ table: TruthTable, _ literals: [UInt32]) -> (TruthTable, [UInt32]) {
    var (table, literals) = (table, literals)
    for j in literals.indices.reversed() where !table.depends(onInput: j) {
      table = table.removingInput(j, fixedTo: false)
      literals.remove(at: j)
    }
    return (table, literals)
  }

  /// An optimum chain of three or four inputs.
  private func chain(_ table: TruthTable, _ literals: [UInt32], in logic: inout XorAndGraph) -> UInt32 {
    let function = table.asFourInputs
    let (classes, library) = (FourInputClasses.shared, FourInputLibrary.shared)
    let number = Int(classes.classes[Int(function)])
    let (permutation, complements, isComplemented) = classes.transformation(of: function)
    var values = (0..<4).map { i in
      permutation[i] < literals.count ? literals[permutation[i]] ^ UInt32(complements >> i & 1) : 0
    }
    let first = Int(library.firstChain[number])
    for step in library.steps[Int(library.starts[first])..<Int(library.starts[first + 1])] {
      values.append(logic.gate(table: UInt64(step.table), values[Int(step.a)], values[Int(step.b)]))
    }
    return values[values.count - 1] ^ (isComplemented ? 1 : 0) ^ UInt32(classes.representatives[number] & 1)
  }

  /// The cost of a table, and which of its inputs, five or more, to fix first. Above six inputs the last one is taken: trying all would take
  /// factorially many steps.
  private mutating func plan(_ table: TruthTable) -> (cost: Int, input: Int) {
    let (table, _) = Self.relevant(table, [UInt32](repeating: 0, count: table.inputCount))
    if table.inputCount <= 4 { return (FourInputLibrary.cost(of: table.asFourInputs), 0) }
    if let plan = plans[table] { return plan }
    var best = (cost: Int.max, input: 0)
    let isNarrow = table.inputCount <= TruthTable.wordInputCount
    for j in isNarrow ? 0..<table.inputCount : table.inputCount - 1..<table.inputCount {
      let low = table.removingInput(j, fixedTo: false)
      let high = table.removingInput(j, fixedTo: true)
      let cost: Int
      if low == high.complemented || high.constantValue != nil {
        cost = 1 + plan(low).cost
      } else if low.constantValue != nil {
        cost = 1 + plan(high).cost
      } else {
        cost = 2 + plan(low).cost + plan(low.symmetricDifference(high)).cost
      }
      if cost < best.cost { best = (cost, j) }
    }
    plans[table] = best
    return best
  }
}
