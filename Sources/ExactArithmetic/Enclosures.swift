// Enclosures of exp, sin, cos, ln 2 and pi, as narrow as asked: the last word of the correctly rounded functions.
//
// Everything is fixed point on Integers with `digits` binary places. Each quantity is a pair of whole numbers (lower,
// upper) around the true value in units of 2^-digits; each step rounds the lower one down and the upper one up, so the
// result encloses whatever the width becomes. Width is what a caller checks, not what it trusts.

/// A number enclosed by two multiples of 2^-digits, given as whole numbers.
package struct FixedPointEnclosure {
  package var lower: Integer
  package var upper: Integer

  /// The interval lower * 2^exponent ... upper * 2^exponent.
  package func interval(timesTwoToThe exponent: Int) -> Interval {
    Interval(Rational(lower, timesTwoToThe: exponent), Rational(upper, timesTwoToThe: exponent))
  }

  static func + (a: Self, b: Self) -> Self { Self(lower: a.lower + b.lower, upper: a.upper + b.upper) }
  static func - (a: Self, b: Self) -> Self { Self(lower: a.lower - b.upper, upper: a.upper - b.lower) }

  /// The product with a whole number of any sign.
  static func * (a: Self, factor: Integer) -> Self {
    factor.signum() >= 0
      ? Self(lower: a.lower * factor, upper: a.upper * factor)
      : Self(lower: a.upper * factor, upper: a.lower * factor)
  }

  /// x in units of 2^-digits.
  init(_ x: Rational, digits: Int) {
    lower = x.rounded(toMultipleOfTwoToThe: 0 - digits, .down)
    upper = x.rounded(toMultipleOfTwoToThe: 0 - digits, .up)
  }

  init(lower: Integer, upper: Integer) {
    self.lower = lower
    self.upper = upper
  }

  /// The same number with `count` binary places fewer.
  func dropping(_ count: Int) -> Self { Self(lower: lower >> count, upper: Self.ceilingShift(upper, count)) }

  /// self * factor / n for two enclosures of numbers of at least 0 with `digits` places each, n > 0.
  func scaled(by factor: Self, over n: Int, digits: Int) -> Self {
    let divisor = Integer(n)
    return Self(
      lower: QuotientRounding.down.quotient((lower * factor.lower) >> digits, divisor),
      upper: QuotientRounding.up.quotient(Self.ceilingShift(upper * factor.upper, digits), divisor))
  }

  /// ceil(x / 2^count).
  private static func ceilingShift(_ x: Integer, _ count: Int) -> Integer { -((-x) >> count) }
}

/// Rigorous enclosures of elementary functions at rational points.
package enum Enclosures {
  /// Sum over i of sign^i / ((2i + 1) n^(2i + 1)): atanh(1/n) for sign 1, atan(1/n) for sign -1; n >= 2.
  static func inverseTangentSeries(_ n: Integer, alternating: Bool, digits: Int) -> FixedPointEnclosure {
    var sum = FixedPointEnclosure(lower: 0, upper: 0)
    var power = FixedPointEnclosure(Rational(1, n), digits: digits)
    let square = n * n
    var i = 0
    while true {
      let odd = Integer(2 * i + 1)
      let term = FixedPointEnclosure(
        lower: QuotientRounding.down.quotient(power.lower, odd), upper: QuotientRounding.up.quotient(power.upper, odd))
      sum = alternating && !i.isMultiple(of: 2) ? sum - term : sum + term
      // The tail is below the last term, whose upper end is at least 1, because each term is at most a quarter of the
      // one before it.
      if term.upper <= 1 {
        return FixedPointEnclosure(lower: alternating ? sum.lower - 1 : sum.lower, upper: sum.upper + 1)
      }
      power = FixedPointEnclosure(
        lower: QuotientRounding.down.quotient(power.lower, square),
        upper: QuotientRounding.up.quotient(power.upper, square))
      i += 1
    }
  }

  /// Places to which the constants are kept once they have been computed.
  private static let keptDigits = 320
  private static let keptLogarithmOfTwo = computedLogarithmOfTwo(digits: keptDigits)
  private static let keptHalfPi = computedHalfPi(digits: keptDigits)

  /// ln 2.
  package static func logarithmOfTwo(digits: Int) -> FixedPointEnclosure {
    digits <= keptDigits
      ? keptLogarithmOfTwo.dropping(keptDigits - digits) : computedLogarithmOfTwo(digits: digits)
  }

  /// pi / 2.
  package static func halfPi(digits: Int) -> FixedPointEnclosure {
    digits <= keptDigits ? keptHalfPi.dropping(keptDigits - digits) : computedHalfPi(digits: digits)
  }

  /// ln 2 = 2 atanh(1/3).
  private static func computedLogarithmOfTwo(digits: Int) -> FixedPointEnclosure {
    inverseTangentSeries(3, alternating: false, digits: digits) * 2
  }

  /// pi / 2 = 8 atan(1/5) - 2 atan(1/239) (Machin).
  private static func computedHalfPi(digits: Int) -> FixedPointEnclosure {
    inverseTangentSeries(5, alternating: true, digits: digits) * 8
      - inverseTangentSeries(239, alternating: true, digits: digits) * 2
  }

  /// exp(x) as an enclosure of exp(x) * 2^-exponent, whose relative width is about 2^-digits; x is not 0.
  ///
  /// The power of two stays apart because it may be too great for a Rational.
  package static func exponential(of x: Rational, digits: Int) -> (scaled: FixedPointEnclosure, exponent: Int) {
    // x = k ln 2 + r; k has about as many digits as x before its point.
    let extra = max(0, x.binaryExponent + 2)
    let work = digits + extra + 16
    let logarithm = logarithmOfTwo(digits: work)
    let fixed = FixedPointEnclosure(x, digits: work)
    var k = QuotientRounding.down.quotient(fixed.lower, logarithm.upper)
    var r = fixed - logarithm * k
    // k is at most a few off: bring r into 0 ..< 1, which is all that the series needs.
    let one = Integer(1) << work
    while r.lower.signum() < 0 {
      k -= 1
      r = fixed - logarithm * k
    }
    while r.upper >= one {
      k += 1
      r = fixed - logarithm * k
    }
    // exp(r) = sum of r^n / n!, all terms at least 0.
    var sum = FixedPointEnclosure(lower: one, upper: one)
    var term = sum
    var n = 1
    while true {
      term = term.scaled(by: r, over: n, digits: work)
      sum = sum + term
      n += 1
      // From n >= 2 on each term is at most half of the one before it, so the tail is at most the last term.
      if n > 2 && term.upper <= 1 { break }
    }
    sum.upper += term.upper
    guard let shift = Int(exactly: k) else {
      preconditionFailure("exp of a number beyond 2^62 has no result that fits in memory")
    }
    return (sum, shift - work)
  }

  /// sin(x) and cos(x) in units of 2^exponent, each enclosed to a width of about 2^-digits; x is not 0.
  package static func sineAndCosine(
    of x: Rational, digits: Int
  ) -> (sine: FixedPointEnclosure, cosine: FixedPointEnclosure, exponent: Int) {
    let extra = max(0, x.binaryExponent + 2)
    let work = digits + extra + 16
    let quarter = halfPi(digits: work)
    let fixed = FixedPointEnclosure(x, digits: work)
    // x = k pi/2 + r; any k near x / (pi/2) will do as long as r lies in 0 ..< 2.
    var k = QuotientRounding.down.quotient(fixed.lower, quarter.upper)
    var r = fixed - quarter * k
    while r.lower.signum() < 0 {
      k -= 1
      r = fixed - quarter * k
    }
    let two = Integer(2) << work
    while r.upper >= two {
      k += 1
      r = fixed - quarter * k
    }
    // The terms r^n / n! feed cos (n even) and sin (n odd), with alternating signs.
    let one = Integer(1) << work
    var term = FixedPointEnclosure(lower: one, upper: one)
    var cosine = term
    var sine = FixedPointEnclosure(lower: 0, upper: 0)
    var n = 1
    while true {
      term = term.scaled(by: r, over: n, digits: work)
      switch n % 4 {
      case 0: cosine = cosine + term
      case 1: sine = sine + term
      case 2: cosine = cosine - term
      default: sine = sine - term
      }
      n += 1
      // Each of both series alternates and, from n = 2 on, decreases (r < 2): its tail is below its last term.
      if n > 4 && term.upper <= 1 { break }
    }
    let slack = FixedPointEnclosure(lower: -2, upper: 2)
    let s = sine + slack
    let c = cosine + slack
    switch Int(exactly: k.flooredQuotientAndRemainder(dividingBy: 4).remainder) {
    case 0: return (s, c, 0 - work)
    case 1: return (c, s * -1, 0 - work)
    case 2: return (s * -1, c * -1, 0 - work)
    default: return (c * -1, s, 0 - work)
    }
  }
}
