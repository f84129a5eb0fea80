// Why a construction refuses a data set: the hypothesis of its theorem that the data violate, and where.

/// A hypothesis that data violate.
public struct MemorizationError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// What a construction asks of its data.
  public enum Hypothesis: String, Sendable, Hashable, Codable, CaseIterable {
    /// At least one point, all of one dimension, with one label each.
    case wellFormed = "well-formed data"
    /// No two rows have the same point.
    case distinctPoints = "distinct points"
    /// At most two different labels.
    case binaryLabels = "binary labels"
    /// Every coordinate is 0 or 1.
    case binaryCoordinates = "binary coordinates"
    /// No d + 1 points on a common hyperplane; `Baum` and `Bubeck` say which part of it they check.
    case generalPosition = "general position"
    /// Every word has the stated length, over the stated alphabet.
    case commonAlphabet = "words of one length over one alphabet"
    /// The generator's numbers look random: a projection that keeps the points apart was found in the stated number of draws.
    case randomNumbers = "random numbers"
  }

  /// The hypothesis.
  public let hypothesis: Hypothesis
  /// The rows that violate it, counted from 1 (a header line is no row); empty where no single row does.
  public let rows: [Int]
  /// What the hypothesis asks.
  public let expected: String
  /// What the rows are.
  public let found: String

  /// One line.
  public var description: String {
    let place =
      switch rows.count {
      case 0: ""
      case 1: " (row \(rows[0]))"
      default: " (rows \(rows.map(String.init).joined(separator: ", ")))"
      }
    return "\(hypothesis.rawValue) violated\(place): expected \(expected), found \(found)"
  }
}
