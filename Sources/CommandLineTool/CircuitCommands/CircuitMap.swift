// `wright circuit map`: a circuit as lookup tables of k inputs.
import ArgumentParser
import Circuits

/// The subcommand.
struct CircuitMap: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map",
    abstract: "Write a circuit as few lookup tables of k inputs, in least depth.",
    discussion: """
      Chooses among the cuts of the circuit's and-inverter graph (priority cuts, area flow, exact area). Tables of up to 16 inputs are \
      counted; writing them needs k of at most 12.

      EXAMPLE:
        wright circuit map multiplier.aig -k 6 -o multiplier6.blif
      """)

  @OptionGroup var source: CircuitSource

  @Option(
    name: [.customShort("k"), .customShort("K"), .customLong("table-inputs")],
    help: ArgumentHelp("The most inputs of a table, 2 to 16.", valueName: "k"))
  var tableInputs: Int

  @Flag(name: .long, help: "Take few tables at any depth, instead of least depth first.")
  var area = false

  @Option(name: .long, help: "Rounds of area flow.")
  var flowRounds = 1

  @Option(name: .long, help: "Rounds of exact area.")
  var areaRounds = 2

  @Option(name: .long, help: "How many cuts of a node are kept, 1 to 64.")
  var cuts = 8

  @Option(
    name: [.short, .long], help: "The file to write, or - for standard output; without it, only counts are printed.",
    completion: .file())
  var output: String?

  @Option(
    name: .long, help: "The format to write; by default the one that the output's extension stands for.",
    completion: .list(CircuitFormat.allCases.map(\.rawValue)))
  var to: CircuitFormat?

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var file: String?
    var tableInputs: Int
    var objective: String
    var gates: Int
    var graphGates: Int
    var graphDepth: Int
    var tables: Int
    var edges: Int
    var depth: Int
    var tablesByFanIn: [Int]
    var rounds: [MappingStatistics.Round]

    var text: String {
      let widths = tablesByFanIn.indices.filter { tablesByFanIn[$0] > 0 }
        .map { "\(Quantity.exact(tablesByFanIn[$0])) of \($0)" }
      let rows = [
        ("gates", Quantity.exact(gates)),
        ("and-inverter graph", "\(Quantity.exact(graphGates)) gates, depth \(Quantity.exact(graphDepth))"),
        ("tables", Quantity.exact(tables) + (tables > 0 ? "  (\(widths.joined(separator: ", ")) inputs)" : "")),
        ("inputs of all tables", Quantity.exact(edges)),
        ("depth", Quantity.exact(depth)),
      ]
      return table(rows + (file.map { [("written to", $0)] } ?? []))
    }
  }

  private var parameters: MappingParameters {
    MappingParameters(
      tableInputs: tableInputs, objective: area ? .area : .depth, cutsPerNode: cuts, areaFlowRounds: flowRounds,
      exactAreaRounds: areaRounds)
  }

  func validate() throws {
    if let rule = parameters.violatedRule { throw ValidationError("The parameters are out of range: \(rule).") }
    if output != nil, tableInputs > TruthTable.maximumInputCount {
      throw ValidationError(
        "Files are written for at most 12 inputs a table: leave -o out to count tables of \(tableInputs).")
    }
    if report.json, output == "-" { throw ValidationError("--json and -o - would both write to standard output.") }
  }

  func run() throws {
    let target = try output.map { try CircuitFormat.forWriting(to, path: $0) }
    let circuit = try source.circuit()
    let graph = AndInverterGraph(circuit)
    var names = circuit.names
    names.wires = [:]
    let (network, statistics) = graph.mapped(parameters, names: names)
    if let output, let target {
      let tables = Circuit(network)
      try AtomicFile.write(to: output) { file in try tables.write(as: target, to: &file) }
      if output == "-" { return }
    }
    let numbers = Report(
      file: output, tableInputs: tableInputs, objective: parameters.objective.rawValue, gates: circuit.gateCount,
      graphGates: graph.gateCount, graphDepth: graph.depth, tables: network.tableCount, edges: network.edgeCount,
      depth: network.depth, tablesByFanIn: network.tablesByFanIn, rounds: statistics.rounds)
    try report.print(numbers) { numbers.text }
  }
}
