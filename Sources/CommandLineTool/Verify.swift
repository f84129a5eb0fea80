// `wright verify`: checks a certificate against weights and circuit.
import ArgumentParser
import Circuits
import Constructions
import Transformers
import Verification

/// The subcommand.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a certificate against the weights and the circuit.",
    discussion: """
      Needs the folder's weights and configuration, the certificate and the circuit, nothing else. Every bound is derived again from the weights; a \
      certificate that states a better one than is found is refused, and so is one of another model or circuit. What the tokenizer and the settings \
      of generation say is no part of the claim; certify and check look at them.

      Exits with 0 when the certificate is accepted, with 1 when it is not, with 65 when a file cannot be read.

      EXAMPLE:
        wright verify adder64-llama adder64.cert --circuit adder64.txt
      """)

  @Argument(help: "A model folder.", completion: .directory)
  var folder: String

  @Argument(help: "The certificate.", completion: .file())
  var certificate: String

  @OptionGroup var claimed: ClaimedCircuit

  @OptionGroup var report: ReportOptions

  func run() throws {
    let stated = try Certificate(contentsOf: certificate)
    let folderFiles = try ModelFolder(folder)
    let statement = CircuitStatement(try claimed.read())
    let clock = ContinuousClock.now
    var result = try verdict(stated, folderFiles, statement)
    result.certificate = certificate
    result.semantics = .init(stated.claim.semantics)
    result.seconds = (ContinuousClock.now - clock) / .seconds(1)
    let shown = result
    try report.print(shown) { shown.text.replacing(prefix: "proved", with: "accepted") }
    if shown.verdict != .proved { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }

  private func verdict(
    _ stated: Certificate, _ folder: ModelFolder, _ statement: CircuitStatement
  ) throws -> VerdictReport {
    let claim = stated.claim
    do {
      try stated.checkFiles(try Certificate.digests(of: folder), folder: self.folder)
      try claim.checkCircuit(statement, path: claimed.circuit)
    } catch let error as CertificateError {
      return VerdictReport(.refused, self.folder, error.description)
    }
    guard let witness = stated.witness ?? Witness.derived(from: statement, wireCount: claim.form.wireCount) else {
      return VerdictReport(.undecided, self.folder, "the certificate says of no wire where it is on the chain")
    }
    let model = try folder.model()
    try model.validate()
    let checker = Checker(model, form: claim.form)
    switch checker.check(claim.semantics, circuit: statement, witness: witness, readOut: claim.readOut) {
    case .proved(let proof):
      if let excess = stated.bounds.excess(over: proof.bounds) {
        return VerdictReport(.refused, self.folder, "the certificate states \(excess)")
      }
      var result = VerdictReport(.proved, self.folder, "the weights compute the circuit for all inputs")
      var found = stated
      found.bounds = proof.bounds
      result.bounds = proof.bounds
      result.summary = found.summary
      return result
    case .refuted(let counterexample):
      var result = VerdictReport(.refuted, self.folder, "an assignment under which the weights emit a wrong token")
      if let manifest = try SimulationFolder.manifest(of: folder) {
        result.counterexample = .init(counterexample, manifest)
        if manifest.precision != nil, claim.semantics.name != "finite-precision" { result.isReplayable = false }
      }
      return result
    case .undecided(let doubt): return VerdictReport(.undecided, self.folder, doubt.reason)
    }
  }
}

extension String {
  /// The text with another beginning.
  fileprivate func replacing(prefix: String, with other: String) -> String {
    hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
  }
}
