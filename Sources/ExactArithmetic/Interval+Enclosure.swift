// Interval as an Enclosure: exact field operations, and irrational functions to 96 significant bits.

extension Interval: Enclosure {
  /// Binary digits of the ends of square roots, exponentials and sigmoids, where these are not rational.
  ///
  /// Only irrational operations round, so that the field operations stay exact; ends grow with those, and
  /// `roundedOutward(toSignificantBits:)` is the caller's to call.
  public static let significantBits = 96

  /// exp at this number and below counts as [0, 2^-4096]: exp(-2840) < 2^-4097.
  private static let vanishingExponent: Rational = -2840

  /// exp beyond this number, of 2^24.5 binary digits, traps: no end is infinite here.
  private static let greatestExponent: Rational = 0x100_0000

  /// The point [value, value]; value must be finite. Exact.
  @_disfavoredOverload  // Interval(2) means the Rational 2
  public init(_ value: Double) {
    self.init(lower: value, upper: value)
  }

  /// [lower, upper], exact; both must be finite, and lower must not exceed upper.
  public init(lower: Double, upper: Double) {
    guard let low = Rational(exactly: lower), let high = Rational(exactly: upper) else {
      preconditionFailure("an interval with rational ends has finite ends, not \(lower) and \(upper)")
    }
    self.init(low, high)
  }

  /// The greatest Double that is at most the lower end; -infinity where that lies below all finite ones.
  public var lowerBound: Double { lower.roundedDown }

  /// The least Double that is at least the upper end; infinity where that lies above all finite ones.
  public var upperBound: Double { 0 - (-upper).roundedDown }

  /// The lower end as a point.
  public var lowerEnd: Interval { Interval(lower) }

  /// The upper end as a point.
  public var upperEnd: Interval { Interval(upper) }

  /// Whether every element is less than every element of `other`; exact.
  public func isCertainlyLess(than other: Interval) -> Bool { upper < other.lower }

  /// Whether every element is greater than 0; exact.
  public var isCertainlyPositive: Bool { lower.signum() > 0 }

  /// Whether every element is less than 0; exact.
  public var isCertainlyNegative: Bool { upper.signum() < 0 }

  /// Whether there is one element only; exact.
  public var isPoint: Bool { lower == upper }

  /// The greater of each element and `bound`, which must be finite; exact.
  public func raised(toAtLeast bound: Double) -> Interval {
    guard let least = Rational(exactly: bound) else {
      preconditionFailure("a bound to raise to must be a finite number, not \(bound)")
    }
    return Interval(max(lower, least), max(upper, least))
  }

  /// self * 2^n; exact.
  public func scaledByPowerOfTwo(_ n: Int) -> Interval {
    Interval(lower.scaledByPowerOfTwo(n), upper.scaledByPowerOfTwo(n))
  }

  /// The quotients, exact, or nil where the divisor may be 0.
  public func divided(by divisor: Interval) -> Interval? { divisor.contains(0) ? nil : self / divisor }

  /// The square roots, or nil where an element may be negative; roots of squares are exact, others have ends of
  /// `significantBits` binary digits.
  public func squareRoot() -> Interval? {
    guard lower.signum() >= 0 else { return nil }
    return Interval(Self.squareRoot(of: lower).lower, Self.squareRoot(of: upper).upper)
  }

  private static func squareRoot(of x: Rational) -> Interval {
    if let root = x.squareRootIfExact() { return Interval(root) }
    // x * 4^k has 2 * significantBits or one digit fewer before its point, so its root has significantBits.
    let k = (2 * significantBits - 1 - x.binaryExponent) >> 1
    let root = x.rounded(toMultipleOfTwoToThe: -2 * k, .down).squareRoot()
    return Interval(Rational(root, timesTwoToThe: 0 - k), Rational(root + 1, timesTwoToThe: 0 - k))
  }

  /// exp of each element, with ends of `significantBits` binary digits.
  ///
  /// exp(0) is 1 exactly, and exp of negative numbers never exceeds 1. At -2840 and below the result is [0, 2^-4096].
  /// Above 2^24 it traps: the end would have millions of digits, and there is no infinite one to stand for it.
  public func exponential() -> Interval {
    Interval(Self.exponential(of: lower).lower, Self.exponential(of: upper).upper)
  }

  private static func exponential(of x: Rational) -> Interval {
    if x.signum() == 0 { return Interval(1) }
    if x <= vanishingExponent { return Interval(0, Rational(1, timesTwoToThe: -4096)) }
    precondition(x <= greatestExponent, "exp of a number beyond 2^24 has no end that fits in memory")
    let (scaled, exponent) = Enclosures.exponential(of: x, digits: significantBits + 8)
    let found = scaled.interval(timesTwoToThe: exponent).roundedOutward(toSignificantBits: significantBits)
    return x.signum() > 0 ? Interval(max(found.lower, 1), found.upper) : Interval(found.lower, min(found.upper, 1))
  }

  /// 1 / (1 + exp(-x)) of each element, with ends of `significantBits` binary digits; there is no x too great for it.
  public func sigmoid() -> Interval {
    Interval(Self.sigmoid(of: lower).lower, Self.sigmoid(of: upper).upper)
  }

  private static func sigmoid(of x: Rational) -> Interval {
    // With t = exp(-|x|): 1 / (1 + t), which falls with t, or t / (1 + t), which rises.
    let t = exponential(of: -x.magnitude)
    let result =
      x.signum() >= 0
      ? Interval((t.upper + 1).reciprocal, (t.lower + 1).reciprocal)
      : Interval(t.lower / (t.lower + 1), t.upper / (t.upper + 1))
    return result.roundedOutward(toSignificantBits: significantBits)
  }
}

extension Rational {
  /// The greatest Double that is at most this number.
  fileprivate var roundedDown: Double {
    let nearest = Double(self)
    if nearest == .infinity { return .greatestFiniteMagnitude }
    guard let value = Rational(exactly: nearest) else { return nearest }
    return value > self ? nearest.nextDown : nearest
  }
}
