// What the checker derives from constructed weights.
import Circuits
import Constructions
import Testing
import Transformers
import Verification

@Suite struct DerivationTests {
  @Test(arguments: [Semantics.ideal, .softmax, .rounded(.float32), .rounded(.nearest(bits: 8))])
  func aConstructedAdderComputesItsChain(semantics: Semantics) throws {
    let circuit = Circuit.rippleCarryAdder(width: 4)
    let simulation = CircuitSimulation(of: circuit)
    let proof = try Checker(simulation.model(), form: simulation.manifest.promptForm).derive(semantics)
    for inputs in 0..<256 {
      let bits = (0..<8).map { inputs >> $0 & 1 != 0 }
      #expect(proof.program.wireValues(bits) == simulation.chain.wireValues(bits))
    }
  }
}
