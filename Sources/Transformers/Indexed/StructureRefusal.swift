// Why weights may not be run by lookup.

/// What a model's weights lack of the structure that the indexed path needs; the model is then run densely.
public struct StructureRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// The first condition that does not hold, with the numbers found.
  public let reason: String

  package init(_ reason: String) { self.reason = reason }

  /// The reason.
  public var description: String { reason }
}
