// What a checkpoint says about itself and about the run besides its arrays.
public import Randomness
internal import Tensors

/// The JSON head of a checkpoint.
public struct CheckpointHeader: Codable, Sendable, Equatable {
  /// A parameter and its place, as in `ParameterLayout`.
  public struct Entry: Codable, Sendable, Equatable {
    var name: String
    var rows: Int
    var columns: Int
    var offset: Int
    var isTrainable: Bool
    var isVector: Bool
  }

  /// An array that follows the head.
  public struct Array: Codable, Sendable, Equatable {
    var name: String
    var count: Int
  }

  /// "float32" or "float64".
  public var scalar: String
  /// The parameters by ascending offset.
  public var layout: [Entry]
  /// The number of steps done, by which the file is named.
  public var step: Int
  /// The runs in the file: one, or those of replicas that are trained side by side.
  public var runs: [Run]
  /// The arrays, in the order of the file: the parameters and the optimizer's moments of one run after the other.
  public var arrays: [Array] { runs.flatMap(\.arrays) }

  /// One run and where it stands.
  public struct Run: Codable, Sendable, Equatable {
    /// The parameters, then the optimizer's moments.
    public var arrays: [Array]
    /// What the run was set to do.
    public var settings: TrainingSettings
    /// Whatever else decides the run's result, in the caller's words: a configuration file's text, say.
    public var configuration: String
    /// Where the run stood.
    public var state: TrainingState
    /// The number of updates that the optimizer had made.
    public var updateCount: Int
    /// The source of the optimizer's noise.
    public var noise: Philox
  }

  /// What kind of numbers is meant: "float32" or "float64".
  static func name<Scalar: TensorScalar>(of scalar: Scalar.Type) -> String { "float\(MemoryLayout<Scalar>.size * 8)" }

  /// The entries of a layout.
  static func entries(of layout: ParameterLayout) -> [Entry] {
    layout.parameters.map {
      Entry(
        name: $0.name, rows: $0.rows, columns: $0.columns, offset: $0.offset, isTrainable: $0.isTrainable,
        isVector: $0.isVector)
    }
  }
}
