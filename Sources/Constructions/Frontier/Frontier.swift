// circuit -> the line from chain of thought to memorization: one row for each size of lookup tables, each constructed, certified and run.
public import Circuits

/// The constructions of one function between two ends: k = 2, where a token says one gate, and k = n, where the feedforward layer remembers every row.
///
///     var generator = Philox(seed: 1)
///     let frontier = try Frontier(of: .parity(8), using: &generator)
///     for row in frontier.rows { print(row.tableInputs, row.stepCount, row.hiddenUnitCount, row.certificate.holds) }
///
/// A token looks k wires up with k heads and remembers 2^k cases in the feedforward layer, so that larger tables buy shorter chains with wider layers.
public struct Frontier: Sendable, Equatable, Codable {
  /// What is looked at.
  public struct Options: Sendable, Equatable {
    /// The sizes of tables; `nil` for 2 to the number of inputs, or to 8 for circuits of more than 10 inputs.
    public var tableInputs: [Int]?
    /// The numbers of layers beside one; trees of k^D leaves are made where these are at most 12.
    public var layers = [2, 3]
    /// Whether the largest rounding is looked for, instead of trying float32's alone; not for tables of more than 8 inputs, where a
    /// derivation takes seconds.
    public var searchesUnit = true
    /// How many assignments are run where there are more than 2^20.
    public var sampledAssignments = 256
    /// Seconds of dense decoding that the rate is measured over, at least one batch.
    public var measuredSeconds = 0.2

    /// All sizes, the largest rounding.
    public init() {}
  }

  /// The function's name.
  public let name: String
  /// Its inputs.
  public let inputCount: Int
  /// Its outputs.
  public let outputCount: Int
  /// Gates of two or more operands in the circuit that was given.
  public let gateCount: Int
  /// The rows, from small tables to large ones, the memorizer last where the circuit is small enough.
  public let rows: [FrontierRow]
  /// Rows of several layers, in which a token has as many levels of tables: shorter chains by depth instead of width.
  public let deepRows: [FrontierRow]

  /// Whether every row is what it should be.
  public var isSound: Bool { (rows + deepRows).allSatisfy(\.isSound) }

  /// The sizes of tables that are looked at unless told otherwise.
  public static func sizes(for circuit: Circuit) -> [Int] {
    let n = circuit.inputCount
    return Array(2...max(2, n <= 10 ? n : 8))
  }

  /// Constructs, certifies and runs every row.
  ///
  /// - Parameters:
  ///   - circuit: the function, as a circuit of gates of at most two operands for its first end to be the simulation of these gates.
  ///   - options: what is looked at.
  ///   - generator: where assignments come from where not all are run.
  ///   - progress: is told which row comes next; returns whether to go on.
  /// - Throws: `CancellationError` when told to stop.
  public init(
    of circuit: Circuit, options: Options = Options(), using generator: inout some RandomNumberGenerator,
    progress: (_ row: Int, _ of: Int) -> Bool = { _, _ in true }
  ) throws {
    name = circuit.names.circuit
    inputCount = circuit.inputCount
    outputCount = circuit.outputCount
    gateCount = CircuitChain(circuit).stepCount
    let sizes = options.tableInputs ?? Frontier.sizes(for: circuit)
    precondition(
      sizes.allSatisfy { (2...LlamaCircuitLayout.maximumFanIn).contains($0) }, "tables have 2 to 12 inputs")
    let hasMemorizer =
      (1...CircuitMemorizer.limits.inputs).contains(circuit.inputCount)
      && (1...CircuitMemorizer.limits.outputs).contains(circuit.outputCount)
    let depths = sizes.flatMap { k in
      options.layers.filter { $0 > 1 && TreeChain.isPossible(tableInputs: k, levels: $0) }.map { (k, $0) }
    }
    let total = sizes.count + depths.count + (hasMemorizer ? 1 : 0)
    var rows: [FrontierRow] = []
    /// The tables of each size.
    var known: [Int: Circuit] = [:]
    /// The shortest so far: what larger tables cannot be worse than.
    var best: Circuit?
    for k in sizes {
      guard progress(rows.count, total) else { throw CancellationError() }
      let (tables, construction) = Frontier.tables(of: circuit, k, notLongerThan: best)
      best = tables
      known[k] = tables
      rows.append(
        try FrontierRow(circuit, tables, k, construction, options: options, using: &generator))
    }
    if hasMemorizer {
      guard progress(rows.count, total) else { throw CancellationError() }
      rows.append(try FrontierRow(CircuitMemorizer(circuit), circuit, options: options))
    }
    self.rows = rows
    var deepRows: [FrontierRow] = []
    for (k, levels) in depths {
      guard progress(rows.count + deepRows.count, total) else { throw CancellationError() }
      guard let tables = known[k], tables.maximumFanIn <= k else { continue }
      let trees = TreeChain(tables, tableInputs: k, levels: levels)
      deepRows.append(try FrontierRow(circuit, trees, options: options, using: &generator))
    }
    self.deepRows = deepRows
  }

  /// The shortest chain that is known of tables of at most `k` inputs: the given gates for k = 2 where they have two operands, else a mapping for
  /// few tables or for little depth, or the one of the row before.
  static func tables(
    of circuit: Circuit, _ k: Int, notLongerThan best: Circuit?
  ) -> (circuit: Circuit, construction: FrontierRow.Construction) {
    if k == 2, circuit.maximumFanIn <= 2 { return (circuit, .circuit) }
    var candidates: [Circuit] = []
    if circuit.inputCount <= k { candidates.append(collapsed(circuit)) }
    for objective in [MappingParameters.Objective.area, .depth] {
      candidates.append(Circuit(circuit.mapped(MappingParameters(tableInputs: k, objective: objective)).network))
    }
    if let best { candidates.append(best) }
    if circuit.maximumFanIn <= k { candidates.append(circuit) }
    // Of equally short ones the least deep: with tables of all inputs, one for each output.
    let costs = candidates.map { (CircuitChain($0).stepCount, $0.depth) }
    let shortest = costs.indices.min { costs[$0] < costs[$1] } ?? 0
    return (candidates[shortest], .lookupTables)
  }

  /// Every output as one gate over all inputs, equal and constant ones once.
  static func collapsed(_ circuit: Circuit) -> Circuit {
    var logic = LogicBuilder(inputCount: circuit.inputCount)
    logic.names = circuit.names
    logic.names.wires = [:]
    let inputs = (0..<circuit.inputCount).map { logic.input($0) }
    let outputs = circuit.truthTables().map { logic.gate($0, inputs) }
    return logic.finish(outputs: outputs)
  }
}
