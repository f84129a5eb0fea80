// The rounding of number formats that hardware has, in their own range.
package import ExactArithmetic
package import Verification

extension RoundingModel {
  /// What a runtime in `format` may do: any rounding of at most its unit roundoff, or where `keepsDigits` is set rounding to nearest with its
  /// digits; between its least normal and its greatest number.
  ///
  /// A positive result counts as 0 below 2^-150 only, where it is 0 in float32 too: a runtime may form sums in a wider format.
  package init(_ format: FloatFormat, keepsDigits: Bool) {
    func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }
    self.init(unit: power(0 - format.precision), keptBits: keepsDigits ? format.precision : nil)
    smallestNormal = power(format.minimumExponent + format.precision - 1)
    largest = Double(format.maximum)
  }
}
