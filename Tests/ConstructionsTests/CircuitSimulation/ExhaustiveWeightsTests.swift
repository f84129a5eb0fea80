// Every small circuit through its weights, in both forms: the tokens are the circuit's values on all inputs.
import Circuits
import Constructions
import Foundation
import Randomness
import Testing
import Transformers

/// What decides the weights of a chain: circuits that differ only in their read-out share them.
private struct Body: Hashable {
  let tables: [UInt64]
  let operands: [UInt32]

  init(_ chain: CircuitChain) {
    tables = chain.tables
    operands = chain.operands
  }
}

private let inputsOfTwo = [[false, false], [true, false], [false, true], [true, true]]

/// One circuit for each different chain among `circuits`.
private func representatives(_ circuits: [Circuit], options: CircuitChain.Options) -> [Circuit] {
  var seen: Set<Body> = []
  return circuits.filter { seen.insert(Body(CircuitChain($0, options: options))).inserted }
}

private func checkThroughWeights(_ circuits: [Circuit], options: CircuitChain.Options) throws {
  for circuit in circuits {
    let llama = ConstructedChain(circuit, options: options)
    let expected = inputsOfTwo.map(llama.expected)
    #expect(try llama.dense(inputsOfTwo) == expected, "LLaMA, dense: \(circuit)")
    #expect(try llama.indexed(inputsOfTwo) == expected, "LLaMA, indexed: \(circuit)")
    let li = ConstructedChain(circuit, form: .li, options: options)
    #expect(try li.dense(inputsOfTwo) == inputsOfTwo.map(li.expected), "Li et al., dense: \(circuit)")
    for (inputs, tokens) in zip(inputsOfTwo, expected) {
      let values = try llama.manifest.wireValues(ofTokens: tokens)
      #expect(llama.manifest.outputs(ofWireValues: values) == circuit(inputs))
    }
  }
}

@Suite struct ExhaustiveWeightsTests {
  @Test func allCircuitsOfTwoGatesAreEvaluatedByTheirWeights() throws {
    let different = representatives(allCircuitsOfTwoGates(), options: .init())
    #expect(different.count > 100)
    try checkThroughWeights(different, options: .init())
  }

  @Test func circuitsOfTwoGatesWithNothingFoldedAreEvaluatedByTheirWeights() throws {
    var options = CircuitChain.Options()
    options.foldsInverters = false
    let different = representatives(allCircuitsOfTwoGates(), options: options)
    #expect(different.count == 9216)
    // All of them where time is no matter; else every 13th, which is prime to the counts of tables and operands.
    let all = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"
    try checkThroughWeights(
      all ? different : stride(from: 0, to: different.count, by: 13).map { different[$0] }, options: options)
  }

  @Test(arguments: chainCases)
  func theOddCasesAreEvaluatedByTheirWeights(_ example: ChainCase) throws {
    var random = Philox(seed: 1)
    for folds in [true, false] {
      var options = CircuitChain.Options()
      options.foldsInverters = folds
      for form in SimulationManifest.Form.allCases {
        let built = ConstructedChain(example.circuit, form: form, options: options)
        let inputs = built.assignments(atMost: 64, using: &random)
        let expected = inputs.map(built.expected)
        #expect(try built.dense(inputs) == expected)
        #expect(try built.indexed(inputs) == expected)
        for tokens in zip(inputs, expected) {
          let values = try built.manifest.wireValues(ofTokens: tokens.1)
          #expect(built.manifest.outputs(ofWireValues: values) == example.circuit(tokens.0))
        }
      }
    }
  }
}
