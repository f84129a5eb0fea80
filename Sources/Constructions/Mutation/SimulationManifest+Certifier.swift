// The certifier of a mutation study: all that `wright verify` checks, but for the file.
public import Circuits
public import Transformers
public import Verification

extension SimulationManifest {
  /// Whether the checker shows, under `semantics`, that `model` emits the values of the wires of `circuit` under every assignment, and that its
  /// outputs are read off the chain where this manifest says.
  public func isCertified(_ model: Model, _ circuit: Circuit, _ semantics: Semantics) -> Bool {
    let statement = CircuitStatement(circuit)
    guard let witness = witness(for: statement),
      let proof = try? Checker(model, form: promptForm).derive(semantics)
    else { return false }
    return WitnessCheck.fault(circuit: statement, program: proof.program, witness: witness, readOut: readOut) == nil
  }
}
