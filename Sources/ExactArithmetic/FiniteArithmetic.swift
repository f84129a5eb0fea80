// The finite-precision arithmetic of a FloatFormat as an Arithmetic.

/// Arithmetic in a `FloatFormat`: each operation correctly rounded, sums in index order, saturation in place of
/// overflow.
public struct FiniteArithmetic: Arithmetic, Hashable {
  /// The format that every result is rounded to.
  public let format: FloatFormat

  /// The arithmetic of `format`.
  @inlinable
  public init(_ format: FloatFormat) { self.format = format }

  /// 0.
  @inlinable public var zero: FiniteNumber { format.zero }
  /// [1].
  @inlinable public var one: FiniteNumber { format.one }
  /// [value].
  @inlinable public func number(_ value: Double) -> FiniteNumber { format.rounded(value) }
  /// The nearest Double: the same number where 53 digits hold it.
  @inlinable public func double(_ number: FiniteNumber) -> Double { Double(number) }
  /// [a + b].
  @inlinable public func add(_ a: FiniteNumber, _ b: FiniteNumber) -> FiniteNumber { format.add(a, b) }
  /// [a - b].
  @inlinable public func subtract(_ a: FiniteNumber, _ b: FiniteNumber) -> FiniteNumber { format.subtract(a, b) }
  /// [a * b].
  @inlinable public func multiply(_ a: FiniteNumber, _ b: FiniteNumber) -> FiniteNumber { format.multiply(a, b) }
  /// -a.
  @inlinable public func negate(_ a: FiniteNumber) -> FiniteNumber { -a }
  /// [a / b]; throws `divisionByZero` for b = 0.
  @inlinable
  public func divide(_ a: FiniteNumber, _ b: FiniteNumber) throws(ArithmeticError) -> FiniteNumber {
    try format.divide(a, b)
  }
  /// a < b.
  @inlinable public func isLess(_ a: FiniteNumber, _ b: FiniteNumber) -> Bool { a < b }
  /// [exp a].
  public func exponential(_ a: FiniteNumber) -> FiniteNumber { format.exponential(a) }
  /// [1 / sqrt a]; throws `divisionByZero` for 0 and `outsideDomain` below.
  public func reciprocalSquareRoot(_ a: FiniteNumber) throws(ArithmeticError) -> FiniteNumber {
    try format.reciprocalSquareRoot(a)
  }
  /// [sin angle].
  public func sine(of angle: Double) -> FiniteNumber {
    format.sine(of: RationalArithmetic().number(angle))
  }
  /// [cos angle].
  public func cosine(of angle: Double) -> FiniteNumber {
    format.cosine(of: RationalArithmetic().number(angle))
  }
}
