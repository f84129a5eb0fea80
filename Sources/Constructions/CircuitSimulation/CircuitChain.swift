// circuit -> chain: what the chain of thought says, token by token, once inverters and constants cost nothing.
public import Circuits

/// The order and the work of a chain of thought that evaluates a circuit.
///
/// Chain wires `0 ..< inputCount` are the circuit's inputs, and step `i` of the chain emits the value of chain wire `inputCount + i`, a
/// truth table of earlier chain wires. The circuit's inverters, buffers and constants are folded away: into the tables of the gates that
/// read them and into the read-out.
public struct CircuitChain: Sendable, Equatable {
  /// What lowering a circuit to a chain may leave out.
  public struct Options: Sendable, Equatable {
    /// Whether inverters, buffers, constants and gates that reduce to one of these are folded away; otherwise each costs a token.
    public var foldsInverters = true
    /// Whether gates that no output depends on are left out.
    public var dropsDeadGates = false

    /// Folds inverters, keeps dead gates.
    public init() {}
  }

  /// Where a value of the circuit is found: in a chain wire, perhaps complemented, or nowhere because it never changes.
  public enum Source: Sendable, Equatable {
    /// The value is always this.
    case constant(Bool)
    /// The value of a chain wire, or its complement.
    case wire(Int, isComplemented: Bool)

    /// As a manifest writes it: -1 for constant false, -2 for constant true, else 2 * wire + (1 if complemented).
    var code: Int {
      switch self {
      case .constant(let value): value ? -2 : -1
      case .wire(let w, let isComplemented): 2 * w + (isComplemented ? 1 : 0)
      }
    }
  }

  /// The number of inputs.
  public let inputCount: Int
  /// Truth table bits of each step; of a step of more than 6 operands, where its words begin in `wideTables`.
  package let tables: [UInt64]
  /// The words of the tables of steps of more than 6 operands.
  package let wideTables: [UInt64]
  /// Step `i` reads `operands[offsets[i] ..< offsets[i + 1]]`.
  public let offsets: [UInt32]
  /// The chain wires that the steps read, one step after the other.
  public let operands: [UInt32]
  /// Where each output of the circuit is read.
  public let readOut: [Source]
  /// The circuit's wire whose value each chain wire carries.
  public let sourceWires: [Wire]

  /// The number of steps: tokens that the chain of thought emits.
  public var stepCount: Int { tables.count }
  /// The number of chain wires, T: inputs and steps.
  public var wireCount: Int { inputCount + tables.count }

  /// The number of operands of step `i`.
  @inlinable public func fanIn(ofStep i: Int) -> Int { Int(offsets[i + 1] - offsets[i]) }

  /// The truth table of step `i`.
  public func table(ofStep i: Int) -> TruthTable {
    let k = fanIn(ofStep: i)
    if k <= TruthTable.wordInputCount { return TruthTable(bits: tables[i], inputCount: k) }
    let start = Int(tables[i])
    return TruthTable(words: wideTables[start..<start + TruthTable.wordCount(k)], inputCount: k)
  }

  /// The chain wires that step `i` reads.
  public func operands(ofStep i: Int) -> ArraySlice<UInt32> { operands[Int(offsets[i])..<Int(offsets[i + 1])] }

  /// The largest number of operands of a step, and at least 1: the number of heads, K.
  public var fanIn: Int {
    var largest = 1
    for i in 0..<stepCount { largest = max(largest, fanIn(ofStep: i)) }
    return largest
  }
}

extension CircuitChain {
  /// The chain of `circuit`, its gates in the circuit's order.
  ///
  /// Each gate is simplified with what is known of its operands: constants are fixed, complements enter the table, operands that repeat
  /// are merged and those that do not matter are dropped. A gate that is then a constant, a buffer or an inverter becomes a `Source` for its
  /// readers instead of a step. Linear in the size of the circuit.
  public init(_ circuit: Circuit, options: Options = Options()) {
    let live = options.dropsDeadGates ? CircuitChain.reachesOutput(circuit) : []
    var sources: [Source] = (0..<circuit.inputCount).map { .wire($0, isComplemented: false) }
    sources.reserveCapacity(circuit.wireCount)
    var sourceWires = (0..<circuit.inputCount).map { Wire($0) }
    var tables: [UInt64] = []
    var wideTables: [UInt64] = []
    var offsets: [UInt32] = [0]
    var operands: [UInt32] = []
    sourceWires.reserveCapacity(circuit.wireCount)
    tables.reserveCapacity(circuit.gateCount)
    offsets.reserveCapacity(circuit.gateCount + 1)
    operands.reserveCapacity(2 * circuit.gateCount)

    for g in 0..<circuit.gateCount {
      let gateWire = Wire(circuit.inputCount + g)
      if options.dropsDeadGates && !live[gateWire.index] {
        sources.append(.constant(false))  // nothing reads it
        continue
      }
      if options.foldsInverters {
        let start = operands.count
        switch CircuitChain.fold(circuit, gate: g, sources: sources, operands: &operands) {
        case .gate(let table): tables.append(wideTables.place(table))
        case .source(let source):
          operands.removeLast(operands.count - start)
          sources.append(source)
          continue
        }
      } else {
        for j in 0..<circuit.fanIn(ofGate: g) {
          guard case .wire(let w, _) = sources[circuit.operand(j, ofGate: g).index] else { continue }
          operands.append(UInt32(w))
        }
        tables.append(wideTables.place(circuit.table(ofGate: g)))
      }
      sources.append(.wire(sourceWires.count, isComplemented: false))
      sourceWires.append(gateWire)
      offsets.append(UInt32(operands.count))
    }

    inputCount = circuit.inputCount
    self.tables = tables
    self.wideTables = wideTables
    self.offsets = offsets
    self.operands = operands
    self.sourceWires = sourceWires
    readOut = circuit.outputs.map { output in
      switch sources[output.wire.index] {
      case .constant(let value): .constant(value != output.isComplemented)
      case .wire(let w, let isComplemented): .wire(w, isComplemented: isComplemented != output.isComplemented)
      }
    }
  }

  /// What is left of a gate.
  private enum Folded {
    /// A gate that computes the table of the folded operands.
    case gate(TruthTable)
    /// Nothing: a constant, a wire or its complement.
    case source(Source)
  }

  /// Appends the folded operands of gate `g` and returns its table, or what the gate reduces to (then `operands` is to be cut back).
  private static func fold(
    _ circuit: Circuit, gate g: Int, sources: [Source], operands: inout [UInt32]
  ) -> Folded {
    var table = circuit.table(ofGate: g)
    let start = operands.count
    var next = 0  // the operand of the table that is looked at
    for j in 0..<circuit.fanIn(ofGate: g) {
      switch sources[circuit.operand(j, ofGate: g).index] {
      case .constant(let value):
        table = table.removingInput(next, fixedTo: value)
      case .wire(let w, let isComplemented):
        if isComplemented { table = table.complementingInput(next) }
        if let twin = operands[start...].firstIndex(of: UInt32(w)) {
          table = table.mergingInput(next, onto: twin - start)
        } else {
          operands.append(UInt32(w))
          next += 1
        }
      }
    }
    var j = 0
    while j < table.inputCount {
      if table.depends(onInput: j) {
        j += 1
      } else {
        table = table.removingInput(j, fixedTo: false)
        operands.remove(at: start + j)
      }
    }
    if let value = table.constantValue { return .source(.constant(value)) }
    if table.inputCount == 1 { return .source(.wire(Int(operands[start]), isComplemented: table == .not)) }
    return .gate(table)
  }

  /// For each wire, whether some output depends on it.
  private static func reachesOutput(_ circuit: Circuit) -> [Bool] {
    var live = [Bool](repeating: false, count: circuit.wireCount)
    for output in circuit.outputs { live[output.wire.index] = true }
    for g in stride(from: circuit.gateCount - 1, through: 0, by: -1) where live[circuit.inputCount + g] {
      for j in 0..<circuit.fanIn(ofGate: g) { live[circuit.operand(j, ofGate: g).index] = true }
    }
    return live
  }
}

extension CircuitChain {
  /// The values of all chain wires under one assignment, by the tables: the plain meaning of a chain.
  public func wireValues(_ inputs: [Bool]) -> [Bool] {
    precondition(inputs.count == inputCount, "one value for each input")
    var values = inputs
    values.reserveCapacity(wireCount)
    for i in 0..<stepCount {
      var row = 0
      for (j, operand) in operands(ofStep: i).enumerated() where values[Int(operand)] { row |= 1 << j }
      values.append(table(ofStep: i)[row])
    }
    return values
  }

  /// The circuit's outputs, read off the values of the chain wires.
  public func outputs(ofWireValues values: [Bool]) -> [Bool] {
    readOut.map { source in
      switch source {
      case .constant(let value): value
      case .wire(let w, let isComplemented): values[w] != isComplemented
      }
    }
  }

  /// The largest number of chain wires that are live at once: a wire lives from its emission to its last use, and one that the read-out
  /// needs is remembered as a token, not in the cache.
  public var liveWireCount: Int {
    var lastUse = [Int](repeating: -1, count: wireCount)
    for i in 0..<stepCount {
      for operand in operands(ofStep: i) { lastUse[Int(operand)] = inputCount + i }
    }
    var ending = [Int](repeating: 0, count: wireCount + 1)
    var live = 0
    var largest = 0
    for w in 0..<wireCount {
      live -= ending[w]
      if lastUse[w] >= 0 {
        live += 1
        ending[lastUse[w]] += 1
      }
      largest = max(largest, live)
    }
    return largest
  }
}
