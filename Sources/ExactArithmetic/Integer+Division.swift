// Division in its truncated and floored forms, greatest common divisors and square roots of Integer.
import CGMP

extension Integer {
  /// Quotient rounded toward zero and remainder with the dividend's sign: self = quotient * divisor + remainder,
  /// |remainder| < |divisor|. The divisor must not be 0.
  public func quotientAndRemainder(dividingBy divisor: Integer) -> (quotient: Integer, remainder: Integer) {
    precondition(divisor != 0, "an Integer cannot be divided by zero")
    if let a = wordIfSmall, let b = divisor.wordIfSmall {
      let (quotient, overflow) = a.dividedReportingOverflow(by: b)
      if !overflow { return (Integer(quotient), Integer(a &- quotient &* b)) }
    }
    return dividing(by: divisor, integer_divide_truncated)
  }

  /// Quotient rounded down and remainder with the divisor's sign: self = quotient * divisor + remainder,
  /// |remainder| < |divisor|. The divisor must not be 0.
  public func flooredQuotientAndRemainder(dividingBy divisor: Integer) -> (quotient: Integer, remainder: Integer) {
    precondition(divisor != 0, "an Integer cannot be divided by zero")
    if storage == nil && divisor.storage == nil {
      let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
      if remainder != 0 && (remainder < 0) != (divisor < 0) { return (quotient - 1, remainder + divisor) }
      return (quotient, remainder)
    }
    return dividing(by: divisor, integer_divide_floored)
  }

  private func dividing(
    by divisor: Integer,
    _ operation: (
      UnsafeMutablePointer<__mpz_struct>, UnsafeMutablePointer<__mpz_struct>, UnsafePointer<__mpz_struct>?, Int,
      UnsafePointer<__mpz_struct>?, Int
    ) -> Void
  ) -> (quotient: Integer, remainder: Integer) {
    let quotient = IntegerStorage()
    let remainder = IntegerStorage()
    withExtendedLifetime((storage, divisor.storage)) {
      operation(
        quotient.z, remainder.z, storage.map { UnsafePointer($0.z) }, word,
        divisor.storage.map { UnsafePointer($0.z) }, divisor.word)
    }
    return (Integer(adopting: quotient), Integer(adopting: remainder))
  }

  /// The quotient rounded toward zero; the divisor must not be 0.
  public static func / (a: Integer, b: Integer) -> Integer {
    var result = a
    result /= b
    return result
  }

  /// The remainder of the truncated division, with the dividend's sign; the divisor must not be 0.
  public static func % (a: Integer, b: Integer) -> Integer {
    var result = a
    result %= b
    return result
  }

  /// Divides in place, rounding toward zero; the divisor must not be 0.
  public static func /= (a: inout Integer, b: Integer) {
    precondition(b != 0, "an Integer cannot be divided by zero")
    if a.storage == nil && b.storage == nil {
      let (quotient, overflow) = a.word.dividedReportingOverflow(by: b.word)
      if !overflow {
        a.word = quotient
        return
      }
    }
    a.combine(b, integer_quotient_truncated)
  }

  /// Replaces the value by its remainder, which keeps its sign; the divisor must not be 0.
  public static func %= (a: inout Integer, b: Integer) {
    precondition(b != 0, "an Integer cannot be divided by zero")
    if a.storage == nil && b.storage == nil {
      a.word = a.word.remainderReportingOverflow(dividingBy: b.word).partialValue
      return
    }
    a.combine(b, integer_remainder_truncated)
  }

  /// The quotient of a division known to leave no remainder: faster than `/`, and wrong where a remainder exists.
  func exactQuotient(dividingBy divisor: Integer) -> Integer {
    if divisor == 1 { return self }
    if storage == nil && divisor.storage == nil { return self / divisor }
    return Self.combining(self, divisor, integer_quotient_exact)
  }

  /// Whether `divisor` divides this integer; 0 divides 0 alone.
  public func isMultiple(of divisor: Integer) -> Bool {
    divisor == 0 ? self == 0 : self % divisor == 0
  }

  /// The greatest common divisor, at least 0; gcd(0, 0) = 0.
  public func greatestCommonDivisor(with other: Integer) -> Integer {
    guard let a = wordIfSmall, let b = other.wordIfSmall else { return Self.combining(self, other, integer_gcd) }
    return Integer(binaryGreatestCommonDivisor(a.magnitude, b.magnitude))
  }

  /// The greatest integer whose square is at most this one, which must not be negative.
  public func squareRoot() -> Integer {
    squareRootAndRemainder().root
  }

  /// root = floor(sqrt(self)) and remainder = self - root * root, for a value of at least 0.
  public func squareRootAndRemainder() -> (root: Integer, remainder: Integer) {
    precondition(signum() >= 0, "a negative Integer has no square root")
    let root = IntegerStorage()
    let remainder = IntegerStorage()
    withExtendedLifetime(storage) {
      integer_square_root(root.z, remainder.z, storage.map { UnsafePointer($0.z) }, word)
    }
    return (Integer(adopting: root), Integer(adopting: remainder))
  }

  /// Whether the value is the square of an integer.
  public var isPerfectSquare: Bool { squareRootIfExact() != nil }

  /// The square root of at least 0 where it is an integer, else nil.
  public func squareRootIfExact() -> Integer? {
    guard signum() >= 0 else { return nil }
    if let storage {
      guard withExtendedLifetime(storage, { integer_is_perfect_square(storage.z) != 0 }) else { return nil }
    }
    let (root, remainder) = squareRootAndRemainder()
    return remainder == 0 ? root : nil
  }
}

/// Stein's binary algorithm on words; gcd(a, 0) = a.
func binaryGreatestCommonDivisor(_ a: UInt, _ b: UInt) -> UInt {
  if a == 0 { return b }
  if b == 0 { return a }
  let shift = (a | b).trailingZeroBitCount
  var a = a >> a.trailingZeroBitCount
  var b = b
  repeat {
    b >>= b.trailingZeroBitCount
    if a > b { swap(&a, &b) }
    b &-= a
  } while b != 0
  return a << shift
}
