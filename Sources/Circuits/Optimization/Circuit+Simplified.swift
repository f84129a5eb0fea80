// Structural simplification of a circuit: hashing, constant propagation, removal of dead gates.

extension Circuit {
  /// What `simplified()` did.
  public struct SimplificationStatistics: Sendable, Equatable, Codable {
    /// Gates before.
    public var gatesBefore: Int
    /// Gates after; never more than before.
    public var gatesAfter: Int
    /// Gates that were constant, or equal to an operand or its complement (inverters and buffers too).
    public var foldedGates: Int
    /// Gates that computed what an earlier one computes, or the opposite.
    public var sharedGates: Int
    /// Gates that no output needs, before or after the other steps.
    public var deadGates: Int
  }

  /// A circuit that computes the same outputs, with no constant, repeated, or dead gates and no inverters, and what was removed.
  ///
  /// Inputs and outputs keep their number, order and names; names of inner wires are dropped. Every gate of the result has two or more
  /// operands, distinct and all relevant, except that a constant output reads one gate without operands. Never has more gates.
  ///
  /// Complexity: O(gates) table operations and hash probes.
  public func simplified() -> (circuit: Circuit, statistics: SimplificationStatistics) {
    var logic = LogicBuilder(inputCount: inputCount)
    logic.names = names
    logic.names.wires = [:]
    var literals: [Literal] = (0..<inputCount).map { logic.input($0) }
    literals.reserveCapacity(wireCount)
    var gateOperands: [Literal] = []
    for g in 0..<gateCount {
      let k = fanIn(ofGate: g)
      func read(_ j: Int) -> Literal { literals[operand(j, ofGate: g).index] }
      if k == 2 {
        literals.append(logic.gate(bits: tables[g], read(0), read(1)))
      } else {
        gateOperands.removeAll(keepingCapacity: true)
        for j in 0..<k { gateOperands.append(read(j)) }
        literals.append(logic.gate(table(ofGate: g), gateOperands))
      }
    }
    let newOutputs = outputs.map { $0.isComplemented ? !literals[$0.wire.index] : literals[$0.wire.index] }
    let circuit = logic.finish(outputs: newOutputs)
    // The gate behind constant outputs is nobody's image: the gates that became constant count as folded.
    let images = (0..<circuit.gateCount).count { circuit.fanIn(ofGate: $0) > 0 }
    let statistics = SimplificationStatistics(
      gatesBefore: gateCount, gatesAfter: circuit.gateCount, foldedGates: logic.foldedGateCount,
      sharedGates: logic.sharedGateCount,
      deadGates: gateCount - images - logic.foldedGateCount - logic.sharedGateCount)
    return (circuit, statistics)
  }

  /// Which wires some output depends on structurally.
  public func liveWires() -> [Bool] {
    var isLive = [Bool](repeating: false, count: wireCount)
    for output in outputs { isLive[output.wire.index] = true }
    for g in stride(from: gateCount - 1, through: 0, by: -1) where isLive[inputCount + g] {
      for o in offsets[g]..<offsets[g + 1] { isLive[Int(operands[Int(o)])] = true }
    }
    return isLive
  }

  /// The circuit without the gates that no output needs; the others keep their order, functions and names.
  public func removingDeadGates() -> Circuit {
    let isLive = liveWires()
    if isLive[inputCount...].allSatisfy({ $0 }) { return self }
    var newWire = [UInt32](repeating: 0, count: wireCount)
    for i in 0..<inputCount { newWire[i] = UInt32(i) }
    var newTables: [UInt64] = []
    var newWideTables: [UInt64] = []
    var newOffsets: [UInt32] = [0]
    var newOperands: [UInt32] = []
    var newNames = names
    newNames.wires = names.wires.filter { $0.key < UInt32(inputCount) }
    for g in 0..<gateCount where isLive[inputCount + g] {
      newWire[inputCount + g] = UInt32(inputCount + newTables.count)
      if let name = names.wires[UInt32(inputCount + g)] { newNames.wires[newWire[inputCount + g]] = name }
      for o in offsets[g]..<offsets[g + 1] { newOperands.append(newWire[Int(operands[Int(o)])]) }
      newTables.append(newWideTables.place(table(ofGate: g)))
      newOffsets.append(UInt32(newOperands.count))
    }
    return Circuit(
      inputCount: inputCount, tables: newTables, wideTables: newWideTables, offsets: newOffsets, operands: newOperands,
      outputs: outputs.map { Literal(Wire(rawValue: newWire[$0.wire.index]), complemented: $0.isComplemented) },
      names: newNames)
  }
}
