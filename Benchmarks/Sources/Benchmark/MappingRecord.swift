// `benchmark mapping`: lookup tables of 2 to 8 inputs beside ABC's, on the same files, by turns.
import ArgumentParser
import Circuits
import Foundation
import Randomness

/// The subcommand; run from the root of the checkout, by `Scripts/benchmark mapping`.
struct MappingRecord: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mapping",
    abstract: "Map circuits beside ABC's if -K and write Benchmarks/results/mapping-DATE-COMMIT.json and .md.")

  @Option(help: "ABC's program.")
  var abc = "berkeley-abc"

  @Option(help: "The program wright, for the times of whole processes.")
  var program = ".build/release/wright"

  @Option(help: "A folder with the folders aiger, bench, blif and bristol.")
  var circuits = "../shared/data/circuits"

  @Option(help: "Timed repetitions of each mapping, after one that is not counted.")
  var repetitions = 3

  @Flag(help: "Only k = 4 and 6 of circuits below 5,000 gates; recorded nowhere.")
  var quick = false

  /// The EPFL and ISCAS circuits in the formats in which they are there, and the larger ones of the Bristol Fashion collection.
  private static let names =
    ["adder", "cavlc", "ctrl", "int2float", "max", "multiplier", "sqrt", "voter"].map { "aiger/epfl-\($0).aig" }
    + ["c17", "c432", "c880"].map { "aiger/iscas-\($0).aig" }
    + ["c17", "c432", "c499", "c880", "c1355"].map { "bench/\($0).bench" }
    + ["adder", "ctrl", "int2float", "max"].map { "blif/\($0).blif" }
    + ["adder64", "mult64", "aes_128", "sha256"].map { "bristol/\($0).txt" }

  func run() throws {
    let start = ContinuousClock.now
    let date = ISO8601DateFormatter().string(from: Date())
    let work = "Benchmarks/.build/work"
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    var run = MappingRun(
      date: date, commit: try text(of: ["git", "rev-parse", "HEAD"]),
      hasLocalChanges: try !text(of: ["git", "status", "--porcelain", "--untracked-files=no"]).isEmpty,
      command: "Scripts/benchmark mapping", seconds: 0, machine: Machine.current(),
      swift: try text(of: ["swift", "--version"]).split(separator: "\n").first.map(String.init) ?? "unknown",
      abc: try text(of: ["dpkg-query", "-W", "-f=${Package} ${Version}", "berkeley-abc"]), rows: [])
    for name in Self.names {
      let path = "\(circuits)/\(name)"
      guard FileManager.default.fileExists(atPath: path) else {
        note("\(path) is not there")
        continue
      }
      let circuit = try Circuit(contentsOf: path)
      let graph = AndInverterGraph(circuit)
      if quick, graph.gateCount > 5000 { continue }
      var file = path
      if name.hasPrefix("bristol/") {
        file = "\(work)/mapping.aig"
        try circuit.write(to: file, as: .aigerBinary)
      }
      for objective in MappingParameters.Objective.allCases {
        for k in quick ? [4, 6] : Array(2...8) {
          let row = try self.row(name, circuit, graph, file, k, objective, work)
          note("\(name), k = \(k), \(objective.rawValue): \(row.ours.tables) tables, ABC \(row.abc.tables)")
          run.rows.append(row)
        }
      }
    }
    run.seconds = (ContinuousClock.now - start) / .seconds(1)
    run.machine.loadAtEnd = Machine.load()
    if quick { return print(run.markdown, terminator: "") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(run)
    let path = "Benchmarks/results/mapping-\(date.prefix(10))-\(run.commit.prefix(8))"
    try (data + Data("\n".utf8)).write(to: URL(fileURLWithPath: path + ".json"), options: .atomic)
    // The page is made from what the file says, not from what is in memory.
    let markdown = try JSONDecoder().decode(MappingRun.self, from: data).markdown
    try Data(markdown.utf8).write(to: URL(fileURLWithPath: path + ".md"), options: .atomic)
    print(markdown)
    print("Written: \(path).json and \(path).md")
  }

  /// One circuit with one k, mapped by both sides in turn.
  private func row(
    _ name: String, _ circuit: Circuit, _ graph: AndInverterGraph, _ file: String, _ k: Int,
    _ objective: MappingParameters.Objective, _ work: String
  ) throws -> MappingRun.Row {
    let parameters = MappingParameters(tableInputs: k, objective: objective)
    let areaFlag = objective == .area ? ["--area"] : []
    let network = graph.mapped(parameters).network
    var row = MappingRun.Row(
      circuit: name, k: k, objective: objective.rawValue, gates: graph.gateCount, graphDepth: graph.depth,
      ours: MappingRun.Side(tables: network.tableCountWithPlainOutputs, depth: network.depth),
      abc: MappingRun.Side(tables: 0, depth: 0), verdict: try verdict(network, circuit, graph, file, work))
    for turn in 0...repetitions {
      let start = ContinuousClock.now
      let again = graph.mapped(parameters).network
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      guard again == network else { throw BenchmarkFailure("\(name), k = \(k): two mappings differ") }
      let whole = try launch([program, "circuit", "map", file, "-k", "\(k)", "--quiet"] + areaFlag)
      let script =
        "read \(file); strash; print_stats; time; if \(areaFlag.isEmpty ? "" : "-a ")-K \(k); time; print_stats"
      let peer = try launch([abc, "-q", script])
      let report = try ABCReport(peer.output)
      guard report.gates == graph.gateCount, report.graphDepth == graph.depth else {
        throw BenchmarkFailure(
          "\(name): ABC's graph has \(report.gates) gates in depth \(report.graphDepth), ours \(graph.gateCount) in "
            + "\(graph.depth)")
      }
      (row.abc.tables, row.abc.depth) = (report.tables, report.depth)
      if turn > 0 {
        row.ours.seconds.append(seconds)
        row.ours.processSeconds.append(whole.seconds)
        row.abc.seconds.append(report.seconds)
        row.abc.processSeconds.append(peer.seconds)
      }
    }
    return row
  }

  /// Up to this number of ANDs ABC's equivalence check ends within seconds.
  private static let largestProved = 30_000

  /// How the mapping was found equal to its circuit; a difference ends the run.
  private func verdict(
    _ network: LookupTableNetwork, _ circuit: Circuit, _ graph: AndInverterGraph, _ file: String, _ work: String
  ) throws -> String {
    if circuit.inputCount <= 16 {
      guard network.firstDifference(from: circuit) == nil else { throw BenchmarkFailure("a mapping differs") }
      return "all assignments"
    }
    var random = Philox(seed: 64)
    let block = AssignmentBlock.random(count: 4096, signalCount: circuit.inputCount, using: &random)
    guard network.simulate(block) == circuit.simulate(block) else { throw BenchmarkFailure("a mapping differs") }
    if graph.gateCount > Self.largestProved { return "4,096 assignments" }
    let path = "\(work)/mapped.blif"
    try Circuit(network).write(to: path, as: .blif)
    let output = String(decoding: try output(of: [abc, "-q", "cec -n \(file) \(path)"]), as: UTF8.self)
    if output.contains("Networks are equivalent") { return "cec" }
    guard !output.contains("NOT EQUIVALENT") else { throw BenchmarkFailure("ABC's cec: a mapping differs") }
    return "4,096 assignments"
  }

  /// Runs a program from a small process.
  private func launch(_ words: [String]) throws -> LaunchedRun {
    try JSONDecoder().decode(
      LaunchedRun.self, from: try output(of: [CommandLine.arguments[0], "launch", "--"] + words))
  }

  private func text(of words: [String]) throws -> String {
    String(decoding: try output(of: words), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// What ABC says of `strash; print_stats; time; if; time; print_stats`.
struct ABCReport {
  var gates = 0
  var graphDepth = 0
  var tables = 0
  var depth = 0
  /// In hundredths, as ABC prints it.
  var seconds = 0.0

  init(_ text: String) throws {
    var elapsed: [Double] = []
    for line in text.split(separator: "\n") {
      if let value = ABCReport.number(after: "elapse:", in: line) { elapsed.append(value) }
      guard let level = ABCReport.number(after: "lev =", in: line) else { continue }
      if let ands = ABCReport.number(after: "and =", in: line) { (gates, graphDepth) = (Int(ands), Int(level)) }
      if let nodes = ABCReport.number(after: " nd =", in: line) { (tables, depth) = (Int(nodes), Int(level)) }
    }
    guard elapsed.count == 2 else { throw BenchmarkFailure("ABC printed no times: \(text.prefix(500))") }
    seconds = elapsed[1]
  }

  private static func number(after label: String, in line: Substring) -> Double? {
    guard let range = line.range(of: label) else { return nil }
    return Double(line[range.upperBound...].drop { $0 == " " }.prefix { $0.isNumber || $0 == "." })
  }
}
