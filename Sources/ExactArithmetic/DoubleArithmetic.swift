// Double as an Arithmetic: what the processor does.

/// IEEE binary64 (double precision) arithmetic.
///
/// Each operation is the processor's, unfused; exp, sine and cosine are the C library's.
public struct DoubleArithmetic: Arithmetic {
  /// The arithmetic.
  @inlinable
  public init() {}

  /// 0.
  @inlinable public var zero: Double { 0 }
  /// 1.
  @inlinable public var one: Double { 1 }
  /// The nearest Double.
  @inlinable public func number(_ value: Double) -> Double { Double(value) }
  /// The same number.
  @inlinable public func double(_ number: Double) -> Double { Double(number) }
  /// a + b.
  @inlinable public func add(_ a: Double, _ b: Double) -> Double { a + b }
  /// a - b.
  @inlinable public func subtract(_ a: Double, _ b: Double) -> Double { a - b }
  /// a * b.
  @inlinable public func multiply(_ a: Double, _ b: Double) -> Double { a * b }
  /// -a.
  @inlinable public func negate(_ a: Double) -> Double { -a }
  /// a / b; infinite or NaN for b = 0.
  @inlinable public func divide(_ a: Double, _ b: Double) -> Double { a / b }
  /// a < b.
  @inlinable public func isLess(_ a: Double, _ b: Double) -> Bool { a < b }
  /// exp(a).
  @inlinable public func exponential(_ a: Double) -> Double { libraryExponential(a) }
  /// 1 / sqrt(a), two roundings.
  @inlinable public func reciprocalSquareRoot(_ a: Double) -> Double { 1 / a.squareRoot() }
  /// sin(angle), computed in Double.
  @inlinable public func sine(of angle: Double) -> Double { Double(librarySine(angle)) }
  /// cos(angle), computed in Double.
  @inlinable public func cosine(of angle: Double) -> Double { Double(libraryCosine(angle)) }
}
