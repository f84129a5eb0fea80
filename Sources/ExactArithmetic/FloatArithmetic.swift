// Float as an Arithmetic: what the processor does.

/// IEEE binary32 (single precision) arithmetic.
///
/// Each operation is the processor's, unfused; exp, sine and cosine are the C library's.
public struct FloatArithmetic: Arithmetic {
  /// The arithmetic.
  @inlinable
  public init() {}

  /// 0.
  @inlinable public var zero: Float { 0 }
  /// 1.
  @inlinable public var one: Float { 1 }
  /// The nearest Float.
  @inlinable public func number(_ value: Double) -> Float { Float(value) }
  /// The same number.
  @inlinable public func double(_ number: Float) -> Double { Double(number) }
  /// a + b.
  @inlinable public func add(_ a: Float, _ b: Float) -> Float { a + b }
  /// a - b.
  @inlinable public func subtract(_ a: Float, _ b: Float) -> Float { a - b }
  /// a * b.
  @inlinable public func multiply(_ a: Float, _ b: Float) -> Float { a * b }
  /// -a.
  @inlinable public func negate(_ a: Float) -> Float { -a }
  /// a / b; infinite or NaN for b = 0.
  @inlinable public func divide(_ a: Float, _ b: Float) -> Float { a / b }
  /// a < b.
  @inlinable public func isLess(_ a: Float, _ b: Float) -> Bool { a < b }
  /// exp(a).
  @inlinable public func exponential(_ a: Float) -> Float { libraryExponential(a) }
  /// 1 / sqrt(a), two roundings.
  @inlinable public func reciprocalSquareRoot(_ a: Float) -> Float { 1 / a.squareRoot() }
  /// sin(angle), computed in Double.
  @inlinable public func sine(of angle: Double) -> Float { Float(librarySine(angle)) }
  /// cos(angle), computed in Double.
  @inlinable public func cosine(of angle: Double) -> Float { Float(libraryCosine(angle)) }
}
