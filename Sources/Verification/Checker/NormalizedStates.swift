// A normalization applied to all embedded states: numbers relative to one factor a state, which all its coordinates share.
import ExactArithmetic
import Transformers

/// The factor that a normalization multiplies a vector by, and what it takes off first.
struct NormalizationFactor<E: Enclosure> {
  /// The computed mean; 0 where none is taken.
  var mean: E
  /// The computed 1 / sqrt(mean square + epsilon).
  var scale: E
  /// Whether the factor is known to be a power of two.
  var isPower: Bool { Operations<E>.isPowerOfTwo(scale) }
}

/// Normalized vectors, as their maps read them: coordinate c is `scale * entry(c)`, where the scale is common to the vector.
///
/// Where a bias breaks that form, the scale is multiplied in and the common factor is 1.
struct Normalizer<E: Enclosure> {
  let kind: ModelConfiguration.Normalization
  let gain: [Float]
  let bias: [Float]?
  let width: Int
  /// Whether entries have the scale multiplied in.
  let isAbsolute: Bool

  init(_ kind: ModelConfiguration.Normalization, _ weights: NormalizationWeights, width: Int, readers: [Linear?]) {
    self.kind = kind
    self.width = width
    gain = weights.gain
    bias = weights.bias.flatMap { $0.allSatisfy { $0 == 0 } ? nil : $0 }
    let hasBias = readers.contains { $0?.bias?.contains { $0 != 0 } ?? false }
    if case .none = kind { isAbsolute = false } else { isAbsolute = bias != nil || hasBias }
  }

  /// The factor of a vector, from its sums.
  ///
  /// - Parameters:
  ///   - squares: the sum of squares.
  ///   - sum: the sum, where the mean is taken.
  ///   - mass: the sum of absolute values, from above.
  ///   - count: how many coordinates are not 0.
  ///   - grid: all coordinates are points that are multiples of 2^grid; `nil` where that is not known.
  ///   - isOfPowers: whether all coordinates are 0 or powers of two, so that squares are exact.
  func factor(
    squares: E, sum: E, mass: Double, count: Int, grid: Int?, isOfPowers: Bool, _ operations: inout Operations<E>
  ) throws(Doubt) -> NormalizationFactor<E> {
    let epsilon: Double
    var mean = E.zero
    var total = squares
    let n = Double(width)
    switch kind {
    case .none: return NormalizationFactor(mean: .zero, scale: .one)
    case .rootMeanSquare(let value): epsilon = value
    case .layer(let value):
      epsilon = value
      if !(sum.isPoint && sum.lowerBound == 0 && operations.model == nil) {
        let summed = computedSum(sum, mass: mass, count: count, grid: grid, operations)
        mean = operations.rounded(try divided(summed, by: n))
      }
      if !(mean.isPoint && mean.lowerBound == 0) {
        // Sum of (x - m)^2 = sum of x^2 - 2 m sum of x + n m^2; never negative.
        let shifted = squares - E(2) * mean * sum + E(n) * mean.squared
        total = E(lower: max(0, shifted.lowerBound), upper: max(0, shifted.upperBound))
      }
    }
    let isExact = mean.isPoint && mean.lowerBound == 0
    // Each square may round (and each difference from the mean, twice), and each addition.
    let roundings = max(0, count - 1) + (isExact ? (isOfPowers ? 0 : 1) : width - count + 4)
    if operations.model != nil {
      operations.note(total.magnitude)
      let kept = isExact && grid != nil && isKept(total, grid: 2 * (grid ?? 0), operations)
      if !kept {
        let growth = operations.growth(roundings)
        guard growth < 1 else { throw Doubt("the sum of \(count) squares is not known under this rounding") }
        total = Operations<E>.widened(total, relative: growth, absolute: Double(count) * smallest(operations))
      }
    }
    var meanSquare = operations.rounded(try divided(total, by: n), multiple: 2)
    if epsilon != 0 { meanSquare = operations.sum(meanSquare, E(epsilon)) }
    guard meanSquare.lowerBound > 1e-12, meanSquare.upperBound < 1e30,
      let scale = meanSquare.reciprocalSquareRoot()
    else { throw Doubt("a normalization divides by nearly nothing") }
    let computed = operations.rounded(scale, multiple: operations.model?.functionMultiple ?? 1)
    guard computed.lowerBound > 0, computed.upperBound.isFinite else {
      throw Doubt("a normalization's factor is not known to be positive under this rounding")
    }
    return NormalizationFactor(mean: mean, scale: computed)
  }

  private func smallest(_ operations: Operations<E>) -> Double { operations.model?.smallestNormal ?? 0 }

  private func divided(_ x: E, by n: Double) throws(Doubt) -> E {
    guard let quotient = x.divided(by: E(n)) else { throw Doubt("a width of 0") }
    return quotient
  }

  /// Whether partial sums of terms that are multiples of 2^grid, adding up to `total` in absolute value, are exact in any order.
  private func isKept(_ total: E, grid: Int, _ operations: Operations<E>) -> Bool {
    guard operations.keepsRepresentable, let bits = operations.model?.keptBits, total.isPoint, abs(grid) < 400 else {
      return false
    }
    return total.upperBound <= Double(sign: .plus, exponent: grid + min(bits, 52), significand: 1)
  }

  private func computedSum(
    _ sum: E, mass: Double, count: Int, grid: Int?, _ operations: Operations<E>
  ) -> E {
    guard let model = operations.model else { return sum }
    if operations.keepsRepresentable, let bits = model.keptBits, let grid, abs(grid) < 400, sum.isPoint,
      mass <= Double(sign: .plus, exponent: grid + min(bits, 52), significand: 1)
    {
      return sum
    }
    return Operations<E>.widened(
      sum, relative: 0,
      absolute: (operations.growth(count - 1) * mass).nextUp + Double(count) * model.smallestNormal)
  }

  /// Coordinate c of a normalized vector, relative to its scale, or whole where `isAbsolute`.
  func entry(_ c: Int, _ x: E, _ factor: NormalizationFactor<E>, _ operations: inout Operations<E>) -> E {
    if case .none = kind { return x }
    let keeps = operations.keepsRepresentable
    if !isAbsolute && !factor.isPower { operations.keepsRepresentable = false }
    defer { operations.keepsRepresentable = keeps }
    var y = x
    if !(factor.mean.isPoint && factor.mean.lowerBound == 0) { y = operations.rounded(y - factor.mean) }
    let g = E(Double(gain[c]))
    if isAbsolute {
      let scaled = operations.product(operations.product(factor.scale, y), g)
      return bias.map { operations.sum(scaled, E(Double($0[c]))) } ?? scaled
    }
    if y.isPoint && y.lowerBound == 0 { return .zero }
    // The scale times a power of two is exact; times anything else it may round, however the scale is known.
    if !factor.isPower, operations.model != nil, !Operations<E>.isPowerOfTwo(y) {
      y = Operations<E>.widened(y, relative: operations.unit, absolute: smallest(operations))
    }
    return operations.product(y, g)
  }

  /// The common factor of the entries.
  func commonFactor(_ factor: NormalizationFactor<E>) -> E { isAbsolute ? .one : factor.scale }
}

extension PositionStates {
  /// The factors of all classes of states under a normalization.
  func factors<E: Enclosure>(
    _ normalizer: Normalizer<E>, _ operations: inout Operations<E>
  ) throws(Doubt) -> [NormalizationFactor<E>] {
    let isSummed = isSummed.contains(true) && operations.model != nil
    var result: [NormalizationFactor<E>] = []
    for s in sums {
      var squares = E(lower: s.squaresLower, upper: s.squaresUpper)
      if isSummed { squares = Operations<E>.widened(squares, relative: 3 * operations.unit, absolute: 0) }
      result.append(
        try normalizer.factor(
          squares: squares, sum: E(lower: s.sumLower, upper: s.sumUpper), mass: s.mass, count: s.count,
          grid: isSummed ? nil : s.grid, isOfPowers: s.isOfPowers, &operations))
    }
    return result
  }

  /// Column c's value number i as a computed residual: rounded where it is the sum of two embeddings.
  func residual<E: Enclosure>(_ c: Int, _ i: Int, _ operations: inout Operations<E>) -> E {
    let x = E(columns[c].values[i])
    return isSummed[c] ? operations.rounded(x) : x
  }
}
