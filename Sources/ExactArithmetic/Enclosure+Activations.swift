// The activation functions of decoders, enclosed by their shape: where they rise and fall, and how deep they go.

extension Enclosure {
  /// max(x, 0) of each element; exact.
  @inlinable
  public func relu() -> Self { raised(toAtLeast: 0) }

  /// x * sigmoid(x) of each element: SiLU, also known as swish.
  ///
  /// SiLU falls to its minimum m + 1 = -0.2784... at m = -1.2784..., and rises from there (m + 1 = -W(1/e); where its
  /// derivative s (1 + m (1 - s)) is 0, m s = m + 1). So its extremes lie at the ends or at m, and the width is that of
  /// the values at the ends, plus rounding: a wide argument does not blow up. At -1024 and below, where
  /// |SiLU| < 2^-1074, the value counts as [-2^-1074, 0].
  @inlinable
  public func silu() -> Self {
    unimodal(
      valley: (-0x1.474973c84120cp0, -0x1.474973c84120ap0), minimum: (-0x1.1d25cf210482ep-2, -0x1.1d25cf210482dp-2),
      vanishesAt: -1024
    ) { $0 * $0.sigmoid() }
  }

  /// x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2 of each element: GELU in its tanh form.
  ///
  /// It is x * sigmoid(x (a + b x^2)) with a = 2 sqrt(2/pi), b = 0.044715 a, here the real numbers, each enclosed by
  /// two neighbouring Doubles. Its minimum -0.1700... lies at -0.7524..., and the ends decide elsewhere, as for `silu`. At
  /// -64 and below, where |GELU| < 2^-1074, the value counts as [-2^-1074, 0].
  @inlinable
  public func geluTanh() -> Self {
    let a = Self(lower: 0x1.9884533d43650p0, upper: 0x1.9884533d43651p0)
    let b = Self(lower: 0x1.2444f2a4d8b4ap-4, upper: 0x1.2444f2a4d8b4bp-4)
    return unimodal(
      valley: (-0x1.81429f9e97e4ep-1, -0x1.81429f9e97e4cp-1), minimum: (-0x1.5c3e533586d1ap-3, -0x1.5c3e533586d19p-3),
      vanishesAt: -64
    ) { $0 * ($0 * (a + b * $0.squared)).sigmoid() }
  }

  /// The values of a function that falls up to its valley, rises from there, and is negative, greater than -2^-1074,
  /// at `vanishesAt` and below; `value` encloses it at a point, `valley` the place of its minimum, `minimum` the depth.
  @inlinable
  func unimodal(
    valley: (lower: Double, upper: Double), minimum: (lower: Double, upper: Double), vanishesAt: Double,
    value: (Self) -> Self
  ) -> Self {
    let lowest = lowerBound <= vanishesAt ? Self(lower: -.leastNonzeroMagnitude, upper: 0) : value(lowerEnd)
    if isPoint { return lowest.raised(toAtLeast: minimum.lower) }
    let highest = upperBound <= vanishesAt ? Self(lower: -.leastNonzeroMagnitude, upper: 0) : value(upperEnd)
    var result = lowest.hull(highest)
    if lowerBound < valley.upper && upperBound > valley.lower {
      result = result.hull(Self(lower: minimum.lower, upper: minimum.upper))
    }
    return result.raised(toAtLeast: minimum.lower)
  }
}
