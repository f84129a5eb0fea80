// The field operations of both Enclosures: cases, points, containment of exact results, sub-intervals, extremes.
import ExactArithmetic
import Testing
import TestSupport

/// An Enclosure that can tell whether it holds a fraction.
protocol SampledEnclosure: Enclosure {
  func contains(_ value: Rational) -> Bool
}
extension DoubleInterval: SampledEnclosure {}
extension Interval: SampledEnclosure {}

extension SplitMix64 {
  /// A finite Double: small whole numbers, ordinary numbers, powers of two, any bit pattern, the ends of the range.
  mutating func double() -> Double {
    let edges = [0, -0.0, 1, -1, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 0x1p-500]
    switch Int.random(in: 0..<8, using: &self) {
    case 0: return edges[Int.random(in: 0..<edges.count, using: &self)] * (Bool.random(using: &self) ? 1 : -1)
    case 1: return Double(Int.random(in: -9...9, using: &self))
    case 2: return Double(sign: .plus, exponent: Int.random(in: -1074...1023, using: &self), significand: 1)
    case 3:  // subnormal, or nearly
      return Double(bitPattern: next() >> 11) * (Bool.random(using: &self) ? 1 : -1)
    case 4:  // any
      let pattern = Double(bitPattern: next())
      return pattern.isFinite ? pattern : -1
    default: return Double.random(in: -4...4, using: &self)
    }
  }

  /// The ends of an interval: a third are points, some are narrow.
  mutating func ends() -> (lower: Double, upper: Double) {
    let a = double()
    switch Int.random(in: 0..<3, using: &self) {
    case 0: return (a, a)
    case 1: return a.nextUp.isFinite ? (a, a.nextUp) : (a, a)
    default:
      let b = double()
      return (min(a, b), max(a, b))
    }
  }
}

/// The ends and two inner points of [lower, upper].
func samples(_ ends: (lower: Double, upper: Double)) -> [Rational] {
  guard let lower = Rational(exactly: ends.lower), let upper = Rational(exactly: ends.upper) else { return [] }
  return lower == upper ? [lower] : [lower, upper, (lower + upper) / 2, (lower * 3 + upper) / 4]
}

/// How many of `count` random operand pairs have a sample whose exact result the enclosing operation leaves out.
func omissions<E: SampledEnclosure>(
  seed: Int, count: Int, _ type: E.Type, _ operation: (E, E) -> E?, _ exact: (Rational, Rational) -> Rational?
) -> Int {
  var generator = SplitMix64(seed: seed)
  var omitted = 0
  for _ in 0..<count {
    let (first, second) = (generator.ends(), generator.ends())
    let a = E(lower: first.lower, upper: first.upper)
    let b = E(lower: second.lower, upper: second.upper)
    guard let result = operation(a, b) else { continue }
    let all = samples(first).allSatisfy { x in
      samples(second).allSatisfy { y in exact(x, y).map { result.contains($0) } ?? true }
    }
    if !all { omitted += 1 }
  }
  return omitted
}

private func quotient(_ x: Rational, _ y: Rational) -> Rational? { y == 0 ? nil : x / y }

@Suite struct EnclosureTests {
  /// (a, b, a + b, a - b, a * b, a / b)
  static let cases: [(String, String, String, String, String, String)] = [
    ("3 3", "4 4", "7 7", "-1 -1", "12 12", "0.75 0.75"),
    ("1 1", "1 1", "2 2", "0 0", "1 1", "1 1"),
    ("1 2", "-1 3", "0 5", "-2 3", "-2 6", "nil"),
    ("-2 -1", "2 4", "0 3", "-6 -3", "-8 -2", "-1 -0.25"),
    ("-2 1", "-4 -2", "-6 -1", "0 5", "-4 8", "-0.5 1"),
    ("-2 3", "-5 7", "-7 10", "-9 8", "-15 21", "nil"),
    ("-3 -2", "-5 1", "-8 -1", "-4 3", "-3 15", "nil"),
    ("0 0", "-8 8", "-8 8", "-8 8", "0 0", "nil"),
    ("1 1", "0 4", "1 5", "-3 1", "0 4", "nil"),
  ]

  func runCases<E: Enclosure>(_ type: E.Type) throws {
    func parse(_ text: String) -> E? {
      let ends = text.split(separator: " ").compactMap { Double($0) }
      return ends.count == 2 ? E(lower: ends[0], upper: ends[1]) : nil
    }
    for row in Self.cases {
      let a = try #require(parse(row.0))
      let b = try #require(parse(row.1))
      #expect(a + b == parse(row.2) && a - b == parse(row.3) && a * b == parse(row.4), "\(row)")
      #expect(a.divided(by: b) == parse(row.5) && b + a == a + b && b * a == a * b, "\(row)")
    }
    let mixed = E(lower: -3, upper: 2)
    #expect(-mixed == E(lower: -2, upper: 3) && mixed.squared == E(lower: 0, upper: 9))
    #expect(mixed.absoluteValue == E(lower: 0, upper: 3) && mixed.magnitude == 3 && mixed.leastMagnitude == 0)
    #expect(
      E(lower: -3, upper: -2).absoluteValue == E(lower: 2, upper: 3) && E(lower: -3, upper: -2).leastMagnitude == 2)
    #expect(E(lower: 2, upper: 3).squared == E(lower: 4, upper: 9) && E(lower: 2, upper: 3).leastMagnitude == 2)
    #expect(mixed.lowerEnd == E(-3) && mixed.upperEnd == E(2) && mixed.hull(E(5)) == E(lower: -3, upper: 5))
    #expect(mixed.relu() == E(lower: 0, upper: 2) && E(-3).relu() == E.zero && E(3).relu() == E(3))
    #expect(mixed.scaledByPowerOfTwo(-1) == E(lower: -1.5, upper: 1) && mixed.squareRoot() == nil)
    #expect(E(lower: 4, upper: 9).squareRoot() == E(lower: 2, upper: 3) && E.zero.squareRoot() == E.zero)
    #expect(E(lower: 4, upper: 16).reciprocalSquareRoot() == E(lower: 0.25, upper: 0.5))
    #expect(
      E(lower: 0, upper: 16).reciprocalSquareRoot() == nil && E(lower: -4, upper: 16).reciprocalSquareRoot() == nil)
    #expect(E.zero.isPoint && E.one.isPoint && !mixed.isPoint && E.zero.exponential() == E.one)
    #expect(E(1).isCertainlyLess(than: E(lower: 1.5, upper: 2)) && !E(1).isCertainlyLess(than: E(lower: 1, upper: 2)))
    #expect(!mixed.isCertainlyPositive && !mixed.isCertainlyNegative && !E.zero.isCertainlyPositive)
    #expect(!E.zero.isCertainlyNegative && E.one.isCertainlyPositive && E(-1).isCertainlyNegative)
  }

  @Test func bothEnclosuresPassTheCaseTable() throws {
    try runCases(DoubleInterval.self)
    try runCases(Interval.self)
  }

  @Test func theExamplesOfTheDocumentationPrintAsStated() {
    let x = DoubleInterval(0.1)
    #expect("\(x * x)" == "[0.01, 0.010000000000000002]" && "\(x.scaledByPowerOfTwo(3))" == "[0.8, 0.8]")
    let third = DoubleInterval.one.divided(by: DoubleInterval(3))
    #expect(third.map { "\($0)" } == "[0.3333333333333333, 0.33333333333333337]")
  }

  @Test func sumsAndProductsOfCodesAndSmallWholeNumbersStayPoints() {
    for a in -40...40 {
      for b in -40...40 {
        let (x, y) = (DoubleInterval(Double(a) / 8), DoubleInterval(Double(b)))
        for result in [x + y, x - y, x * y, x.squared, y.absoluteValue] { #expect(result.isPoint) }
        #expect((x * y).lowerBound == Double(a) / 8 * Double(b))
        if b != 0 { #expect((x * y).divided(by: y) == x) }
      }
    }
  }

  func expectContainment<E: SampledEnclosure>(_ type: E.Type, count: Int) {
    #expect(omissions(seed: 1, count: count, type, { $0 + $1 }, { $0 + $1 }) == 0)
    #expect(omissions(seed: 2, count: count, type, { $0 - $1 }, { $0 - $1 }) == 0)
    #expect(omissions(seed: 3, count: count, type, { $0 * $1 }, { $0 * $1 }) == 0)
    #expect(omissions(seed: 4, count: count, type, { $0.divided(by: $1) }, quotient) == 0)
    #expect(omissions(seed: 5, count: count, type, { a, _ in -a }, { x, _ in -x }) == 0)
    #expect(omissions(seed: 6, count: count, type, { a, _ in a.squared }, { x, _ in x * x }) == 0)
    #expect(omissions(seed: 7, count: count, type, { a, _ in a.absoluteValue }, { x, _ in x.magnitude }) == 0)
    #expect(omissions(seed: 8, count: count, type, { a, _ in a.relu() }, { x, _ in max(x, 0) }) == 0)
    #expect(omissions(seed: 9, count: count, type, { a, b in a.hull(b) }, { x, _ in x }) == 0)
    #expect(omissions(seed: 9, count: count, type, { a, b in a.hull(b) }, { _, y in y }) == 0)
    for n in [-1100, -3, 2, 1100] {
      #expect(
        omissions(seed: 10, count: count / 4, type, { a, _ in a.scaledByPowerOfTwo(n) }) { x, _ in
          x.scaledByPowerOfTwo(n)
        } == 0)
    }
  }

  @Test func doubleIntervalsHoldTheExactResultsOfTheirElements() { expectContainment(DoubleInterval.self, count: 4000) }

  @Test func rationalIntervalsHoldTheExactResultsOfTheirElements() { expectContainment(Interval.self, count: 800) }

  /// A check never seen to fail is no check: operations that round to nearest must be found out.
  @Test func operationsWithoutOutwardRoundingAreFoundOut() {
    func unwidened(
      _ operation: @escaping (Double, Double) -> Double
    ) -> (DoubleInterval, DoubleInterval) -> DoubleInterval? {
      { a, b in
        let corners = [
          operation(a.lowerBound, b.lowerBound), operation(a.lowerBound, b.upperBound),
          operation(a.upperBound, b.lowerBound), operation(a.upperBound, b.upperBound),
        ].filter { $0.isFinite }
        guard let lower = corners.min(), let upper = corners.max(), corners.count == 4 else { return nil }
        return DoubleInterval(lower: lower, upper: upper)
      }
    }
    #expect(omissions(seed: 1, count: 500, DoubleInterval.self, unwidened(+), { $0 + $1 }) > 50)
    #expect(omissions(seed: 2, count: 500, DoubleInterval.self, unwidened(-), { $0 - $1 }) > 50)
    #expect(omissions(seed: 3, count: 500, DoubleInterval.self, unwidened(*), { $0 * $1 }) > 50)
    let divided: (DoubleInterval, DoubleInterval) -> DoubleInterval? = { a, b in
      b.contains(0.0) ? nil : unwidened(/)(a, b)
    }
    #expect(omissions(seed: 4, count: 500, DoubleInterval.self, divided, quotient) > 50)
    // Widened on one side only.
    let half: (DoubleInterval, DoubleInterval) -> DoubleInterval? = { a, b in
      unwidened(*)(a, b).map { DoubleInterval(lower: min($0.lowerBound, (a * b).lowerBound), upper: $0.upperBound) }
    }
    #expect(omissions(seed: 3, count: 500, DoubleInterval.self, half, { $0 * $1 }) > 50)
  }

  @Test func theDoublesAroundARationalIntervalAreTheNearestOnes() throws {
    var generator = SplitMix64(seed: 20)
    for _ in 0..<2000 {
      let scale = Int.random(in: -1200...1100, using: &generator)
      let x = generator.rational(bits: 120).scaledByPowerOfTwo(scale)
      let below = Interval(x).lowerBound
      let above = Interval(x).upperBound
      if let exact = Rational(exactly: below) { #expect(exact <= x) } else { #expect(below == -.infinity) }
      if let exact = Rational(exactly: above) { #expect(exact >= x) } else { #expect(above == .infinity) }
      #expect(below == above ? Rational(exactly: below) == x : below.nextUp == above, "\(x)")
    }
    #expect(
      Interval(Rational(1, 3)).isPoint
        && Interval(Rational(1, 3)).lowerBound.nextUp == Interval(Rational(1, 3)).upperBound)
    let minute = Interval(Rational(1, timesTwoToThe: -5000))
    #expect(minute.isCertainlyPositive && minute.lowerBound == 0 && minute.upperBound == .leastNonzeroMagnitude)
    #expect(minute.isCertainlyLess(than: minute.scaledByPowerOfTwo(1)) && (-minute).isCertainlyNegative)
  }

  /// The rational intervals are the stupid twin: their bounds are the best Doubles around the exact result.
  @Test func doubleIntervalsAreTheLeastOnesAroundTheExactResult() {
    var generator = SplitMix64(seed: 21)
    func outward(_ x: Interval) -> DoubleInterval { DoubleInterval(lower: x.lowerBound, upper: x.upperBound) }
    for _ in 0..<6000 {
      let (first, second) = (generator.ends(), generator.ends())
      let a = DoubleInterval(lower: first.lower, upper: first.upper)
      let b = DoubleInterval(lower: second.lower, upper: second.upper)
      let (x, y) = (
        Interval(lower: first.lower, upper: first.upper), Interval(lower: second.lower, upper: second.upper)
      )
      #expect(a + b == outward(x + y) && a - b == outward(x - y), "\(a) +- \(b)")
      #expect(a * b == outward(x * y), "\(a) * \(b)")
      #expect(a.divided(by: b) == x.divided(by: y).map(outward), "\(a) / \(b)")
      #expect(a.squared == outward(x.squared) && a.absoluteValue == outward(x.absoluteValue), "\(a)")
      let n = Int.random(in: -2200...2200, using: &generator)
      #expect(a.scaledByPowerOfTwo(n) == outward(x.scaledByPowerOfTwo(n)), "\(a) * 2^\(n)")
    }
  }

  func expectNesting<E: SampledEnclosure>(_ type: E.Type, count: Int, holds: (E, E) -> Bool) {
    var generator = SplitMix64(seed: 22)
    for _ in 0..<count {
      // Four sorted ends each: the outer and the inner interval.
      let p = (0..<4).map { _ in generator.double() }.sorted()
      let q = (0..<4).map { _ in generator.double() }.sorted()
      let (a, inA) = (E(lower: p[0], upper: p[3]), E(lower: p[1], upper: p[2]))
      let (b, inB) = (E(lower: q[0], upper: q[3]), E(lower: q[1], upper: q[2]))
      #expect(holds(a + b, inA + inB) && holds(a - b, inA - inB) && holds(a * b, inA * inB), "\(a) \(inA) \(b) \(inB)")
      #expect(holds(a.squared, inA.squared) && holds(a.absoluteValue, inA.absoluteValue) && holds(-a, -inA))
      #expect(holds(a.relu(), inA.relu()) && holds(a.hull(b), inA.hull(inB)))
      if let outer = a.divided(by: b), let inner = inA.divided(by: inB) { #expect(holds(outer, inner), "\(a) / \(b)") }
      if let outer = a.squareRoot(), let inner = inA.squareRoot() { #expect(holds(outer, inner)) }
    }
  }

  @Test func subIntervalsGiveSubResults() {
    expectNesting(DoubleInterval.self, count: 4000) { $0.contains($1) }
    expectNesting(Interval.self, count: 400) { $0.contains($1) }
  }

  @Test func unboundedIntervalsKeepTheirMeaning() {
    let great = Double.greatestFiniteMagnitude
    let all = DoubleInterval.all
    let up = DoubleInterval(lower: 2, upper: .infinity)
    let down = DoubleInterval(lower: -.infinity, upper: 3)
    #expect(all + all == all && all - all == all && all * all == all && -all == all)
    #expect(up + up == DoubleInterval(lower: 4, upper: .infinity) && up - up == all && up + down == all)
    #expect(up * DoubleInterval.zero == .zero && all * .zero == .zero && DoubleInterval.zero * down == .zero)
    #expect(up * DoubleInterval(-1) == DoubleInterval(lower: -.infinity, upper: -2) && up * down == all)
    #expect(all.squared == DoubleInterval(lower: 0, upper: .infinity) && all.absoluteValue == all.squared)
    #expect(DoubleInterval.one.divided(by: up) == DoubleInterval(lower: 0, upper: 0.5) && all.divided(by: all) == nil)
    #expect(up.divided(by: up) == DoubleInterval(lower: 0, upper: .infinity))
    #expect(down.divided(by: up) == DoubleInterval(lower: -.infinity, upper: 1.5))
    #expect(up.squareRoot().map { $0.upperBound } == .infinity && down.squareRoot() == nil)
    #expect(up.scaledByPowerOfTwo(-4000) == DoubleInterval(lower: 0, upper: .infinity))
    #expect(up.scaledByPowerOfTwo(Int.max) == DoubleInterval(lower: great, upper: .infinity))
    #expect(down.scaledByPowerOfTwo(Int.min) == DoubleInterval(lower: -.infinity, upper: .leastNonzeroMagnitude))
    #expect(up.upperEnd == DoubleInterval(lower: great, upper: .infinity) && up.lowerEnd == DoubleInterval(2))
    #expect(down.lowerEnd == -up.upperEnd && all.lowerEnd == down.lowerEnd && !up.isPoint)
    #expect(up.magnitude == .infinity && up.leastMagnitude == 2 && !up.contains(.infinity) && up.contains(great))
    #expect(up.contains(Rational(2).power(4000)) && !up.contains(1 as Rational) && !down.contains(Rational(7, 2)))
    // Overflow: beyond the greatest Double, but no infinite element.
    let edge = DoubleInterval(great)
    #expect(edge + edge == DoubleInterval(lower: great, upper: .infinity) && edge - edge == .zero)
    #expect(-edge - edge == DoubleInterval(lower: -.infinity, upper: -great) && edge * edge == edge + edge)
    #expect(edge * -edge == -edge - edge && edge.divided(by: DoubleInterval(0.5)) == edge + edge)
    // Underflow: the result is not 0, and its sign is known.
    let least = DoubleInterval(Double.leastNonzeroMagnitude)
    #expect(
      least * least == DoubleInterval(lower: 0, upper: .leastNonzeroMagnitude)
        && least + least == DoubleInterval(0x1p-1073))
    #expect(least * -least == -(least * least) && least.divided(by: edge) == least * least)
    #expect(
      least * DoubleInterval(0x1p1000) == DoubleInterval(0x1p-74) && least.squareRoot() == DoubleInterval(0x1p-537))
  }
}
