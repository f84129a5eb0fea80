// The rounding [x] onto a FloatFormat, from exact operands of every kind.
//
// Goals, in this order: the exact nearest element always; a few nanoseconds; one core that every operation ends in.

extension FloatFormat {
  /// [±magnitude * 2^exponent]: the core, without a branch that depends on the data (sums of random terms mispredict
  /// each such branch every other time, which costs more than all of the work below).
  ///
  /// A caller that knows only a truncated magnitude may set its last bit to say "and something more" wherever the
  /// magnitude has at least 62 digits: rounding then drops at least two digits, so that the last one only breaks ties.
  @inlinable
  @inline(__always)
  func rounded(isNegative: Bool, magnitude: UInt64, exponent: Int) -> FiniteNumber {
    let zeros = magnitude.leadingZeroBitCount
    // The leading digit goes to place 61; what falls off at the end is kept as a last digit 1.
    let high = magnitude &<< UInt64(truncatingIfNeeded: zeros)
    let aligned = high &>> 2 | (high & 3 == 0 ? 0 : 1)
    // The unit in the last place: where `precision` digits end, but not below the least unit.
    let free = exponent &+ 64 &- zeros &- precision
    let least = max(minimumExponent, free)
    // 62 - precision digits fall off (at least 2), and more below the normal numbers: from 63 on nothing is left, not
    // even half a unit.
    let drop = UInt64(truncatingIfNeeded: min(63, 62 &- precision &+ (least &- free)))
    var digits = aligned &>> drop
    let half: UInt64 = 1 &<< (drop &- 1)
    let rest = aligned & ((half &<< 1) &- 1)
    // Up beyond the half; at the half only if ties go to even and the last digit is odd.
    digits &+= rest &+ (digits & (ties == .toEven ? 1 : 0)) > half ? 1 : 0
    let carry = digits &>> UInt64(truncatingIfNeeded: precision)
    digits = digits &>> carry
    let unit = digits == 0 ? minimumExponent : least &+ Int(truncatingIfNeeded: carry)
    let greatest: UInt64 = (1 &<< UInt64(truncatingIfNeeded: precision)) &- 1
    let significand = Int64(bitPattern: unit > maximumExponent ? greatest : digits)
    return FiniteNumber(
      uncheckedSignificand: isNegative ? 0 &- significand : significand, exponent: min(unit, maximumExponent))
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

  /// [value * 2^exponent].
  func rounded(_ value: Integer, timesTwoToThe exponent: Int) -> FiniteNumber {
    let magnitude = value.magnitude
    let excess = magnitude.bitLength - 63
    if excess <= 0 {
      return rounded(
        isNegative: value.signum() < 0, magnitude: UInt64(magnitude.magnitudeWord(at: 0)), exponent: exponent)
    }
    let lost: UInt64 = magnitude.trailingZeroBitCount < excess ? 1 : 0
    return rounded(
      isNegative: value.signum() < 0, magnitude: UInt64((magnitude >> excess).magnitudeWord(at: 0)) | lost,
      exponent: exponent + excess)
  }
}
