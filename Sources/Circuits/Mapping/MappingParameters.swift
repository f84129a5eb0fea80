// What is asked of the mapper into lookup tables, with every default visible, and what it says of its work.

/// What the mapper into lookup tables is asked for.
///
/// The defaults are those of the published experiments with priority cuts: eight cuts a node, one round of area flow, two of exact area.
public struct MappingParameters: Sendable, Equatable, Codable {
  /// What comes first.
  public enum Objective: String, Sendable, Equatable, Codable, CaseIterable {
    /// The least depth that cuts of the graph's nodes allow the mapper to find; then few tables.
    case depth
    /// Few tables, at any depth.
    case area
  }

  /// The largest number of inputs that a table may have.
  public static let tableInputRange = 2...16

  /// The most inputs of a table, in `tableInputRange`; K in the literature.
  public var tableInputs: Int
  /// What comes first.
  public var objective: Objective
  /// How many cuts of a node its readers see, 1 to 64.
  public var cutsPerNode: Int
  /// How many rounds choose cuts by area flow, not negative.
  public var areaFlowRounds: Int
  /// How many rounds choose cuts by the tables that they add, not negative.
  public var exactAreaRounds: Int

  /// Parameters for tables of at most `tableInputs` inputs.
  ///
  /// - Parameters:
  ///   - tableInputs: The most inputs of a table, 2 to 16.
  ///   - objective: Depth before area, or area alone.
  ///   - cutsPerNode: How many cuts of a node its readers see, 1 to 64; time grows with the square.
  ///   - areaFlowRounds: How many rounds choose cuts by area flow.
  ///   - exactAreaRounds: How many rounds choose cuts by the tables that they add.
  public init(
    tableInputs: Int, objective: Objective = .depth, cutsPerNode: Int = 8, areaFlowRounds: Int = 1,
    exactAreaRounds: Int = 2
  ) {
    self.tableInputs = tableInputs
    self.objective = objective
    self.cutsPerNode = cutsPerNode
    self.areaFlowRounds = areaFlowRounds
    self.exactAreaRounds = exactAreaRounds
  }

  /// The first rule that the parameters break, in words, or `nil`.
  public var violatedRule: String? {
    if !MappingParameters.tableInputRange.contains(tableInputs) { return "a table has 2 to 16 inputs" }
    if !(1...64).contains(cutsPerNode) { return "a node keeps 1 to 64 cuts" }
    if areaFlowRounds < 0 || exactAreaRounds < 0 { return "a number of rounds is not negative" }
    return nil
  }
}

/// What the mapper did, round by round.
public struct MappingStatistics: Sendable, Equatable, Codable {
  /// A round over all gates of the graph.
  public struct Round: Sendable, Equatable, Codable {
    /// What the round chose cuts by.
    public var name: String
    /// The mapping's depth after the round.
    public var depth: Int
    /// The mapping's tables after the round.
    public var tables: Int
    /// The inputs of all tables after the round.
    public var edges: Int
  }

  /// The AND gates that some output needs.
  public var gates: Int
  /// The rounds, in order.
  public var rounds: [Round]
}
