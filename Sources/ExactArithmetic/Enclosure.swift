// What every arithmetic of enclosures offers: intervals of Doubles for speed, of fractions for the last word.

/// A real number known to lie between two ends; each operation encloses every result.
///
/// If x lies in `a` and y in `b`, then x + y lies in `a + b`, and so for every operation here. Two operands are never
/// known to be the same quantity: `a - a` is not 0 but everything from -width to width. A program that is generic over
/// `Enclosure` runs in ``DoubleInterval``, nanoseconds an operation and a relative 2^-52 wide, and where that does not
/// decide, in ``Interval``.
///
///     let third = DoubleInterval.one.divided(by: DoubleInterval(3))  // [0.3333333333333333, 0.33333333333333337]
///
/// Rule of use: `isCertainlyLess(than:)` and its like answer "yes" or "not known"; the negation of "certainly" is not
/// the opposite statement.
public protocol Enclosure: Sendable, Equatable {
  /// The point [value, value]; value must be finite.
  init(_ value: Double)

  /// [lower, upper]; lower must not exceed upper. An end that the type cannot hold, such as an infinite one in
  /// ``Interval``, traps.
  init(lower: Double, upper: Double)

  /// A Double that is certainly at most every element, the greatest one there is; -infinity where there is none.
  var lowerBound: Double { get }

  /// A Double that is certainly at least every element, the least one there is; infinity where there is none.
  var upperBound: Double { get }

  /// The least element as an enclosure of it alone: a point, or all that lies beyond the finite numbers where the
  /// enclosure has no least element.
  var lowerEnd: Self { get }

  /// The greatest element as an enclosure of it alone: a point, or all that lies beyond the finite numbers where the
  /// enclosure has no greatest element.
  var upperEnd: Self { get }

  /// The sums.
  static func + (a: Self, b: Self) -> Self

  /// The differences.
  static func - (a: Self, b: Self) -> Self

  /// The products.
  static func * (a: Self, b: Self) -> Self

  /// The negatives; exact.
  static prefix func - (a: Self) -> Self

  /// The quotients, or nil where the divisor may be 0.
  func divided(by divisor: Self) -> Self?

  /// The square roots, or nil where an element may be negative.
  func squareRoot() -> Self?

  /// exp of each element.
  func exponential() -> Self

  /// The least enclosure of this type that holds both; exact.
  func hull(_ other: Self) -> Self

  /// The squares: unlike `self * self`, never below 0.
  var squared: Self { get }

  /// The absolute values; exact.
  var absoluteValue: Self { get }

  /// The greater of each element and `bound`, which must be finite; exact.
  func raised(toAtLeast bound: Double) -> Self

  /// self * 2^n; exact where the type holds the result.
  func scaledByPowerOfTwo(_ n: Int) -> Self

  /// Whether every element is less than every element of `other`.
  func isCertainlyLess(than other: Self) -> Bool

  /// Whether every element is greater than 0.
  var isCertainlyPositive: Bool { get }

  /// Whether every element is less than 0.
  var isCertainlyNegative: Bool { get }

  /// Whether there is one element only, so that its value is known exactly.
  var isPoint: Bool { get }

  /// 1 / (1 + exp(-x)) of each element, however far from 0; never outside 0...1.
  func sigmoid() -> Self
}

extension Enclosure {
  /// The point 0.
  @inlinable
  public static var zero: Self { Self(0.0) }

  /// The point 1.
  @inlinable
  public static var one: Self { Self(1.0) }

  /// Whether every element is less than every element of `other`.
  @inlinable
  public func isCertainlyLess(than other: Self) -> Bool { upperBound < other.lowerBound }

  /// Whether every element is greater than 0.
  @inlinable
  public var isCertainlyPositive: Bool { lowerBound > 0 }

  /// Whether every element is less than 0.
  @inlinable
  public var isCertainlyNegative: Bool { upperBound < 0 }

  /// Whether there is one element only, so that its value is known exactly.
  @inlinable
  public var isPoint: Bool { lowerBound == upperBound }

  /// A Double that is certainly at least the absolute value of each element.
  @inlinable
  public var magnitude: Double { max(abs(lowerBound), abs(upperBound)) }

  /// A Double that is certainly at most the absolute value of each element.
  @inlinable
  public var leastMagnitude: Double {
    lowerBound > 0 ? lowerBound : upperBound < 0 ? 0 - upperBound : 0
  }

  /// 1 / sqrt(x) of each element, or nil where an element may be 0 or negative.
  @inlinable
  public func reciprocalSquareRoot() -> Self? {
    guard isCertainlyPositive, let root = squareRoot() else { return nil }
    return Self.one.divided(by: root)
  }
}
