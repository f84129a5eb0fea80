// What a simulation's folder claims, in the words of the checker: a plain copy, which decides nothing.
public import Circuits
public import Verification

extension SimulationManifest {
  /// How wires become tokens.
  public var promptForm: PromptForm {
    switch form {
    case .llama:
      PromptForm(
        tokens: .wiresWithValues, inputCount: inputCount, wireCount: wireCount, leadingTokens: [2 * wireCount],
        endToken: 2 * wireCount + 1)
    case .li:
      PromptForm(
        tokens: .values, inputCount: inputCount, wireCount: wireCount,
        leadingTokens: [Int](repeating: 0, count: leadingTokenCount), endToken: nil)
    }
  }
}

extension SimulationManifest {
  /// Where the wires of `circuit` are on the chain, folded as this manifest says; `nil` where that chain has another number of wires.
  public func witness(for circuit: CircuitStatement) -> Witness? {
    let witness = Witness.folding(circuit, .init(foldsInverters: foldsInverters, dropsDeadGates: dropsDeadGates))
    return witness.chainWireCount == wireCount ? witness : nil
  }
}

extension CircuitStatement {
  /// The statement of `circuit`: its gates, tables and outputs as they are.
  public init(_ circuit: Circuit) {
    var tables: [UInt64] = []
    var offsets: [UInt32] = [0]
    var operands: [UInt32] = []
    tables.reserveCapacity(circuit.gateCount)
    offsets.reserveCapacity(circuit.gateCount + 1)
    for g in 0..<circuit.gateCount {
      let table = circuit.table(ofGate: g)
      if table.inputCount <= TruthTable.wordInputCount { tables.append(table.bits) } else { tables += table.words }
      for j in 0..<circuit.fanIn(ofGate: g) { operands.append(UInt32(circuit.operand(j, ofGate: g).index)) }
      offsets.append(UInt32(operands.count))
    }
    self.init(
      inputCount: circuit.inputCount, tables: tables, offsets: offsets, operands: operands,
      outputs: circuit.outputs.map { UInt32(2 * $0.wire.index + ($0.isComplemented ? 1 : 0)) })
  }
}
