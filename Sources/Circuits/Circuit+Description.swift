// A circuit as one line of text: for messages, counterexamples and the debugger.

extension Circuit: CustomStringConvertible {
  /// The circuit as one line: its inputs, each gate as `wire = table(operands)`, its outputs. Names are left out.
  ///
  /// A half adder reads `Circuit(inputs: 2, gates: [w2 = 0110(w0, w1), w3 = 1000(w0, w1)], outputs: [w2, w3])`; a table's
  /// values stand from the last row to the first (see `TruthTable.description`). Of more than 64 gates or outputs the first 64
  /// are written, and how many follow.
  public var description: String {
    let gates = (0..<min(gateCount, 64)).map { g in
      let operands = (0..<fanIn(ofGate: g)).map { operand($0, ofGate: g).description }.joined(separator: ", ")
      return "\(Wire(inputCount + g)) = \(table(ofGate: g))(\(operands))"
    }
    let outputs = self.outputs.prefix(64).map(\.description)
    return "Circuit(inputs: \(inputCount), gates: [\(Circuit.list(gates, of: gateCount))], "
      + "outputs: [\(Circuit.list(outputs, of: outputCount))])"
  }

  private static func list(_ items: [String], of count: Int) -> String {
    items.joined(separator: ", ") + (items.count < count ? ", ... \(count - items.count) more" : "")
  }
}
