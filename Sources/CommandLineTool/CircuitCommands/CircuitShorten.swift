// `wright circuit shorten`: fewer gates, that is fewer tokens, for the same outputs.
import ArgumentParser
import Circuits

/// The subcommand.
struct CircuitShorten: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shorten",
    abstract: "Find an equal circuit of fewer two-input gates: a shorter chain of thought.",
    discussion: """
      Every function of two inputs counts one gate, complements are free. What is written is proved equal to the file that was read; a pass that cannot be \
      proved is thrown away.

      EXAMPLE:
        wright circuit shorten sha256.txt -o shorter.blif
      """)

  @OptionGroup var source: CircuitSource

  @Option(name: [.short, .long], help: "The file to write, or - for standard output.", completion: .file())
  var output: String

  @Option(
    name: .long, help: "The format to write; by default the one that the output's extension stands for.",
    completion: .list(CircuitFormat.allCases.map(\.rawValue)))
  var to: CircuitFormat?

  @Option(name: .long, help: "How hard to try, 0 to 3.")
  var effort = 2

  @OptionGroup var proof: ProofOptions
  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    /// One pass.
    struct Pass: Encodable {
      var name: String
      var gates: Int
      var verdict: EquivalenceReport
      var seconds: Double
      var proofSeconds: Double
    }

    var file: String
    var format: String
    var sourceGates: Int
    var tokensBefore: Int
    var tokensAfter: Int
    var verdict: EquivalenceReport
    var passes: [Pass]
    var seconds: Double

    init(_ report: ShorteningReport, file: String, format: CircuitFormat, seconds: Double) {
      self.file = file
      self.format = format.rawValue
      sourceGates = report.sourceGates
      tokensBefore = report.tokensBefore
      tokensAfter = report.tokensAfter
      verdict = EquivalenceReport(report.verdict)
      passes = report.passes.map {
        Pass(
          name: $0.name, gates: $0.gates, verdict: EquivalenceReport($0.verdict), seconds: $0.seconds,
          proofSeconds: $0.proofSeconds)
      }
      self.seconds = seconds
    }

    var text: String {
      var text = table([
        ("gates of the source", Quantity.exact(sourceGates)),
        ("tokens before", "\(Quantity.exact(tokensBefore)) (in two-input form)"),
        ("tokens after", Quantity.exact(tokensAfter)),
        ("verdict", verdict.text),
        ("time", Quantity.seconds(seconds)),
      ])
      for pass in passes where pass.verdict.verdict != "equal" {
        text += "not kept: \(pass.name) to \(Quantity.exact(pass.gates)) gates, \(pass.verdict.text)\n"
      }
      return text
    }
  }

  func validate() throws {
    if !(0...3).contains(effort) { throw ValidationError("--effort is 0 to 3.") }
    if report.json, output == "-" { throw ValidationError("--json and -o - would both write to standard output.") }
  }

  func run() throws {
    let target = try CircuitFormat.forWriting(to, path: output)
    let circuit = try source.circuit()
    var options = ShorteningOptions(effort: effort, checker: try proof.checker(seconds: 15))
    options.isCancelled = { Interruption.isRequested }
    let start = ContinuousClock.now
    let (shorter, found) = try Interruption.deferring { circuit.shortened(options) }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    try AtomicFile.write(to: output) { file in try shorter.write(as: target, to: &file) }
    if output == "-" { return }
    let shown = Report(found, file: output, format: target, seconds: seconds)
    try report.print(shown) { shown.text }
  }
}
