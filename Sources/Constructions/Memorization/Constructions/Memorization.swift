// What a memorizing construction returns: the network, what its formula said of it, and the hypotheses that were checked.

/// A network that memorizes a data set, with what its theorem promised.
public struct Memorization: Sendable, Hashable, Codable {
  /// The construction that wrote it.
  public let construction: MemorizationConstruction
  /// The network: its output at every point is the label, exactly.
  public let network: IntegerNetwork
  /// The size that the construction's formula predicted.
  public let prediction: SizePrediction
  /// What was checked on the data.
  public let hypotheses: [HypothesisCheck]
}

/// A hypothesis that was checked on data, and held.
public struct HypothesisCheck: Sendable, Hashable, Codable {
  /// Which one.
  public let hypothesis: MemorizationError.Hypothesis
  /// What was checked, with the figures that were found.
  public let finding: String
}

/// What a construction's formula says of its network before it is built.
public struct SizePrediction: Sendable, Hashable, Codable {
  /// Hidden layers.
  public let hiddenLayerCount: Int
  /// Units of the widest hidden layer.
  public let width: Int
  /// Units of all hidden layers.
  public let hiddenUnitCount: Int
  /// Entries of all matrices and biases, zeros included.
  public let dense: Int
  /// At most so many weights and biases that are not zero; exact where none of the numbers that depend on the data happens to be 0.
  public let nonZero: Int
  /// The same with rows that share their weights counted once.
  public let tied: Int
  /// At most so many bits in a weight, where the theorem says so.
  public let maximumBits: Int?

  /// What differs in a network that was built, in words; empty where the prediction is right.
  ///
  /// - Parameter size: the network's size.
  /// - Returns: one phrase a difference.
  public func differences(from size: NetworkSize) -> [String] {
    var differences: [String] = []
    func compare(_ name: String, _ predicted: Int, _ built: Int, isBound: Bool = false) {
      if isBound ? built > predicted : built != predicted {
        differences.append("\(name): \(isBound ? "at most " : "")\(predicted) predicted, \(built) built")
      }
    }
    compare("hidden layers", hiddenLayerCount, size.hiddenLayerCount)
    compare("width", width, size.width)
    compare("hidden units", hiddenUnitCount, size.hiddenUnitCount)
    compare("dense", dense, size.dense)
    compare("non-zero", nonZero, size.nonZero, isBound: true)
    compare("tied", tied, size.tied, isBound: true)
    if let maximumBits { compare("bits", maximumBits, size.maximumBits, isBound: true) }
    return differences
  }
}

/// The constructions, by the names that the program takes.
public enum MemorizationConstruction: String, Sendable, Hashable, Codable, CaseIterable {
  /// `TruthTableMemorizer`: an indicator unit a row.
  case truthTable = "truth-table"
  /// `ZhangMemorizer`: 2N + d parameters.
  case zhang
  /// `BaumMemorizer`: 2 ceil(N_+ / d) threshold units.
  case baum
  /// `BubeckMemorizer`: 4 ceil(N / d) ReLU units.
  case bubeck
  /// `TwoLayerMemorizer`: two hidden layers of O(sqrt N) units.
  case twoLayer = "two-layer"
  /// `VardiMemorizer`: O(sqrt(N log N)) parameters by bit extraction.
  case vardi

  /// Writes down a network that memorizes the data.
  ///
  /// - Parameters:
  ///   - data: the points and labels.
  ///   - generator: where random directions come from; equal numbers give equal networks.
  /// - Returns: the network with its predicted size and the hypotheses that were checked.
  /// - Throws: `MemorizationError` with the violated hypothesis and the rows that violate it.
  public func memorize(
    _ data: MemorizationData, using generator: inout some RandomNumberGenerator
  ) throws(MemorizationError) -> Memorization {
    switch self {
    case .truthTable: try TruthTableMemorizer.memorize(data)
    case .zhang: try ZhangMemorizer.memorize(data, using: &generator)
    case .baum: try BaumMemorizer.memorize(data, using: &generator)
    case .bubeck: try BubeckMemorizer.memorize(data, using: &generator)
    case .twoLayer: try TwoLayerMemorizer.memorize(data, using: &generator)
    case .vardi: try VardiMemorizer.memorize(data, using: &generator)
    }
  }
}
