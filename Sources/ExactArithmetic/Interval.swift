// Closed intervals with rational ends: arithmetic that encloses.

/// A closed interval [lower, upper] of real numbers with rational ends.
///
/// Each operation returns an interval that holds every result for operands in the given intervals; `+`, `-`, `*`, `/`,
/// `absoluteValue`, `squared` return the least one (they do not know that two operands may be the same quantity). Ends
/// grow with every operation: `roundedOutward(toSignificantBits:)` keeps them small at the price of width.
public struct Interval: Sendable, Hashable, Codable {
  /// The least element.
  public let lower: Rational
  /// The greatest element.
  public let upper: Rational

  /// [lower, upper]; lower must not exceed upper.
  public init(_ lower: Rational, _ upper: Rational) {
    precondition(lower <= upper, "an interval's lower end must not exceed its upper end")
    self.lower = lower
    self.upper = upper
  }

  /// [value, value].
  public init(_ value: Rational) {
    lower = value
    upper = value
  }

  /// Reads an object with the keys lower and upper, of which the first must not be greater.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let lower = try container.decode(Rational.self, forKey: .lower)
    let upper = try container.decode(Rational.self, forKey: .upper)
    guard lower <= upper else {
      throw DecodingError.dataCorruptedError(
        forKey: .upper, in: container, debugDescription: "expected an upper end of at least the lower end")
    }
    self.init(lower, upper)
  }

  /// upper - lower.
  public var width: Rational { upper - lower }

  /// The number halfway between the ends.
  public var midpoint: Rational { (lower + upper).scaledByPowerOfTwo(-1) }

  /// Whether `value` lies in the interval, its ends included.
  public func contains(_ value: Rational) -> Bool { lower <= value && value <= upper }

  /// Whether every element of `other` lies in this interval.
  public func contains(_ other: Interval) -> Bool { lower <= other.lower && other.upper <= upper }

  /// The least interval that holds both.
  public func hull(_ other: Interval) -> Interval {
    Interval(min(lower, other.lower), max(upper, other.upper))
  }

  /// The common elements, or nil where there are none.
  public func intersection(_ other: Interval) -> Interval? {
    let low = max(lower, other.lower)
    let high = min(upper, other.upper)
    return low <= high ? Interval(low, high) : nil
  }

  /// An interval around this one whose ends have at most `bits` significant binary digits.
  public func roundedOutward(toSignificantBits bits: Int) -> Interval {
    Interval(lower.rounded(toSignificantBits: bits, .down), upper.rounded(toSignificantBits: bits, .up))
  }
}

extension Interval: CustomStringConvertible {
  /// "[lower, upper]".
  public var description: String { "[\(lower), \(upper)]" }

  /// The sums.
  public static func + (a: Interval, b: Interval) -> Interval { Interval(a.lower + b.lower, a.upper + b.upper) }

  /// The differences.
  public static func - (a: Interval, b: Interval) -> Interval { Interval(a.lower - b.upper, a.upper - b.lower) }

  /// The negatives.
  public static prefix func - (a: Interval) -> Interval { Interval(-a.upper, -a.lower) }

  /// The products.
  public static func * (a: Interval, b: Interval) -> Interval {
    let first = a.lower * b.lower
    let second = a.lower * b.upper
    let third = a.upper * b.lower
    let fourth = a.upper * b.upper
    return Interval(min(first, second, third, fourth), max(first, second, third, fourth))
  }

  /// The quotients; `b` must not hold 0.
  public static func / (a: Interval, b: Interval) -> Interval {
    precondition(!b.contains(0), "an interval that holds 0 cannot be a divisor")
    return a * Interval(b.upper.reciprocal, b.lower.reciprocal)
  }

  /// The absolute values.
  public var absoluteValue: Interval {
    if lower.signum() >= 0 { return self }
    if upper.signum() <= 0 { return -self }
    return Interval(0, max(-lower, upper))
  }

  /// The squares: unlike `self * self`, never below 0.
  public var squared: Interval {
    let distance = absoluteValue
    return Interval(distance.lower * distance.lower, distance.upper * distance.upper)
  }
}
