// Ring operations of Integer: a word operation where both operands and the result fit, GMP where not.
import CGMP

extension Integer: SignedNumeric, ExpressibleByIntegerLiteral {
  /// The integer that a literal of any length names.
  public init(integerLiteral value: StaticBigInt) {
    if value.bitWidth <= Int.bitWidth {
      self.init(Int(bitPattern: value[0]))
      return
    }
    // The words are two's complement, without an end: one more than needed holds the sign.
    let count = value.bitWidth / UInt.bitWidth + 1
    let negative = value.signum() < 0
    var words = (0..<count).map { value[$0] }
    if negative {
      var carry = true
      for i in words.indices {
        (words[i], carry) = (~words[i]).addingReportingOverflow(carry ? 1 : 0)
      }
    }
    let storage = IntegerStorage()
    words.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { integer_set_words(storage.z, base, buffer.count, negative ? 1 : 0) }
    }
    self.init(adopting: storage)
  }

  /// The integer with `source`'s value; never nil.
  public init?<Source: BinaryInteger>(exactly source: Source) { self.init(source) }

  /// The absolute value.
  public var magnitude: Integer { signum() < 0 ? -self : self }

  /// The sum.
  @inlinable
  public static func + (a: Integer, b: Integer) -> Integer {
    if a.storage == nil && b.storage == nil {
      let (sum, overflow) = a.word.addingReportingOverflow(b.word)
      if !overflow { return Integer(sum) }
    }
    return slowSum(a, b)
  }

  /// The difference.
  @inlinable
  public static func - (a: Integer, b: Integer) -> Integer {
    if a.storage == nil && b.storage == nil {
      let (difference, overflow) = a.word.subtractingReportingOverflow(b.word)
      if !overflow { return Integer(difference) }
    }
    return slowDifference(a, b)
  }

  /// The product.
  @inlinable
  public static func * (a: Integer, b: Integer) -> Integer {
    if a.storage == nil && b.storage == nil {
      let (product, overflow) = a.word.multipliedReportingOverflow(by: b.word)
      if !overflow { return Integer(product) }
    }
    return slowProduct(a, b)
  }

  /// Adds in place.
  @inlinable
  public static func += (a: inout Integer, b: Integer) {
    if a.storage == nil { a = a + b } else { a.slowAdd(b) }
  }

  /// Subtracts in place.
  @inlinable
  public static func -= (a: inout Integer, b: Integer) {
    if a.storage == nil { a = a - b } else { a.slowSubtract(b) }
  }

  /// Multiplies in place.
  @inlinable
  public static func *= (a: inout Integer, b: Integer) {
    if a.storage == nil { a = a * b } else { a.slowMultiply(b) }
  }

  /// The negative.
  @inlinable
  public static prefix func - (a: Integer) -> Integer { Integer(0) - a }

  /// Replaces the value by its negative.
  @inlinable
  public mutating func negate() { self = -self }

  @usableFromInline static func slowSum(_ a: Integer, _ b: Integer) -> Integer { combining(a, b, integer_add) }
  @usableFromInline static func slowDifference(_ a: Integer, _ b: Integer) -> Integer {
    combining(a, b, integer_subtract)
  }
  @usableFromInline static func slowProduct(_ a: Integer, _ b: Integer) -> Integer { combining(a, b, integer_multiply) }
  @usableFromInline mutating func slowAdd(_ b: Integer) { combine(b, integer_add) }
  @usableFromInline mutating func slowSubtract(_ b: Integer) { combine(b, integer_subtract) }
  @usableFromInline mutating func slowMultiply(_ b: Integer) { combine(b, integer_multiply) }

  /// `self` to the power `exponent`, with 0^0 = 1; `exponent` must not be negative.
  public func power(_ exponent: Int) -> Integer {
    precondition(exponent >= 0, "a power of an Integer needs an exponent of at least 0, not \(exponent)")
    if storage == nil && (word == 0 || word == 1) { return exponent == 0 ? 1 : self }
    if storage == nil && word == -1 { return exponent.isMultiple(of: 2) ? 1 : -1 }
    return applying(exponent, integer_power)
  }
}
