// Rational to integers, to numbers with few binary digits, and to and from binary floating point.

/// Which of the two neighbours a quotient that is not whole becomes.
enum QuotientRounding {
  case down, up, towardZero, awayFromZero
  case nearestTiesToEven, nearestTiesTowardZero, nearestTiesAwayFromZero

  init(_ rule: FloatingPointRoundingRule) {
    switch rule {
    case .down: self = .down
    case .up: self = .up
    case .towardZero: self = .towardZero
    case .awayFromZero: self = .awayFromZero
    case .toNearestOrEven: self = .nearestTiesToEven
    case .toNearestOrAwayFromZero: self = .nearestTiesAwayFromZero
    @unknown default: preconditionFailure("an unknown rounding rule cannot be followed")
    }
  }

  /// n / d as a whole number, d > 0.
  func quotient(_ n: Integer, _ d: Integer) -> Integer {
    let (floor, remainder) = n.flooredQuotientAndRemainder(dividingBy: d)
    if remainder == 0 { return floor }
    let isNegative = n.signum() < 0
    let goesUp: Bool
    switch self {
    case .down: goesUp = false
    case .up: goesUp = true
    case .towardZero: goesUp = isNegative
    case .awayFromZero: goesUp = !isNegative
    case .nearestTiesToEven, .nearestTiesTowardZero, .nearestTiesAwayFromZero:
      let twice = remainder + remainder
      if twice != d {
        goesUp = twice > d
      } else {
        switch self {
        case .nearestTiesToEven: goesUp = !floor.isMultiple(of: 2)
        case .nearestTiesTowardZero: goesUp = isNegative
        default: goesUp = !isNegative
        }
      }
    }
    return goesUp ? floor + 1 : floor
  }
}

extension Rational {
  /// The greatest integer that is at most self.
  public var floor: Integer { QuotientRounding.down.quotient(numerator, denominator) }

  /// The least integer that is at least self.
  public var ceiling: Integer { QuotientRounding.up.quotient(numerator, denominator) }

  /// The integer that `rule` picks (by default the nearest, ties away from zero).
  public func rounded(_ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) -> Integer {
    isInteger ? numerator : QuotientRounding(rule).quotient(numerator, denominator)
  }

  /// The greatest n with 2^n <= |self|; self must not be 0.
  public var binaryExponent: Int {
    precondition(numerator != 0, "zero has no binary exponent")
    let estimate = numerator.bitLength - denominator.bitLength  // the exponent or one more
    let top = numerator.magnitude
    let reached = estimate >= 0 ? top >= denominator << estimate : top << (0 - estimate) >= denominator
    return reached ? estimate : estimate - 1
  }

  /// self / 2^exponent as a whole number.
  func rounded(toMultipleOfTwoToThe exponent: Int, _ rounding: QuotientRounding) -> Integer {
    exponent >= 0
      ? rounding.quotient(numerator, denominator << exponent)
      : rounding.quotient(numerator << (0 - exponent), denominator)
  }

  /// The number with at most `significantBits` binary digits (at least 1) that `rule` picks.
  ///
  /// Exact: |result - self| < 2^(1 - significantBits) * |self|, and half of that for the rules to nearest.
  public func rounded(toSignificantBits significantBits: Int, _ rule: FloatingPointRoundingRule) -> Rational {
    precondition(significantBits >= 1, "a number has at least one significant bit, not \(significantBits)")
    if numerator == 0 { return self }
    let exponent = binaryExponent + 1 - significantBits
    return Rational(rounded(toMultipleOfTwoToThe: exponent, QuotientRounding(rule)), timesTwoToThe: exponent)
  }

  /// The exact value of a finite floating-point number; nil for infinities and NaN.
  public init?<Source: BinaryFloatingPoint>(exactly source: Source) {
    guard source.isFinite else { return nil }
    if source.isZero {
      self.init(0)
      return
    }
    if let whole = Int(exactly: source) {
      self.init(whole)
      return
    }
    let width = source.significandWidth
    let unit = Int(source.exponent) - width  // the last binary digit that is set
    let scaled = Source(sign: .plus, exponent: Source.Exponent(width), significand: source.significand)
    guard let significand = Integer(exactly: scaled) else { return nil }
    self.init(source < 0 ? -significand : significand, timesTwoToThe: unit)
  }
}

extension BinaryFloatingPoint {
  /// The nearest number to `source`, ties to even, subnormal numbers included; infinite where `source` rounds beyond
  /// the greatest finite number.
  public init(_ source: Rational) {
    guard source.signum() != 0 else {
      self = 0
      return
    }
    let top = source.binaryExponent
    if top > Int(Self.greatestFiniteMagnitude.exponent) {
      self = source.signum() < 0 ? -.infinity : .infinity
      return
    }
    let smallestUnit = Int(Self.leastNonzeroMagnitude.exponent)
    let unit = max(top - Self.significandBitCount, smallestUnit)
    let significand = source.magnitude.rounded(toMultipleOfTwoToThe: unit, .nearestTiesToEven)
    // At most 2^64: two halves, each of which this format holds exactly, as it does their sum.
    let high = Self(UInt64(significand.magnitudeWord(at: 1)))
    let low = Self(UInt64(significand.magnitudeWord(at: 0)))
    var whole = low
    if high != 0 { whole += Self(sign: .plus, exponent: 64, significand: high) }
    let magnitude = Self(sign: .plus, exponent: Self.Exponent(unit), significand: whole)
    self = source.signum() < 0 ? -magnitude : magnitude
  }
}
