// The protocol that lets one scalar program run in every arithmetic: floating point, exact, finite precision.

/// Numbers and what can be done with them, chosen by a value rather than a type: two `FiniteArithmetic`s of different
/// formats share their number type and differ in their rounding.
///
/// Every operation is the exact one followed by the arithmetic's own rounding. Generic code over an `Arithmetic` must
/// be `@inlinable` where it is called across modules.
///
///     func mean<A: Arithmetic>(_ x: [A.Number], in a: A) throws(ArithmeticError) -> A.Number {
///       try a.divide(a.sum(x), a.number(Double(x.count)))
///     }
public protocol Arithmetic<Number>: Sendable {
  /// The numbers.
  associatedtype Number: Sendable & Equatable

  /// 0.
  var zero: Number { get }
  /// 1.
  var one: Number { get }
  /// `value` rounded into the arithmetic; value is finite.
  func number(_ value: Double) -> Number
  /// The Double nearest to `number`.
  func double(_ number: Number) -> Double

  /// The sum of two.
  func add(_ a: Number, _ b: Number) -> Number
  /// The difference.
  func subtract(_ a: Number, _ b: Number) -> Number
  /// The product.
  func multiply(_ a: Number, _ b: Number) -> Number
  /// The negative.
  func negate(_ a: Number) -> Number
  /// The quotient. IEEE arithmetics give infinities and NaN for b = 0; the others throw `divisionByZero`.
  func divide(_ a: Number, _ b: Number) throws(ArithmeticError) -> Number
  /// Whether a < b.
  func isLess(_ a: Number, _ b: Number) -> Bool

  /// exp(a).
  func exponential(_ a: Number) throws(ArithmeticError) -> Number
  /// 1 / sqrt(a). IEEE arithmetics give infinity for 0 and NaN below; the others throw.
  func reciprocalSquareRoot(_ a: Number) throws(ArithmeticError) -> Number
  /// The sine of a finite angle in radians, rounded into the arithmetic.
  func sine(of angle: Double) -> Number
  /// The cosine of a finite angle in radians, rounded into the arithmetic.
  func cosine(of angle: Double) -> Number

  /// The terms added in index order, rounded after each addition; 0 for none.
  func sum(_ terms: some Sequence<Number>) -> Number
  /// The iterated sum of the rounded products; both vectors have the same length.
  func innerProduct(_ x: some Collection<Number>, _ y: some Collection<Number>) -> Number
}

extension Arithmetic {
  /// The terms added in index order, rounded after each addition; 0 for none.
  @inlinable
  public func sum(_ terms: some Sequence<Number>) -> Number {
    var total = zero
    for term in terms { total = add(total, term) }
    return total
  }

  /// The iterated sum of the rounded products; both vectors have the same length.
  @inlinable
  public func innerProduct(_ x: some Collection<Number>, _ y: some Collection<Number>) -> Number {
    precondition(x.count == y.count, "an inner product takes vectors of equal length")
    var total = zero
    var j = y.startIndex
    for a in x {
      total = add(total, multiply(a, y[j]))
      y.formIndex(after: &j)
    }
    return total
  }

  /// The softmax as its definition reads, [ [exp x_i] / sum([exp x]) ], nothing subtracted first.
  @inlinable
  public func softmax(_ x: some Sequence<Number>) throws(ArithmeticError) -> [Number] {
    var values: [Number] = []
    values.reserveCapacity(x.underestimatedCount)
    for score in x { values.append(try exponential(score)) }
    let total = sum(values)
    for i in values.indices { values[i] = try divide(values[i], total) }
    return values
  }
}
