// `wright frontier`: one function from chain of thought to memorization, each step of the way constructed, certified and run.
import ArgumentParser
import Circuits
import Constructions
import Randomness

/// The subcommand.
struct FrontierCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frontier",
    abstract: "Tabulate the line from chain of thought to memorization for a circuit.",
    discussion: """
      A token can look k wires up and remember 2^k cases. For each k the circuit becomes lookup tables of at most k inputs, one token each; the \
      weights are written down, certified for all inputs, and run. k = 2 is the simulation of the circuit's own gates; with k inputs in all, each \
      output is one table; a last row remembers all outputs in one token. Circuits of more than 10 inputs have rows up to k = 8 unless --sizes asks for more. With D layers a token \
      computes D levels of tables, from at most 12 wires that it looks up.

      Up to 20 inputs every row is run on all assignments, beyond on a sample. Exits with 1 where a row is not certified, not equal to the circuit, or \
      runs wrong.

      EXAMPLE:
        wright circuit generate parity --inputs 8 -o parity8.blif
        wright frontier parity8.blif --plot parity8.svg
      """)

  @OptionGroup var source: CircuitSource

  @Option(
    name: .long,
    help:
      "Sizes of tables, such as 2,3,4; by default from 2 to the number of inputs, or to 8 where there are more than 10."
  )
  var sizes: TableSizes?

  @Option(name: .long, help: "Numbers of layers to try beside one, ascending, such as 2,3; 1 tries none.")
  var layers: LayerCounts = LayerCounts(values: [2, 3])

  @Option(name: .long, help: "An SVG picture to write.", completion: .file(extensions: ["svg"]))
  var plot: String?

  @Option(name: .long, help: "How many assignments to run where there are more than 2^20.")
  var assignments: Int = 256

  @Flag(name: .long, help: "Certify for float32's rounding alone instead of searching the largest.")
  var noSearch = false

  @Option(name: .long, help: "The seed of random assignments.")
  var seed: UInt64 = 1

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var frontier: Frontier
    var sound: Bool
    var plot: String?
    var seconds: Double
  }

  func validate() throws {
    if assignments < 1 { throw ValidationError("--assignments is at least 1.") }
  }

  func run() throws {
    let circuit = try source.circuit()
    let gates = CircuitChain(circuit).stepCount
    guard circuit.inputCount >= 1, circuit.outputCount >= 1 else {
      throw Failure.refused(
        source.file, expected: "a circuit with inputs and outputs",
        found: "\(circuit.inputCount) inputs, \(circuit.outputCount) outputs")
    }
    if (sizes?.values ?? Frontier.sizes(for: circuit)).contains(2), circuit.maximumFanIn > 2 {
      report.note("gates of \(circuit.maximumFanIn) operands: the row of k = 2 is a mapping to gates of two")
    }
    var options = Frontier.Options()
    options.tableInputs = sizes?.values
    options.searchesUnit = !noSearch
    options.layers = layers.values
    options.sampledAssignments = assignments
    let clock = ContinuousClock.now
    var generator = Philox(seed: seed)
    var bar: ProgressBar?
    defer { bar?.finish() }
    let frontier = try Frontier(of: circuit, options: options, using: &generator) { row, total in
      if bar == nil { bar = ProgressBar("\(gates) gates", total: total, unit: "rows", isQuiet: report.quiet) }
      bar?.update(row)
      return true
    }
    bar?.finish()
    bar = nil
    if let plot {
      let picture = frontier.svg(title: source.title(of: circuit))
      try AtomicFile.write(to: plot) { try $0.write(picture) }
    }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    let result = Report(frontier: frontier, sound: frontier.isSound, plot: plot, seconds: seconds)
    try report.print(result) { FrontierCommand.text(frontier) }
    if !frontier.isSound { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }

  /// The rows as an aligned table, and below it what does not hold.
  static func text(_ frontier: Frontier) -> String {
    var cells = [
      [
        "k", "layers", "tokens", "depth", "heads", "hidden units", "width", "weights", "not zero", "bits", "tokens/s",
        "rounding",
        "checked",
      ]
    ]
    for row in frontier.rows + frontier.deepRows {
      cells.append([
        row.construction == .memorizer ? "one token" : "\(row.tableInputs)", "\(row.layerCount)",
        Quantity.exact(row.stepCount),
        "\(row.depth)", "\(row.headCount)", Quantity.exact(row.hiddenUnitCount), Quantity.exact(row.hiddenSize),
        Quantity.exact(row.parameterCount), Quantity.exact(row.nonZeroParameterCount),
        Quantity.exact(row.parameterBits), Quantity.text(row.tokensPerSecond),
        row.certifiedUnit.map(roundingText) ?? "none",
        !row.isSound ? "no" : row.isExhaustive ? "all 2^\(frontier.inputCount)" : "\(row.assignmentCount) random",
      ])
    }
    let widths = cells[0].indices.map { c in cells.map { $0[c].count }.max() ?? 0 }
    var text = cells.map { line in
      line.enumerated().map { String(repeating: " ", count: widths[$0.offset] - $0.element.count) + $0.element }
        .joined(separator: "  ") + "\n"
    }.joined()
    for row in frontier.rows + frontier.deepRows where !row.isSound {
      for (thing, check) in [("tables", row.mapping), ("certificate", row.certificate), ("run", row.run)]
      where !check.holds {
        text += "k = \(row.tableInputs): \(thing): \(check.statement)\n"
      }
    }
    return text
  }

  /// A unit roundoff as a power of two.
  private static func roundingText(_ unit: Double) -> String {
    var (exponent, power) = (0.0, unit)
    while power < 1 {
      power *= 2
      exponent += 1
    }
    // Units are eighths of an exponent apart.
    let rest = [1.0, 1.0905, 1.1892, 1.2968, 1.4142, 1.5422, 1.6818, 1.834]
    let eighth = rest.indices.last { rest[$0] <= power * 1.001 } ?? 0
    let whole = exponent - Double(eighth) / 8
    return whole == whole.rounded() ? "2^-\(Int(whole))" : "2^-\((whole * 100).rounded() / 100)"
  }
}

/// `2,3,4`.
struct TableSizes: ExpressibleByArgument {
  let values: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let values = parts.compactMap { $0 }
    guard values.count == parts.count, values.allSatisfy({ (2...LlamaCircuitLayout.maximumFanIn).contains($0) }),
      zip(values, values.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    self.values = values
  }

  static var allValueStrings: [String] { ["ascending numbers from 2 to 12"] }
}

/// `2,3`.
struct LayerCounts: ExpressibleByArgument {
  let values: [Int]

  init(values: [Int]) { self.values = values }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    values = parts.compactMap { $0 }
    guard values.count == parts.count, values.allSatisfy({ (1...3).contains($0) }),
      zip(values, values.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
  }

  var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }

  static var allValueStrings: [String] { ["numbers from 1 to 3"] }
}

extension CircuitSource {
  /// What a picture of the circuit is called.
  func title(of circuit: Circuit) -> String {
    if !circuit.names.circuit.isEmpty { return circuit.names.circuit }
    return file.split(separator: "/").last.map(String.init) ?? file
  }
}
