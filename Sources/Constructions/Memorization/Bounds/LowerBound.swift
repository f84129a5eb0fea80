// One lower bound of a card: what it states, when it holds, and where the network stands.

/// A lower bound on what a memorizing network costs, and how far above it a network stands.
public struct LowerBound: Sendable, Hashable, Codable {
  /// Which bound.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Networks with short descriptions are too few for all labels.
    case description
    /// P numbers of b bits are too few for all labels.
    case parameterBits
    /// A network of real weights has too few activation patterns for all binary labels.
    case growth
    /// Threshold units are too few to cut the points apart in all ways.
    case dichotomies
    /// A network of one input has too few linear pieces for alternating labels.
    case pieces
    /// No network of fewer than (N - 1) / 2 parameters memorizes all sets of N points.
    case anyPoints
  }

  /// Which bound.
  public let kind: Kind
  /// The theorem in a sentence, with its constants.
  public let statement: String
  /// What it supposes.
  public let hypothesis: String
  /// Where it is proved.
  public let source: String
  /// Whether the network and the data are of the kind that the theorem speaks of.
  public let applies: Bool
  /// Why it applies or does not, with the figures of the data.
  public let reason: String
  /// What `bound` and `measured` count.
  public let unit: String
  /// The least that the theorem allows, rounded.
  public let bound: Double
  /// What the network has, rounded.
  public let measured: Double

  /// How far above the bound the network stands; nil where the bound is not positive.
  public var ratio: Double? { bound > 0 ? measured / bound : nil }
}
