// The program that is derived from constructed weights: the chain's own operands and tables, for the indexed engine and for the live cache.
import Circuits
import Constructions
import Randomness
import Testing
import Verification

@Suite struct IndexedSimulationTests {
  @Test func aRandomCircuitIsEvaluatedByLookup() throws {
    var random = Philox(seed: 11)
    for size in 0..<60 {
      let circuit = oddCircuit(gates: size, inputs: 1 + size % 5, fanIn: size % 3 + 1, using: &random)
      let built = ConstructedChain(circuit)
      let proof = try built.proof()
      let gap = proof.bounds.layers[0].scoreGap.value
      #expect(gap > LlamaCircuitSimulation.scoreGap * 0.99 && gap <= LlamaCircuitSimulation.scoreGap, "\(gap)")
      let lookup = SequentialLookup(proof)
      #expect(lookup.headCount == built.chain.fanIn)
      for inputs in built.assignments(atMost: 16, using: &random) {
        #expect(lookup.tokens(for: inputs).map(Int.init) == built.expected(inputs))
      }
    }
  }

  @Test(arguments: SimulationManifest.Form.allCases)
  func headsLookUpTheOperandsOfTheNextGateAndOtherwiseNothingThatMatters(_ form: SimulationManifest.Form) throws {
    for circuit in [Circuit.comparator(width: 3), .majority(5), .decoder(width: 2)] {
      let built = ConstructedChain(circuit, form: form)
      let program = try built.proof().program
      let chain = built.chain
      for i in 0..<chain.stepCount {
        let operands = chain.operands(ofStep: i).map { Int32($0) }
        #expect(Array(program.operands(ofStep: i).prefix(operands.count)) == operands)
        let table = TruthTable(bits: program.tables[i], inputCount: program.headCount)
        #expect((operands.count..<program.headCount).allSatisfy { !table.depends(onInput: $0) })
      }
      // The heads of the last token of a LLaMA, which has no gate to evaluate, look <s> up.
      #expect(program.endOperands == [Int32](repeating: -1, count: form == .llama ? program.headCount : 0))
    }
  }
}
