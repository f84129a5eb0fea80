// A claim as data: these weights emit the wire values of that circuit for every assignment of its inputs, under these semantics.

/// What is claimed of weights: greedy decoding from every prompt of the form emits the wire values of a circuit, under the semantics.
public struct Claim: Sendable, Equatable, Codable {
  /// How wires become tokens.
  public var form: PromptForm
  /// How the decoder's definition is read.
  public var semantics: Semantics
  /// Where each output of the circuit is read off the chain: -1 for constant false, -2 for constant true, 2w for chain wire w, 2w + 1 for
  /// its complement.
  public var readOut: [Int]
  /// The digest of the circuit, `CircuitStatement.digest`.
  public var circuit: ContentDigest

  /// The given claim.
  public init(form: PromptForm, semantics: Semantics, readOut: [Int], circuit: ContentDigest) {
    (self.form, self.semantics, self.readOut, self.circuit) = (form, semantics, readOut, circuit)
  }

  /// Throws where `circuit`, which was read from the file at `path`, is not the one that the claim is about.
  ///
  /// - Throws: `CertificateError` that names the file of the circuit.
  public func checkCircuit(_ circuit: CircuitStatement, path: String) throws(CertificateError) {
    func require(_ isEqual: Bool, _ expected: String, _ found: @autoclosure () -> String) throws(CertificateError) {
      guard isEqual else {
        throw CertificateError(path: path, expected: "the certificate's circuit, \(expected)", found: found())
      }
    }
    try require(circuit.inputCount == form.inputCount, "of \(form.inputCount) inputs", "\(circuit.inputCount)")
    try require(circuit.outputs.count == readOut.count, "of \(readOut.count) outputs", "\(circuit.outputs.count)")
    let digest = circuit.digest
    try require(digest == self.circuit, "whose SHA-256 is \(self.circuit)", "another, of \(digest)")
  }

  /// Throws where something in the claim cannot be, whatever the weights.
  func check() throws(CertificateFault) {
    let tokenLimit = 1 << 31
    try CertificateFault.require(
      form.inputCount >= 0 && form.wireCount >= form.inputCount && form.wireCount < 1 << 30, "claim.form",
      expected: "no fewer wires than inputs, and below 2^30",
      found: "\(form.inputCount) inputs, \(form.wireCount) wires")
    try CertificateFault.require(
      form.leadingTokens.count <= 1 << 16, "claim.form.leadingTokens", expected: "at most 65536 tokens",
      found: "\(form.leadingTokens.count)")
    try CertificateFault.require(
      form.inputCount + form.leadingTokens.count > 0, "claim.form", expected: "a prompt of some tokens", found: "none")
    for token in form.leadingTokens {
      try CertificateFault.require(
        (0..<tokenLimit).contains(token), "claim.form.leadingTokens", expected: "tokens", found: "\(token)")
    }
    if let token = form.endToken {
      try CertificateFault.require(
        (0..<tokenLimit).contains(token), "claim.form.endToken", expected: "a token", found: "\(token)")
    }
    for code in readOut {
      try CertificateFault.require(
        code >= -2 && code < 2 * form.wireCount, "claim.readOut",
        expected: "-1, -2 or one of \(form.wireCount) wires", found: "\(code)")
    }
    try semantics.check()
  }
}
