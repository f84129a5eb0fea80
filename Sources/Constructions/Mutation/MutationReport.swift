// What a mutation study found: the table, and the mutants that were certified although they are wrong.

/// The outcome of a mutation study.
public struct MutationReport: Sendable, Equatable {
  /// One row of the table.
  public struct Row: Sendable, Equatable, Codable {
    /// The kind of mutant.
    public var kind: Mutant.Kind
    /// Mutants that were looked at.
    public var mutants = 0
    /// Mutants that were not certified.
    public var refused = 0
    /// Mutants that were certified, and every token and output is the circuit's.
    public var equal = 0
    /// Mutants that were certified, and a token or an output is not the circuit's.
    public var wrong = 0
    /// Mutants that were certified and that the judge could not tabulate.
    public var notJudged = 0

    /// An empty row.
    public init(kind: Mutant.Kind) { self.kind = kind }
  }

  /// A mutant that should not have been certified.
  public struct Survivor: Sendable, Equatable {
    /// The mutant.
    public var mutant: Mutant
    /// What the judge says of it.
    public var judgement: ChainJudge.Judgement
  }

  /// A row for each kind of which there are mutants, in the order of kinds.
  public var rows: [Row] = []
  /// The sum of the rows but for its kind.
  public var total: Row { rows.reduce(into: Row(kind: .perturbedWeight)) { $0.add($1) } }
  /// The certified mutants that are wrong or could not be judged, in the order of the selection; at most `maximumSurvivorCount`.
  public var survivors: [Survivor] = []
  /// Whether the model as it is, without any change, is certified.
  public var originalIsCertified: Bool
  /// What the judge says of the model as it is.
  public var original: ChainJudge.Judgement
  /// Whether the study ended before all mutants were looked at.
  public var wasStopped = false

  /// So many survivors are listed.
  public static let maximumSurvivorCount = 100

  init(originalIsCertified: Bool, original: ChainJudge.Judgement) {
    self.originalIsCertified = originalIsCertified
    self.original = original
  }

  /// Whether the model as it is was certified and is right, and no certified mutant is wrong or could not be judged.
  public var isSound: Bool {
    originalIsCertified && original == .equal && total.wrong == 0 && total.notJudged == 0
  }
}

extension MutationReport.Row {
  fileprivate mutating func add(_ other: MutationReport.Row) {
    mutants += other.mutants
    refused += other.refused
    equal += other.equal
    wrong += other.wrong
    notJudged += other.notJudged
  }
}

/// What became of one mutant.
enum MutantOutcome: Sendable {
  case refused
  case certified(ChainJudge.Judgement)
}

extension MutationReport {
  /// Adds the outcomes of `mutants`; `nil` for a mutant that was not looked at.
  mutating func add(_ mutants: [Mutant], _ outcomes: [MutantOutcome?]) {
    var byKind: [Mutant.Kind: Row] = [:]
    for (mutant, outcome) in zip(mutants, outcomes) {
      guard let outcome else {
        wasStopped = true
        continue
      }
      var row = byKind[mutant.kind] ?? Row(kind: mutant.kind)
      row.mutants += 1
      switch outcome {
      case .refused: row.refused += 1
      case .certified(.equal): row.equal += 1
      case .certified(let judgement):
        if case .notJudged = judgement { row.notJudged += 1 } else { row.wrong += 1 }
        if survivors.count < MutationReport.maximumSurvivorCount {
          survivors.append(Survivor(mutant: mutant, judgement: judgement))
        }
      }
      byKind[mutant.kind] = row
    }
    rows = Mutant.Kind.allCases.compactMap { byKind[$0] }
  }
}
