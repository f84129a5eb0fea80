// statement -> witness: where values are found on a chain that folds inverters, constants and copies, derived from the circuit alone.

extension Witness {
  /// What a chain may leave out of a circuit.
  public struct Folding: Sendable, Hashable, CaseIterable {
    /// Whether constants, copies and complements of earlier wires have no step of their own.
    public var foldsInverters: Bool
    /// Whether gates that no output depends on have no step.
    public var dropsDeadGates: Bool

    /// The given choice.
    public init(foldsInverters: Bool = true, dropsDeadGates: Bool = false) {
      (self.foldsInverters, self.dropsDeadGates) = (foldsInverters, dropsDeadGates)
    }

    /// All four choices, the usual one first.
    public static let allCases = [
      Folding(), Folding(dropsDeadGates: true), Folding(foldsInverters: false),
      Folding(foldsInverters: false, dropsDeadGates: true),
    ]
  }

  /// The witness of the chain that has a step for each gate of `circuit`, in its order, but those that `folding` leaves out.
  ///
  /// A gate is folded where its truth table, with the constants among its operands put in, depends on at most one chain wire. Linear in the
  /// size of the circuit.
  public static func folding(_ circuit: CircuitStatement, _ folding: Folding = Folding()) -> Witness {
    let isLive = folding.dropsDeadGates ? circuit.reachesOutput : []
    var sources = (0..<circuit.inputCount).map { 2 * Int32($0) }
    sources.reserveCapacity(circuit.wireCount)
    var next = Int32(circuit.inputCount)
    for gate in 0..<circuit.gateCount {
      if folding.dropsDeadGates && !isLive[circuit.inputCount + gate] {
        sources.append(nowhere)
      } else if folding.foldsInverters, let source = circuit.foldedSource(ofGate: gate, sources: sources) {
        sources.append(source)
      } else {
        sources.append(2 * next)
        next += 1
      }
    }
    return Witness(sources: sources)
  }

  /// The witness of the first folding whose chain has `wireCount` wires, or `nil` where none has.
  public static func derived(from circuit: CircuitStatement, wireCount: Int) -> Witness? {
    for folding in Folding.allCases {
      let witness = Witness.folding(circuit, folding)
      if witness.chainWireCount == wireCount { return witness }
    }
    return nil
  }

  /// The number of chain wires up to the last that a source speaks of.
  package var chainWireCount: Int { sources.reduce(0) { $1 >= 0 ? max($0, Int($1 >> 1) + 1) : $0 } }
}

extension CircuitStatement {
  /// For each wire, whether some output depends on it.
  fileprivate var reachesOutput: [Bool] {
    var isLive = [Bool](repeating: false, count: wireCount)
    for output in outputs { isLive[Int(output >> 1)] = true }
    for gate in stride(from: gateCount - 1, through: 0, by: -1) where isLive[inputCount + gate] {
      for operand in operands(ofGate: gate) { isLive[Int(operand)] = true }
    }
    return isLive
  }

  /// The constant or the literal of an earlier chain wire that gate `i` is, or `nil` where it is neither.
  fileprivate func foldedSource(ofGate i: Int, sources: [Int32]) -> Int32? {
    // What the gate computes as a function of the chain wires behind its operands, each once.
    var wires: [Int32] = []
    for operand in operands(ofGate: i) {
      let source = sources[Int(operand)]
      if source >= 0 && !wires.contains(source >> 1) { wires.append(source >> 1) }
    }
    var function = [UInt64](repeating: 0, count: TableWords.count(operands: wires.count))
    let table = table(ofGate: i)
    for assignment in 0..<UInt64(1) << UInt64(wires.count) {
      var row: UInt64 = 0
      for (j, operand) in operands(ofGate: i).enumerated() {
        let source = sources[Int(operand)]
        var value = source == Witness.alwaysTrue
        if source >= 0, let place = wires.firstIndex(of: source >> 1) {
          value = (assignment >> UInt64(place) & 1 != 0) != (source & 1 != 0)
        }
        if value { row |= 1 << UInt64(j) }
      }
      if TableWords.value(table, row: row) { function[Int(assignment >> 6)] |= 1 << (assignment & 63) }
    }
    func value(_ row: UInt64) -> Bool { TableWords.value(function[...], row: row) }
    let rows = 0..<UInt64(1) << UInt64(wires.count)
    let needed = wires.indices.filter { place in
      rows.contains {
        ($0 >> UInt64(place) & 1 == 0) && value($0) != value($0 | 1 << UInt64(place))
      }
    }
    switch needed.count {
    case 0: return value(0) ? Witness.alwaysTrue : Witness.alwaysFalse
    case 1: return 2 * wires[needed[0]] + (value(0) ? 1 : 0)  // row 0 is true where the wire is complemented
    default: return nil
    }
  }
}
