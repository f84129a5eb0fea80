// The LLaMA form, decoded by lookup, says the circuit's wire values; a session can be used again and stops where it should.
import Circuits
import Constructions
import Randomness
import Testing
import Transformers

@Suite struct IndexedSimulationTests {
  @Test func aRandomCircuitIsEvaluatedByLookup() throws {
    var random = Philox(seed: 11)
    for size in 0..<60 {
      let circuit = oddCircuit(gates: size, inputs: 1 + size % 5, fanIn: size % 3 + 1, using: &random)
      let built = ConstructedChain(circuit)
      let structure = try IndexedStructure(checking: built.model)
      #expect(structure.scoreLead > 120 && structure.headCount == built.chain.fanIn)
      var session = IndexedSession(structure)
      for inputs in built.assignments(atMost: 16, using: &random) {
        var tokens = built.manifest.prompt(inputs).map(Int32.init)
        let stop = session.generate(
          after: &tokens, maximumNewTokens: 10_000, endTokens: built.model.configuration.endTokens)
        #expect(stop == .endToken)
        #expect(tokens.map(Int.init) == built.expected(inputs))
      }
    }
  }

  @Test func headsWantTheOperandsOfTheNextGateAndNothingElse() throws {
    let built = ConstructedChain(.comparator(width: 3))
    let structure = try IndexedStructure(checking: built.model)
    let chain = built.chain
    for i in 0..<chain.stepCount {
      let token = 2 * (chain.inputCount + i - 1)  // of the wire before the step, with the value false
      for (j, operand) in chain.operands(ofStep: i).enumerated() {
        for w in 0..<chain.wireCount {
          for value in 0...1 {
            let isWanted = structure.isWanted(byHead: j, token: token, position: 0, key: (2 * w + value, 0))
            #expect(isWanted == (w == Int(operand)))
          }
        }
      }
    }
  }

  @Test func aSessionStopsAtTheLengthAskedForAndWhereLookupHasNoAnswer() throws {
    let built = ConstructedChain(.rippleCarryAdder(width: 3))
    var session = IndexedSession(try IndexedStructure(checking: built.model))
    let expected = built.expected([Bool](repeating: true, count: 6))
    var tokens = expected.prefix(7).map(Int32.init)
    #expect(session.generate(after: &tokens, maximumNewTokens: 2) == .length)
    #expect(tokens.map(Int.init) == Array(expected.prefix(9)))
    // Without the last inputs, the operands of the first gate are not there.
    var short = expected.suffix(2).map(Int32.init)
    #expect(session.generate(after: &short, maximumNewTokens: 5) == .undecided(position: 1))
    // A prompt that says a wire twice leaves the lookup of that wire to dense attention.
    let step = built.chain.operands(ofStep: 0)
    var twice = [Int32(2 * step[step.startIndex])] + expected.prefix(7).map(Int32.init)
    #expect(session.generate(after: &twice, maximumNewTokens: 5) == .undecided(position: 7))
  }
}
