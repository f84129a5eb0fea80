// The two environment variables that change every property of a process without touching its source.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the environment says of properties.
package struct PropertyEnvironment: Sendable, Equatable {
  /// `WRIGHT_PROPERTY_SEED`: the seed line of every property.
  package var seed: String?
  /// `WRIGHT_PROPERTY_COUNT`: the factor by which every property's count is multiplied.
  package var countFactor: String?

  /// What `variable` says of the two names; an empty text says nothing.
  package init(reading variable: (String) -> String?) {
    func value(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
    seed = value("WRIGHT_PROPERTY_SEED")
    countFactor = value("WRIGHT_PROPERTY_COUNT")
  }

  /// The process's environment.
  package static var current: PropertyEnvironment {
    PropertyEnvironment { name in getenv(name).map { String(cString: $0) } }
  }

  /// A count times the factor, rounded, at least 1.
  package func scaled(_ count: Int) throws(SeedError) -> Int {
    guard let text = countFactor else { return count }
    guard let factor = Double(text), factor > 0, factor <= 1e6 else {
      throw SeedError(subject: "WRIGHT_PROPERTY_COUNT", line: text, expected: "a factor above 0 and at most 1e6")
    }
    return Int(max(1, min((Double(count) * factor).rounded(), 0x1p62)))
  }
}
