// The rounding onto a format as its definition reads, from a sorted list of all elements: slow, and shares nothing with
// FloatFormat but the list, which a test compares with the paper's set.
import ExactArithmetic

/// The elements of a small format as exact fractions, in order.
struct StatedRounding {
  let elements: [Rational]
  let ties: FloatFormat.Ties

  init(_ format: FloatFormat) {
    elements = format.allValues.map { Rational($0) }
    ties = format.ties
  }

  /// The nearest element; a tie goes to the smaller absolute value, or to the element an even number of steps from 0.
  func callAsFunction(_ x: Rational) -> Rational {
    guard x > elements[0] else { return elements[0] }
    guard x < elements[elements.count - 1] else { return elements[elements.count - 1] }
    var low = 0
    var high = elements.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if elements[middle] <= x { low = middle } else { high = middle }
    }
    let below = x - elements[low]
    let above = elements[high] - x
    if below != above { return below < above ? elements[low] : elements[high] }
    switch ties {
    case .towardZero: return elements[low].magnitude < elements[high].magnitude ? elements[low] : elements[high]
    case .toEven: return (low - elements.count / 2).isMultiple(of: 2) ? elements[low] : elements[high]
    }
  }
}

/// F_{e,s} as the paper writes it, with E = 0 for e = 0.
func statedElements(exponentBits e: Int, significandBits s: Int) -> Set<Rational> {
  let offset = 1 << max(0, e - 1)
  let exponents = e == 0 ? 0...0 : -offset...((1 << e) - 1 - offset)
  var result: Set<Rational> = []
  for exponent in exponents {
    for significand in -((1 << (2 * s)) - 1)...((1 << (2 * s)) - 1) {
      result.insert(Rational(significand) * Rational(2).power(exponent - s))
    }
  }
  return result
}

/// An enclosure of exp(x) from the power series of exp(|x| / 2^k) alone, squared k times, and 1 / exp(-x) below 0.
func statedExponential(_ x: Rational) -> Interval {
  if x < 0 { return Interval(1) / statedExponential(-x) }
  var argument = x
  var squarings = 0
  while argument > Rational(1, 2) {
    argument /= 2
    squarings += 1
  }
  var term: Rational = 1
  var sum: Rational = 1
  for n in 1...24 {
    term = term * argument / Rational(n)
    sum += term
  }
  var result = Interval(sum, sum + term).roundedOutward(toSignificantBits: 120)  // the tail is below its last term
  for _ in 0..<squarings { result = result.squared.roundedOutward(toSignificantBits: 120) }
  return result
}
