// `wright circuit equivalent`: whether two circuits compute the same.
import ArgumentParser
import Circuits

/// The subcommand.
struct CircuitEquivalent: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equivalent",
    abstract: "Prove that two circuits compute the same outputs, or show where they differ.",
    discussion: """
      Inputs and outputs are compared by their order, not by their names. Circuits of at most 20 inputs are run on all assignments; larger ones are compared \
      gate by gate in small windows, and what that leaves open is asked of an installed satisfiability solver.

      Exit code 0: equal. 1: different, with an assignment that shows it, or undecided, with the reason.

      EXAMPLE:
        wright circuit equivalent sha256.txt shorter.txt
      """)

  @Argument(help: "A circuit file, or - for standard input.", completion: .file())
  var first: String

  @Argument(help: "Another circuit file of as many inputs and outputs.", completion: .file())
  var second: String

  @OptionGroup var proof: ProofOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if first == "-", second == "-" { throw ValidationError("Only one of the circuits can come from standard input.") }
  }

  func run() throws {
    let a = try CircuitSource.read(first, format: nil).circuit
    let b = try CircuitSource.read(second, format: nil).circuit
    guard a.inputCount == b.inputCount else {
      throw Failure.refused(second, expected: "\(a.inputCount) inputs, as \(first) has", found: "\(b.inputCount)")
    }
    guard a.outputCount == b.outputCount else {
      throw Failure.refused(second, expected: "\(a.outputCount) outputs, as \(first) has", found: "\(b.outputCount)")
    }
    let checker = try proof.checker()
    let verdict = try Interruption.deferring { checker.compare(a, b) }
    let shown = EquivalenceReport(verdict)
    try report.print(shown) {
      var text = shown.text
      if case .different(_, let output) = verdict, a.outputName(output) != "y\(output)" {
        text += " (\(printable(a.outputName(output))))"
      }
      return text + "\n"
    }
    if !verdict.isEqual { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }
}
