// Exact fractions: two Integers in lowest terms.

/// A rational number, exact, with value semantics.
///
/// Numerator and denominator have no common factor and the denominator is positive, so equal numbers have equal forms.
/// Fractions whose two parts fit in 64 bits cost no allocation.
///
///     let third: Rational = 1 / 3
///     print(third + Rational(1, 6))  // 1/2
public struct Rational: Sendable, Hashable {
  /// The numerator, which carries the sign.
  public let numerator: Integer
  /// The denominator, at least 1.
  public let denominator: Integer

  /// Takes parts that are in lowest terms already, the denominator positive.
  @inlinable
  init(lowestNumerator: Integer, denominator: Integer) {
    self.numerator = lowestNumerator
    self.denominator = denominator
  }

  /// numerator / denominator, reduced; the denominator must not be 0.
  public init(_ numerator: Integer, _ denominator: Integer) {
    precondition(denominator != 0, "a Rational has no denominator 0")
    let divisor = numerator.greatestCommonDivisor(with: denominator)
    let sign: Integer = denominator < 0 ? -1 : 1
    self.init(
      lowestNumerator: sign * numerator.exactQuotient(dividingBy: divisor),
      denominator: sign * denominator.exactQuotient(dividingBy: divisor))
  }

  /// The rational with an integer's value.
  @inlinable
  public init(_ value: Integer) { self.init(lowestNumerator: value, denominator: Integer(1)) }

  /// The rational with a word's value.
  @inlinable
  public init(_ value: Int) { self.init(Integer(value)) }

  /// significand * 2^exponent.
  public init(_ significand: Integer, timesTwoToThe exponent: Int) {
    guard exponent < 0, significand != 0 else {
      self.init(significand << (significand == 0 ? 0 : exponent))
      return
    }
    let common = min(significand.trailingZeroBitCount, 0 - exponent)
    self.init(lowestNumerator: significand >> common, denominator: Integer(1) << (0 - exponent - common))
  }

  /// -1, 0 or 1.
  public func signum() -> Int { numerator.signum() }

  /// Whether the value is a whole number.
  public var isInteger: Bool { denominator == 1 }

  /// The absolute value.
  public var magnitude: Rational {
    signum() < 0 ? Rational(lowestNumerator: -numerator, denominator: denominator) : self
  }
}

extension Rational: Comparable {
  /// Whether `a` is the smaller value.
  public static func < (a: Rational, b: Rational) -> Bool {
    if let p = a.numerator.wordIfSmall, let q = a.denominator.wordIfSmall,
      let r = b.numerator.wordIfSmall, let s = b.denominator.wordIfSmall
    {
      let left = p.multipliedFullWidth(by: s)
      let right = r.multipliedFullWidth(by: q)
      return left.high != right.high ? left.high < right.high : left.low < right.low
    }
    return a.numerator * b.denominator < b.numerator * a.denominator
  }
}
