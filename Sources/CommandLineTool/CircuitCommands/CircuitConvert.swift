// `wright circuit convert`: from any format to any other.
import ArgumentParser
import Circuits

/// The subcommand.
struct CircuitConvert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a circuit in another format.",
    discussion: """
      Gates that the target does not have are decomposed; inputs and outputs keep their order.

      EXAMPLE:
        wright circuit convert sha256.txt -o sha256.aig
      """)

  @OptionGroup var source: CircuitSource

  @Option(name: [.short, .long], help: "The file to write, or - for standard output.", completion: .file())
  var output: String

  @Option(
    name: .long, help: "The format to write; by default the one that the output's extension stands for.",
    completion: .list(CircuitFormat.allCases.map(\.rawValue)))
  var to: CircuitFormat?

  @Flag(name: .long, help: "Fold constants, share equal gates and drop dead ones first.")
  var simplify = false

  @OptionGroup var report: ReportOptions

  func run() throws {
    let target = try CircuitFormat.forWriting(to, path: output)
    var circuit = try source.circuit()
    if simplify { circuit = circuit.simplified().circuit }
    try WrittenCircuit.write(circuit, to: output, as: target, report)
  }
}

/// What `convert` and `generate` say about the file that they wrote.
struct WrittenCircuit: Encodable {
  var file: String
  var format: String
  var inputs: Int
  var outputs: Int
  var gates: Int

  /// Writes a circuit and, unless it went to standard output, says so.
  static func write(
    _ circuit: Circuit, to path: String, as format: CircuitFormat, _ report: ReportOptions
  ) throws {
    guard path != "-" || !report.json else {
      throw Failure(.usage, "--json and -o - would both write to standard output")
    }
    try AtomicFile.write(to: path) { file in try circuit.write(as: format, to: &file) }
    if path == "-" { return }
    let written = WrittenCircuit(
      file: path, format: format.rawValue, inputs: circuit.inputCount, outputs: circuit.outputCount,
      gates: circuit.gateCount)
    try report.print(written) {
      "\(path): \(format.title) of a circuit of \(Quantity.exact(written.inputs)) inputs, "
        + "\(Quantity.exact(written.outputs)) outputs, \(Quantity.exact(written.gates)) gates\n"
    }
  }
}
