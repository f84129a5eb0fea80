// The LLaMA form, decoded by lookup, says the circuit's wire values: on a table of odd circuits and on random ones.
import Circuits
import Constructions
import Testing
import Transformers

/// The tokens of a whole chain: `<s>`, the inputs, every step, `</s>`.
func expectedTokens(_ simulation: LlamaCircuitSimulation, _ circuit: Circuit, _ inputs: [Bool]) -> [Int32] {
  let values = circuit.wireValues(inputs)
  let wires = simulation.chain.sourceWires.enumerated().map { w, source in
    Int32(simulation.layout.token(wire: w, value: values[source.index]))
  }
  return [Int32(simulation.layout.beginToken)] + wires + [Int32(simulation.layout.endToken)]
}

@Test func aRandomCircuitIsEvaluatedByLookup() throws {
  var random = SystemRandomNumberGenerator()
  for size in 0..<30 {
    var builder = CircuitBuilder(inputCount: 1 + size % 5)
    for _ in 0..<size {
      let k = Int.random(in: 0...3, using: &random)
      let operands = (0..<k).map { _ in Wire(Int.random(in: 0..<builder.wireCount, using: &random)) }
      builder.gate(TruthTable(bits: random.next(), inputCount: k), operands)
    }
    let circuit = builder.circuit(outputs: [Literal(Wire(builder.wireCount - 1))])
    let simulation = LlamaCircuitSimulation(CircuitChain(circuit))
    let model = simulation.model()
    let structure = try IndexedStructure(checking: model)
    #expect(structure.scoreLead > 120)
    var session = IndexedSession(structure)
    for _ in 0..<10 {
      let inputs = (0..<circuit.inputCount).map { _ in Bool.random(using: &random) }
      let expected = expectedTokens(simulation, circuit, inputs)
      var tokens = Array(expected.prefix(1 + circuit.inputCount))
      let stop = session.generate(
        after: &tokens, maximumNewTokens: 10_000, endTokens: [simulation.layout.endToken])
      #expect(stop == .endToken)
      #expect(tokens == expected)
    }
  }
}
