// Constructions that are wrong on purpose: each is caught from every seed, and the counterexample is the least circuit that shows it.
import CircuitProperties
import Circuits
import Constructions
import PropertyTesting
import Tensors
import Testing
import Transformers

/// The circuit with each gate replaced by what a faulty construction takes it for; the wires stay the same.
private func replacingGates(_ circuit: Circuit, _ fault: (Gate, Circuit) -> Gate) -> Circuit {
  var builder = CircuitBuilder(inputCount: circuit.inputCount)
  for g in 0..<circuit.gateCount {
    let gate = fault(circuit.gate(g), circuit)
    builder.gate(gate.table, gate.operands)
  }
  return builder.circuit(outputs: circuit.outputs)
}

/// A construction that has a fault in a gate and is right otherwise.
private struct FaultyConstruction: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let fault: @Sendable (Gate, Circuit) -> Gate
  /// The least circuit that shows the fault, and the fault as it is reported.
  let minimal: String
  let report: String

  func decoder(_ circuit: Circuit) throws -> CircuitDecoder {
    var options = CircuitChain.Options()
    options.foldsInverters = false  // each gate a token, so that the faulty circuit has the same tokens
    return try CircuitDecoder(CircuitSimulation(of: replacingGates(circuit, fault), options: options))
  }

  static let all = [
    FaultyConstruction(
      testDescription: "AND is built as OR",
      fault: { gate, _ in Gate(gate.table == .and ? .or : gate.table, gate.operands) },
      minimal: "Circuit(inputs: 2, gates: [w2 = 1000(w0, w1)], outputs: [])",
      report: "with inputs 10, token 0 (wire w2 of the circuit): expected w2=0, found w2=1"),
    FaultyConstruction(
      testDescription: "the last row of a two-input table is flipped",
      fault: { gate, _ in
        guard gate.operands.count == 2 else { return gate }
        return Gate(TruthTable(bits: gate.table.bits ^ 0b1000, inputCount: 2), gate.operands)
      },
      minimal: "Circuit(inputs: 1, gates: [w1 = 0000(w0, w0)], outputs: [])",
      report: "with inputs 1, token 0 (wire w1 of the circuit): expected w1=0, found w1=1"),
    FaultyConstruction(
      testDescription: "repeated operands are merged, their table is not",
      fault: { gate, _ in
        guard gate.operands.count == 2, gate.operands[0] == gate.operands[1] else { return gate }
        return Gate(TruthTable(bits: gate.table.bits, inputCount: 1), [gate.operands[0]])
      },
      minimal: "Circuit(inputs: 1, gates: [w1 = 0010(w0, w0)], outputs: [])",
      report: "with inputs 1, token 0 (wire w1 of the circuit): expected w1=0, found w1=1"),
    FaultyConstruction(
      testDescription: "an operand is read one wire too early",
      fault: { gate, _ in Gate(gate.table, gate.operands.map { Wire(max(0, $0.index - 1)) }) },
      minimal: "Circuit(inputs: 2, gates: [w2 = 01(w1)], outputs: [])",
      report: "with inputs 10, token 0 (wire w2 of the circuit): expected w2=1, found w2=0"),
    FaultyConstruction(
      testDescription: "a gate's wire is read one wire too early",
      fault: { gate, circuit in
        Gate(gate.table, gate.operands.map { circuit.isInput($0) ? $0 : Wire(max(0, $0.index - 1)) })
      },
      minimal: "Circuit(inputs: 1, gates: [w1 = 0(), w2 = 01(w1)], outputs: [])",
      report: "with inputs 1, token 1 (wire w2 of the circuit): expected w2=1, found w2=0"),
    FaultyConstruction(
      testDescription: "three operands are read in the wrong order",
      fault: { gate, _ in gate.operands.count == 3 ? Gate(gate.table, gate.operands.reversed()) : gate },
      minimal: "Circuit(inputs: 2, gates: [w2 = 00000010(w0, w0, w1)], outputs: [])",
      report: "with inputs 01, token 0 (wire w2 of the circuit): expected w2=0, found w2=1"),
    FaultyConstruction(
      testDescription: "the fourth level of gates is inverted",
      fault: { gate, circuit in
        var levels = [Int](repeating: 0, count: circuit.inputCount)
        for g in 0..<circuit.gateCount {
          levels.append(1 + (circuit.gate(g).operands.map { levels[$0.index] }.max() ?? 0))
        }
        let level = 1 + (gate.operands.map { levels[$0.index] }.max() ?? 0)
        return Gate(level == 4 ? gate.table.complemented : gate.table, gate.operands)
      },
      minimal: "Circuit(inputs: 0, gates: [w0 = 0(), w1 = 00(w0), w2 = 00(w1), w3 = 00(w2)], outputs: [])",
      report: "with inputs (none), token 3 (wire w3 of the circuit): expected w3=0, found w3=1"),
  ]
}

@Test(arguments: FaultyConstruction.all)
private func aFaultyConstructionIsCaughtWithTheLeastCircuit(construction: FaultyConstruction) throws {
  // What fifteen seeds end in, and how often.
  var found: [String: Int] = [:]
  for seed in 1...15 {
    let options = PropertyOptions(count: 2000, seed: "random-1-\(String(seed, radix: 16))")
    let outcome = try check(circuits(), options: options) { circuit in
      try simulates(circuit, by: construction.decoder)
      return true
    }
    let end = outcome.counterexample
    found[end.map { "\($0.minimal): \($0.error.map { "\($0)" } ?? "")" } ?? "none", default: 0] += 1
    if let end { #expect(end.isFixedPoint && end.attempts < 2000, "seed \(seed): \(end.attempts) attempts") }
  }
  #expect(found == ["\(construction.minimal): \(construction.report)": 15])
}

/// Weights whose embedding has the truth tables' row 0 inverted, in the conventions of our LLaMA form.
private func flippingTableRow(_ chain: CircuitChain) -> Model {
  let simulation = LlamaCircuitSimulation(chain)
  var model = simulation.model()
  let column = simulation.layout.stream.column(simulation.layout.table[0])
  for token in 0..<simulation.layout.vocabularySize { model.weights.tokenEmbedding[token, column].negate() }
  return model
}

@Test func aFlippedWeightIsCaughtWithTheLeastCircuit() throws {
  // Constants, buffers and inverters are folded away, so that the least chain with a step has a gate of two different inputs.
  let failure = #expect(throws: PropertyFailure.self) {
    try forAll(circuits()) { try simulates($0, model: flippingTableRow) }
  }
  #expect(failure?.minimal == "Circuit(inputs: 2, gates: [w2 = 0001(w0, w1)], outputs: [])")
  #expect(
    failure?.description.contains("with inputs 00, token 0 (wire w2 of the circuit): expected w2=1, found w2=0") == true
  )
}

@Test func aWrongReadOutIsCaughtWithTheLeastCircuit() throws {
  // The tokens are right, the outputs are read without their complements.
  func decoder(_ circuit: Circuit) -> CircuitDecoder {
    CircuitDecoder(
      expected: { $0.map { $0 ? 1 : 0 } },
      outputs: { _, tokens in circuit.outputs.map { tokens[$0.wire.index] == 1 } },
      emitted: { $0.map { circuit.wireValues($0).map { $0 ? 1 : 0 } } })
  }
  let failure = #expect(throws: PropertyFailure.self) { try forAll(circuits()) { try simulates($0, by: decoder) } }
  #expect(failure?.minimal == "Circuit(inputs: 1, gates: [], outputs: [!w0])")
  #expect(failure?.description.contains("with inputs 0, output 0: expected 1, found 0") == true)
}

@Test func aDrawnAssignmentShrinksWithItsCircuit() throws {
  let instances = circuits(inputs: 1...40, operands: 0...2).flatMap { circuit in
    assignments(of: circuit).map { (circuit, $0) }
  }
  let failure = #expect(throws: PropertyFailure.self) {
    try forAll(instances, count: 2000) {
      try simulates($0.0, assignments: [$0.1], by: FaultyConstruction.all[0].decoder)
    }
  }
  #expect(failure?.minimal == "(Circuit(inputs: 2, gates: [w2 = 1000(w0, w1)], outputs: []), [false, true])")
}
