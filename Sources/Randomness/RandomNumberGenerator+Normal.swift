// Normal draws by inversion: one uniform number for each, so that a stream can be cut at any place.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension RandomNumberGenerator {
  /// A draw from the normal distribution with mean 0 and variance 1, by inversion of its distribution function. One draw.
  ///
  /// The uniform number is an odd multiple of 2^-53 in (0, 1), so |result| < 8.3 and the value is never infinite. Exactness:
  /// see ``normalQuantile(_:)``. Inversion is slower than Ziggurat or Box-Muller and keeps nothing between draws.
  @inlinable
  public mutating func normal() -> Double {
    normalQuantile((Double(next() >> 12) + 0.5) * 0x1p-52)
  }
}

/// The number below which a standard normal variable falls with the given probability.
///
/// Range: `probability` in (0, 1); 0 gives -infinity, 1 gives infinity. Exactness: relative error about 1e-16; the same bits
/// everywhere for probabilities in [0.075, 0.925], where only IEEE arithmetic is used; in the tails as good as the
/// platform's `log`.
///
/// Source: Wichura, *Algorithm AS 241: the percentage points of the normal distribution*, Applied Statistics 37 (1988), PPND16.
/// - Precondition: `probability` lies in 0 ... 1.
public func normalQuantile(_ probability: Double) -> Double {
  precondition((0...1).contains(probability), "A probability lies in 0 ... 1, not at \(probability).")
  let q = probability - 0.5
  if abs(q) <= 0.425 {
    let r = 0.180625 - q * q
    return q * evaluate(centerNumerator, r) / evaluate(centerDenominator, r)
  }
  let tail = q < 0 ? probability : 1 - probability
  if tail <= 0 { return q < 0 ? -.infinity : .infinity }
  let r = (-log(tail)).squareRoot()
  let magnitude =
    r <= 5
    ? evaluate(middleNumerator, r - 1.6) / evaluate(middleDenominator, r - 1.6)
    : evaluate(farNumerator, r - 5) / evaluate(farDenominator, r - 5)
  return q < 0 ? -magnitude : magnitude
}

/// The polynomial with these coefficients, the highest power's first, at x, by Horner's rule.
private func evaluate(_ coefficients: [Double], _ x: Double) -> Double {
  var sum = 0.0
  for coefficient in coefficients { sum = sum * x + coefficient }
  return sum
}

private let centerNumerator = [
  2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4, 4.5921953931549871457e+4,
  1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080,
]
private let centerDenominator = [
  5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
  5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1,
]
private let middleNumerator = [
  7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
  3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734,
]
private let middleDenominator = [
  1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
  6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1,
]
private let farNumerator = [
  2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
  2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720,
]
private let farDenominator = [
  2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
  1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1,
]
