// The sets F_{e,s} once more, enumerated in Double alone, and the paper's formula where e = 0.
import ExactArithmetic
import Testing

@Suite struct FiniteSetTests {
  /// The elements S * 2^(E - s) for |S| <= 2^(2s) - 1 and E in `exponents`; exact in Double.
  func elements(s: Int, exponents: ClosedRange<Int>) -> Set<Double> {
    var set: Set<Double> = []
    var greatest = 1
    for _ in 0..<s { greatest *= 4 }
    for exponent in exponents {
      var unit = 1.0
      for _ in 0..<abs(exponent - s) { unit = exponent < s ? unit / 2 : unit * 2 }
      for significand in (1 - greatest)...(greatest - 1) { set.insert(Double(significand) * unit) }
    }
    return set
  }

  /// The range of E by the letter of the formula, -2^max(0, e-1) <= E <= 2^e - 1 - 2^max(0, e-1).
  static let formula: [ClosedRange<Int>] = [-1 ... -1, -1...0, -2...1, -4...3, -8...7]

  @Test(arguments: 1...4, 1...3)
  func withExponentBitsTheElementsAreTheFormulas(e: Int, s: Int) {
    let format = FloatFormat(exponentBits: e, significandBits: s)
    #expect(Set(format.allValues.map { Double($0) }) == elements(s: s, exponents: Self.formula[e]))
    #expect(format.exponentAndSignificandBits.map { [$0.exponentBits, $0.significandBits] } == [e, s])
  }

  @Test(arguments: 1...3)
  func withoutExponentBitsTheyAreTheMultiplesOfTheUnitAndTwiceTheFormulas(s: Int) {
    let format = FloatFormat(exponentBits: 0, significandBits: s)
    let found = Set(format.allValues.map { Double($0) })
    #expect(found == elements(s: s, exponents: 0...0))
    let formulas = elements(s: s, exponents: Self.formula[0])
    #expect(found == Set(formulas.map { 2 * $0 }))
    #expect(found.contains(1))
    // What the construction needs as well, and the formula's set for s = 1 lacks.
    #expect(formulas.contains(1) == (s > 1))
    #expect(format.exponentAndSignificandBits.map { [$0.exponentBits, $0.significandBits] } == [0, s])
  }

  @Test(arguments: [0, 1, 2, 3], [1, 2])
  func roundingFindsTheNearestElementAndOfTwoTheSmaller(e: Int, s: Int) {
    let format = FloatFormat(exponentBits: e, significandBits: s)
    let exponents = e == 0 ? 0...0 : Self.formula[e]
    let all = elements(s: s, exponents: exponents)
    for sixtyFourths in -1200...1200 {
      let x = Double(sixtyFourths) / 64
      let nearest = all.min { a, b in
        let (first, second) = (abs(a - x), abs(b - x))
        return first != second ? first < second : abs(a) < abs(b)
      }
      #expect(Double(format.rounded(x)) == nearest)
    }
  }

  @Test func formatsOutsideTheFamilyHaveNoParameters() {
    #expect(FloatFormat.binary16.exponentAndSignificandBits == nil)  // 11 digits
    #expect(FloatFormat.bfloat16.exponentAndSignificandBits == nil)
    let shifted = FloatFormat(precision: 4, minimumExponent: -3, maximumExponent: -3, ties: .towardZero)
    #expect(shifted.exponentAndSignificandBits == nil)  // the formula's set for e = 0, s = 2
  }
}
