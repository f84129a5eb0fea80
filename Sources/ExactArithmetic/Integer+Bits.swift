// Shifts, bit operations (two's complement without an end) and bit counts of Integer.
import CGMP

extension Integer {
  /// self * 2^count; a negative count shifts right.
  public static func << (a: Integer, count: Int) -> Integer {
    if count < 0 {
      return count == .min ? (a.signum() < 0 ? -1 : 0) : a >> (0 - count)
    }
    if a.storage == nil {
      if a.word == 0 || count == 0 { return a }
      if count < Int.bitWidth - 1 {
        let shifted = a.word << count
        if shifted >> count == a.word { return Integer(shifted) }
      }
    }
    return a.applying(count, integer_shift_left)
  }

  /// floor(self / 2^count); a negative count shifts left.
  public static func >> (a: Integer, count: Int) -> Integer {
    if count < 0 {
      precondition(count != .min || a == 0, "a shift by 2^63 bits has no result that fits in memory")
      return count == .min ? a : a << (0 - count)
    }
    if a.storage == nil { return Integer(a.word >> count) }
    return a.applying(count, integer_shift_right_floored)
  }

  /// Shifts left in place.
  public static func <<= (a: inout Integer, count: Int) { a = a << count }

  /// Shifts right in place, rounding down.
  public static func >>= (a: inout Integer, count: Int) { a = a >> count }

  /// The bits set in both (two's complement).
  public static func & (a: Integer, b: Integer) -> Integer {
    if a.storage == nil && b.storage == nil { return Integer(a.word & b.word) }
    return combining(a, b, integer_and)
  }

  /// The bits set in either (two's complement).
  public static func | (a: Integer, b: Integer) -> Integer {
    if a.storage == nil && b.storage == nil { return Integer(a.word | b.word) }
    return combining(a, b, integer_or)
  }

  /// The bits set in one of both (two's complement).
  public static func ^ (a: Integer, b: Integer) -> Integer {
    if a.storage == nil && b.storage == nil { return Integer(a.word ^ b.word) }
    return combining(a, b, integer_xor)
  }

  /// All bits inverted: -self - 1.
  public static prefix func ~ (a: Integer) -> Integer { Integer(-1) - a }

  /// Binary digits of the absolute value: the least n with |self| < 2^n, so 0 for 0.
  public var bitLength: Int {
    guard let storage else { return UInt.bitWidth - word.magnitude.leadingZeroBitCount }
    return withExtendedLifetime(storage) { integer_bit_length(storage.z) }
  }

  /// The greatest n such that 2^n divides the value, which must not be 0.
  public var trailingZeroBitCount: Int {
    precondition(self != 0, "every power of two divides zero")
    guard let storage else { return word.trailingZeroBitCount }
    return withExtendedLifetime(storage) { Int(integer_trailing_zeros(storage.z)) }
  }
}
