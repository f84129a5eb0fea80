// The IEEE formats of the family against the processor, and wide formats against exact arithmetic, on random operands.
import ExactArithmetic
import Foundation
import Testing
import TestSupport

/// A processor's format with its twin in the family.
protocol HardwareFloat: BinaryFloatingPoint {
  static var format: FloatFormat { get }
  init(pattern: UInt64)
}
extension Float16: HardwareFloat {
  static var format: FloatFormat { .binary16 }
  init(pattern: UInt64) { self.init(bitPattern: UInt16(truncatingIfNeeded: pattern)) }
}
extension Float: HardwareFloat {
  static var format: FloatFormat { .binary32 }
  init(pattern: UInt64) { self.init(bitPattern: UInt32(truncatingIfNeeded: pattern)) }
}
extension Double: HardwareFloat {
  static var format: FloatFormat { .binary64 }
  init(pattern: UInt64) { self.init(bitPattern: pattern) }
}

@Suite struct HardwareFormatTests {
  /// The element that the processor's result stands for: itself, or the end of the range for an infinity.
  func element<F: HardwareFloat>(_ x: F) -> FiniteNumber { F.format.rounded(Double(x)) }

  func compare<F: HardwareFloat>(_ type: F.Type, pairs: Int, seed: UInt64) throws {
    let format = F.format
    var generator = SplitMix64(seed: seed)
    for i in 0..<pairs {
      let x = F(pattern: generator.next())
      // Half of the pairs have exponents within a few places of each other, where sums have ties and cancel.
      var y = F(pattern: generator.next())
      if i.isMultiple(of: 2), x.isFinite, x != 0 {
        y = F(sign: Bool.random(using: &generator) ? .plus : .minus, exponent: x.exponent, significand: y.significand)
        y *= F(sign: .plus, exponent: F.Exponent(Int.random(in: -3...3, using: &generator)), significand: 1)
        // Few digits make exact ties likely.
        if i.isMultiple(of: 4) { y = F(sign: .plus, exponent: y.isNormal ? y.exponent : 0, significand: 1) / 2 }
      }
      guard x.isFinite, y.isFinite else { continue }
      let a = element(x)
      let b = element(y)
      #expect(Double(a) == Double(x))
      #expect(format.add(a, b) == element(x + y), "\(x) + \(y)")
      #expect(format.subtract(a, b) == element(x - y), "\(x) - \(y)")
      #expect(format.multiply(a, b) == element(x * y), "\(x) * \(y)")
      #expect((a < b) == (x < y) && (a == b) == (x == y))
      if y != 0 { #expect(try format.divide(a, b) == element(x / y), "\(x) / \(y)") }
      if x >= 0 { #expect(try format.squareRoot(a) == element(x.squareRoot()), "sqrt \(x)") }
    }
  }

  @Test func binary16IsTheProcessorsFloat16() throws { try compare(Float16.self, pairs: 60_000, seed: 20) }
  @Test func binary32IsTheProcessorsFloat() throws { try compare(Float.self, pairs: 60_000, seed: 21) }
  @Test func binary64IsTheProcessorsDouble() throws { try compare(Double.self, pairs: 60_000, seed: 22) }

  @Test func everyFloat16IsAnElementAndDoublesRoundToThem() {
    var count = 0
    for pattern in 0...UInt16.max {
      let x = Float16(bitPattern: pattern)
      guard x.isFinite else { continue }
      count += 1
      #expect(Double(FloatFormat.binary16.rounded(Double(x))) == Double(x))
      // Halfway to the next one, and just beside that.
      let middle = (Double(x) + Double(x.nextUp)) / 2
      guard x.nextUp.isFinite else { continue }
      for y in [middle.nextDown, middle, middle.nextUp] {
        #expect(Double(FloatFormat.binary16.rounded(y)) == Double(Float16(y)))
      }
    }
    #expect(count - 1 == FloatFormat.binary16.allValues.count)  // two zeros on the processor
  }

  @Test func bfloat16IsTheProcessorsFloatRoundedOnceMore() throws {
    // 24 >= 2 * 8 + 2 digits: rounding the Float result once more gives the correctly rounded result.
    let format = FloatFormat.bfloat16
    func shortened(_ x: Float) -> FiniteNumber {
      let bits = x.bitPattern
      let short = Float(bitPattern: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) & 0xFFFF_0000)
      return format.rounded(Double(short))
    }
    var generator = SplitMix64(seed: 23)
    for _ in 0..<40_000 {
      let x = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()) & 0xFFFF_0000)
      let y = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()) & 0xFFFF_0000)
      guard x.isFinite, y.isFinite else { continue }
      let a = format.rounded(Double(x))
      let b = format.rounded(Double(y))
      #expect(format.add(a, b) == shortened(x + y), "\(x) + \(y)")
      if (x * y).isNormal || x * y == 0 || (x * y).isInfinite {
        #expect(format.multiply(a, b) == shortened(x * y), "\(x) * \(y)")
      }
      if y != 0, (x / y).isNormal { #expect(try format.divide(a, b) == shortened(x / y), "\(x) / \(y)") }
    }
  }

  @Test func wideFormatsAndForeignOperandsRoundTheExactResult() throws {
    let formats = [
      FloatFormat(precision: 60, minimumExponent: -200, maximumExponent: 200, ties: .towardZero),
      FloatFormat(precision: 59, minimumExponent: -200, maximumExponent: 200, ties: .toEven),
      FloatFormat(exponentBits: 0, significandBits: 30),
      FloatFormat(precision: 1, minimumExponent: -90, maximumExponent: 90, ties: .toEven),
      FloatFormat(precision: 31, minimumExponent: -20, maximumExponent: 90, ties: .towardZero),
    ]
    var generator = SplitMix64(seed: 24)
    func operand() -> FiniteNumber {
      let width = Int.random(in: 0...62, using: &generator)
      let digits = Int64(truncatingIfNeeded: generator.next() & (UInt64(1) << UInt64(width) - 1))
      let few = Bool.random(using: &generator) ? digits : digits & (3 << Int64(max(0, width - 2)))
      return FiniteNumber(
        significand: Bool.random(using: &generator) ? few : -few,
        exponent: Int.random(in: Bool.random(using: &generator) ? -110...110 : -3...3, using: &generator))
    }
    for _ in 0..<6000 {
      let a = operand()
      let b = operand()
      let x = Rational(a)
      let y = Rational(b)
      #expect((a < b) == (x < y) && (a == b) == (x == y) && (a.hashValue == b.hashValue || x != y))
      #expect(Double(a) == Double(x))
      for format in formats {
        #expect(format.rounded(a) == format.rounded(x), "\(format): \(a)")
        #expect(format.add(a, b) == format.rounded(x + y), "\(format): \(a) + \(b)")
        #expect(format.multiply(a, b) == format.rounded(x * y), "\(format): \(a) * \(b)")
        if y != 0 { #expect(try format.divide(a, b) == format.rounded(x / y), "\(format): \(a) / \(b)") }
      }
    }
  }
}
