// FloatFormat on small formats: the paper's sets, exhaustive operations against the stated rounding, examples.
import ExactArithmetic
import Foundation
import Testing

/// Small formats of every kind: fixed point, floating point, odd precision, both ties, one digit.
let smallFormats: [FloatFormat] = [FloatFormat.Ties.towardZero, .toEven].flatMap { ties in
  [
    FloatFormat(exponentBits: 0, significandBits: 1, ties: ties),
    FloatFormat(exponentBits: 0, significandBits: 2, ties: ties),
    FloatFormat(exponentBits: 1, significandBits: 1, ties: ties),
    FloatFormat(exponentBits: 2, significandBits: 1, ties: ties),
    FloatFormat(exponentBits: 2, significandBits: 2, ties: ties),
    FloatFormat(exponentBits: 0, significandBits: 3, ties: ties),
    FloatFormat(precision: 3, minimumExponent: -2, maximumExponent: 3, ties: ties),
    FloatFormat(precision: 3, minimumExponent: 1, maximumExponent: 4, ties: ties),
  ]
}

@Suite struct FloatFormatTests {
  @Test func theUnitsAndMaximaAreThePapers() {
    let cases: [(e: Int, s: Int, unit: Rational, maximum: Rational)] = [
      (0, 1, Rational(1, 2), Rational(3, 2)), (0, 2, Rational(1, 4), Rational(15, 4)),
      (0, 3, Rational(1, 8), Rational(63, 8)), (1, 1, Rational(1, 4), Rational(3, 2)),
      (2, 1, Rational(1, 8), 3), (2, 2, Rational(1, 16), Rational(15, 2)),
    ]
    for (e, s, unit, maximum) in cases {
      let format = FloatFormat(exponentBits: e, significandBits: s)
      #expect(Rational(format.leastPositive) == unit && Rational(format.maximum) == maximum)
      #expect(Rational(format.one) == 1)
    }
  }

  @Test func theElementsAreThePapersSet() {
    for e in 0...3 {
      for s in 1...3 {
        let format = FloatFormat(exponentBits: e, significandBits: s)
        let values = format.allValues.map { Rational($0) }
        #expect(Set(values) == statedElements(exponentBits: e, significandBits: s))
        #expect(values == values.sorted() && Set(values).count == values.count)
        #expect(values.allSatisfy { format.contains($0) })
        #expect(!format.contains(Rational(format.leastPositive) / 2) && !format.contains(Rational(format.maximum) * 2))
      }
    }
  }

  @Test(arguments: smallFormats)
  func operationsAreTheExactOnesRounded(format: FloatFormat) throws {
    let stated = StatedRounding(format)
    let values = Array(format.allValues)
    for a in values {
      let x = Rational(a)
      #expect(format.rounded(a) == a && format.rounded(x) == a && format.rounded(Double(a)) == a)
      for b in values {
        let y = Rational(b)
        #expect(Rational(format.add(a, b)) == stated(x + y), "\(format): \(x) + \(y)")
        #expect(Rational(format.subtract(a, b)) == stated(x - y), "\(format): \(x) - \(y)")
        #expect(Rational(format.multiply(a, b)) == stated(x * y), "\(format): \(x) * \(y)")
        if y != 0 { #expect(Rational(try format.divide(a, b)) == stated(x / y), "\(format): \(x) / \(y)") }
        #expect((a < b) == (x < y) && (a == b) == (x == y))
      }
    }
  }

  @Test(arguments: smallFormats)
  func fractionsAndDoublesRoundAsStated(format: FloatFormat) {
    let stated = StatedRounding(format)
    for numerator in -400...400 {
      for denominator in [1, 3, 7, 32, 64, 96] {
        let x = Rational(Integer(numerator), Integer(denominator))
        #expect(Rational(format.rounded(x)) == stated(x), "\(format): \(x)")
        if denominator == 64 { #expect(format.rounded(Double(x)) == format.rounded(x)) }
      }
    }
    #expect(format.rounded(Double.infinity) == format.maximum && format.rounded(-Double.infinity) == -format.maximum)
    #expect(format.rounded(1e300) == format.maximum && format.rounded(Rational(10).power(400)) == format.maximum)
    #expect(format.rounded(-1e-300).isZero && format.rounded(-Rational(10).power(-400)).isZero)
  }

  @Test(arguments: smallFormats)
  func functionsAreCorrectlyRounded(format: FloatFormat) throws {
    let stated = StatedRounding(format)
    let values = Array(format.allValues)
    for a in values {
      let x = Rational(a)
      let enclosure = statedExponential(x)
      #expect(stated(enclosure.lower) == stated(enclosure.upper))
      #expect(Rational(format.exponential(a)) == stated(enclosure.lower), "\(format): exp \(x)")
      guard x > 0 else { continue }
      // y is nearest to r > 0 exactly when r lies between y's midpoints to its neighbours, and r^2 is rational here.
      for (y, square) in [(try format.squareRoot(a), x), (try format.reciprocalSquareRoot(a), x.reciprocal)] {
        let rank = try #require(values.firstIndex(of: y))
        if rank + 1 < values.count {
          let middle = (Rational(y) + Rational(values[rank + 1])) / 2
          #expect(square < middle * middle || (square == middle * middle && stated(middle) == Rational(y)))
        }
        let middle = (Rational(y) + Rational(values[rank - 1])) / 2
        #expect(middle < 0 || square > middle * middle || (square == middle * middle && stated(middle) == Rational(y)))
      }
    }
  }

  @Test func tiesGoWhereTheyAreSent() {
    let toZero = FloatFormat(exponentBits: 0, significandBits: 2)
    let toEven = FloatFormat(exponentBits: 0, significandBits: 2, ties: .toEven)
    // x in eighths: halfway between quarters where odd.
    let cases: [(Int, zero: Int, even: Int)] = [
      (1, 0, 0), (3, 1, 2), (5, 2, 2), (7, 3, 4), (-1, 0, 0), (-3, -1, -2), (29, 14, 14), (31, 15, 15),
    ]
    for (eighths, zero, even) in cases {
      #expect(toZero.rounded(Double(eighths) / 8) == FiniteNumber(significand: Int64(zero), exponent: -2))
      #expect(toEven.rounded(Double(eighths) / 8) == FiniteNumber(significand: Int64(even), exponent: -2))
    }
  }

  @Test func sumsSaturateAndDependOnTheirOrder() throws {
    let format = FloatFormat(exponentBits: 0, significandBits: 2)
    let b = format.maximum
    #expect(format.add(b, b) == b && format.subtract(-b, b) == -b && format.multiply(b, -b) == -b)
    #expect(format.sum([b, b, -b]) == format.zero)
    #expect(format.sum([b, -b, b]) == b)
    #expect(format.add(format.add(b, b), -b) != format.add(b, format.add(b, -b)))
    #expect(format.sum([]).isZero)
    let x = [1.0, 3.0, -2.0].map { format.rounded($0) }
    #expect(format.innerProduct(x, x) == b)  // [1 + 15/4] = 15/4, then [15/4 + 15/4]
    #expect(format.negate(b) == -b)
  }

  @Test func whatHasNoValueThrows() {
    let format = FloatFormat(exponentBits: 0, significandBits: 2)
    let one = format.one
    #expect(throws: ArithmeticError.divisionByZero) { try format.divide(one, format.zero) }
    #expect(throws: ArithmeticError.divisionByZero) { try format.reciprocalSquareRoot(format.zero) }
    #expect(throws: ArithmeticError.outsideDomain(operation: "sqrt", argument: "-1")) { try format.squareRoot(-one) }
    #expect(throws: ArithmeticError.outsideDomain(operation: "1/sqrt", argument: "-1")) {
      try format.reciprocalSquareRoot(-one)
    }
    #expect(throws: ArithmeticError.divisionByZero) { try format.softmax([-format.maximum, -format.maximum]) }
    #expect(throws: DecodingError.self) {
      let text = #"{"precision":61,"minimumExponent":0,"maximumExponent":1,"ties":"toEven"}"#
      _ = try JSONDecoder().decode(FloatFormat.self, from: Data(text.utf8))
    }
  }

  @Test func softmaxRoundsEachStep() throws {
    let format = FloatFormat(exponentBits: 0, significandBits: 2)
    let scores = [0.0, 0.0, -3.75].map { format.rounded($0) }
    #expect(try format.softmax(scores) == [0.5, 0.5, 0].map { format.rounded($0) })
    // Three equal scores: [1/3] = 1/4, so the weights add to 3/4.
    let equal = [0.0, 0.0, 0.0].map { format.rounded($0) }
    #expect(try format.softmax(equal) == [0.25, 0.25, 0.25].map { format.rounded($0) })
  }

  @Test func formatsSurviveCoding() throws {
    for format in smallFormats + [.binary16, .bfloat16, .binary32, .binary64] {
      #expect(try JSONDecoder().decode(FloatFormat.self, from: JSONEncoder().encode(format)) == format)
    }
  }
}
