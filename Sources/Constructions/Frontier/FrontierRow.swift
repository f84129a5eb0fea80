// One point on the line from computing step by step to remembering everything, with what it costs and what was shown of it.

/// One construction of a function: what it costs, how it was checked, how fast it runs.
public struct FrontierRow: Sendable, Equatable, Codable {
  /// How the function is divided between tokens and the feedforward layer.
  public enum Construction: String, Sendable, Equatable, Codable {
    /// The gates of the circuit as they were given, a token each.
    case circuit
    /// Lookup tables of at most k inputs, a token each.
    case lookupTables
    /// All outputs in one token: the memorizing feedforward network.
    case memorizer
  }

  /// What became of a check.
  public struct Check: Sendable, Equatable, Codable {
    /// Whether it succeeded.
    public var holds: Bool
    /// How, or why not.
    public var statement: String

    /// A check and what to say of it.
    public init(_ holds: Bool, _ statement: String) {
      self.holds = holds
      self.statement = statement
    }
  }

  /// The most inputs that a table may have, k; the tables of a row may have fewer.
  public var tableInputs: Int
  /// How the function is divided.
  public var construction: Construction
  /// Tokens of the chain of thought that say something: one a table, or one in all. A token that ends the chain is not counted.
  public var stepCount: Int
  /// The most tables on a path from an input to an output.
  public var depth: Int
  /// Layers of the transformer.
  public var layerCount: Int
  /// Attention heads.
  public var headCount: Int
  /// Hidden units of a feedforward layer: 2^k for the widest table's k, in trees for each table of the first level, and for the memorizer one for
  /// each row that is not the usual one.
  public var hiddenUnitCount: Int
  /// The width of the residual stream.
  public var hiddenSize: Int
  /// Tokens of the vocabulary.
  public var vocabularySize: Int
  /// All weights, zeros too.
  public var parameterCount: Int
  /// Weights that are not zero.
  public var nonZeroParameterCount: Int
  /// The number of different weights.
  public var distinctParameterCount: Int
  /// Significant binary digits and sign of all weights that are not zero, added up.
  public var parameterBits: Int
  /// The most significant binary digits of a weight, the sign with them.
  public var largestParameterBits: Int
  /// Whether the tables compute the function that was given.
  public var mapping: Check
  /// Whether weights are certified for all inputs.
  public var certificate: Check
  /// The rounding under which they are: 2^-b in any order of summation; `nil` where it was not looked for or not found.
  public var certifiedUnit: Double?
  /// Whether the chains of thought were run and are right.
  public var run: Check
  /// How many assignments were run, and whether that is all of them.
  public var assignmentCount: Int
  /// Whether all assignments were run.
  public var isExhaustive: Bool
  /// Tokens a second by dense attention, prompt included in the time but not in the count.
  public var tokensPerSecond: Double

  /// Whether everything that was checked holds.
  public var isSound: Bool { mapping.holds && certificate.holds && run.holds }
}
