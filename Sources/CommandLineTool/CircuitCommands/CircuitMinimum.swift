// `wright circuit minimum`: the smallest circuit of few inputs.
import ArgumentParser
import Circuits

/// The subcommand.
struct CircuitMinimum: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "minimum",
    abstract: "Find the smallest equal circuit of two-input gates, of at most five inputs.",
    discussion: """
      Sizes are tried one after the other. One output of at most four inputs is looked up; for others an installed satisfiability solver says which sizes \
      are too small.

      Exit code 0: the smallest circuit is known and written, or none has at most --up-to gates. 1: undecided, with the reason.

      EXAMPLE:
        wright circuit minimum adder.aag --up-to 6 -o smallest.blif
      """)

  @OptionGroup var source: CircuitSource

  @Option(name: .long, help: "The largest number of gates that is tried.")
  var upTo = 7

  @Option(name: [.short, .long], help: "The file to write, or - for standard output.", completion: .file())
  var output: String?

  @Option(
    name: .long, help: "The format to write; by default the one that the output's extension stands for.",
    completion: .list(CircuitFormat.allCases.map(\.rawValue)))
  var to: CircuitFormat?

  @OptionGroup var proof: ProofOptions
  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    /// `minimum`, `none` or `undecided`.
    var result: String
    /// The number of gates of the minimum.
    var gates: Int?
    /// The largest size of which no circuit exists, as far as it is known.
    var excluded: Int
    /// Why there is no smaller one, or why nothing is known.
    var reason: String

    var text: String {
      switch result {
      case "minimum": "\(gates ?? 0) gates, and no fewer: \(reason)\n"
      case "none": "more than \(excluded) gates: \(reason)\n"
      default: excluded < 0 ? "undecided: \(reason)\n" : "undecided, but more than \(excluded) gates: \(reason)\n"
      }
    }
  }

  func validate() throws {
    if upTo < 0 || upTo > 30 { throw ValidationError("--up-to is 0 to 30.") }
    if report.json, output == "-" { throw ValidationError("--json and -o - would both write to standard output.") }
  }

  func run() throws {
    let target = try output.map { try CircuitFormat.forWriting(to, path: $0) }
    let circuit = try source.circuit()
    guard circuit.inputCount <= ExactSearch.maximumInputCount else {
      throw Failure.refused(
        source.file, expected: "at most \(ExactSearch.maximumInputCount) inputs", found: "\(circuit.inputCount)")
    }
    guard circuit.outputCount > 0 else {
      throw Failure.refused(source.file, expected: "at least one output", found: "none")
    }
    var search = ExactSearch(circuit.truthTables(), solver: try proof.chosenSolver())
    search.timeLimit = proof.seconds(default: 60)
    search.isCancelled = { Interruption.isRequested }
    let found = try Interruption.deferring { search.minimum(upTo: upTo) }
    let shown: Report
    switch found {
    case .minimum(var smallest, let reason):
      smallest.names = circuit.names
      smallest.names.wires = [:]
      let gates = (0..<smallest.gateCount).count { smallest.fanIn(ofGate: $0) > 0 }
      shown = Report(result: "minimum", gates: gates, excluded: gates - 1, reason: reason.description)
      if let output, let target {
        try AtomicFile.write(to: output) { file in try smallest.write(as: target, to: &file) }
      }
    case .none(let size): shown = Report(result: "none", excluded: size, reason: "all smaller sizes are impossible")
    case .undecided(let excluded, let reason): shown = Report(result: "undecided", excluded: excluded, reason: reason)
    }
    if output != "-" { try report.print(shown) { shown.text } }
    if shown.result == "undecided" { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }
}
