// Generators of integers, Booleans, bits and floating-point numbers.

/// Integers of a range, edges and small ones more often; shrinks towards `simplest` (by default the one nearest to 0).
@inlinable
public func integers<Number: FixedWidthInteger & Sendable>(
  in range: ClosedRange<Number>, simplest: Number? = nil
) -> Generator<Number> {
  if let simplest {
    precondition(
      range.contains(simplest), "integers(in:simplest:) needs a simplest value in \(range), not \(simplest).")
  }
  return Generator { source in try source.integer(in: range, simplest: simplest) }
}

/// Any value of an integer type; shrinks towards 0.
@inlinable
public func integers<Number: FixedWidthInteger & Sendable>(_ type: Number.Type = Int.self) -> Generator<Number> {
  integers(in: Number.min...Number.max)
}

/// `false` or `true`; shrinks towards `false`.
public func booleans(probability: Double = 0.5) -> Generator<Bool> {
  precondition((0...1).contains(probability), "A probability lies in 0 ... 1, not at \(probability).")
  return Generator { source in try source.boolean(probability: probability) }
}

/// Lists of Booleans, such as an assignment of a circuit's inputs; shrinks towards fewer, then towards `false`.
public func bits(count: ClosedRange<Int>) -> Generator<[Bool]> { arrays(of: booleans(), count: count) }

/// Lists of exactly `count` Booleans; shrinks towards `false`.
public func bits(count: Int) -> Generator<[Bool]> { arrays(of: booleans(), count: count...count) }

/// Finite numbers of a closed range: whole numbers, dyadic fractions, the range's ends and arbitrary bit patterns.
///
/// Shrinks towards whole numbers, then towards few binary places, then towards 0 (or the number nearest to it).
/// - Precondition: the bounds are finite.
public func doubles(in range: ClosedRange<Double>) -> Generator<Double> {
  precondition(
    range.lowerBound.isFinite && range.upperBound.isFinite, "doubles(in:) needs finite bounds, not \(range).")
  return Generator { source in
    // Three choices in each case, so that none is preferred for its shortness and whole numbers come first.
    switch try source.weightedIndex(weights: [4, 1, 1]) {
    case 0:
      // k / 2^places. A range that holds no such number for few places needs more of them, which is found by counting up.
      let places = try source.integer(in: 0...52)
      for more in places...1023 {
        let scale = Double(sign: .plus, exponent: more, significand: 1)
        let low = max((range.lowerBound * scale).rounded(.up), -0x1p53)
        let high = min((range.upperBound * scale).rounded(.down), 0x1p53)
        if low <= high { return Double(try source.integer(in: Int64(low)...Int64(high))) / scale }
        if low >= 0x1p53 || high <= -0x1p53 { break }  // more places only make it worse
      }
      return try source.orderedDouble(in: range)
    case 1:
      _ = try source.index(below: 1)
      return try source.orderedDouble(in: range)
    default:
      _ = try source.index(below: 1)
      return try source.boolean() ? range.upperBound : range.lowerBound
    }
  }
}

extension ChoiceSource {
  /// A double of a range, chosen by its place in the order of all doubles.
  fileprivate mutating func orderedDouble(in range: ClosedRange<Double>) throws -> Double {
    fromOrderedBits(try integer(in: orderedBits(range.lowerBound)...orderedBits(range.upperBound)))
  }
}

/// Any double: finite ones as of ``doubles(in:)``, and, if wanted, infinities and a NaN; shrinks towards 0.
public func doubles(includingNonfinite nonfinite: Bool = false) -> Generator<Double> {
  let special: [Double] = [-0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, .ulpOfOne]
  let all = nonfinite ? special + [.infinity, -.infinity, .nan] : special
  return frequency(
    (4, doubles(in: -1_000_000...1_000_000)),
    (4, doubles(in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)),
    (2, element(of: all)))
}

/// Finite floats of a closed range: ``doubles(in:)`` rounded to nearest and kept in the range.
public func floats(in range: ClosedRange<Float>) -> Generator<Float> {
  doubles(in: Double(range.lowerBound)...Double(range.upperBound)).map {
    min(max(Float($0), range.lowerBound), range.upperBound)
  }
}

/// A finite double's place in the order of all doubles; both zeros stand at 0, so every value between two places is finite.
private func orderedBits(_ value: Double) -> Int64 {
  let magnitude = Int64(bitPattern: value.magnitude.bitPattern)
  return value.sign == .minus ? -magnitude : magnitude
}

private func fromOrderedBits(_ place: Int64) -> Double {
  let magnitude = Double(bitPattern: place.magnitude)
  return place < 0 ? -magnitude : magnitude
}
