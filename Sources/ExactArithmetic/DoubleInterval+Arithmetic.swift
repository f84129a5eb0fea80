// The operations of DoubleInterval: which ends meet, each rounded outward.

extension DoubleInterval {
  /// The sums; each end the best Double.
  @inlinable
  @inline(__always)
  public static func + (a: DoubleInterval, b: DoubleInterval) -> DoubleInterval {
    DoubleInterval(
      uncheckedLower: DirectedRounding.sumDown(a.lowerBound, b.lowerBound),
      upper: DirectedRounding.sumUp(a.upperBound, b.upperBound))
  }

  /// The differences; each end the best Double.
  @inlinable
  @inline(__always)
  public static func - (a: DoubleInterval, b: DoubleInterval) -> DoubleInterval { a + -b }

  /// The negatives; exact.
  @inlinable
  @inline(__always)
  public static prefix func - (a: DoubleInterval) -> DoubleInterval {
    DoubleInterval(uncheckedLower: -a.upperBound, upper: -a.lowerBound)
  }

  /// The products; each end the best Double.
  @inlinable
  public static func * (a: DoubleInterval, b: DoubleInterval) -> DoubleInterval {
    let (p, q) = (a.lowerBound, a.upperBound)
    let (r, s) = (b.lowerBound, b.upperBound)
    // Points, as weights and codes are, need one product and no case by sign, which no processor would predict.
    if p == q && r == s, let result = DirectedRounding.product(p, r) { return result }
    if p >= 0 {
      if r >= 0 { return product(lower: (p, r), upper: (q, s)) }
      return product(lower: (q, r), upper: s <= 0 ? (p, s) : (q, s))
    }
    if q <= 0 {
      if s <= 0 { return product(lower: (q, s), upper: (p, r)) }
      return product(lower: (p, s), upper: r >= 0 ? (q, r) : (p, r))
    }
    if r >= 0 { return product(lower: (p, s), upper: (q, s)) }
    if s <= 0 { return product(lower: (q, r), upper: (p, r)) }
    return product(lower: (p, s), upper: (q, s)).hull(product(lower: (q, r), upper: (p, r)))
  }

  @inlinable
  @inline(__always)
  static func product(lower: (Double, Double), upper: (Double, Double)) -> DoubleInterval {
    DoubleInterval(
      uncheckedLower: DirectedRounding.productDown(lower.0, lower.1),
      upper: DirectedRounding.productUp(upper.0, upper.1))
  }

  /// The quotients, each end the best Double, or nil where the divisor may be 0.
  @inlinable
  public func divided(by divisor: DoubleInterval) -> DoubleInterval? {
    if divisor.upperBound < 0 { return (-self).divided(by: -divisor) }
    guard divisor.lowerBound > 0 else { return nil }
    // Only one operand of each quotient below can be infinite: the divisor's lower end is finite, and its upper end
    // meets an end on the near side of 0.
    return DoubleInterval(
      uncheckedLower: DirectedRounding.quotientDown(
        lowerBound, lowerBound >= 0 ? divisor.upperBound : divisor.lowerBound),
      upper: DirectedRounding.quotientUp(
        upperBound, upperBound >= 0 ? divisor.lowerBound : divisor.upperBound))
  }

  /// The square roots, each end the best Double, or nil where an element may be negative.
  @inlinable
  public func squareRoot() -> DoubleInterval? {
    guard lowerBound >= 0 else { return nil }
    return DoubleInterval(
      uncheckedLower: DirectedRounding.squareRootDown(lowerBound), upper: DirectedRounding.squareRootUp(upperBound))
  }

  /// The squares, never below 0; each end the best Double.
  @inlinable
  public var squared: DoubleInterval {
    let distance = absoluteValue
    return Self.product(
      lower: (distance.lowerBound, distance.lowerBound), upper: (distance.upperBound, distance.upperBound))
  }

  /// self * 2^n; exact but for results below the least or beyond the greatest Double.
  @inlinable
  public func scaledByPowerOfTwo(_ n: Int) -> DoubleInterval {
    // No Double other than 0 stays one under 2^5000, which also keeps -n from overflowing.
    let count = max(-5000, min(5000, n))
    return DoubleInterval(
      uncheckedLower: DirectedRounding.scaledDown(lowerBound, count),
      upper: -DirectedRounding.scaledDown(-upperBound, count))
  }
}
