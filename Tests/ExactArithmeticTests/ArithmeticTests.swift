// One generic program in every arithmetic.
import ExactArithmetic
import Testing
import TestSupport

/// ([1 / sqrt(mean of squares)] x_i) . y: the shape of a normalised score, with every operation but the exponential.
private func normalisedScore<A: Arithmetic>(
  _ x: [Double], _ y: [Double], in a: A
) throws(ArithmeticError) -> A.Number {
  var numbers: [A.Number] = []
  for value in x { numbers.append(a.number(value)) }
  let squares = a.innerProduct(numbers, numbers)
  let scale = try a.reciprocalSquareRoot(try a.divide(squares, a.number(Double(x.count))))
  var terms: [A.Number] = []
  for (value, weight) in zip(numbers, y) {
    terms.append(a.multiply(a.multiply(value, scale), a.subtract(a.zero, a.negate(a.number(weight)))))
  }
  return a.add(a.sum(terms), a.zero)
}

/// The example of `Arithmetic`'s documentation.
private func mean<A: Arithmetic>(_ x: [A.Number], in a: A) throws(ArithmeticError) -> A.Number {
  try a.divide(a.sum(x), a.number(Double(x.count)))
}

@Suite struct ArithmeticTests {
  @Test func theExamplesOfTheDocumentationPrintWhatTheySay() throws {
    let format = FloatFormat(exponentBits: 0, significandBits: 2)
    let three = format.rounded(3.0)
    #expect("\(format.add(three, three))" == "15/4")
    let third: Rational = 1 / 3
    #expect("\(third + Rational(1, 6))" == "1/2")
    #expect(try mean([1, 2, 4], in: RationalArithmetic()) == Rational(7, 3))
    #expect(try mean([1, 2, 4], in: FloatArithmetic()) == Float(7) / 3)
    let arithmetic = FiniteArithmetic(format)
    let weights = try arithmetic.softmax([0.0, 0.0, -3.75].map(arithmetic.number))
    #expect("\(weights)" == "[1/2, 1/2, 0]")
  }

  @Test func oneProgramRunsInEveryArithmetic() throws {
    let x = [1.0, -2, 4, 5, -1, 1, -4, 0]  // mean square 8, so ...
    let y = [3.0, 1, 0.5, 2, 1, 1, 1, 1]
    #expect(try normalisedScore(x.map { $0 * 2 }.dropLast() + [6.0], y, in: DoubleArithmetic()).isFinite)
    let squares = [3.0, 3, 3, 3, -3, -3, 3, 3]
    let exact = try normalisedScore(squares, y, in: RationalArithmetic())
    #expect(exact == Rational(13, 2))
    #expect(try normalisedScore(squares, y, in: DoubleArithmetic()) == Double(exact))
    #expect(try normalisedScore(squares, y, in: FloatArithmetic()) == Float(exact))
    #expect(Rational(try normalisedScore(squares, y, in: FiniteArithmetic(.binary32))) == exact)
    #expect(
      try normalisedScore(squares, y, in: FiniteArithmetic(FloatFormat(exponentBits: 0, significandBits: 2)))
        == FiniteNumber(significand: 15, exponent: -2))  // the squares saturate, and so does the sum
  }

  @Test func finiteArithmeticOfBinary32IsFloatArithmetic() throws {
    let finite = FiniteArithmetic(.binary32)
    let float = FloatArithmetic()
    var generator = SplitMix64(seed: 50)
    for _ in 0..<200 {
      let x = (0..<40).map { _ in Double(Float.random(in: -2...2, using: &generator)) }
      let y = (0..<40).map { _ in Double(Float.random(in: -2...2, using: &generator)) }
      let product = finite.innerProduct(x.map(finite.number), y.map(finite.number))
      #expect(finite.double(product) == float.double(float.innerProduct(x.map(float.number), y.map(float.number))))
      let weights = try finite.softmax(x.map(finite.number)).map(finite.double)
      let others = try float.softmax(x.map(float.number)).map(float.double)
      for (a, b) in zip(weights, others) { #expect(abs(a - b) <= 4 * Double(Float(b).ulp)) }
      #expect(finite.isLess(product, finite.one) == (finite.double(product) < 1))
    }
  }

  @Test func exactArithmeticThrowsWhereExactnessEnds() throws {
    let exact = RationalArithmetic()
    #expect(try exact.exponential(0) == 1)
    #expect(throws: ArithmeticError.transcendentalInExactArithmetic(operation: "exp", argument: "1/2")) {
      try exact.exponential(Rational(1, 2))
    }
    #expect(try exact.reciprocalSquareRoot(Rational(9, 4)) == Rational(2, 3))
    #expect(throws: ArithmeticError.irrationalInExactArithmetic(operation: "1/sqrt", argument: "2")) {
      try exact.reciprocalSquareRoot(2)
    }
    #expect(throws: ArithmeticError.outsideDomain(operation: "1/sqrt", argument: "-4")) {
      try exact.reciprocalSquareRoot(-4)
    }
    #expect(throws: ArithmeticError.divisionByZero) { try exact.reciprocalSquareRoot(0) }
    #expect(throws: ArithmeticError.divisionByZero) { try exact.divide(1, 0) }
    #expect(throws: ArithmeticError.self) { try exact.softmax([1, 2]) }
    #expect(try exact.softmax([0, 0, 0]) == [Rational(1, 3), Rational(1, 3), Rational(1, 3)])
    #expect(exact.cosine(of: 0) == 1 && exact.sine(of: 0) == 0)
    #expect(abs(Double(exact.sine(of: 1)) - 0.841_470_984_807_896_5) < 1e-15)
  }

  @Test func errorsSayWhatIsMissing() {
    #expect("\(ArithmeticError.divisionByZero)" == "division by zero")
    #expect("\(ArithmeticError.irrationalInExactArithmetic(operation: "1/sqrt", argument: "2"))".contains("1/sqrt(2)"))
  }
}
