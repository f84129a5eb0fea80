// `wright circuit draw`: a picture of a circuit.
import ArgumentParser
import Circuits

/// The subcommand.
struct CircuitDraw: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw",
    abstract: "Draw a circuit as SVG, or describe it for Graphviz.",
    discussion: """
      EXAMPLE:
        wright circuit draw halfadder.aag -o halfadder.svg
      """)

  /// The kinds of picture.
  enum Picture: String, ExpressibleByArgument, CaseIterable {
    case svg, dot
  }

  @OptionGroup var source: CircuitSource

  @Option(name: [.short, .long], help: "The file to write, or - for standard output.", completion: .file())
  var output: String

  @Option(name: .long, help: "svg or dot; by default the output's extension says which.")
  var to: Picture?

  @Option(name: .long, help: "The most gates that an SVG shows.")
  var limit = 500

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var file: String
    var format: String
    var bytes: Int
  }

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit is at least 1.") }
    if report.json, output == "-" { throw ValidationError("--json and -o - would both write to standard output.") }
  }

  func run() throws {
    let ending = output.split(separator: ".").last.map { $0.lowercased() } ?? ""
    guard let picture = to ?? Picture(rawValue: ending == "gv" ? "dot" : ending) else {
      throw Failure(.usage, "\(output): the name does not tell the kind of picture; give --to svg or --to dot")
    }
    let circuit = try source.circuit()
    let text =
      switch picture {
      case .svg: try circuit.svg(gateLimit: limit)
      case .dot: circuit.dot()
      }
    try AtomicFile.write(to: output) { file in try file.write(text) }
    if output == "-" { return }
    let written = Report(file: output, format: picture.rawValue, bytes: text.utf8.count)
    try report.print(written) { "\(output): \(Quantity.exact(circuit.gateCount)) gates\n" }
  }
}
