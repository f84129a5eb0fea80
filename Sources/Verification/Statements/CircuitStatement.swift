// The circuit that a claim is about, as plain arrays: nothing here knows how weights are made from it.

/// A Boolean circuit: inputs, gates in topological order with their truth tables, outputs.
///
/// Wire `w` is an input for w < inputCount, otherwise the value of gate `w - inputCount`.
public struct CircuitStatement: Sendable, Equatable {
  /// The number of inputs.
  public let inputCount: Int
  /// The truth table of each gate: bit r is the value on row r, operand j being bit j of r.
  public let tables: [UInt64]
  /// Gate i reads `operands[offsets[i] ..< offsets[i + 1]]`; one number more than gates.
  public let offsets: [UInt32]
  /// The wires that the gates read, each before the gate; at most 6 a gate.
  public let operands: [UInt32]
  /// What each output is: 2w, or 2w + 1 for the complement of wire w.
  public let outputs: [UInt32]

  /// The circuit of the given parts.
  public init(inputCount: Int, tables: [UInt64], offsets: [UInt32], operands: [UInt32], outputs: [UInt32]) {
    precondition(offsets.count == tables.count + 1 && offsets.first == 0, "offsets say where each gate's operands are")
    precondition(Int(offsets[tables.count]) == operands.count, "offsets end at the number of operands")
    for i in tables.indices {
      precondition(offsets[i] <= offsets[i + 1] && offsets[i + 1] - offsets[i] <= 6, "a gate has 0 to 6 operands")
      for o in offsets[i]..<offsets[i + 1] {
        precondition(Int(operands[Int(o)]) < inputCount + i, "a gate reads wires before it")
      }
    }
    precondition(
      outputs.allSatisfy { Int($0 >> 1) < inputCount + tables.count }, "an output is a wire of the circuit")
    self.inputCount = inputCount
    self.tables = tables
    self.offsets = offsets
    self.operands = operands
    self.outputs = outputs
  }

  /// The number of gates.
  public var gateCount: Int { tables.count }
  /// The number of wires: inputs and gates.
  public var wireCount: Int { inputCount + tables.count }

  /// The wires that gate `i` reads.
  public func operands(ofGate i: Int) -> ArraySlice<UInt32> { operands[Int(offsets[i])..<Int(offsets[i + 1])] }

  /// The values of all wires under one assignment of the inputs.
  public func wireValues(_ inputs: [Bool]) -> [Bool] {
    precondition(inputs.count == inputCount, "one value for each input")
    var values = inputs
    values.reserveCapacity(wireCount)
    for i in tables.indices {
      var row: UInt64 = 0
      for (j, operand) in operands(ofGate: i).enumerated() where values[Int(operand)] { row |= 1 << UInt64(j) }
      values.append(tables[i] >> row & 1 != 0)
    }
    return values
  }
}
