// What is wrong with a model, all of it at once.

/// The ways in which a model's weights do not fit its configuration, or its configuration makes no sense.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One fault.
  public struct Fault: Sendable, Equatable, CustomStringConvertible {
    /// The part of the model, such as `layers[2].query.weight`.
    public var part: String
    /// What it should be.
    public var expected: String
    /// What it is.
    public var found: String

    /// The fault that `part` is `found` and not `expected`.
    public init(part: String, expected: String, found: String) {
      self.part = part
      self.expected = expected
      self.found = found
    }

    /// One sentence.
    public var description: String { "\(part): expected \(expected), found \(found)" }
  }

  /// The faults in the order of the model's parts; never empty.
  public var faults: [Fault]

  /// The given faults.
  public init(faults: [Fault]) {
    precondition(!faults.isEmpty, "an error has a fault")
    self.faults = faults
  }

  /// One line for each fault.
  public var description: String { faults.map(\.description).joined(separator: "\n") }
}
