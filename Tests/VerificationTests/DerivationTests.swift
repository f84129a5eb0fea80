// What the checker derives from constructed weights.
import Circuits
import FoundationEssentials
import Constructions
import Testing
import TestSupport
import Transformers
import Verification

@Suite struct DerivationTests {
  @Test(arguments: ["bristol/adder64.txt", "bristol/sha256.txt"], [Semantics.ideal, .softmax, .rounded(RoundingModel(unit: 0x1p-24)), .rounded(RoundingModel(unit: 0x1p-8, keptBits: 8)),.rounded(RoundingModel(unit: 0x1p-11)), .rounded(RoundingModel(unit: 0x1p-12))])
  func aConstructedModelComputesItsChain(name: String, semantics: Semantics) throws {
    let circuit = try Circuit.read("\(sharedData!.path)/circuits/\(name)").circuit
    let simulation = CircuitSimulation(of: circuit)
    let model = simulation.model()
    let clock = ContinuousClock.now
    do {
      let proof = try Checker(model, form: simulation.manifest.promptForm).derive(semantics)
      print(name, semantics, ContinuousClock.now - clock, proof.bounds)
    } catch { print(name, semantics, ContinuousClock.now - clock, error) }
  }
}
