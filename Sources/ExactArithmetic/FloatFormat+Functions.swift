// exp, sine, cosine and square roots of a FloatFormat, each correctly rounded: [f(x)] for the true real f(x).
//
// Goals, in this order: the correct rounding always (Ziv's strategy: enclose, and enclose more narrowly until both ends
// round to the same element; it ends because exp, sin and cos of a rational other than 0 are transcendental, so never
// halfway between elements); speed for exp, which softmax calls once a score; clarity.

extension FloatFormat {
  /// [exp x].
  public func exponential(_ x: FiniteNumber) -> FiniteNumber {
    if x.significand == 0 { return one }
    // 2^x < exp(x) < 2^(2x) for x > 0 and the reverse for x < 0 decide the far ends before any digit is computed.
    let limit = FiniteNumber(significand: Int64(maximumExponent + precision), exponent: 0)
    if x.significand > 0 && limit.significand >= 0 && x >= limit { return maximum }
    if x.significand < 0 && minimumExponent <= 1,
      x <= FiniteNumber(significand: Int64(minimumExponent - 1), exponent: 0)
    {
      return zero
    }
    // Nearer to 0 than 2^-70 only the side of 1 matters: the last digit of 63 says "and something more".
    if x.exponent + 64 - x.significand.magnitude.leadingZeroBitCount < -70 {
      return x.significand > 0
        ? rounded(isNegative: false, magnitude: 1 << 62 | 1, exponent: -62)
        : rounded(isNegative: false, magnitude: 1 << 63 - 1, exponent: -63)
    }
    if let approximation = FixedPointExponential(of: x) {
      let error = FixedPointExponential.error
      let low = rounded(
        isNegative: false, magnitude: approximation.magnitude - error, exponent: approximation.exponent)
      let high = rounded(
        isNegative: false, magnitude: approximation.magnitude + error, exponent: approximation.exponent)
      if low.significand == high.significand && low.exponent == high.exponent { return low }
    }
    return exponentialByEnclosure(Rational(x))
  }

  /// [exp x] by enclosures alone: what `exponential` must equal, and its last resort.
  package func exponentialByEnclosure(_ x: Rational) -> FiniteNumber {
    if x.signum() == 0 { return one }
    return narrowing { Enclosures.exponential(of: x, digits: $0) }
  }

  /// [sin angle], the angle in radians, exact as given.
  public func sine(of angle: Rational) -> FiniteNumber {
    if angle.signum() == 0 { return zero }
    return narrowing {
      let found = Enclosures.sineAndCosine(of: angle, digits: $0)
      return (found.sine, found.exponent)
    }
  }

  /// [cos angle], the angle in radians, exact as given.
  public func cosine(of angle: Rational) -> FiniteNumber {
    if angle.signum() == 0 { return one }
    return narrowing {
      let found = Enclosures.sineAndCosine(of: angle, digits: $0)
      return (found.cosine, found.exponent)
    }
  }

  /// Ziv's loop.
  private func narrowing(
    _ enclosure: (_ digits: Int) -> (scaled: FixedPointEnclosure, exponent: Int)
  ) -> FiniteNumber {
    var digits = precision + 20
    while true {
      let (scaled, exponent) = enclosure(digits)
      let low = rounded(scaled.lower, timesTwoToThe: exponent)
      if low == rounded(scaled.upper, timesTwoToThe: exponent) { return low }
      digits *= 2
    }
  }

  /// [sqrt x].
  ///
  /// - Throws: `ArithmeticError.outsideDomain` for x < 0.
  public func squareRoot(_ x: FiniteNumber) throws(ArithmeticError) -> FiniteNumber {
    if x.significand < 0 { throw .outsideDomain(operation: "sqrt", argument: x.description) }
    if x.significand == 0 { return zero }
    // x = n * 2^(2h) with n of 123 to 125 digits, so that the root has 62 or 63.
    let number = Integer(Int(x.significand))
    var shift = 124 - number.bitLength
    if !(x.exponent - shift).isMultiple(of: 2) { shift += 1 }
    let (root, remainder) = (number << shift).squareRootAndRemainder()
    return rounded(
      isNegative: false, magnitude: UInt64(root.magnitudeWord(at: 0)) << 1 | (remainder == 0 ? 0 : 1),
      exponent: (x.exponent - shift) / 2 - 1)
  }

  /// [1 / sqrt x]: one rounding, not two.
  ///
  /// - Throws: `ArithmeticError.divisionByZero` for x = 0, `outsideDomain` for x < 0.
  public func reciprocalSquareRoot(_ x: FiniteNumber) throws(ArithmeticError) -> FiniteNumber {
    if x.significand < 0 { throw .outsideDomain(operation: "1/sqrt", argument: x.description) }
    if x.significand == 0 { throw .divisionByZero }
    // x = n * 2^(2h); 1/sqrt(x) = sqrt(2^(2k) / n) * 2^(-k-h) with 2^(2k) / n of 123 to 125 digits.
    let isOdd = !x.exponent.isMultiple(of: 2)
    let number = Integer(Int(x.significand)) << (isOdd ? 1 : 0)
    let half = (x.exponent - (isOdd ? 1 : 0)) / 2
    let k = (124 + number.bitLength) / 2
    let (quotient, rest) = (Integer(1) << (2 * k)).quotientAndRemainder(dividingBy: number)
    let (root, remainder) = quotient.squareRootAndRemainder()
    return rounded(
      isNegative: false,
      magnitude: UInt64(root.magnitudeWord(at: 0)) << 1 | (remainder == 0 && rest == 0 ? 0 : 1),
      exponent: 0 - k - half - 1)
  }
}
