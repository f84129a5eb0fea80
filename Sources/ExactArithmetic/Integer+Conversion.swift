// Integer to and from machine integers and binary floating point.
import CGMP

extension Integer {
  /// The integer with this value, or nil where `source` is not a finite whole number.
  public init?<Source: BinaryFloatingPoint>(exactly source: Source) {
    guard source.isFinite, source == source.rounded(.towardZero) else { return nil }
    if let small = Int(exactly: source) {
      self.init(small)
      return
    }
    // A whole number beyond 2^63: significand * 2^exponent with all of the significand's bits before the point.
    let significand = Integer(source.significandBitPattern) | (Integer(1) << Source.significandBitCount)
    let value = significand << (Int(source.exponent) - Source.significandBitCount)
    self = source < 0 ? -value : value
  }

  /// floor(|self| / 2^(64 * index)) mod 2^64: a word of the absolute value, 0 beyond its end.
  public func magnitudeWord(at index: Int) -> UInt {
    precondition(index >= 0, "words are counted from 0")
    guard let storage else { return index == 0 ? word.magnitude : 0 }
    return withExtendedLifetime(storage) { integer_limb(storage.z, index) }
  }
}

extension FixedWidthInteger {
  /// The machine integer with the value of `source`, or nil where it does not fit.
  public init?(exactly source: Integer) {
    if let word = source.wordIfSmall {
      self.init(exactly: word)
      return
    }
    let negative = source.signum() < 0
    guard source.bitLength <= Self.bitWidth else { return nil }
    var magnitude: Self.Magnitude = 0
    for i in stride(from: (source.bitLength - 1) / UInt.bitWidth, through: 0, by: -1) {
      magnitude = (magnitude << UInt.bitWidth) | Self.Magnitude(truncatingIfNeeded: source.magnitudeWord(at: i))
    }
    let pattern = Self(truncatingIfNeeded: magnitude)
    let value = negative ? 0 &- pattern : pattern
    guard value == 0 || (value < 0) == negative else { return nil }
    self = value
  }
}

extension BinaryFloatingPoint {
  /// The nearest number to `source`, ties to even; infinite where `source` rounds beyond the greatest finite number.
  public init(_ source: Integer) { self.init(Rational(source)) }
}
