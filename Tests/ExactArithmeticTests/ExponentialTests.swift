// exp, sine and cosine: the error bound of the fixed-point stage, the enclosures, and the C library as a far witness.
import ExactArithmetic
import Foundation
import Testing
import TestSupport

/// The enclosure of exp(x) as an interval.
private func exponentialInterval(_ x: Rational, digits: Int) -> Interval {
  let (scaled, exponent) = Enclosures.exponential(of: x, digits: digits)
  return scaled.interval(timesTwoToThe: exponent)
}

/// The enclosures of sin(x) and cos(x) as intervals.
private func sineAndCosineIntervals(_ x: Rational, digits: Int) -> (sine: Interval, cosine: Interval) {
  let (sine, cosine, exponent) = Enclosures.sineAndCosine(of: x, digits: digits)
  return (sine.interval(timesTwoToThe: exponent), cosine.interval(timesTwoToThe: exponent))
}

@Suite struct ExponentialTests {
  @Test func theFixedPointStageKeepsItsErrorBound() throws {
    var generator = SplitMix64(seed: 30)
    var arguments: [FiniteNumber] = []
    for exponent in -110...13 {
      for sign: Int64 in [1, -1] { arguments.append(FiniteNumber(significand: sign, exponent: exponent)) }
    }
    for _ in 0..<600 {
      let digits = Int64(truncatingIfNeeded: generator.next() >> 11)
      let exponent = Int.random(in: -90 ... -40, using: &generator)
      arguments.append(FiniteNumber(significand: Bool.random(using: &generator) ? digits : -digits, exponent: exponent))
    }
    // Where r is nearly 0 or nearly ln 2: multiples of ln 2, rounded.
    for k in [-16000, -37, -1, 1, 2, 3, 1000, 16000] {
      for offset in [-1, 0, 1] {
        let near = FloatFormat.binary64.rounded(Double(k) * 0.693_147_180_559_945_3)
        arguments.append(FiniteNumber(significand: near.significand + Int64(offset), exponent: near.exponent))
      }
    }
    for x in arguments {
      let found = try #require(FixedPointExponential(of: x), "\(x)")
      let true_ = exponentialInterval(Rational(x), digits: 80)
      let unit = Rational(2).power(found.exponent)
      let slack = Rational(Integer(FixedPointExponential.error)) * unit
      let value = Rational(Integer(found.magnitude)) * unit
      #expect(value - slack < true_.lower && true_.upper < value + slack, "\(x)")
    }
    #expect(FixedPointExponential(of: FiniteNumber(significand: 1, exponent: 14)) == nil)
    #expect(FixedPointExponential(of: FiniteNumber(significand: -1, exponent: 900)) == nil)
  }

  @Test func theConstantsAreWhatTheyClaim() {
    var factorial: Integer = 1
    for (i, coefficient) in FixedPointExponential.coefficients.reversed().enumerated() {
      if i > 0 { factorial *= Integer(i) }
      #expect(Integer(coefficient) == (Integer(1) << 62) / factorial, "1/\(i)!")
    }
    let logarithm = Enclosures.logarithmOfTwo(digits: 300)
    #expect(logarithm.lower >> 200 == Integer(FixedPointExponential.logarithmOfTwo))
    #expect(logarithm.upper >> 200 == Integer(FixedPointExponential.logarithmOfTwo))
    // Provenance: Python's decimal module at 100 digits, cut after 60 places: Decimal(2).ln(), and pi / 2 by the
    // Gauss-Legendre iteration, which shares nothing with Machin's formula.
    let independent: [(FixedPointEnclosure, Integer)] = [
      (logarithm, 693_147_180_559_945_309_417_232_121_458_176_568_075_500_134_360_255_254_120_680),
      (
        Enclosures.halfPi(digits: 300),
        1_570_796_326_794_896_619_231_321_691_639_751_442_098_584_699_687_552_910_487_472
      ),
    ]
    for (found, decimals) in independent {
      let scale = Integer(10).power(60)
      #expect((found.lower * scale) >> 300 == decimals && (found.upper * scale) >> 300 == decimals)
      #expect(found.lower < found.upper && found.upper - found.lower < 4096)
    }
    // Past the kept places the constants are computed anew: both must enclose the same number.
    let far = Enclosures.halfPi(digits: 700)
    #expect(
      far.lower >> 400 >= Enclosures.halfPi(digits: 300).lower
        && far.upper >> 400 <= Enclosures.halfPi(digits: 300).upper)
  }

  @Test func enclosuresAreNarrowAndMeet() {
    var generator = SplitMix64(seed: 31)
    for _ in 0..<60 {
      let x = Rational(
        Integer(2 * Int.random(in: -20_000...20_000, using: &generator) + 1),
        Integer(Int.random(in: 1...3000, using: &generator)))
      let coarse = exponentialInterval(x, digits: 60)
      let fine = exponentialInterval(x, digits: 200)
      #expect(coarse.contains(fine) && fine.width > 0)
      #expect(
        coarse.width <= coarse.upper * Rational(2).power(-55) && fine.width <= fine.upper * Rational(2).power(-195))
      if x.magnitude < 60 { #expect(statedExponential(x).intersection(fine) != nil) }
      // exp(x) exp(-x) = 1, sin^2 + cos^2 = 1.
      #expect((fine * exponentialInterval(-x, digits: 200)).contains(1))
      let (sine, cosine) = sineAndCosineIntervals(x, digits: 150)
      #expect((sine.squared + cosine.squared).contains(1) && sine.width < Rational(2).power(-140))
      // sin 2x = 2 sin x cos x crosses the range reduction at another place.
      let double = sineAndCosineIntervals(2 * x, digits: 150).sine
      #expect(double.intersection(sine * cosine * Interval(2)) != nil)
    }
    // e to 30 decimals.
    let e = Rational(Integer("2718281828459045235360287471352") ?? 0, Integer(10).power(30))
    let wide = Interval(e, e + Rational(1, Integer(10).power(30)))
    #expect(wide.contains(exponentialInterval(1, digits: 110)))
  }

  @Test func bothStagesOfExpRoundAlike() {
    var generator = SplitMix64(seed: 32)
    let formats: [FloatFormat] = [
      .binary64, .binary32, .bfloat16, .binary16,
      FloatFormat(precision: 60, minimumExponent: -30_000, maximumExponent: 30_000, ties: .toEven),
      FloatFormat(exponentBits: 0, significandBits: 30), FloatFormat(exponentBits: 5, significandBits: 8),
    ]
    for format in formats {
      for i in 0..<120 {
        let scale = i.isMultiple(of: 3) ? 700.0 : i.isMultiple(of: 2) ? 8.0 : 1e-9
        let x = FloatFormat.binary64.rounded(Double.random(in: -scale...scale, using: &generator))
        #expect(format.exponential(x) == format.exponentialByEnclosure(Rational(x)), "\(format): exp \(x)")
      }
    }
  }

  @Test func expMeetsTheCLibrary() {
    for pattern in 0...UInt16.max {
      let x = Float16(bitPattern: pattern)
      guard x.isFinite else { continue }
      let found = FloatFormat.binary16.exponential(FloatFormat.binary16.rounded(Double(x)))
      #expect(found == FloatFormat.binary16.rounded(exp(Double(x))), "exp \(x)")
    }
    var generator = SplitMix64(seed: 33)
    for _ in 0..<20_000 {
      let x = Float.random(in: -110...95, using: &generator)
      let found = FloatFormat.binary32.exponential(FloatFormat.binary32.rounded(Double(x)))
      #expect(found == FloatFormat.binary32.rounded(exp(Double(x))), "exp \(x)")
      let y = Double.random(in: -740...705, using: &generator)
      let double = Double(FloatFormat.binary64.exponential(FloatFormat.binary64.rounded(y)))
      #expect(abs(double - exp(y)) <= exp(y).ulp, "exp \(y)")
    }
  }

  @Test func expSaturatesAndVanishes() {
    for format in [
      FloatFormat.binary16, .bfloat16, .binary32, .binary64, FloatFormat(exponentBits: 0, significandBits: 2),
    ] {
      #expect(format.exponential(format.maximum) == format.maximum)
      #expect(format.exponential(-format.maximum).isZero)
      #expect(format.exponential(format.zero) == format.one)
      #expect(format.exponential(FiniteNumber(significand: 1, exponent: 1000)) == format.maximum)
      #expect(format.exponential(FiniteNumber(significand: -1, exponent: 1000)).isZero)
      #expect(format.exponential(FiniteNumber(significand: -1, exponent: -1000)) == format.one)
    }
    // A format whose numbers no fraction could hold: exp(2^39) = 2^(2^39 / ln 2), and exp of the least number.
    let vast = FloatFormat(precision: 60, minimumExponent: -(1 << 39) + 1, maximumExponent: 1 << 41, ties: .towardZero)
    let far = vast.exponential(FiniteNumber(significand: 1, exponent: 39))
    #expect(far.exponent == 793_129_986_396 - 59)  // floor(2^39 / ln 2), from 60 decimals
    #expect(vast.exponential(vast.leastPositive) == vast.one)
    let below = FiniteNumber(significand: 1 << 60 - 1, exponent: -60)
    #expect(vast.exponential(-vast.leastPositive) == vast.one)
    #expect(
      FloatFormat(precision: 60, minimumExponent: -80, maximumExponent: 0, ties: .toEven)
        .exponential(FiniteNumber(significand: -3, exponent: -62)) == below)
    // A format without small or without large numbers.
    let coarse = FloatFormat(precision: 4, minimumExponent: 6, maximumExponent: 8, ties: .toEven)
    #expect(coarse.exponential(FiniteNumber(significand: -9, exponent: 0)).isZero)
    #expect(coarse.exponential(FiniteNumber(significand: 4, exponent: 0)) == FiniteNumber(significand: 1, exponent: 6))
    let tiny = FloatFormat(precision: 4, minimumExponent: -20, maximumExponent: -10, ties: .toEven)
    #expect(tiny.exponential(FiniteNumber(significand: -3, exponent: 0)) == tiny.maximum)
    #expect(tiny.exponential(FiniteNumber(significand: -9, exponent: 0)) == tiny.rounded(exp(-9)))
  }

  @Test func sineAndCosineMeetTheCLibrary() {
    var generator = SplitMix64(seed: 34)
    for i in 0..<400 {
      let angle = Double.random(in: -1...1, using: &generator) * [1e-6, 1, 100, 131_072, 1e15][i % 5]
      let exact = RationalArithmetic().number(angle)
      for (found, library) in [
        (FloatFormat.binary64.sine(of: exact), sin(angle)), (FloatFormat.binary64.cosine(of: exact), cos(angle)),
      ] { #expect(abs(Double(found) - library) <= library.ulp, "\(angle)") }
      #expect(FloatFormat.binary16.cosine(of: exact) == FloatFormat.binary16.rounded(cos(angle)), "\(angle)")
      #expect(FiniteArithmetic(.binary32).sine(of: angle) == FloatFormat.binary32.rounded(sin(angle)), "\(angle)")
    }
    #expect(FloatFormat.binary64.sine(of: 0).isZero && FloatFormat.binary64.cosine(of: 0) == FloatFormat.binary64.one)
    // sin of the least Double is just below it and rounds to it; of a number halfway, down.
    let least = Rational(FloatFormat.binary64.leastPositive)
    #expect(Rational(FloatFormat.binary64.sine(of: least)) == least)
    let format = FloatFormat(precision: 2, minimumExponent: -40, maximumExponent: 0, ties: .toEven)
    // 3.5 steps of 2^-32: the tie would go to 4, the sine lies below it.
    let halfway = Rational(7) * Rational(2).power(-33)
    #expect(Rational(format.sine(of: halfway)) == Rational(3) * Rational(2).power(-32))
  }
}
