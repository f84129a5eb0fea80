// The certifier of a mutation study: the checker's derivation, compared with the circuit gate by gate.
public import Circuits
public import Transformers
public import Verification

extension SimulationManifest {
  /// Whether the checker shows, under `semantics`, that `model` emits the values of the wires of `circuit` under every assignment.
  ///
  /// What the checker derives from the weights alone is compared with the chain of `circuit`: each step looks up the wires of the step's gate
  /// and has its truth table. Equal functions in other words are refused.
  public func isCertified(_ model: Model, _ circuit: Circuit, _ semantics: Semantics) -> Bool {
    let chain = CircuitChain(circuit, options: chainOptions)
    guard difference(from: chain, circuit) == nil,
      let proof = try? Checker(model, form: promptForm).derive(semantics)
    else { return false }
    return proof.program.computes(chain)
  }
}

extension LookupProgram {
  /// Whether each step is the chain's step: the same function of the same wires.
  func computes(_ chain: CircuitChain) -> Bool {
    guard form.inputCount == chain.inputCount, stepCount == chain.stepCount else { return false }
    return (0..<stepCount).allSatisfy { i in
      let found = reducedGate(TruthTable(bits: tables[i], inputCount: headCount), operands(ofStep: i).map { Int($0) })
      return found == reducedGate(chain.table(ofStep: i), chain.operands(ofStep: i).map { Int($0) })
    }
  }
}

/// A gate in a form that is the same for equal functions of the same wires: only wires that matter, ascending.
///
/// Wire -1 is a leading token, whose value in a table is false.
private func reducedGate(_ table: TruthTable, _ operands: [Int]) -> Gate {
  var (table, operands) = (table, operands)
  var j = 0
  while j < operands.count {
    if operands[j] < 0 || !table.depends(onInput: j) {
      table = table.removingInput(j, fixedTo: false)
      operands.remove(at: j)
    } else if let first = operands[..<j].firstIndex(of: operands[j]) {
      table = table.mergingInput(j, onto: first)
      operands.remove(at: j)
      j = 0  // an input may have ceased to matter
    } else {
      j += 1
    }
  }
  let order = operands.indices.sorted { operands[$0] < operands[$1] }
  let sorted = TruthTable(inputCount: operands.count) { values in
    var row = 0
    for (place, source) in order.enumerated() where values[place] { row |= 1 << source }
    return table[row]
  }
  return Gate(sorted, order.map { Wire(operands[$0]) })
}
