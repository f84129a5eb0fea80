// Laws as a library: named properties of operations, checked together, each with its own counterexample.

/// A set of named properties that an implementation must have; made by ``monoid(_:identity:combine:fileID:line:)`` and its siblings.
///
/// ```swift
/// @Test func matricesFormAMonoid() throws {
///   try Laws.monoid(matrices, identity: .identity, combine: *).check()
/// }
/// ```
public struct Laws {
  /// One property of the set.
  public struct Property {
    /// Such as `associativity`.
    public let name: String
    let failure: (PropertyOptions, String, Int) throws(SeedError) -> PropertyFailure?
  }

  /// What the set is called, such as `monoid`.
  public let name: String
  /// The properties, the basic ones first.
  public let properties: [Property]
  let fileID: String
  let line: Int

  /// Checks every property and returns those that do not hold, with what was found.
  /// - Throws: ``SeedError`` alone.
  public func violations(
    options: PropertyOptions = PropertyOptions()
  ) throws(SeedError) -> [(law: String, failure: PropertyFailure)] {
    var found: [(law: String, failure: PropertyFailure)] = []
    for property in properties {
      if let failure = try property.failure(options, fileID, line) { found.append((property.name, failure)) }
    }
    return found
  }

  /// Checks every property and throws one ``LawFailure`` that reports all which do not hold.
  /// - Throws: ``LawFailure``; ``SeedError`` if the seed line cannot be read.
  public func check(count: Int = 100, seed: String? = nil) throws {
    let found = try violations(options: PropertyOptions(count: count, seed: seed))
    if !found.isEmpty { throw LawFailure(laws: name, violations: found) }
  }

  /// Both sets' properties, under this set's name.
  public func and(_ other: Laws) -> Laws {
    Laws(name: name, properties: properties + other.properties, fileID: fileID, line: line)
  }
}

/// Laws that do not hold, each with its minimal counterexample.
public struct LawFailure: Error, CustomStringConvertible {
  /// The set of laws.
  public let laws: String
  /// The broken ones.
  public let violations: [(law: String, failure: PropertyFailure)]
  /// The report.
  public var description: String {
    violations.map { "\(laws): \($0.law) does not hold. \($0.failure)" }.joined(separator: "\n")
  }
}

extension Laws.Property {
  /// A named property of one generator's values.
  static func law<Value>(
    _ name: String, _ generator: Generator<Value>, _ property: @escaping (Value) throws -> Bool
  ) -> Laws.Property {
    Laws.Property(name: name) { (options, fileID, line) throws(SeedError) in
      try check(generator, options: options, fileID: fileID, line: line, property).failure(fileID: fileID, line: line)
    }
  }
}
