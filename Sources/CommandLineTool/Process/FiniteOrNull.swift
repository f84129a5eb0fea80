// Numbers in JSON, which has neither infinities nor what is no number.

/// A value whose numbers are null in JSON where they are not finite, as in `metrics.jsonl`.
@propertyWrapper
struct FiniteOrNull<Value: FiniteEncodable>: Encodable, Sendable {
  var wrappedValue: Value

  init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

  func encode(to encoder: any Encoder) throws { try wrappedValue.finite.encode(to: encoder) }
}

/// What can be encoded with null for numbers that are not finite.
protocol FiniteEncodable: Sendable {
  associatedtype Finite: Encodable

  /// The value with null for numbers that are not finite.
  var finite: Finite { get }
}

extension Double: FiniteEncodable {
  var finite: Double? { isFinite ? self : nil }
}

extension Double?: FiniteEncodable {
  var finite: Double? { flatMap(\.finite) }
}

extension [String: Double]: FiniteEncodable {
  var finite: [String: Double?] { mapValues(\.finite) }
}
