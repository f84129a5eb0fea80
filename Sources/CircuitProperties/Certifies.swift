// certifies: whether the checker shows that weights compute a circuit, for all inputs.
public import Circuits
public import Constructions
public import Transformers
public import Verification

/// Weights that the checker did not certify.
public struct CertificationFault: Error, Sendable, CustomStringConvertible {
  /// The semantics of the claim.
  public let semantics: Semantics
  /// An assignment under which the weights are wrong, where one was found.
  public let counterexample: Counterexample?
  /// Why, in a sentence.
  public let description: String
}

/// Checks that the checker certifies our construction for `circuit`: all inputs at once, without running one.
///
/// ```swift
/// try forAll(circuits()) { try certifies($0, under: .rounded(.float32)) }
/// ```
///
/// - Parameters:
///   - circuit: the circuit.
///   - semantics: how the decoder's definition is read.
///   - form: the construction.
///   - options: what lowering the circuit to a chain leaves out.
/// - Throws: ``CertificationFault``.
public func certifies(
  _ circuit: Circuit, under semantics: Semantics, form: SimulationManifest.Form = .llama,
  options: CircuitChain.Options = .init()
) throws {
  let simulation = CircuitSimulation(of: circuit, form: form, options: options)
  try certifies(circuit, under: semantics, model: simulation.model(), manifest: simulation.manifest)
}

/// Checks that the checker certifies *your* weights for `circuit`, in the token conventions of one of our forms.
///
/// - Parameters:
///   - circuit: the circuit.
///   - semantics: how the decoder's definition is read.
///   - model: the weights.
///   - manifest: what their tokens mean.
/// - Throws: ``CertificationFault``.
public func certifies(
  _ circuit: Circuit, under semantics: Semantics, model: Model, manifest: SimulationManifest
) throws {
  let statement = CircuitStatement(circuit)
  guard let witness = manifest.witness(for: statement) else {
    throw CertificationFault(
      semantics: semantics, counterexample: nil,
      description: "no chain of \(manifest.wireCount) wires comes of the circuit")
  }
  let checker = Checker(model, form: manifest.promptForm)
  switch checker.check(semantics, circuit: statement, witness: witness, readOut: manifest.readOut) {
  case .proved: break
  case .refuted(let counterexample):
    throw CertificationFault(
      semantics: semantics, counterexample: counterexample,
      description:
        "with inputs \(bitText(counterexample.inputs)), emitted token \(counterexample.emittedIndex): expected "
        + "\(manifest.word(ofToken: counterexample.expected)), found \(manifest.word(ofToken: counterexample.found))")
  case .undecided(let doubt):
    throw CertificationFault(semantics: semantics, counterexample: nil, description: doubt.reason)
  }
}
