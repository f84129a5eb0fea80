// The witness that is derived from a circuit alone is that of the chain which the construction writes, though neither knows the other's code.
import Circuits
import Constructions
import Testing
import TestSupport
import Verification

/// Compares where the two say that each chain wire comes from, and where outputs are read.
private func expectTheSame(_ circuit: Circuit) {
  let statement = CircuitStatement(circuit)
  for (folding, options) in foldings {
    let chain = CircuitChain(circuit, options: options)
    let witness = Witness.folding(statement, folding)
    var carried: [Int] = []
    for (wire, source) in witness.sources.enumerated() where Int(source) == 2 * carried.count { carried.append(wire) }
    #expect(carried == chain.sourceWires.map(\.index))
    let codes = statement.outputs.map { output in
      let source = Int(witness.sources[Int(output >> 1)])
      return output & 1 == 0 ? source : source < 0 ? -3 - source : source ^ 1
    }
    #expect(codes == readOut(of: chain))
  }
}

@Suite struct CertificateFoldingTests {
  @Test func aSmallCircuitIsFolded() {
    // NOT x, x AND NOT x, NOT x XOR true, OR of both inputs, a copy of it that nothing reads.
    let circuit = CircuitStatement(
      inputCount: 2, tables: [0b01, 0b1000, 0b1, 0b0110, 0b1110, 0b10], offsets: [0, 1, 3, 3, 5, 7, 8],
      operands: [0, 0, 2, 2, 4, 5, 1, 6], outputs: [12])
    #expect(Witness.folding(circuit).sources == [0, 2, 1, -1, -2, 0, 4, 4])
    #expect(
      Witness.folding(circuit, .init(dropsDeadGates: true)).sources == [0, 2, 1, -3, -2, 0, 4, -3])
    #expect(Witness.folding(circuit, .init(foldsInverters: false)).sources == [0, 2, 4, 6, 8, 10, 12, 14])
    #expect(
      Witness.folding(circuit, .init(foldsInverters: false, dropsDeadGates: true)).sources
        == [0, 2, 4, -3, 6, 8, 10, -3])
    #expect(Witness.derived(from: circuit, wireCount: 3) == Witness.folding(circuit))
    #expect(Witness.derived(from: circuit, wireCount: 8) == Witness.folding(circuit, .init(foldsInverters: false)))
    #expect(Witness.derived(from: circuit, wireCount: 4) == nil)
  }

  @Test func chainsOfIrregularCircuitsHaveTheDerivedWitness() {
    var random = SplitMix64(seed: 11)
    for round in 0..<400 {
      expectTheSame(
        irregularCircuit(inputs: round % 6, gates: 1 + round % 30, fanIn: 1 + round % 6, outputs: 3, using: &random))
    }
  }

  @Test(.enabled(if: sharedData != nil), arguments: CombinationalCircuits.files)
  func theChainOfASharedCircuitHasTheDerivedWitness(_ file: String) throws {
    expectTheSame(try CombinationalCircuits.read(file))
  }
}
