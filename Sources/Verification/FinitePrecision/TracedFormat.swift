// The operations of a format, and the greatest absolute value that they have produced.
import ExactArithmetic

/// A format whose sums and products are watched.
struct TracedFormat: Sendable {
  /// The format that every operation rounds to.
  let format: FloatFormat
  /// The greatest absolute value of any result so far.
  private(set) var largest: FiniteNumber

  init(_ format: FloatFormat) {
    self.format = format
    largest = format.zero
  }

  /// [value].
  mutating func number(_ value: Double) -> FiniteNumber {
    let result = format.rounded(value)
    note(result)
    return result
  }

  /// [a + b].
  mutating func add(_ a: FiniteNumber, _ b: FiniteNumber) -> FiniteNumber {
    let result = format.add(a, b)
    note(result)
    return result
  }

  /// [a * b].
  mutating func multiply(_ a: FiniteNumber, _ b: FiniteNumber) -> FiniteNumber {
    let result = format.multiply(a, b)
    note(result)
    return result
  }

  /// a - b to the precision of Double, whose greatest finite number ends it.
  static func lead(of a: FiniteNumber, over b: FiniteNumber) -> Double {
    let greatest = Double.greatestFiniteMagnitude
    let (a, b) = (max(-greatest, min(Double(a), greatest)), max(-greatest, min(Double(b), greatest)))
    return min(a - b, greatest)
  }

  private mutating func note(_ x: FiniteNumber) {
    if largest < x.magnitude { largest = x.magnitude }
  }
}
