// The chain of thought against the circuit: what was compared, and the first difference.

/// What a comparison of a model's chains of thought with a circuit found.
public struct SimulationCheck: Sendable, Equatable {
  /// How it ended.
  public enum Verdict: Sendable, Equatable {
    /// Every compared token and output is equal.
    case equal
    /// A token or an output differs.
    case different(Counterexample)
    /// The circuit cannot be the one that the model was written from, for this reason; nothing was run.
    case anotherCircuit(reason: String)
  }

  /// The first difference.
  public struct Counterexample: Sendable, Equatable {
    /// Where it is.
    public enum Place: Sendable, Equatable {
      /// The token of a step, counted from 1, which says the value of a chain wire and of the circuit's wire that it stands for.
      case step(Int, wire: Int, circuitWire: Int)
      /// The token that ends the chain.
      case end
      /// An output, although all tokens are equal.
      case output(Int)
    }

    /// The assignment.
    public var inputs: [Bool]
    /// Where the difference is.
    public var place: Place
    /// The word of the token, or the bit of the output, that the circuit says.
    public var expected: String
    /// The word or the bit that the model says.
    public var found: String
  }

  /// Which assignments were to be tried.
  public let plan: AssignmentPlan
  /// How it ended.
  public internal(set) var verdict = Verdict.equal
  /// How many assignments were tried.
  public internal(set) var assignmentCount = 0
  /// How many tokens were compared.
  public internal(set) var tokensCompared = 0
  /// How many outputs were compared.
  public internal(set) var outputsCompared = 0

  /// Whether everything that was compared is equal.
  public var isEqual: Bool { verdict == .equal }
}
