// Exact arithmetic as an Arithmetic: no rounding anywhere, and an error where exactness ends.

/// Exact arithmetic on `Rational`s.
///
/// Sums, products and quotients are exact. exp exists at 0 alone and 1 / sqrt at squares of rationals; elsewhere both
/// throw. Sine and cosine are irrational nearly everywhere, yet a transformer uses them as table constants, so here
/// they are the Doubles nearest to the true values (correctly rounded), taken as exact from there on.
public struct RationalArithmetic: Arithmetic {
  /// The arithmetic.
  @inlinable
  public init() {}

  /// 0.
  @inlinable public var zero: Rational { Rational(0) }
  /// 1.
  @inlinable public var one: Rational { Rational(1) }
  /// Exactly `value`, which must be finite.
  public func number(_ value: Double) -> Rational {
    guard let number = Rational(exactly: value) else {
      preconditionFailure("exact arithmetic has no infinities and no NaN")
    }
    return number
  }
  /// The nearest Double.
  public func double(_ number: Rational) -> Double { Double(number) }
  /// a + b.
  @inlinable public func add(_ a: Rational, _ b: Rational) -> Rational { a + b }
  /// a - b.
  @inlinable public func subtract(_ a: Rational, _ b: Rational) -> Rational { a - b }
  /// a * b.
  @inlinable public func multiply(_ a: Rational, _ b: Rational) -> Rational { a * b }
  /// -a.
  @inlinable public func negate(_ a: Rational) -> Rational { -a }
  /// a / b; throws `divisionByZero` for b = 0.
  @inlinable
  public func divide(_ a: Rational, _ b: Rational) throws(ArithmeticError) -> Rational {
    if b.signum() == 0 { throw .divisionByZero }
    return a / b
  }
  /// a < b.
  @inlinable public func isLess(_ a: Rational, _ b: Rational) -> Bool { a < b }

  /// 1 for a = 0; throws `transcendentalInExactArithmetic` for any other (Lindemann).
  public func exponential(_ a: Rational) throws(ArithmeticError) -> Rational {
    if a.signum() == 0 { return one }
    throw .transcendentalInExactArithmetic(operation: "exp", argument: a.description)
  }

  /// Exact for squares of rationals; throws `irrationalInExactArithmetic` for other positive numbers, `divisionByZero`
  /// for 0, `outsideDomain` below.
  public func reciprocalSquareRoot(_ a: Rational) throws(ArithmeticError) -> Rational {
    if a.signum() == 0 { throw .divisionByZero }
    if a.signum() < 0 { throw .outsideDomain(operation: "1/sqrt", argument: a.description) }
    if let root = a.squareRootIfExact() { return root.reciprocal }
    throw .irrationalInExactArithmetic(operation: "1/sqrt", argument: a.description)
  }

  /// The Double nearest to sin(angle), as an exact number.
  public func sine(of angle: Double) -> Rational { Rational(FloatFormat.binary64.sine(of: number(angle))) }
  /// The Double nearest to cos(angle), as an exact number.
  public func cosine(of angle: Double) -> Rational { Rational(FloatFormat.binary64.cosine(of: number(angle))) }
}
