// The circuit that a claim is about, as plain arrays: nothing here knows how weights are made from it.

/// A Boolean circuit: inputs, gates in topological order with their truth tables, outputs.
///
/// Wire `w` is an input for w < inputCount, otherwise the value of gate `w - inputCount`.
public struct CircuitStatement: Sendable, Equatable {
  /// The number of inputs.
  public let inputCount: Int
  /// The truth tables of the gates, one after the other: bit r is the value on row r, operand j being bit j of r; 64 rows a word, so that a gate
  /// of k > 6 operands has 2^(k - 6) words and every other has one.
  public let tables: [UInt64]
  /// Gate i reads `operands[offsets[i] ..< offsets[i + 1]]`; one number more than gates.
  public let offsets: [UInt32]
  /// The wires that the gates read, each before the gate; at most 12 a gate.
  public let operands: [UInt32]
  /// What each output is: 2w, or 2w + 1 for the complement of wire w.
  public let outputs: [UInt32]
  /// The word of `tables` at which each gate's table begins; empty where every gate has one word.
  private let tableStarts: [Int]

  /// The largest number of operands of a gate.
  public static let maximumFanIn = 12

  /// The circuit of the given parts.
  public init(inputCount: Int, tables: [UInt64], offsets: [UInt32], operands: [UInt32], outputs: [UInt32]) {
    precondition(offsets.first == 0, "offsets say where each gate's operands are")
    let gateCount = offsets.count - 1
    precondition(Int(offsets[gateCount]) == operands.count, "offsets end at the number of operands")
    var starts: [Int] = []
    for i in 0..<gateCount {
      precondition(
        offsets[i] <= offsets[i + 1] && Int(offsets[i + 1] - offsets[i]) <= CircuitStatement.maximumFanIn,
        "a gate has 0 to 12 operands")
      let words = TableWords.count(operands: Int(offsets[i + 1] - offsets[i]))
      if words > 1, starts.isEmpty { starts = Array(0...i) }
      if !starts.isEmpty { starts.append(starts[i] + words) }
      for o in offsets[i]..<offsets[i + 1] {
        precondition(Int(operands[Int(o)]) < inputCount + i, "a gate reads wires before it")
      }
    }
    precondition(tables.count == starts.last ?? gateCount, "a gate of k operands has 2^k rows, 64 a word")
    precondition(outputs.allSatisfy { Int($0 >> 1) < inputCount + gateCount }, "an output is a wire of the circuit")
    self.inputCount = inputCount
    self.tables = tables
    self.offsets = offsets
    self.operands = operands
    self.outputs = outputs
    tableStarts = starts
  }

  /// The number of gates.
  public var gateCount: Int { offsets.count - 1 }
  /// The number of wires: inputs and gates.
  public var wireCount: Int { inputCount + gateCount }

  /// The words of the truth table of gate `i`.
  public func table(ofGate i: Int) -> ArraySlice<UInt64> {
    tableStarts.isEmpty ? tables[i..<i + 1] : tables[tableStarts[i]..<tableStarts[i + 1]]
  }

  /// The wires that gate `i` reads.
  public func operands(ofGate i: Int) -> ArraySlice<UInt32> { operands[Int(offsets[i])..<Int(offsets[i + 1])] }

  /// The values of all wires under one assignment of the inputs.
  public func wireValues(_ inputs: [Bool]) -> [Bool] {
    precondition(inputs.count == inputCount, "one value for each input")
    var values = inputs
    values.reserveCapacity(wireCount)
    for i in 0..<gateCount {
      var row: UInt64 = 0
      for (j, operand) in operands(ofGate: i).enumerated() where values[Int(operand)] { row |= 1 << UInt64(j) }
      values.append(TableWords.value(table(ofGate: i), row: row))
    }
    return values
  }
}
