// Closed intervals with Double ends: fast arithmetic that encloses, for programs that check much.

/// A closed interval of real numbers whose ends are Doubles, each operation rounded outward.
///
///     let x = DoubleInterval(0.1)
///     print(x * x)  // [0.01, 0.010000000000000002]
///     print(x.scaledByPowerOfTwo(3))  // [0.8, 0.8]
///
/// An end is widened, by one unit in its last place, only where the exact end is no Double: 3 + 4, 1 * 1 and sqrt(9)
/// stay points. So each end of a sum, product, quotient or square root is the best Double there is, and a
/// sub-interval's result lies in the interval's result. An infinite end says that the interval is unbounded on that
/// side; infinity itself is no element, and no end is ever NaN.
///
/// A sum or product takes a few nanoseconds; the module's article has the figures.
@frozen
public struct DoubleInterval: Enclosure, Hashable {
  /// The lower end, finite or -infinity.
  public let lowerBound: Double
  /// The upper end, finite or infinity.
  public let upperBound: Double

  @inlinable
  @inline(__always)
  init(uncheckedLower lower: Double, upper: Double) {
    lowerBound = lower
    upperBound = upper
  }

  /// The point [value, value]; value must be finite.
  @inlinable
  public init(_ value: Double) {
    precondition(value.isFinite, "a point of an interval must be a finite number")
    self.init(uncheckedLower: value, upper: value)
  }

  /// [lower, upper]; lower must not exceed upper, must not be infinity, and upper must not be -infinity.
  @inlinable
  public init(lower: Double, upper: Double) {
    precondition(lower <= upper, "an interval's lower end must not exceed its upper end, and neither may be NaN")
    precondition(lower < .infinity && upper > -.infinity, "an interval must hold a finite number")
    self.init(uncheckedLower: lower, upper: upper)
  }

  /// Everything: the real numbers.
  @inlinable
  public static var all: DoubleInterval { DoubleInterval(uncheckedLower: -.infinity, upper: .infinity) }

  /// Whether `value` lies in the interval, its ends included.
  @inlinable
  public func contains(_ value: Double) -> Bool { value.isFinite && lowerBound <= value && value <= upperBound }

  /// Whether every element of `other` lies in this interval.
  @inlinable
  public func contains(_ other: DoubleInterval) -> Bool {
    lowerBound <= other.lowerBound && other.upperBound <= upperBound
  }

  /// Whether `value` lies in the interval, its ends included; exact.
  public func contains(_ value: Rational) -> Bool {
    if let lower = Rational(exactly: lowerBound), value < lower { return false }
    if let upper = Rational(exactly: upperBound), upper < value { return false }
    return true
  }

  /// The lower end as a point, or [-infinity, -greatest finite].
  @inlinable
  public var lowerEnd: DoubleInterval {
    DoubleInterval(uncheckedLower: lowerBound, upper: max(lowerBound, -.greatestFiniteMagnitude))
  }

  /// The upper end as a point, or [greatest finite, infinity].
  @inlinable
  public var upperEnd: DoubleInterval {
    DoubleInterval(uncheckedLower: min(upperBound, .greatestFiniteMagnitude), upper: upperBound)
  }

  /// The least interval that holds both; exact.
  @inlinable
  public func hull(_ other: DoubleInterval) -> DoubleInterval {
    DoubleInterval(
      uncheckedLower: min(lowerBound, other.lowerBound), upper: max(upperBound, other.upperBound))
  }

  /// The absolute values; exact.
  @inlinable
  public var absoluteValue: DoubleInterval {
    if lowerBound >= 0 { return self }
    if upperBound <= 0 { return -self }
    return DoubleInterval(uncheckedLower: 0, upper: max(0 - lowerBound, upperBound))
  }

  /// The greater of each element and `bound`, which must be finite; exact.
  @inlinable
  public func raised(toAtLeast bound: Double) -> DoubleInterval {
    precondition(bound.isFinite, "a bound to raise to must be a finite number")
    return DoubleInterval(uncheckedLower: max(lowerBound, bound), upper: max(upperBound, bound))
  }
}

extension DoubleInterval: CustomStringConvertible {
  /// "[lower, upper]", each end in the shortest decimals that name it.
  public var description: String { "[\(lowerBound), \(upperBound)]" }
}
