// Interval: tight results by samples and corners, set operations, outward rounding.
import ExactArithmetic
import Testing
import TestSupport

@Suite struct IntervalTests {
  func random(_ generator: inout SplitMix64) -> Interval {
    let a = generator.rational(bits: 12)
    let b = Bool.random(using: &generator) ? a : generator.rational(bits: 12)
    return Interval(min(a, b), max(a, b))
  }

  @Test func operationsAreTheHullsOfTheirValues() {
    var generator = SplitMix64(seed: 40)
    for _ in 0..<1500 {
      let a = random(&generator)
      let b = random(&generator)
      // +, -, * take their extremes at corners; samples from the inside must lie between them.
      let corners = [(a.lower, b.lower), (a.lower, b.upper), (a.upper, b.lower), (a.upper, b.upper)]
      func check(_ result: Interval, _ operation: (Rational, Rational) -> Rational) {
        let values = corners.map { operation($0.0, $0.1) }
        #expect(result.lower == values.min() && result.upper == values.max())
        #expect(result.contains(operation(a.midpoint, b.midpoint)))
      }
      check(a + b, +)
      check(a - b, -)
      check(a * b, *)
      if !b.contains(0) { check(a / b, /) }
      #expect(-(-a) == a && (-a).contains(-a.midpoint))
      for x in [a.lower, a.midpoint, a.upper] {
        #expect(a.absoluteValue.contains(x.magnitude) && a.squared.contains(x * x))
      }
      #expect(a.absoluteValue.upper == max(a.lower.magnitude, a.upper.magnitude))
      #expect(a.absoluteValue.lower == (a.contains(0) ? 0 : min(a.lower.magnitude, a.upper.magnitude)))
      #expect(a.squared == a.absoluteValue * a.absoluteValue && (a * a).contains(a.squared))
      let hull = a.hull(b)
      #expect(
        hull.contains(a) && hull.contains(b) && hull.width <= a.width + b.width + (a.midpoint - b.midpoint).magnitude)
      if let common = a.intersection(b) {
        #expect(a.contains(common) && b.contains(common))
      } else {
        #expect(a.upper < b.lower || b.upper < a.lower)
      }
      let outward = a.roundedOutward(toSignificantBits: 5)
      #expect(outward.contains(a))
      #expect(a.lower - outward.lower <= a.lower.magnitude / 16 && outward.upper - a.upper <= a.upper.magnitude / 16)
      #expect(outward.roundedOutward(toSignificantBits: 5) == outward)
    }
  }

  @Test func containmentRejectsWhatIsOutside() {
    let unit = Interval(0, 1)
    #expect(
      unit.contains(0) && unit.contains(1) && !unit.contains(Rational(-1, 1000)) && !unit.contains(Rational(1001, 1000))
    )
    #expect(!unit.contains(Interval(0, 2)) && Interval(0, 2).contains(unit))
    #expect(unit.intersection(Interval(1, 2)) == Interval(1) && unit.intersection(Interval(2, 3)) == nil)
    #expect("\(Interval(Rational(-1, 2), 3))" == "[-1/2, 3]")
  }
}
