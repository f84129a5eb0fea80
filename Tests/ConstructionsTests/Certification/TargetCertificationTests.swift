// Every form that a circuit can be written down in is certified for all inputs, and refused for another circuit.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Randomness
import TestSupport
import Testing
import Transformers
import Verification

private let isSlow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"

/// A form, and a semantics under which it is to be certified.
private struct Claimed: Sendable {
  let target: PositionalTarget?
  let semantics: Semantics
}

private func format(_ e: Int, _ s: Int) -> FloatFormat { FloatFormat(exponentBits: e, significandBits: s) }

private let claims: [Claimed] =
  [nil, PositionalTarget.gpt2, .float32].flatMap { target in
    [Semantics.ideal, .softmax, .rounded(.float32), .rounded(.nearest(bits: 8)), .rounded(.nearest(bits: 11))].map {
      Claimed(target: target, semantics: $0)
    }
  }
  + [format(0, 2), format(0, 3), format(2, 2), format(4, 4), .binary16, .bfloat16, .binary32].map {
    Claimed(target: .finitePrecision($0), semantics: .finitePrecision($0))
  }

private func verdict(_ simulation: CircuitSimulation, _ semantics: Semantics, _ circuit: Circuit) throws -> Verdict {
  let (manifest, statement) = (simulation.manifest, CircuitStatement(circuit))
  let witness = try #require(Witness.derived(from: statement, wireCount: manifest.wireCount))
  return Checker(simulation.model(), form: manifest.promptForm)
    .check(semantics, circuit: statement, witness: witness, readOut: manifest.readOut)
}

private func simulation(_ circuit: Circuit, _ target: PositionalTarget?) throws -> CircuitSimulation {
  try target.map { try CircuitSimulation(of: circuit, target: $0) } ?? CircuitSimulation(of: circuit)
}

/// A chain of NANDs, whose gate number `flipped` is an AND instead.
private func nands(flipped: Int? = nil) -> Circuit {
  var builder = CircuitBuilder(inputCount: 3)
  for gate in 0..<9 {
    builder.gate(gate == flipped ? .and : .nand, Wire(gate), Wire(gate / 2 + 2))
  }
  return builder.circuit(outputs: [Literal(Wire(11)), Literal(Wire(7), complemented: true)])
}

@Suite struct TargetCertificationTests {
  @Test(arguments: claims.indices)
  func everyFormIsCertified(_ index: Int) throws {
    let claim = claims[index]
    var random = Philox(seed: 11)
    let circuits = [
      nands(), Circuit.rippleCarryAdder(width: 5), .parity(6),
      .random(size: 60, inputs: 6, fanIn: 1...3, using: &random),
    ]
    for circuit in circuits {
      let simulation = try simulation(circuit, claim.target)
      guard case .proved(let proof) = try verdict(simulation, claim.semantics, circuit) else {
        Issue.record("\(circuit.names.circuit) under \(claim.semantics) is not certified")
        continue
      }
      #expect(proof.bounds.tokenMargin.value > 0 && proof.bounds.layers[0].scoreGap.value > 0)
    }
  }

  @Test(arguments: claims.indices)
  func everyFormIsRefusedForAnotherCircuit(_ index: Int) throws {
    let claim = claims[index]
    let simulation = try simulation(nands(), claim.target)
    for gate in 0..<9 {
      guard case .proved = try verdict(simulation, claim.semantics, nands(flipped: gate)) else { continue }
      Issue.record("gate \(gate) is another, and the claim under \(claim.semantics) is certified")
    }
  }

  @Test(.enabled(if: sharedData != nil && isSlow), arguments: ["aes_128", "sha256"])
  func standardsAreCertifiedInEveryForm(_ name: String) throws {
    let folder = try #require(sharedData).appendingPathComponent("circuits/bristol")
    let circuit = try Circuit(contentsOf: folder.appendingPathComponent("\(name).txt").path)
    for claim in [
      Claimed(target: nil, semantics: .ideal), Claimed(target: nil, semantics: .softmax),
      Claimed(target: nil, semantics: .rounded(.nearest(bits: 8))), Claimed(target: nil, semantics: .rounded(.float32)),
      Claimed(target: .gpt2, semantics: .rounded(.float32)), Claimed(target: .float32, semantics: .rounded(.float32)),
      Claimed(target: .finitePrecision(format(0, 2)), semantics: .finitePrecision(format(0, 2))),
    ] {
      guard case .proved = try verdict(try simulation(circuit, claim.target), claim.semantics, circuit) else {
        Issue.record("\(name) under \(claim.semantics) is not certified")
        continue
      }
    }
  }
}
