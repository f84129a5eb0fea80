// A linear map between named spaces, built by saying what it does to each named direction.
import Tensors
public import Transformers

/// A linear map given by its non-zero coefficients between named directions.
///
///     var read = NamedLinearMap(from: stream, to: head)
///     read.add(512, from: operandCode, to: queryCode)   // block by block
///     let query = read.lowered()                        // columns appear here
public struct NamedLinearMap: Sendable {
  /// The space that is read.
  public let source: ResidualStream
  /// The space that is written.
  public let target: ResidualStream
  /// The coefficients, those of the same pair to be added.
  public private(set) var coefficients: [(value: Float, source: Direction, target: Direction)] = []

  /// The zero map from `source` to `target`.
  public init(from source: ResidualStream, to target: ResidualStream) {
    self.source = source
    self.target = target
  }

  /// Adds `value` times direction `source` to direction `target`.
  public mutating func add(_ value: Float, from source: Direction, to target: Direction) {
    coefficients.append((value, source, target))
  }

  /// Adds `value` times each direction of `source` to the direction of `target` in the same place.
  public mutating func add(_ value: Float, from source: Subspace, to target: Subspace) {
    precondition(source.size == target.size, "blocks that are copied have equal sizes")
    for i in 0..<source.size { add(value, from: source[i], to: target[i]) }
  }

  /// The matrix, of shape [target.size, source.size].
  public func lowered() -> Linear {
    var weight = Tensor<Float>(shape: [target.size, source.size], repeating: 0)
    for (value, from, to) in coefficients { weight[target.column(to), source.column(from)] += value }
    return Linear(weight: weight)
  }
}
