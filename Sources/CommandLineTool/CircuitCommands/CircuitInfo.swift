// `wright circuit info`: the numbers of a circuit.
import ArgumentParser
import Circuits

/// The subcommand.
struct CircuitInfo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Print a circuit's size, depth, gates, fan-out and live wires.",
    discussion: """
      EXAMPLE:
        wright circuit info sha256.txt --json
      """)

  @OptionGroup var source: CircuitSource
  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var name: String
    var format: String?
    var inputs: Int
    var outputs: Int
    var gates: Int
    var wires: Int
    var depth: Int
    var logicGates: Int
    var deadGates: Int
    var maximumFanIn: Int
    var maximumFanOut: Int
    var meanFanOut: Double
    var maximumLiveWires: Int
    var meanOperandDistance: Double
    var gatesByFunction: [String: Int]
    var gatesByFanIn: [Int]
    var inputWidths: [Int]
    var outputWidths: [Int]

    init(_ circuit: Circuit, format: CircuitFormat?) {
      let statistics = circuit.statistics()
      name = circuit.names.circuit
      self.format = format?.rawValue
      inputs = statistics.inputs
      outputs = statistics.outputs
      gates = statistics.gates
      wires = statistics.wires
      depth = statistics.depth
      logicGates = statistics.logicGates
      deadGates = statistics.deadGates
      maximumFanIn = circuit.maximumFanIn
      maximumFanOut = statistics.maximumFanOut
      meanFanOut = statistics.meanFanOut
      maximumLiveWires = statistics.maximumLiveWires
      meanOperandDistance = statistics.meanOperandDistance
      gatesByFunction = statistics.gatesByFunction
      gatesByFanIn = statistics.gatesByFanIn
      inputWidths = circuit.names.inputWidths
      outputWidths = circuit.names.outputWidths
    }

    var text: String {
      func widths(_ widths: [Int]) -> String {
        widths.count > 1 ? "  (\(widths.map(String.init).joined(separator: " + ")))" : ""
      }
      let functions = gatesByFunction.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      return table([
        ("name", name.isEmpty ? "(none)" : name),
        ("format", format.flatMap { CircuitFormat(rawValue: $0)?.title } ?? "(unknown)"),
        ("inputs", Quantity.exact(inputs) + widths(inputWidths)),
        ("outputs", Quantity.exact(outputs) + widths(outputWidths)),
        ("gates", Quantity.exact(gates)),
        ("  by function", functions.map { "\($0.key) \(Quantity.exact($0.value))" }.joined(separator: ", ")),
        ("  of two or more operands", Quantity.exact(logicGates)),
        ("  that no output needs", Quantity.exact(deadGates)),
        ("depth", Quantity.exact(depth)),
        ("largest fan-in", "\(maximumFanIn)"),
        ("largest fan-out", "\(Quantity.exact(maximumFanOut)) (mean \(Quantity.text(meanFanOut)))"),
        ("live wires at once", Quantity.exact(maximumLiveWires)),
        ("mean operand distance", Quantity.text(meanOperandDistance)),
      ])
    }
  }

  func run() throws {
    let (circuit, format) = try CircuitSource.read(source.file, format: source.format)
    let numbers = Report(circuit, format: format)
    try report.print(numbers) { numbers.text }
  }
}
