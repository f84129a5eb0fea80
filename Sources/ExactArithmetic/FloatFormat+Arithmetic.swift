// Sums, products, quotients of a FloatFormat: each the rounding of the exact result.
// Operands need not be elements of the format: any FiniteNumber is an exact operand.

extension FloatFormat {
  /// [a + b].
  @inlinable
  public func add(_ a: FiniteNumber, _ b: FiniteNumber) -> FiniteNumber {
    if minimumExponent == maximumExponent && a.exponent == minimumExponent && b.exponent == minimumExponent {
      // Fixed point: a sum needs no rounding, only saturation.
      let greatest: Int64 = (1 &<< Int64(truncatingIfNeeded: precision)) &- 1
      return FiniteNumber(
        uncheckedSignificand: min(greatest, max(0 &- greatest, a.significand &+ b.significand)), exponent: a.exponent)
    }
    let swaps = a.exponent < b.exponent
    let high = swaps ? b : a
    let low = swaps ? a : b
    let shift = high.exponent &- low.exponent
    if shift < high.significand.magnitude.leadingZeroBitCount &- 1 {
      let aligned = high.significand &<< Int64(truncatingIfNeeded: shift)  // |aligned| < 2^63
      let (sum, overflow) = aligned.addingReportingOverflow(low.significand)
      if !overflow { return rounded(significand: sum, exponent: low.exponent) }
    }
    return addFarApart(high, low)
  }

  /// [high + low] for high.exponent >= low.exponent.
  @usableFromInline
  func addFarApart(_ high: FiniteNumber, _ low: FiniteNumber) -> FiniteNumber {
    if high.significand == 0 { return rounded(low) }
    // High's leading digit to place 61.
    let room = high.significand.magnitude.leadingZeroBitCount - 2
    let significand = high.significand << Int64(room)
    let shift = high.exponent - room - low.exponent
    if shift < 0 {
      return rounded(
        wideSignificand: Int128(significand) + Int128(low.significand) << -shift, exponent: high.exponent - room)
    }
    if shift <= 64 {
      return rounded(
        wideSignificand: Int128(significand) << Int128(shift) + Int128(low.significand), exponent: low.exponent)
    }
    // |low| < 2^62 units of 2^-65 of high's last place, below an eighth of it: only its sign can matter, to break a
    // tie.
    return rounded(
      wideSignificand: Int128(significand) << 64 + Int128(low.significand.signum()), exponent: high.exponent - room - 64
    )
  }

  /// [a - b].
  @inlinable
  public func subtract(_ a: FiniteNumber, _ b: FiniteNumber) -> FiniteNumber { add(a, -b) }

  /// [a * b].
  @inlinable
  public func multiply(_ a: FiniteNumber, _ b: FiniteNumber) -> FiniteNumber {
    let (product, overflow) = a.significand.multipliedReportingOverflow(by: b.significand)
    if minimumExponent == maximumExponent && -62 < minimumExponent && minimumExponent < 0
      && a.exponent == minimumExponent && b.exponent == minimumExponent
      && !overflow && product.magnitude < 1 << 62
    {
      // Fixed point: the product counts squared units, so -minimumExponent digits fall off.
      let drop = UInt64(truncatingIfNeeded: 0 &- minimumExponent)
      let magnitude = product.magnitude
      let tie: UInt64 = ties == .toEven ? (magnitude &>> drop) & 1 : 0
      let digits = (magnitude &+ (1 &<< (drop &- 1)) &- 1 &+ tie) &>> drop
      let significand = Int64(bitPattern: min(digits, (1 &<< UInt64(truncatingIfNeeded: precision)) &- 1))
      return FiniteNumber(
        uncheckedSignificand: product < 0 ? 0 &- significand : significand, exponent: minimumExponent)
    }
    let exponent = a.exponent &+ b.exponent
    if !overflow { return rounded(significand: product, exponent: exponent) }
    return rounded(wideSignificand: Int128(a.significand) * Int128(b.significand), exponent: exponent)
  }

  /// [a / b].
  ///
  /// - Throws: `ArithmeticError.divisionByZero`, which the paper counts as a wrong output.
  @inlinable
  public func divide(_ a: FiniteNumber, _ b: FiniteNumber) throws(ArithmeticError) -> FiniteNumber {
    if b.significand == 0 { throw .divisionByZero }
    if a.significand == 0 { return zero }
    let top = a.significand.magnitude
    let bottom = b.significand.magnitude
    let up = top.leadingZeroBitCount
    let bottomUp = bottom.leadingZeroBitCount
    // Both with their leading digit in place 63: the quotient of top * 2^62 by bottom lies in 2^61 ..< 2^63.
    let scaled = top &<< UInt64(up)
    let divisor = bottom &<< UInt64(bottomUp)
    let (quotient, remainder) = divisor.dividingFullWidth((scaled >> 2, scaled << 62))
    return rounded(
      isNegative: (a.significand < 0) != (b.significand < 0), magnitude: quotient << 1 | (remainder == 0 ? 0 : 1),
      exponent: a.exponent - up - (b.exponent - bottomUp) - 63)
  }

  /// -a, exact.
  @inlinable
  public func negate(_ a: FiniteNumber) -> FiniteNumber { -a }

  /// sum(x) = [..[[x1 + x2] + x3] + .. + xn]: rounds after each addition, in index order; 0 for no terms.
  @inlinable
  public func sum(_ terms: some Sequence<FiniteNumber>) -> FiniteNumber {
    var total = zero
    for term in terms { total = add(total, term) }
    return total
  }

  /// sum([x_i * y_i]): the iterated sum of the rounded products; x and y have equal counts.
  @inlinable
  public func innerProduct(
    _ x: some Collection<FiniteNumber>, _ y: some Collection<FiniteNumber>
  ) -> FiniteNumber {
    precondition(x.count == y.count, "an inner product takes vectors of equal length")
    var total = zero
    var j = y.startIndex
    for a in x {
      total = add(total, multiply(a, y[j]))
      y.formIndex(after: &j)
    }
    return total
  }

  /// softmax_i = [ [exp x_i] / sum([exp x]) ], nothing subtracted first.
  ///
  /// - Throws: `ArithmeticError.divisionByZero` where every [exp x_i] is 0.
  public func softmax(_ x: some Sequence<FiniteNumber>) throws(ArithmeticError) -> [FiniteNumber] {
    var values = x.map { exponential($0) }
    let total = sum(values)
    for i in values.indices { values[i] = try divide(values[i], total) }
    return values
  }
}
