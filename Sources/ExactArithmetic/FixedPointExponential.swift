// exp in 128-bit fixed point, with a proved error bound: the first stage of the correctly rounded exponential.
//
// Why not the C library's exp: its error bound is a promise of one library's documentation, and results would depend on
// the machine. Here each digit follows from integer operations.

/// An approximation a * 2^e to exp(x) with |a - exp(x) * 2^-e| <= `FixedPointExponential.error`.
package struct FixedPointExponential {
  /// In 2^62 - 16 ... 2^63 + 16.
  package let magnitude: UInt64
  /// The power of two that the magnitude counts.
  package let exponent: Int

  /// The bound on the error, in units of the magnitude.
  ///
  /// With u = 2^-62: the reduced argument r is off by less than 2^-64 (cut to 64 digits) + 2^-85 (k * ln 2, |k| < 2^15,
  /// ln 2 cut at 2^-100) + 2^-100, which moves exp(r) < 2 by less than u. Each Horner step adds less than 2u (its
  /// coefficient and its product are cut), times r < 0.6932 for each later step: less than 2u / (1 - 0.6932) < 7u. The
  /// series' tail is below 0.6932^21 / 21! * 2 < 2^-75. In all below 9u; 16 leaves room.
  package static let error: UInt64 = 16

  /// floor(ln 2 * 2^100).
  package static let logarithmOfTwo: Int128 = 878_668_439_483_319_573_618_263_538_048

  /// floor(2^62 / i!) for i = 20 down to 0.
  package static let coefficients: [UInt64] = [
    1, 37, 720, 12_965, 220_414, 3_526_631, 52_899_477, 740_592_679, 9_627_704_831, 115_532_457_973,
    1_270_857_037_705, 12_708_570_377_059, 114_377_133_393_536, 915_017_067_148_291, 6_405_119_470_038_038,
    38_430_716_820_228_232, 192_153_584_101_141_162, 768_614_336_404_564_650, 2_305_843_009_213_693_952,
    4_611_686_018_427_387_904, 4_611_686_018_427_387_904,
  ]

  /// The approximation at x, or nil where |x| >= 2^14.
  package init?(of x: FiniteNumber) {
    let top = x.exponent + 64 - x.significand.magnitude.leadingZeroBitCount
    guard x.significand != 0, top <= 14 else { return nil }
    // x in units of 2^-100, rounded down; |x| < 2^14, so 114 digits hold it.
    let place = x.exponent + 100
    let wide = Int128(x.significand)
    let fixed = place >= 0 ? wide << Int128(place) : wide >> Int128(min(127, 0 - place))
    // x = k ln 2 + r with 0 <= r < ln 2; the estimate of k is at most one off, which the loops repair.
    var k = Int((Double(Int64(truncatingIfNeeded: fixed >> 64)) * (0x1p-36 * 1.442_695_040_888_963_4)).rounded(.down))
    var r = fixed - Int128(k) * Self.logarithmOfTwo
    while r < 0 {
      k -= 1
      r += Self.logarithmOfTwo
    }
    while r >= Self.logarithmOfTwo {
      k += 1
      r -= Self.logarithmOfTwo
    }
    let argument = UInt64(truncatingIfNeeded: r >> 36)  // r in units of 2^-64
    var sum: UInt64 = 0
    for coefficient in Self.coefficients {
      sum = coefficient &+ sum.multipliedFullWidth(by: argument).high
    }
    magnitude = sum
    exponent = k - 62
  }
}
