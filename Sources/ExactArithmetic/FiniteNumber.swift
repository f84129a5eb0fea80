// The numbers that a FloatFormat rounds to: a small significand times a power of two, exact.

/// The number significand * 2^exponent: an element of a `FloatFormat`, or an exact operand for one.
///
/// There is one zero, no infinity and no NaN. Equality, order and hashing go by value: 2 * 2^0 equals 1 * 2^1,
/// whichever format produced them.
public struct FiniteNumber: Sendable {
  /// Signed digits before the point; |significand| < 2^62.
  public let significand: Int64
  /// The power of two that the significand counts; |exponent| < 2^40.
  public let exponent: Int

  /// significand * 2^exponent, with |significand| < 2^62 and |exponent| < 2^40.
  @inlinable
  public init(significand: Int64, exponent: Int) {
    precondition(significand.magnitude < 1 << 62, "a FiniteNumber's significand lies below 2^62")
    precondition(exponent.magnitude < 1 << 40, "a FiniteNumber's exponent lies below 2^40")
    self.init(uncheckedSignificand: significand, exponent: exponent)
  }

  @inlinable
  init(uncheckedSignificand significand: Int64, exponent: Int) {
    self.significand = significand
    self.exponent = exponent
  }

  /// Zero.
  @inlinable
  public static var zero: FiniteNumber { FiniteNumber(uncheckedSignificand: 0, exponent: 0) }

  /// -1, 0 or 1.
  @inlinable
  public func signum() -> Int { Int(significand.signum()) }

  /// Whether the number is 0.
  @inlinable
  public var isZero: Bool { significand == 0 }

  /// The negative, exact in every format.
  @inlinable
  public static prefix func - (a: FiniteNumber) -> FiniteNumber {
    FiniteNumber(uncheckedSignificand: 0 &- a.significand, exponent: a.exponent)
  }

  /// The absolute value, exact in every format.
  @inlinable
  public var magnitude: FiniteNumber { significand < 0 ? -self : self }

  /// The same number with an odd significand, or 0 * 2^0.
  @inlinable
  var reduced: FiniteNumber {
    if significand == 0 { return .zero }
    let zeros = significand.trailingZeroBitCount
    return FiniteNumber(uncheckedSignificand: significand >> Int64(zeros), exponent: exponent + zeros)
  }
}

extension FiniteNumber: Hashable, Comparable {
  /// Whether the values are equal.
  @inlinable
  public static func == (a: FiniteNumber, b: FiniteNumber) -> Bool {
    if a.exponent == b.exponent { return a.significand == b.significand }
    let p = a.reduced
    let q = b.reduced
    return p.significand == q.significand && p.exponent == q.exponent
  }

  /// Feeds the value to the hasher.
  public func hash(into hasher: inout Hasher) {
    let form = reduced
    hasher.combine(form.significand)
    hasher.combine(form.exponent)
  }

  /// Whether `a` is the smaller value.
  @inlinable
  public static func < (a: FiniteNumber, b: FiniteNumber) -> Bool {
    if a.exponent == b.exponent || a.significand.signum() != b.significand.signum() || a.significand == 0 {
      return a.significand < b.significand
    }
    // Same sign, neither 0: the position of the leading digit decides, or the digits do after an alignment that is then
    // shorter than 62 places.
    let top = a.exponent - a.significand.magnitude.leadingZeroBitCount
    let otherTop = b.exponent - b.significand.magnitude.leadingZeroBitCount
    if top != otherTop { return (top < otherTop) == (a.significand > 0) }
    let shift = a.exponent - b.exponent
    return shift > 0
      ? Int128(a.significand) << shift < Int128(b.significand)
      : Int128(a.significand) < Int128(b.significand) << (0 - shift)
  }
}

// MARK: - Conversions

extension FiniteNumber: CustomStringConvertible {
  /// The exact fraction, such as "-15/4", or "S*2^E" where the exponent's absolute value exceeds 256.
  public var description: String {
    let form = reduced
    return form.exponent.magnitude > 256 ? "\(form.significand)*2^\(form.exponent)" : Rational(form).description
  }

  /// The exact value of a finite Double; nil for infinities, NaN.
  @inlinable
  public init?(exactly value: Double) {
    guard value.isFinite else { return nil }
    let bits = value.bitPattern
    let field = Int(bits >> 52) & 0x7FF
    let fraction = Int64(bits & (1 << 52 - 1))
    let magnitude = field == 0 ? fraction : fraction | (1 << 52)
    self.init(uncheckedSignificand: value < 0 ? -magnitude : magnitude, exponent: max(field, 1) - 1075)
  }
}

extension Rational {
  /// The exact value.
  public init(_ value: FiniteNumber) {
    self.init(Integer(Int(value.significand)), timesTwoToThe: value.exponent)
  }
}

extension Double {
  /// The nearest Double, ties to even; exact where 53 digits hold the number, infinite beyond the greatest Double.
  @inlinable
  public init(_ value: FiniteNumber) {
    if value.significand.magnitude < 1 << 53 && -1022 <= value.exponent && value.exponent <= 960 {
      self = Double(value.significand) * Double(bitPattern: UInt64(value.exponent + 1023) << 52)
    } else {
      self = slowDouble(value)
    }
  }
}

/// Rounds to 53 digits in one step, then scales exactly (or to infinity).
@usableFromInline
func slowDouble(_ value: FiniteNumber) -> Double {
  let format = FloatFormat(precision: 53, minimumExponent: -1074, maximumExponent: 1 << 41, ties: .toEven)
  let number = format.rounded(value)
  if number.significand == 0 { return 0 }
  if number.exponent > 1023 { return number.significand < 0 ? -.infinity : .infinity }
  return Double(sign: .plus, exponent: number.exponent, significand: Double(number.significand))
}
