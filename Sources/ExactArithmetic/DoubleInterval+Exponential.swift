// exp of a DoubleInterval: the fixed-point exponential's stated error bound, rounded outward to Doubles.

extension DoubleInterval {
  /// exp of each element.
  ///
  /// Each end is within 2 units in the last place of the true value: a relative 2^-57 for the fixed-point
  /// approximation, one unit for the rounding. exp(0) is 1 exactly; exp of negative numbers never exceeds 1; below
  /// about -745.2 the result is [0, 2^-1074], above 709.8 its upper end is infinity. exp of a sub-interval lies in exp
  /// of the interval.
  ///
  /// Why the last sentence holds: the approximation is cut at every step, so it never falls as x rises, not even where
  /// k steps up, because exp(r) < 2 is cut and 2^62 is exact. Its allowance of 16 units doubles there, from 16 to 32 of
  /// the smaller unit, but 2^63 - 16 and 2^63 - 32 round down to the same Double.
  public func exponential() -> DoubleInterval {
    DoubleInterval(uncheckedLower: Self.exponentialDown(lowerBound), upper: Self.exponentialUp(upperBound))
  }

  /// A Double that is at most exp(x), at least 0.
  private static func exponentialDown(_ x: Double) -> Double {
    if x == 0 { return 1 }
    if x < -800 { return 0 }
    // exp(800) > 2^1100
    guard x < 800, let number = FiniteNumber(exactly: x), let found = FixedPointExponential(of: number) else {
      return .greatestFiniteMagnitude
    }
    let value = double(
      found.magnitude - FixedPointExponential.error, timesTwoToThe: found.exponent, roundingUp: false)
    return x > 0 ? max(value, 1) : value
  }

  /// A Double that is at least exp(x).
  private static func exponentialUp(_ x: Double) -> Double {
    if x == 0 { return 1 }
    // exp(-800) < 2^-1100
    if x < -800 { return .leastNonzeroMagnitude }
    guard x < 800, let number = FiniteNumber(exactly: x), let found = FixedPointExponential(of: number) else {
      return .infinity
    }
    let value = double(
      found.magnitude + FixedPointExponential.error, timesTwoToThe: found.exponent, roundingUp: true)
    return x < 0 ? min(value, 1) : value
  }

  /// 1 / (1 + exp(-x)) of each element.
  ///
  /// Each end is within 4 units in the last place of the true value, subnormal ones included. The result never leaves
  /// 0...1, and that of a sub-interval lies in that of the interval.
  public func sigmoid() -> DoubleInterval {
    DoubleInterval(uncheckedLower: Self.sigmoidDown(lowerBound), upper: Self.sigmoidUp(upperBound))
  }

  /// A Double that is at most sigmoid(x), at least 0.
  private static func sigmoidDown(_ x: Double) -> Double {
    // t (1 - t) < t / (1 + t) with t = exp(x) < 2^-57: one step down is more than t^2.
    if x < -40 { return max(0, exponentialDown(x).nextDown) }
    return DirectedRounding.quotientDown(1, DirectedRounding.sumUp(1, exponentialUp(-x)))
  }

  /// A Double that is at least sigmoid(x), at most 1.
  private static func sigmoidUp(_ x: Double) -> Double {
    if x < -40 { return exponentialUp(x) }
    return DirectedRounding.quotientUp(1, DirectedRounding.sumDown(1, exponentialDown(-x)))
  }

  /// magnitude * 2^exponent rounded to a Double; magnitude has 62 to 64 digits, |exponent| < 2000.
  private static func double(_ magnitude: UInt64, timesTwoToThe exponent: Int, roundingUp: Bool) -> Double {
    let leading = 63 - magnitude.leadingZeroBitCount
    // The place of the last digit that a Double has there.
    let unit = max(exponent + leading - 52, -1074)
    let dropped = unit - exponent
    if dropped >= 64 { return roundingUp ? .leastNonzeroMagnitude : 0 }
    var kept = magnitude >> UInt64(dropped)
    if roundingUp && kept << UInt64(dropped) != magnitude { kept += 1 }
    // At most 2^53, so exact; the scaling is exact, or beyond the greatest Double.
    let result = Double(sign: .plus, exponent: unit, significand: Double(kept))
    return result == .infinity && !roundingUp ? .greatestFiniteMagnitude : result
  }
}
