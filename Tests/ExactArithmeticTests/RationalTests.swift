// Rational: cases, a twin computed with BigInt, field laws, roundings and conversions.
import BigInt
import ExactArithmetic
import Foundation
import Testing
import TestSupport

@Suite struct RationalTests {
  /// n/d in lowest terms by the oracle.
  func lowest(_ n: BigInt, _ d: BigInt) -> String {
    let divisor = BigInt(n.magnitude.greatestCommonDivisor(with: d.magnitude)) * (d < 0 ? -1 : 1)
    return d / divisor == 1 ? "\(n / divisor)" : "\(n / divisor)/\(d / divisor)"
  }

  @Test func textsAreReadAndWritten() {
    let cases = [
      ("1/3", "1/3"), ("-2/4", "-1/2"), ("0/5", "0"), ("7", "7"), ("+6/3", "2"),
      ("123456789012345678901234567890/10", "12345678901234567890123456789"),
    ]
    for (text, expected) in cases { #expect(Rational(text)?.description == expected) }
    for text in ["1/0", "1/", "/2", "1/-2", "1/+2", "1//2", "1/2/3", "1 /2", "a/b", ""] {
      #expect(Rational(text) == nil, "\(text)")
    }
  }

  @Test func operationsAgreeWithTheOracle() {
    var generator = SplitMix64(seed: 10)
    for i in 0..<3000 {
      let bits = i.isMultiple(of: 3) ? 20 : 200
      let (n, x) = generator.integerPair(bits: bits)
      let (m, y) = generator.integerPair(bits: bits)
      var (d, z) = generator.integerPair(bits: bits)
      var (e, w) = generator.integerPair(bits: bits)
      if z == 0 { (d, z) = (3, 3) }
      if w == 0 { (e, w) = (-6, -6) }
      let a = Rational(n, d)
      let b = Rational(m, e)
      #expect(a.description == lowest(x, z))
      #expect((a + b).description == lowest(x * w + y * z, z * w))
      #expect((a - b).description == lowest(x * w - y * z, z * w))
      #expect((a * b).description == lowest(x * y, z * w))
      if y != 0 { #expect((a / b).description == lowest(x * w, z * y)) }
      #expect((a < b) == (z * w > 0 ? x * w < y * z : x * w > y * z))
      #expect((a == b) == (x * w == y * z))
      #expect(Rational(a.description) == a)
      #expect(a.denominator > 0 && a.numerator.greatestCommonDivisor(with: a.denominator) == 1)
    }
  }

  @Test func fieldLawsHold() {
    var generator = SplitMix64(seed: 11)
    for _ in 0..<800 {
      let a = generator.rational()
      let b = generator.rational()
      let c = generator.rational()
      #expect(a + b == b + a && a * b == b * a)
      #expect((a + b) + c == a + (b + c) && (a * b) * c == a * (b * c))
      #expect(a * (b + c) == a * b + a * c)
      #expect(a + (-a) == 0 && a - b == a + (-b))
      if a != 0 { #expect(a * a.reciprocal == 1 && b / a * a == b) }
      #expect([a < b, a == b, b < a].filter { $0 }.count == 1)
      #expect((a * a).squareRootIfExact() == a.magnitude)
      if a != 0 { #expect((2 * a * a).squareRootIfExact() == nil && a.power(-3) * a.power(3) == 1) }
      var d = a
      d += d
      #expect(d == 2 * a)
      d -= d
      #expect(d == 0)
      let count = Int.random(in: -200...200, using: &generator)
      #expect(a.scaledByPowerOfTwo(count).scaledByPowerOfTwo(-count) == a)
    }
  }

  @Test func roundingsPickTheStatedNeighbour() {
    let rules: [(FloatingPointRoundingRule, [Int])] = [
      (.down, [-3, -2, -2, -2, -1, 0, 0, 1, 1, 1, 2]), (.up, [-2, -2, -1, -1, 0, 0, 1, 1, 2, 2, 3]),
      (.towardZero, [-2, -2, -1, -1, 0, 0, 0, 1, 1, 1, 2]), (.awayFromZero, [-3, -2, -2, -2, -1, 0, 1, 1, 2, 2, 3]),
      (.toNearestOrEven, [-2, -2, -2, -1, 0, 0, 0, 1, 1, 2, 2]),
      (.toNearestOrAwayFromZero, [-3, -2, -2, -1, -1, 0, 1, 1, 1, 2, 3]),
    ]
    let inputs: [Rational] = [
      Rational(-5, 2), -2, Rational(-3, 2), Rational(-5, 4), Rational(-1, 2), 0, Rational(1, 2), 1, Rational(5, 4),
      Rational(3, 2), Rational(5, 2),
    ]
    for (rule, expected) in rules {
      for (input, output) in zip(inputs, expected) {
        #expect(input.rounded(rule) == Integer(output), "\(input) \(rule)")
      }
    }
    var generator = SplitMix64(seed: 12)
    for _ in 0..<500 {
      let a = generator.rational()
      #expect(Rational(a.floor) <= a && a < Rational(a.floor + 1))
      #expect(Rational(a.ceiling - 1) < a && a <= Rational(a.ceiling))
      guard a != 0 else { continue }
      let power = Rational(2).power(a.binaryExponent)
      #expect(power <= a.magnitude && a.magnitude < 2 * power)
      let bits = Int.random(in: 1...80, using: &generator)
      let low = a.rounded(toSignificantBits: bits, .down)
      let high = a.rounded(toSignificantBits: bits, .up)
      #expect(low <= a && a <= high && high - low <= a.magnitude * Rational(2).power(1 - bits))
      #expect(low.numerator.magnitude.bitLength - (low == 0 ? 0 : low.numerator.trailingZeroBitCount) <= bits)
    }
  }

  @Test func floatingPointConvertsExactly() {
    let doubles: [Double] = [
      0, -0.0, 1, -1, 0.1, 1e300, -1e-300, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
      0x1p63, -0x1p63, 0x1p64, 123456789.125, .pi,
    ]
    for value in doubles {
      let exact = Rational(exactly: value)
      #expect(exact.map { Double($0) } == value)
      #expect(Integer(exactly: value).map { Rational($0) } == (value == value.rounded() ? exact : nil))
    }
    #expect(Rational(exactly: 0.1)?.description == "3602879701896397/36028797018963968")
    #expect(Rational(exactly: Double.infinity) == nil && Rational(exactly: Double.nan) == nil)
    #expect(Integer(exactly: Float.infinity) == nil && Integer(exactly: 0.5) == nil)
    var generator = SplitMix64(seed: 13)
    for _ in 0..<3000 {
      let double = Double(bitPattern: generator.next())
      if double.isFinite { #expect(Rational(exactly: double).map { Double($0) } == double) }
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
      if float.isFinite { #expect(Rational(exactly: float).map { Float($0) } == float) }
      let half = Float16(bitPattern: UInt16(truncatingIfNeeded: generator.next()))
      if half.isFinite { #expect(Rational(exactly: half).map { Float16($0) } == half) }
      // The processor's own conversions round to nearest, ties to even.
      if double.isFinite, let exact = Rational(exactly: double) {
        #expect(Float(exact) == Float(double) && Float16(exact) == Float16(double))
      }
      // The processor's quotient of two exact numbers is their correctly rounded quotient.
      let p = Int64(truncatingIfNeeded: generator.next()) >> 12
      let q = Int64(truncatingIfNeeded: generator.next()) >> 12
      if q != 0 { #expect(Double(Rational(Integer(p), Integer(q))) == Double(p) / Double(q)) }
      // strtod reads decimals to nearest (BigInt's own conversion truncates, so it is no oracle here).
      let big = generator.integerPair(bits: 1100).0
      #expect(Double(big) == Double(big.description))
    }
    #expect(Double(Rational(Integer(1) << 1024)) == .infinity)
    #expect(Double(-Rational((Integer(1) << 1024) - 1)) == -.infinity)
    #expect(Double(Rational(1, Integer(1) << 1075)) == 0)
    #expect(Double(Rational(3, Integer(1) << 1076)) == .leastNonzeroMagnitude)
  }

  @Test func valuesSurviveCoding() throws {
    var generator = SplitMix64(seed: 14)
    for _ in 0..<50 {
      let value = generator.rational()
      let integer = generator.integerPair().0
      #expect(try JSONDecoder().decode([Rational].self, from: JSONEncoder().encode([value])) == [value])
      #expect(try JSONDecoder().decode([Integer].self, from: JSONEncoder().encode([integer])) == [integer])
    }
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Rational].self, from: Data("[\"1/0\"]".utf8)) }
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Integer].self, from: Data("[\"x\"]".utf8)) }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Interval.self, from: Data(#"{"lower":"2","upper":"1"}"#.utf8))
    }
  }
}
