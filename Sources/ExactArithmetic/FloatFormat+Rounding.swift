// The rounding [x] onto a FloatFormat, from exact operands of every kind.
//
// Goals, in this order: the exact nearest element always; a few nanoseconds; one core that every operation ends in.

extension FloatFormat {
  /// [±magnitude * 2^exponent]: the core.
  ///
  /// A caller that knows only a truncated magnitude may set its last bit to say "and something more" wherever the
  /// magnitude has at least 62 digits: rounding then drops at least two digits, so that the last one only breaks ties.
  @inlinable
  @inline(__always)
  func rounded(isNegative: Bool, magnitude: UInt64, exponent: Int) -> FiniteNumber {
    if magnitude == 0 { return zero }
    let length = 64 &- magnitude.leadingZeroBitCount
    var unit = max(minimumExponent, exponent &+ length &- precision)
    let drop = unit &- exponent
    var digits: UInt64
    if drop <= 0 {
      digits = magnitude &<< UInt64(truncatingIfNeeded: 0 &- drop)  // length - drop <= precision, so nothing is lost
    } else if drop < 64 {
      digits = magnitude &>> UInt64(truncatingIfNeeded: drop)
      let half: UInt64 = 1 &<< UInt64(truncatingIfNeeded: drop &- 1)
      let rest = magnitude & ((half &<< 1) &- 1)
      if rest > half || (rest == half && ties == .toEven && digits & 1 == 1) { digits &+= 1 }
    } else {
      digits = drop == 64 && magnitude > 1 &<< 63 ? 1 : 0
      if digits == 0 { return zero }
    }
    if digits >> UInt64(truncatingIfNeeded: precision) != 0 {
      digits >>= 1
      unit &+= 1
    }
    if unit > maximumExponent {
      digits = (1 &<< UInt64(truncatingIfNeeded: precision)) &- 1
      unit = maximumExponent
    }
    let significand = Int64(bitPattern: digits)
    return FiniteNumber(uncheckedSignificand: isNegative ? 0 &- significand : significand, exponent: unit)
  }

  /// [significand * 2^exponent].
  @inlinable
  @inline(__always)
  func rounded(significand: Int64, exponent: Int) -> FiniteNumber {
    rounded(isNegative: significand < 0, magnitude: significand.magnitude, exponent: exponent)
  }

  /// [significand * 2^exponent] for |significand| < 2^127.
  @inlinable
  func rounded(wideSignificand significand: Int128, exponent: Int) -> FiniteNumber {
    let magnitude = significand.magnitude
    let excess = 128 &- magnitude.leadingZeroBitCount &- 63
    if excess <= 0 {
      return rounded(
        isNegative: significand < 0, magnitude: UInt64(truncatingIfNeeded: magnitude), exponent: exponent)
    }
    let kept = UInt64(truncatingIfNeeded: magnitude >> UInt128(excess))
    let lost: UInt64 = magnitude & (1 << UInt128(excess) - 1) == 0 ? 0 : 1
    return rounded(isNegative: significand < 0, magnitude: kept | lost, exponent: exponent &+ excess)
  }

  /// [x]: the nearest element to an exact number.
  @inlinable
  public func rounded(_ x: FiniteNumber) -> FiniteNumber {
    rounded(significand: x.significand, exponent: x.exponent)
  }

  /// [x]; an infinity becomes the greatest or the least element, and NaN is not a number to round.
  @inlinable
  public func rounded(_ x: Double) -> FiniteNumber {
    if let exact = FiniteNumber(exactly: x) { return rounded(exact) }
    precondition(!x.isNaN, "NaN is near no number")
    return x < 0 ? -maximum : maximum
  }

  /// [x].
  public func rounded(_ x: Rational) -> FiniteNumber {
    if x.signum() == 0 { return zero }
    let top = x.binaryExponent
    let isNegative = x.signum() < 0
    if top >= maximumExponent + precision { return isNegative ? -maximum : maximum }
    if top < minimumExponent - 1 { return zero }
    let unit = max(minimumExponent, top + 1 - precision)
    let digits = x.magnitude.rounded(
      toMultipleOfTwoToThe: unit, ties == .toEven ? .nearestTiesToEven : .nearestTiesTowardZero)
    // At most 2^precision: the core only has to carry and to saturate.
    return rounded(isNegative: isNegative, magnitude: UInt64(digits.magnitudeWord(at: 0)), exponent: unit)
  }
}
