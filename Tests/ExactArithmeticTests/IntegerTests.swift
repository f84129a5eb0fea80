// Integer against attaswift/BigInt: cases, an aliasing table, random values and laws.
import BigInt
import ExactArithmetic
import Testing
import TestSupport

/// floor(x * 2^count). BigInt's own right shift of a negative number does not round down, so it is no oracle here.
func floorOfScaled(_ x: BigInt, _ count: Int) -> BigInt {
  if count >= 0 { return x << count }
  let (quotient, remainder) = x.quotientAndRemainder(dividingBy: BigInt(1) << (0 - count))
  return remainder < 0 ? quotient - 1 : quotient
}

/// A bit operation on two's complements of one bit more than both need. (BigInt's own differ from this on some mixed
/// signs.)
func bitwise(_ x: BigInt, _ y: BigInt, _ operation: (BigUInt, BigUInt) -> BigUInt) -> BigInt {
  let width = max(x.magnitude.bitWidth, y.magnitude.bitWidth) + 2
  let modulus = BigInt(1) << width
  let result = BigInt(operation((x < 0 ? x + modulus : x).magnitude, (y < 0 ? y + modulus : y).magnitude))
  return result >= modulus / 2 ? result - modulus : result
}

@Suite struct IntegerTests {
  /// Equal to the oracle in value, text and form (an integer that fits a word is equal to the word's integer).
  func agrees(_ a: Integer, _ b: BigInt) -> Bool {
    a.description == b.description && a == Integer(b) && a.hashValue == Integer(b).hashValue
      && Int(exactly: a) == Int(exactly: b) && a.signum() == Int(b.signum())
  }

  @Test func literalsAndTextsOfAnyLengthAreRead() {
    let cases: [(Integer, String)] = [
      (0, "0"), (-1, "-1"), (9_223_372_036_854_775_807, "9223372036854775807"),
      (-9_223_372_036_854_775_808, "-9223372036854775808"), (9_223_372_036_854_775_808, "9223372036854775808"),
      (-9_223_372_036_854_775_809, "-9223372036854775809"),
      (18_446_744_073_709_551_616, "18446744073709551616"), (-18_446_744_073_709_551_616, "-18446744073709551616"),
      (0xFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF, "340282366920938463463374607431768211455"),
    ]
    for (value, text) in cases {
      #expect(value.description == text)
      #expect(Integer(text) == value)
    }
    #expect(Integer("+007") == 7)
    #expect(Integer("-zZ", radix: 36) == -1295)
    #expect(Integer("DeadBeefDeadBeefDeadBeef", radix: 16)?.text(radix: 16) == "deadbeefdeadbeefdeadbeef")
    #expect(Integer("101", radix: 2) == 5)
  }

  @Test(arguments: ["", "-", "+", "--1", "+-1", " 1", "1 ", "1.5", "0x10", "12a", "1_000", "\u{0661}", "1\0", "٣"])
  func textsThatAreNotIntegersAreRefused(text: String) {
    #expect(Integer(text) == nil)
    #expect(Rational(text) == nil)
  }

  @Test func digitsBeyondTheRadixAreRefused() {
    #expect(Integer("2", radix: 2) == nil)
    #expect(Integer("12345678901234567890g", radix: 16) == nil)
    #expect(Integer("123456789012345678901", radix: 8) == nil)
  }

  @Test func operationsAgreeWithTheOracleOnRandomValues() {
    var generator = SplitMix64(seed: 1)
    for i in 0..<4000 {
      let bits = i.isMultiple(of: 1000) ? 20_000 : 400
      let (a, x) = generator.integerPair(bits: bits)
      let (b, y) = generator.integerPair(bits: bits)
      #expect(agrees(a, x))
      #expect(agrees(a + b, x + y))
      #expect(agrees(a - b, x - y))
      #expect(agrees(a * b, x * y))
      #expect(agrees(-a, -x))
      #expect(agrees(a.magnitude, BigInt(x.magnitude)))
      #expect((a < b) == (x < y) && (a == b) == (x == y))
      #expect(agrees(a & b, bitwise(x, y, &)) && agrees(a | b, bitwise(x, y, |)) && agrees(a ^ b, bitwise(x, y, ^)))
      #expect(agrees(~a, -x - 1))
      #expect(agrees(a.greatestCommonDivisor(with: b), BigInt(x.magnitude.greatestCommonDivisor(with: y.magnitude))))
      let count = Int.random(in: -130...130, using: &generator)
      #expect(agrees(a << count, floorOfScaled(x, count)) && agrees(a >> count, floorOfScaled(x, -count)))
      #expect(a.bitLength == x.magnitude.bitWidth)
      if x != 0 { #expect(a.trailingZeroBitCount == x.magnitude.trailingZeroBitCount) }
      if y != 0 {
        let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
        let expected = x.quotientAndRemainder(dividingBy: y)
        #expect(agrees(quotient, expected.quotient) && agrees(remainder, expected.remainder))
        #expect(agrees(a / b, expected.quotient) && agrees(a % b, expected.remainder))
        let floored = a.flooredQuotientAndRemainder(dividingBy: b)
        #expect(floored.quotient * b + floored.remainder == a)
        #expect(floored.remainder == 0 || (floored.remainder < 0) == (b < 0))
        #expect(floored.remainder.magnitude < b.magnitude)
        #expect(a.isMultiple(of: b) == (expected.remainder == 0))
      }
      let root = a.magnitude.squareRoot()
      #expect(agrees(root, BigInt(x.magnitude.squareRoot())))
      #expect((root * root).squareRootIfExact() == root)
      #expect((root * root).isPerfectSquare)
      #expect(root == 0 || !(root * root + 1).isPerfectSquare)
      #expect(!(-root * root - 1).isPerfectSquare)
    }
  }

  @Test func textInEachRadixAgreesWithTheOracle() {
    var generator = SplitMix64(seed: 2)
    for _ in 0..<500 {
      let (a, x) = generator.integerPair(bits: 300)
      let radix = Int.random(in: 2...36, using: &generator)
      #expect(a.text(radix: radix) == String(x, radix: radix))
      #expect(Integer(a.text(radix: radix), radix: radix) == a)
    }
  }

  @Test func powersAgreeWithTheOracle() {
    for base in -5...5 {
      for exponent in 0...70 {
        #expect(agrees(Integer(base).power(exponent), BigInt(base).power(exponent)))
      }
    }
    #expect(Integer(1).power(Int.max) == 1)
    #expect(Integer(-1).power(Int.max) == -1)
    #expect(Integer(0).power(Int.max) == 0)
  }

  @Test func machineIntegersConvertExactlyOrNotAtAll() {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<2000 {
      let (a, x) = generator.integerPair(bits: 140)
      #expect(Int8(exactly: a) == Int8(exactly: x))
      #expect(UInt8(exactly: a) == UInt8(exactly: x))
      #expect(Int64(exactly: a) == Int64(exactly: x))
      #expect(UInt64(exactly: a) == UInt64(exactly: x))
      #expect(
        Int128(exactly: a).map { "\($0)" } == ((-(BigInt(1) << 127)..<(BigInt(1) << 127)).contains(x) ? "\(x)" : nil))
      #expect(UInt128(exactly: a).map { "\($0)" } == ((BigInt(0)..<(BigInt(1) << 128)).contains(x) ? "\(x)" : nil))
    }
    #expect(Integer(UInt128.max).description == "\(UInt128.max)")
    #expect(Integer(Int128.min).description == "\(Int128.min)")
    #expect(Integer(UInt64.max) == 18_446_744_073_709_551_615)
  }

  @Test func operandsMayBeTheSameObject() {
    // Each row: an operation on one variable used twice, and what the oracle says.
    let rows: [(String, (inout Integer) -> Void, (BigInt) -> BigInt)] = [
      ("a = a + a", { $0 = $0 + $0 }, { $0 + $0 }), ("a = a - a", { $0 = $0 - $0 }, { $0 - $0 }),
      ("a = a * a", { $0 = $0 * $0 }, { $0 * $0 }), ("a = a / a", { $0 = $0 / $0 }, { $0 / $0 }),
      ("a = a % a", { $0 = $0 % $0 }, { $0 % $0 }), ("a += a", { $0 += $0 }, { $0 + $0 }),
      ("a -= a", { $0 -= $0 }, { $0 - $0 }), ("a *= a", { $0 *= $0 }, { $0 * $0 }),
      ("a /= a", { $0 /= $0 }, { $0 / $0 }), ("a %= a", { $0 %= $0 }, { $0 % $0 }),
      ("a = -a", { $0 = -$0 }, { -$0 }), ("a.negate()", { $0.negate() }, { -$0 }),
      ("a <<= 70", { $0 <<= 70 }, { $0 << 70 }), ("a >>= 70", { $0 >>= 70 }, { floorOfScaled($0, -70) }),
      ("a = gcd(a, a)", { $0 = $0.greatestCommonDivisor(with: $0) }, { BigInt($0.magnitude) }),
      ("a = a & a", { $0 = $0 & $0 }, { $0 }), ("a = a ^ a", { $0 = $0 ^ $0 }, { $0 ^ $0 }),
    ]
    var generator = SplitMix64(seed: 4)
    for (name, operation, expected) in rows {
      for _ in 0..<50 {
        let (value, x) = generator.integerPair()
        if x == 0 { continue }
        var a = value + 0  // a storage of its own
        let copy = a
        operation(&a)
        #expect(agrees(a, expected(x)), "\(name) for \(x)")
        #expect(agrees(copy, x), "\(name) changed a copy of \(x)")
        if expected(x) == 0 { continue }
        var own = a + 1
        own -= 1
        operation(&own)  // in place, nobody shares it
        #expect(agrees(own, expected(expected(x))), "\(name) twice for \(x)")
      }
    }
  }

  @Test func resultsMayReplaceOperands() {
    var generator = SplitMix64(seed: 5)
    for _ in 0..<500 {
      let (a, x) = generator.integerPair()
      let (b, y) = generator.integerPair()
      var c = a
      c += b
      #expect(agrees(c, x + y) && agrees(a, x) && agrees(b, y))
      c = a
      c = b * c
      #expect(agrees(c, x * y) && agrees(a, x))
      var d = b
      d -= a
      d *= b
      d += d
      #expect(agrees(d, (y - x) * y * 2) && agrees(b, y))
    }
  }

  @Test func tasksMayShareAnIntegerAndChangeTheirCopies() async {
    let shared = Integer(7).power(400)
    let results = await withTaskGroup(of: Integer.self, returning: [Integer].self) { group in
      for i in 0..<32 {
        group.addTask {
          var own = shared
          for _ in 0..<200 {
            own += shared
            own -= Integer(i)
          }
          return own
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(results) == Set((0..<32).map { shared * 201 - Integer(200 * $0) }))
    #expect(shared == Integer(7).power(400))
  }

  @Test func ringLawsAndOrderHold() {
    var generator = SplitMix64(seed: 6)
    for _ in 0..<1000 {
      let a = generator.integerPair().0
      let b = generator.integerPair().0
      let c = generator.integerPair().0
      #expect(a + b == b + a && a * b == b * a)
      #expect((a + b) + c == a + (b + c) && (a * b) * c == a * (b * c))
      #expect(a * (b + c) == a * b + a * c)
      #expect(a + 0 == a && a * 1 == a && a * 0 == 0 && a - a == 0 && -(-a) == a)
      #expect([a < b, a == b, b < a].filter { $0 }.count == 1)
      if a < b && b < c { #expect(a < c) }
      if a < b { #expect(a + c < b + c) }
      #expect(Set([a, a + b - b, b - b + a]).count == 1)
    }
  }
}
