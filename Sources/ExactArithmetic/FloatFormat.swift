// The finite-precision number formats of Li et al., and the IEEE formats as members of the same family.

/// A set of numbers with a rounding onto it: the finite-precision arithmetic of Li, Liu, Zhou and Ma,
/// "Chain of Thought Empowers Transformers to Solve Inherently Serial Problems" (ICLR 2024, arXiv 2402.12875).
///
/// In the paper's terms F_{e,s} holds the numbers S * 2^(-s + E) with integers |S| <= 2^(2s) - 1 and -2^max(0, e-1) <=
/// E <= 2^e - 1 - 2^max(0, e-1), and E = 0 where e = 0. Note that s counts half of the significand's binary digits.
///
/// The case e = 0 needs its own clause: there the formula would give E = -1, half of every element, while the paper's F_s
/// are the multiples of 2^-s up to B_s = (2^(2s) - 1) / 2^s, and its matching lemma needs them: in the formula's set for
/// s = 1, whose greatest element is 3/4, there is no 1 to rest on. So e = 0 stands for F_s, as in everything that the
/// paper proves about it.
/// Every operation is the exact one followed by the rounding to the nearest element; a tie goes to the smaller
/// absolute value (or to the even significand, as an option), and what lies beyond the greatest element B becomes B:
/// there are no infinities. Sums round after each addition, in index order, so that addition is not associative.
///
///     let format = FloatFormat(exponentBits: 0, significandBits: 2)  // multiples of 1/4 up to 15/4
///     let three = format.rounded(3.0)
///     print(format.add(three, three))  // 15/4
///
/// Internally a format is a precision and a range of units in the last place, so an odd precision exists too:
/// `binary16`, `bfloat16`, `binary32`, `binary64` are the finite numbers of those formats, with gradual underflow, ties
/// to even and saturation in place of infinities.
public struct FloatFormat: Sendable, Hashable, Codable {
  /// Where a number halfway between two elements goes.
  public enum Ties: String, Sendable, Hashable, Codable {
    /// To the element of smaller absolute value, as in the paper.
    case towardZero
    /// To the element whose last digit is 0, as in IEEE 754.
    case toEven
  }

  /// Binary digits of the significand: |significand| <= 2^precision - 1. In 1...60.
  public let precision: Int
  /// The least unit in the last place is 2^minimumExponent.
  public let minimumExponent: Int
  /// The greatest unit in the last place is 2^maximumExponent.
  public let maximumExponent: Int
  /// Where ties go.
  public let ties: Ties

  /// The format with `precision` digits (1 to 60) and units 2^minimumExponent ... 2^maximumExponent.
  @inlinable
  public init(precision: Int, minimumExponent: Int, maximumExponent: Int, ties: Ties) {
    precondition(1 <= precision && precision <= 60, "a format's precision lies in 1...60")
    precondition(minimumExponent <= maximumExponent, "a format's least unit must not exceed its greatest")
    precondition(
      minimumExponent.magnitude < 1 << 39 && maximumExponent.magnitude < 1 << 42,
      "a format's exponents lie below 2^39")
    self.precision = precision
    self.minimumExponent = minimumExponent
    self.maximumExponent = maximumExponent
    self.ties = ties
  }

  /// F_{e,s} of the paper: 2s significand digits (s in 1...30) and e exponent bits (0...30).
  @inlinable
  public init(exponentBits e: Int, significandBits s: Int, ties: Ties = .towardZero) {
    precondition(0 <= e && e <= 30, "a format has 0 to 30 exponent bits")
    precondition(1 <= s && s <= 30, "a format of 2s significand digits has s in 1...30")
    let offset = 1 << max(0, e - 1)
    let least = e == 0 ? 0 : -offset
    self.init(
      precision: 2 * s, minimumExponent: least - s, maximumExponent: (e == 0 ? 0 : (1 << e) - 1 - offset) - s,
      ties: ties)
  }

  /// Reads the four parts; refuses what `init` would not accept.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let precision = try container.decode(Int.self, forKey: .precision)
    let least = try container.decode(Int.self, forKey: .minimumExponent)
    let greatest = try container.decode(Int.self, forKey: .maximumExponent)
    let ties = try container.decode(Ties.self, forKey: .ties)
    guard
      let format = FloatFormat(
        checkingPrecision: precision, minimumExponent: least, maximumExponent: greatest, ties: ties)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .precision, in: container,
        debugDescription:
          "expected a precision in 1...60 and ordered exponents, found \(precision), \(least), \(greatest)")
    }
    self = format
  }

  /// The format of these parts, which may come out of a file; `nil` where `init` would not accept them.
  package init?(checkingPrecision precision: Int, minimumExponent: Int, maximumExponent: Int, ties: Ties) {
    guard (1...60).contains(precision), minimumExponent <= maximumExponent, minimumExponent.magnitude < 1 << 39,
      maximumExponent.magnitude < 1 << 42
    else { return nil }
    self.init(
      precision: precision, minimumExponent: minimumExponent, maximumExponent: maximumExponent, ties: ties)
  }

  /// IEEE binary16 (Float16), saturating.
  public static let binary16 = FloatFormat(precision: 11, minimumExponent: -24, maximumExponent: 5, ties: .toEven)
  /// bfloat16, saturating.
  public static let bfloat16 = FloatFormat(precision: 8, minimumExponent: -133, maximumExponent: 120, ties: .toEven)
  /// IEEE binary32 (Float), saturating.
  public static let binary32 = FloatFormat(precision: 24, minimumExponent: -149, maximumExponent: 104, ties: .toEven)
  /// IEEE binary64 (Double), saturating.
  public static let binary64 = FloatFormat(precision: 53, minimumExponent: -1074, maximumExponent: 971, ties: .toEven)

  /// e and s where this is an F_{e,s} of the paper with up to 30 exponent bits, whichever way ties go; otherwise `nil`.
  public var exponentAndSignificandBits: (exponentBits: Int, significandBits: Int)? {
    guard precision.isMultiple(of: 2) else { return nil }
    for e in 0...30 {
      let candidate = FloatFormat(exponentBits: e, significandBits: precision / 2, ties: ties)
      if candidate == self { return (e, precision / 2) }
    }
    return nil
  }

  /// B: the greatest element. Its negative is the least.
  @inlinable
  public var maximum: FiniteNumber {
    FiniteNumber(uncheckedSignificand: 1 << Int64(precision) - 1, exponent: maximumExponent)
  }

  /// The least element above 0.
  @inlinable
  public var leastPositive: FiniteNumber { FiniteNumber(uncheckedSignificand: 1, exponent: minimumExponent) }

  /// 0, an element of every format.
  @inlinable
  public var zero: FiniteNumber { FiniteNumber(uncheckedSignificand: 0, exponent: minimumExponent) }

  /// [1]: exactly 1 in every F_{e,s}.
  @inlinable
  public var one: FiniteNumber { rounded(FiniteNumber(uncheckedSignificand: 1, exponent: 0)) }

  /// Whether `value` is an element.
  public func contains(_ value: Rational) -> Bool { Rational(rounded(value)) == value }
}

// MARK: - All elements

extension FloatFormat {
  /// The elements from -B to B in ascending order.
  public struct Values: RandomAccessCollection, Sendable {
    /// The format whose elements these are.
    public let format: FloatFormat
    /// Elements above 0.
    let positives: Int

    /// 0.
    public var startIndex: Int { 0 }
    /// The number of elements.
    public var endIndex: Int { 2 * positives + 1 }

    /// The element with `position` elements below it.
    public subscript(position: Int) -> FiniteNumber {
      precondition(position >= 0 && position < endIndex, "a position lies in 0..<\(endIndex)")
      let rank = position - positives
      // As in IEEE bit patterns: the rank of an element holds its leading digit's place above its other digits.
      let magnitude = rank.magnitude
      let places = UInt(format.precision - 1)
      if magnitude >> places == 0 {
        return FiniteNumber(significand: Int64(rank), exponent: format.minimumExponent)
      }
      let unit = Int(magnitude >> places) - 1
      let digits = Int64(magnitude & (1 << places - 1) | 1 << places)
      return FiniteNumber(significand: rank < 0 ? -digits : digits, exponent: format.minimumExponent + unit)
    }
  }

  /// The elements from -B to B in ascending order: for exhaustive tests of small formats.
  public var allValues: Values {
    let units = maximumExponent - minimumExponent + 1
    precondition(
      units.bitWidth - units.leadingZeroBitCount + precision <= 62, "this format has too many elements to count")
    return Values(format: self, positives: (units + 1) << (precision - 1) - 1)
  }
}

extension FloatFormat: CustomStringConvertible {
  /// The precision, the range of units and the ties.
  public var description: String {
    "\(precision) digits, units 2^\(minimumExponent)...2^\(maximumExponent), "
      + (ties == .toEven ? "ties to even" : "ties toward zero")
  }
}
