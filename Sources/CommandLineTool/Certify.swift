// `wright certify`: shows that a folder's weights compute a circuit for all inputs, and writes the certificate.
import ArgumentParser
import Circuits
import Constructions
import Transformers
import Verification

/// The subcommand.
struct Certify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify",
    abstract: "Show that a model computes its circuit for all inputs, and write a certificate.",
    discussion: """
      The checker knows nothing of how the weights were made. It derives from them what every token looks up and computes, encloses every number \
      that a runtime may make on the way, and compares the result with the circuit gate by gate. So the answer holds for all 2^n inputs, \
      not for samples.

      \(SemanticsOptions.documentation)

      Exits with 0 when the claim is proved, with 1 when it is refuted or undecided.

      EXAMPLE:
        wright certify adder64-llama --circuit adder64.txt -o adder64.cert
        wright verify adder64-llama adder64.cert --circuit adder64.txt
      """)

  @Argument(help: "A folder that wright construct wrote.", completion: .directory)
  var folder: String

  @OptionGroup var claimed: ClaimedCircuit

  @Option(name: [.short, .long], help: "The certificate to write.", completion: .file())
  var output: String?

  @OptionGroup var semantics: SemanticsOptions

  @Flag(name: .customLong("report"), help: "Tabulate what every number format leaves of gap and margin instead.")
  var tabulates = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if tabulates, output != nil { throw ValidationError("--report writes no certificate; leave --output away.") }
  }

  func run() throws {
    let simulation = try SimulationFolder(folder)
    try simulation.model.validate()
    let statement = CircuitStatement(try claimed.read())
    let clock = ContinuousClock.now
    if tabulates { return try tabulate(simulation, statement) }
    let manifest = simulation.manifest
    let checker = Checker(simulation.model, form: manifest.promptForm)
    let deviations = try simulation.deviations()
    var result: VerdictReport
    var proof: Proof?
    guard let witness = manifest.witness(for: statement) else {
      result = VerdictReport(
        .undecided, folder, "no chain of \(manifest.wireCount) wires comes of the circuit; is it the folder's?")
      return try end(&result, since: clock)
    }
    let chosen = try semantics.chosen(for: manifest)
    var (meaning, verdict): (Semantics, Verdict)
    if let chosen {
      meaning = chosen
      verdict = checker.check(meaning, circuit: statement, witness: witness, readOut: manifest.readOut)
      if case .undecided = verdict, let wide = meaning.inRangeOfFloat32 {
        let second = checker.check(wide, circuit: statement, witness: witness, readOut: manifest.readOut)
        if case .proved = second { (meaning, verdict) = (wide, second) }
      }
    } else {
      (meaning, verdict) = largestUnit(checker, statement, witness, manifest)
    }
    switch verdict {
    case .proved(let found):
      proof = found
      result = VerdictReport(.proved, folder, "the weights compute the circuit for all inputs")
      result.bounds = found.bounds
    case .refuted(let counterexample):
      result = VerdictReport(.refuted, folder, "an assignment under which the weights emit a wrong token")
      result.counterexample = .init(counterexample, manifest)
      if manifest.precision != nil, meaning.name != "finite-precision" { result.isReplayable = false }
    case .undecided(let doubt): result = VerdictReport(.undecided, folder, doubt.reason)
    }
    result.semantics = .init(meaning)
    if let proof, let deviation = deviations.first {
      result = VerdictReport(.undecided, folder, "the weights do, but other software would not: \(deviation)")
      result.bounds = proof.bounds
    } else if let proof {
      let certificate = Certificate(
        tool: Wright.configuration.version, files: try Certificate.digests(of: simulation.folder),
        claim: Claim(
          form: manifest.promptForm, semantics: meaning, readOut: manifest.readOut, circuit: statement.digest),
        bounds: proof.bounds, witness: witness)
      if let output {
        let bytes = try certificate.serialized(path: output)
        try AtomicFile.write(to: output) { file in try bytes.withUnsafeBytes { try file.write($0) } }
        result.certificate = output
        result.certificateBytes = bytes.count
      }
      result.summary = certificate.summary
    }
    try end(&result, since: clock)
  }

  /// The claim at the largest unit roundoff under which it can be shown; at float32's, where it cannot.
  private func largestUnit(
    _ checker: Checker, _ statement: CircuitStatement, _ witness: Witness, _ manifest: SimulationManifest
  ) -> (Semantics, Verdict) {
    var bar = ProgressBar("certifying", total: 9, unit: "derivations", isQuiet: report.quiet)
    defer { bar.finish() }
    do {
      let found = try checker.largestUnit { done, _ in
        bar.update(done)
        return true
      }
      let fault = WitnessCheck.fault(
        circuit: statement, program: found.proof.program, witness: witness, readOut: manifest.readOut)
      if fault == nil { return (found.semantics, .proved(found.proof)) }
    } catch {}
    let least = Semantics.rounded(.float32)
    return (least, checker.check(least, circuit: statement, witness: witness, readOut: manifest.readOut))
  }

  private func end(_ result: inout VerdictReport, since clock: ContinuousClock.Instant) throws {
    result.seconds = (ContinuousClock.now - clock) / .seconds(1)
    let shown = result
    try report.print(shown) { shown.text }
    if shown.verdict != .proved { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }

  private func tabulate(_ simulation: SimulationFolder, _ circuit: CircuitStatement) throws {
    var bar: ProgressBar?
    defer { bar?.finish() }
    let table = try PrecisionReport(simulation, circuit: circuit) { done, total in
      if bar == nil { bar = ProgressBar("tabulating", total: total, unit: "formats", isQuiet: report.quiet) }
      bar?.update(done)
    }
    bar?.finish()
    bar = nil
    try report.print(table) { table.text }
    if !table.rows.contains(where: \.isCertified) { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }
}

extension Semantics {
  /// The same rounding in float32's range, where it was stated in a narrower one.
  fileprivate var inRangeOfFloat32: Semantics? {
    guard case .rounded(var model) = self, model.largest < RoundingModel.float32.largest, model.keptBits == nil else {
      return nil
    }
    model.smallestNormal = RoundingModel.float32.smallestNormal
    model.largest = RoundingModel.float32.largest
    return .rounded(model)
  }
}
