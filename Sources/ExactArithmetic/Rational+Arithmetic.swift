// Field operations of Rational.
// Sums and products divide out common factors before they multiply (Knuth, TAOCP 2, 4.5.1), which keeps the parts of
// long sums small and most operations inside machine words.

extension Rational: SignedNumeric, ExpressibleByIntegerLiteral {
  /// The rational that an integer literal of any length names.
  public init(integerLiteral value: StaticBigInt) { self.init(Integer(integerLiteral: value)) }

  /// The rational with `source`'s value; never nil.
  public init?<Source: BinaryInteger>(exactly source: Source) { self.init(Integer(source)) }

  /// The sum.
  public static func + (a: Rational, b: Rational) -> Rational { sum(a, b.numerator, b.denominator) }

  /// The difference.
  public static func - (a: Rational, b: Rational) -> Rational { sum(a, -b.numerator, b.denominator) }

  private static func sum(_ a: Rational, _ numerator: Integer, _ denominator: Integer) -> Rational {
    if a.denominator == 1 && denominator == 1 { return Rational(a.numerator + numerator) }
    if let small = smallSum(a, numerator, denominator) { return small }
    let common = a.denominator.greatestCommonDivisor(with: denominator)
    if common == 1 {
      return Rational(
        lowestNumerator: a.numerator * denominator + numerator * a.denominator,
        denominator: a.denominator * denominator)
    }
    let reduced = a.denominator.exactQuotient(dividingBy: common)
    let top = a.numerator * denominator.exactQuotient(dividingBy: common) + numerator * reduced
    // What the new numerator can share with the new denominator divides `common`.
    let shared = top.greatestCommonDivisor(with: common)
    return Rational(
      lowestNumerator: top.exactQuotient(dividingBy: shared),
      denominator: reduced * denominator.exactQuotient(dividingBy: shared))
  }

  /// The same in machine words, or nil where a part does not fit: sums of products of eighths take 60 ns a term where
  /// the steps below take 100.
  private static func smallSum(_ a: Rational, _ numerator: Integer, _ denominator: Integer) -> Rational? {
    guard let n = a.numerator.wordIfSmall, let d = a.denominator.wordIfSmall,
      let m = numerator.wordIfSmall, let e = denominator.wordIfSmall
    else { return nil }
    let common = d == e ? d : Int(binaryGreatestCommonDivisor(d.magnitude, e.magnitude))
    let (left, overflowLeft) = n.multipliedReportingOverflow(by: e / common)
    let (right, overflowRight) = m.multipliedReportingOverflow(by: d / common)
    let (top, overflow) = left.addingReportingOverflow(right)
    if overflowLeft || overflowRight || overflow { return nil }
    // gcd(top, common) <= common, so it fits.
    let shared = Int(binaryGreatestCommonDivisor(top.magnitude, common.magnitude))
    let (bottom, overflowBottom) = (d / common).multipliedReportingOverflow(by: e / shared)
    return overflowBottom
      ? nil : Rational(lowestNumerator: Integer(top / shared), denominator: Integer(bottom))
  }

  /// The product in machine words, or nil where a part does not fit.
  private static func smallProduct(_ a: Rational, _ b: Rational) -> Rational? {
    guard let n = a.numerator.wordIfSmall, let d = a.denominator.wordIfSmall,
      let m = b.numerator.wordIfSmall, let e = b.denominator.wordIfSmall
    else { return nil }
    let first = Int(binaryGreatestCommonDivisor(n.magnitude, e.magnitude))
    let second = Int(binaryGreatestCommonDivisor(m.magnitude, d.magnitude))
    let (top, overflow) = (n / first).multipliedReportingOverflow(by: m / second)
    let (bottom, overflowBottom) = (d / second).multipliedReportingOverflow(by: e / first)
    return overflow || overflowBottom
      ? nil : Rational(lowestNumerator: Integer(top), denominator: Integer(bottom))
  }

  /// The product.
  public static func * (a: Rational, b: Rational) -> Rational {
    if a.denominator == 1 && b.denominator == 1 { return Rational(a.numerator * b.numerator) }
    if let small = smallProduct(a, b) { return small }
    let first = a.numerator.greatestCommonDivisor(with: b.denominator)
    let second = b.numerator.greatestCommonDivisor(with: a.denominator)
    return Rational(
      lowestNumerator: a.numerator.exactQuotient(dividingBy: first) * b.numerator.exactQuotient(dividingBy: second),
      denominator: a.denominator.exactQuotient(dividingBy: second) * b.denominator.exactQuotient(dividingBy: first))
  }

  /// The quotient; `b` must not be 0.
  public static func / (a: Rational, b: Rational) -> Rational { a * b.reciprocal }

  /// 1 / self; self must not be 0.
  public var reciprocal: Rational {
    precondition(numerator != 0, "a Rational cannot be divided by zero")
    return numerator < 0
      ? Rational(lowestNumerator: -denominator, denominator: -numerator)
      : Rational(lowestNumerator: denominator, denominator: numerator)
  }

  /// The negative.
  public static prefix func - (a: Rational) -> Rational {
    Rational(lowestNumerator: -a.numerator, denominator: a.denominator)
  }

  /// Adds in place.
  public static func += (a: inout Rational, b: Rational) { a = a + b }
  /// Subtracts in place.
  public static func -= (a: inout Rational, b: Rational) { a = a - b }
  /// Multiplies in place.
  public static func *= (a: inout Rational, b: Rational) { a = a * b }
  /// Divides in place; `b` must not be 0.
  public static func /= (a: inout Rational, b: Rational) { a = a / b }

  /// self * 2^count, for a count of any sign.
  public func scaledByPowerOfTwo(_ count: Int) -> Rational {
    if count >= 0 { return Rational(numerator << count, denominator) }
    return Rational(numerator, denominator << (0 - count))
  }

  /// `self` to the power `exponent`, with 0^0 = 1; a negative exponent needs a value other than 0.
  public func power(_ exponent: Int) -> Rational {
    if exponent < 0 { return reciprocal.power(0 - exponent) }
    return Rational(lowestNumerator: numerator.power(exponent), denominator: denominator.power(exponent))
  }

  /// The square root of at least 0 where it is rational, else nil.
  public func squareRootIfExact() -> Rational? {
    guard let top = numerator.squareRootIfExact(), let bottom = denominator.squareRootIfExact() else { return nil }
    return Rational(lowestNumerator: top, denominator: bottom)
  }
}
