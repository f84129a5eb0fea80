// What a checkpoint says about itself and about the run besides its arrays.
public import Randomness
internal import Tensors

/// The JSON head of a checkpoint.
public struct CheckpointHeader: Codable, Sendable, Equatable {
  /// A parameter and its place, as in ``/Tensors/ParameterLayout``.
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
  /// The arrays, in the order of the file: the parameters, then the optimizer's moments.
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

  /// Refuses a checkpoint that belongs to another run.
  func check(against other: CheckpointHeader, path: String) throws(CheckpointError) {
    func different(_ what: String, _ expected: some Any, _ found: some Any) -> CheckpointError {
      .different(path: path, what: what, expected: "\(expected)", found: "\(found)")
    }
    if scalar != other.scalar { throw different("kind of numbers", other.scalar, scalar) }
    for (mine, theirs) in zip(layout, other.layout) where mine != theirs {
      throw different("model", theirs, mine)
    }
    if layout.count != other.layout.count {
      throw different("model", "\(other.layout.count) parameters", "\(layout.count)")
    }
    if arrays != other.arrays { throw different("optimizer", other.arrays.map(\.name), arrays.map(\.name)) }
    if settings != other.settings { throw different("plan of training", other.settings, settings) }
    if noise != other.noise { throw different("random source", other.noise, noise) }
    if configuration != other.configuration {
      throw different("configuration", other.configuration.debugDescription, configuration.debugDescription)
    }
  }
}
