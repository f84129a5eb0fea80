// Labels as small integers: y = least + step * code, exactly.
import ExactArithmetic

/// The affine code of a set of labels: the coarsest step that reaches all of them from the least.
struct LabelCode: Sendable {
  /// The least label.
  let least: Rational
  /// The greatest number of which all differences of labels are multiples; 1 where there is one label.
  let step: Rational
  /// One code a label, at least 0.
  let codes: [Integer]

  /// Bits of the largest code, at least 1.
  var bitCount: Int { max(1, codes.map(\.bitLength).max() ?? 1) }

  init(_ labels: [Rational]) {
    let least = labels.min() ?? 0
    let denominator = labels.reduce(Integer(1)) { $0.leastCommonMultiple(with: $1.denominator) }
    let differences = labels.map { label in
      let difference = (label - least) * Rational(denominator)
      return difference.numerator
    }
    let divisor = differences.reduce(Integer(0)) { $0.greatestCommonDivisor(with: $1) }
    let step = divisor == 0 ? Integer(1) : divisor
    self.least = least
    self.step = Rational(step, divisor == 0 ? 1 : denominator)
    codes = differences.map { $0 / step }
  }
}
