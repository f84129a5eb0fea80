// Roots, exponentials and activations of both Enclosures against narrow rational enclosures and published digits.
import ExactArithmetic
import Testing
import TestSupport

/// Functions at a point to `digits` binary digits, by rational arithmetic and `Enclosures` alone.
private struct Reference {
  var digits = 160

  func exponential(_ x: Rational) -> Interval {
    if x == 0 { return Interval(1) }
    let (scaled, exponent) = Enclosures.exponential(of: x, digits: digits)
    return scaled.interval(timesTwoToThe: exponent)
  }

  /// 1 / (1 + exp(-x)) for x in `x`.
  func sigmoid(_ x: Interval) -> Interval {
    let one = Interval(1)
    return Interval(
      (one / (one + exponential(-x.lower))).lower, (one / (one + exponential(-x.upper))).upper)
  }

  func silu(_ x: Rational) -> Interval { Interval(x) * sigmoid(Interval(x)) }

  /// By the definition: x (1 + tanh u) / 2, tanh u = 1 - 2 / (exp(2u) + 1).
  func geluTanh(_ x: Rational) -> Interval {
    let halfPi = Enclosures.halfPi(digits: digits).interval(timesTwoToThe: 0 - digits)
    let root = Interval(squareRoot(halfPi.upper.reciprocal).lower, squareRoot(halfPi.lower.reciprocal).upper)
    let u = root * Interval(x + Rational(44_715, 1_000_000) * x * x * x)
    let tangent = Interval(1) - Interval(2) * sigmoid(-(u + u))
    return Interval(x / 2) * (Interval(1) + tangent)
  }

  func squareRoot(_ x: Rational) -> Interval {
    let root = (x.scaledByPowerOfTwo(2 * digits)).floor.squareRoot()
    return Interval(Rational(root, timesTwoToThe: 0 - digits), Rational(root + 1, timesTwoToThe: 0 - digits))
  }
}

/// One unit in the last place of the greater end.
private func unit(_ x: DoubleInterval) -> Double { x.magnitude.isFinite ? x.magnitude.ulp : .infinity }

@Suite struct EnclosureFunctionTests {
  private let reference = Reference()

  /// The functions under test by name; the last ones are not monotone.
  private func functions<E: Enclosure>(_ type: E.Type) -> [(
    name: String, value: (E) -> E, exact: (Reference, Rational) -> Interval
  )] {
    [
      ("exp", { $0.exponential() }, { $0.exponential($1) }),
      ("sigmoid", { $0.sigmoid() }, { $0.sigmoid(Interval($1)) }),
      ("silu", { $0.silu() }, { $0.silu($1) }),
      ("geluTanh", { $0.geluTanh() }, { $0.geluTanh($1) }),
    ]
  }

  /// Provenance: Python's mpmath 1.3 at 50 digits, cut after 30 digits: 1/(1+exp(-x)), x/(1+exp(-x)),
  /// x/2*(1+tanh(sqrt(2/pi)*(x+mpf('0.044715')*x**3))), exp(x). SiLU's minimum is -W(1/e), OEIS A202357.
  @Test func publishedDigitsLieInTheResults() throws {
    let table: [(String, Double, Integer, Int)] = [
      ("exp", -1, 367_879_441_171_442_321_595_523_770_161, -30),
      ("exp", 1, 2_718_281_828_459_045_235_360_287_471_352, -30),
      ("exp", 10, 22_026_465_794_806_716_516_957_900_645_284, -27),
      ("exp", -700, 985_967_654_375_977_085_670_537_294_784, -334),
      ("sigmoid", 1, 731_058_578_630_004_879_251_159_241_821, -30),
      ("sigmoid", -5, 66_928_509_242_848_555_593_619_803_813, -31),
      ("sigmoid", -128, 257_220_937_264_241_482_683_953_808_360, -85),
      ("silu", 1, 731_058_578_630_004_879_251_159_241_821, -30),
      ("silu", 0.5, 311_229_665_600_927_282_319_450_282_872, -30),
      ("geluTanh", 1, 841_191_990_608_276_704_781_995_777_045, -30),
      ("geluTanh", 0.5, 345_714_009_825_143_922_037_757_257_364, -30),
    ]
    for (name, x, digits, exponent) in table {
      let power = Rational(10).power(exponent)
      // The true value lies between these.
      let lower = Rational(digits) * power
      let upper = Rational(digits + 1) * power
      let double = try #require(functions(DoubleInterval.self).first { $0.name == name }).value(DoubleInterval(x))
      #expect(double.contains(lower) || double.contains(upper), "\(name) \(x): \(double)")
      let rational = try #require(functions(Interval.self).first { $0.name == name }).value(Interval(x))
      #expect(rational.intersection(Interval(lower, upper)) != nil, "\(name) \(x): \(rational)")
      if name != "geluTanh" { #expect(rational.width < rational.upper * Rational(2).power(-90), "\(name) \(x)") }
    }
    let minimum = Interval(
      Rational(-278_464_542_761_073_795_109_358_739_023) * Rational(10).power(-30),
      Rational(-278_464_542_761_073_795_109_358_739_022) * Rational(10).power(-30))
    let wide = DoubleInterval(lower: -9, upper: 0).silu()
    #expect(wide.contains(minimum.lower) && wide.contains(minimum.upper) && wide.upperBound == 0)
    #expect(wide.lowerBound > -0.278_464_542_761_074)
  }

  private func arguments(_ generator: inout SplitMix64, count: Int) -> [Double] {
    var all: [Double] = [
      0, 1, -1, 0.5, 1e-300, -1e-300, -.leastNonzeroMagnitude, 0x1p-53, -0x1p-54, 36.7, -37, 700, -700, -745,
    ]
    all += [-1.278_464_542_761_073_8, -1.278_464_542_761_073_6, -0.752_461_422_071_016_2, -0.752_461_422_071_016_4]
    for k in [-900, -20, -1, 1, 20, 900] { all.append(Double(k) * 0.693_147_180_559_945_3) }
    for i in 0..<count {
      all.append(Double.random(in: -1...1, using: &generator) * [1e-9, 1, 4, 40, 700][i % 5])
    }
    return all
  }

  @Test func pointsAreEnclosedNarrowly() {
    var generator = SplitMix64(seed: 50)
    let ofDoubles = functions(DoubleInterval.self)
    let ofRationals = functions(Interval.self)
    // Next to 0 only far digits tell a value from the one at 0.
    let far = Reference(digits: 1300)
    for x in arguments(&generator, count: 200) {
      guard let exactly = Rational(exactly: x) else { continue }
      for (double, rational) in zip(ofDoubles, ofRationals) {
        // exp of GELU's inner argument would have millions of digits.
        if double.name == "geluTanh" && abs(x) > 30 { continue }
        let exact = double.exact(abs(x) < 0x1p-80 ? far : reference, exactly)
        let found = double.value(DoubleInterval(x))
        #expect(found.contains(exact.lower) && found.contains(exact.upper), "\(double.name) \(x): \(found)")
        // geluTanh's inner argument has an error of its own, which sigmoid multiplies by that argument.
        let factor = double.name == "geluTanh" ? 12 + 16 * abs(x) + abs(x * x * x) : 8
        let subnormal = 4 * abs(x) * .leastNonzeroMagnitude
        #expect(
          found.upperBound - found.lowerBound <= factor * unit(found) + subnormal, "\(double.name) \(x): \(found)")
        let fine = rational.value(Interval(x))
        #expect(fine.contains(exact), "\(double.name) \(x): \(fine)")
      }
    }
  }

  /// A check never seen to fail is no check.
  @Test func valuesOffByAnUlpAreFoundOut() {
    var generator = SplitMix64(seed: 51)
    for function in functions(DoubleInterval.self).prefix(3) {
      var caught = 0
      for x in arguments(&generator, count: 40) where abs(x) > 1e-8 && abs(x) < 30 {
        guard let exactly = Rational(exactly: x) else { continue }
        let exact = function.exact(reference, exactly)
        let nearest = Double(exact.midpoint)  // the best Double, as a point
        if !DoubleInterval(nearest).contains(exact.lower) { caught += 1 }
      }
      #expect(caught > 20, "\(function.name)")
    }
  }

  @Test func widerArgumentsHoldTheValuesInside() {
    var generator = SplitMix64(seed: 52)
    for _ in 0..<120 {
      let scale = [0.01, 2, 9][Int.random(in: 0..<3, using: &generator)]
      let p = (0..<4).map { _ in Double.random(in: -scale...scale, using: &generator) }.sorted()
      let outer = DoubleInterval(lower: p[0], upper: p[3])
      let inner = DoubleInterval(lower: p[1], upper: p[2])
      for function in functions(DoubleInterval.self) {
        let result = function.value(outer)
        for x in samples((p[0], p[3])) + samples((p[1], p[2])) {
          let exact = function.exact(reference, x)
          #expect(result.contains(exact.lower) && result.contains(exact.upper), "\(function.name) \(outer)")
        }
        let part = function.value(inner)
        if function.name == "exp" || function.name == "sigmoid" {
          #expect(result.contains(part), "\(function.name) \(outer) \(inner)")
        } else {
          // The ends of x * sigmoid(x) are each rounded thrice, not alike.
          let slack = DoubleInterval(lower: -8 * unit(part), upper: 8 * unit(part))
          #expect((result + slack).contains(part), "\(function.name) \(outer) \(inner)")
        }
      }
      let rational = Interval(lower: p[0], upper: p[3])
      for function in functions(Interval.self) {
        for x in samples((p[1], p[2])) {
          #expect(function.value(rational).contains(function.exact(reference, x)), "\(function.name) \(rational)")
        }
      }
    }
  }

  @Test func exponentialsOfNeighboursAreOrdered() {
    var generator = SplitMix64(seed: 53)
    var starts = arguments(&generator, count: 200)
    for k in -40...40 { starts.append(Double(k) * 0.693_147_180_559_945_3) }  // where the reduction steps
    for start in starts {
      var x = start.nextDown.nextDown
      for _ in 0..<4 {
        let value = DoubleInterval(x).exponential()
        let next = DoubleInterval(x.nextUp).exponential()
        #expect(value.lowerBound <= next.lowerBound && value.upperBound <= next.upperBound, "\(x)")
        x = x.nextUp
      }
    }
  }

  @Test func veryNegativeAndVeryLargeArgumentsDoNotBlowUp() {
    let all = DoubleInterval.all
    let great = Double.greatestFiniteMagnitude
    let tiny = Double.leastNonzeroMagnitude
    #expect(all.exponential() == DoubleInterval(lower: 0, upper: .infinity))
    #expect(DoubleInterval(-1e300).exponential() == DoubleInterval(lower: 0, upper: tiny))
    #expect(DoubleInterval(-746).exponential() == DoubleInterval(lower: 0, upper: tiny))
    #expect(DoubleInterval(-745).exponential().contains(tiny))
    for x in [709.8, 720, 1e300] {
      #expect(DoubleInterval(x).exponential() == DoubleInterval(lower: great, upper: .infinity))
    }
    #expect(DoubleInterval(709.78).exponential().upperBound < .infinity)
    #expect(
      DoubleInterval(-1e-300).exponential().upperBound == 1 && DoubleInterval(1e-300).exponential().lowerBound == 1)
    #expect(all.sigmoid() == DoubleInterval(lower: 0, upper: 1))
    #expect(all.silu().lowerBound > -0.278_464_542_761_073_9 && all.silu().upperBound == .infinity)
    #expect(all.geluTanh().lowerBound > -0.170_040_750_571_254_2 && all.geluTanh().upperBound == .infinity)

    func check<E: Enclosure>(_ type: E.Type) {
      let far = E(lower: -400, upper: -128).silu()
      #expect(far.lowerBound > -1e-50 && far.upperBound < 0)
      let near = E(lower: 127, upper: 129).silu()
      #expect(near.upperBound - near.lowerBound < 2.000_000_001 && near.lowerBound < 127.000_000_1)
      #expect(E(lower: -1e6, upper: -1e3).silu().lowerBound > -1e-300)
      #expect(E(-1e6).silu() == E(lower: -tiny, upper: 0) && E(-1e6).geluTanh() == E(lower: -tiny, upper: 0))
      #expect(E(1e6).silu().contains(point: 1e6) && E(1e6).geluTanh().contains(point: 1e6))
      #expect(E(lower: -1e6, upper: 1e6).silu().lowerBound > -0.278_464_542_761_074)
      #expect(E(lower: -1e6, upper: 1e6).silu().magnitude < 1e6 + 1e-9)
      let gelu = E(lower: -1000, upper: -20).geluTanh()
      #expect(gelu.lowerBound > -1e-140 && gelu.upperBound <= 0)
      #expect(E(lower: -3, upper: -1).geluTanh().lowerBound > -0.158_808_009_391_724)
      #expect(E(-1e9).exponential().upperBound < 1e-300 && E(1e9).sigmoid().lowerBound > 0.999_999_999_999_999_7)
    }
    check(DoubleInterval.self)
    check(Interval.self)
    #expect(Interval(-2839).exponential().isCertainlyPositive && Interval(-2841).exponential().lower == 0)
    #expect(Interval(-2841).exponential().contains(Interval(0, Rational(1, timesTwoToThe: -4096))))
  }

  @Test func squareRootsAreTheLeastEnclosures() throws {
    var generator = SplitMix64(seed: 54)
    for _ in 0..<2000 {
      let x = abs(generator.double())
      let exact = try #require(Rational(exactly: x))
      let found = try #require(DoubleInterval(x).squareRoot())
      let lower = try #require(Rational(exactly: found.lowerBound))
      let upper = try #require(Rational(exactly: found.upperBound))
      #expect(lower * lower <= exact && exact <= upper * upper, "\(x)")
      #expect(found.isPoint ? lower * lower == exact : found.lowerBound.nextUp == found.upperBound, "\(x)")
      let fine = try #require(Interval(x).squareRoot())
      #expect(fine.lower * fine.lower <= exact && exact <= fine.upper * fine.upper, "\(x)")
      #expect(fine.width <= fine.upper * Rational(2).power(-95) && (found.isPoint == fine.isPoint || x == 0), "\(x)")
      if x > 0 {
        let inverse = try #require(DoubleInterval(x).reciprocalSquareRoot())
        let (low, high) = (
          Interval(lower: inverse.lowerBound, upper: inverse.lowerBound),
          Interval(lower: inverse.upperBound, upper: inverse.upperBound)
        )
        #expect((low.squared * Interval(exact)).upper <= 1 && (high.squared * Interval(exact)).lower >= 1, "\(x)")
        #expect(inverse.upperBound - inverse.lowerBound <= 4 * inverse.upperBound.ulp, "\(x)")
      }
    }
    // sqrt 2 to 30 digits, cut; OEIS A002193.
    let root = Rational(1_414_213_562_373_095_048_801_688_724_209) * Rational(10).power(-30)
    #expect(Interval(2).squareRoot()?.intersection(Interval(root, root + Rational(10).power(-30))) != nil)
    #expect(DoubleInterval(2).squareRoot()?.contains(root) == true)
    #expect(
      Interval(Rational(-1, 10), 3).squareRoot() == nil
        && Interval(Rational(4, 9)).squareRoot() == Interval(Rational(2, 3)))
  }
}

extension Enclosure {
  /// Whether the bounds leave room for `value`.
  fileprivate func contains(point value: Double) -> Bool { lowerBound <= value && value <= upperBound }
}
