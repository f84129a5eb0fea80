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
  /// The factor as what numbers may be relative to.
  var common: CommonFactor {
    CommonFactor(least: scale.lowerBound, greatest: scale.upperBound, isPower: isPower)
  }
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
  /// The greatest gain, at least 1, and the greatest bias.
  private let greatest: (gain: Double, bias: Double)

  init(_ kind: ModelConfiguration.Normalization, _ weights: NormalizationWeights, width: Int, readers: [Linear?]) {
    self.kind = kind
    self.width = width
    gain = weights.gain
    greatest = (
      weights.gain.reduce(1) { max($0, Double(abs($1))) }, (weights.bias ?? []).reduce(0) { max($0, Double(abs($1))) }
    )
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
      if !(sum.isZero && operations.model == nil) {
        let summed = computedSum(sum, mass: mass, count: count, grid: grid, operations)
        mean = operations.rounded(try divided(summed, by: n), multiple: 2)
      }
      if !mean.isZero {
        // Sum of (x - m)^2 = sum of x^2 - 2 m sum of x + n m^2; never negative.
        total = (squares - E(2) * mean * sum + E(n) * mean.squared).raised(toAtLeast: 0)
      }
    }
    let isExact = mean.isZero
    // Each square may round (and each difference from the mean, twice), and each addition.
    let roundings = max(0, count - 1) + (isExact ? (isOfPowers ? 0 : 1) : width - count + 4)
    if operations.model != nil {
      operations.note(total.magnitude)
      let kept = isExact && grid != nil && isKept(total, grid: 2 * (grid ?? 0), operations)
      if !kept {
        let growth = operations.growth(roundings)
        guard growth < 1 else { throw Doubt("the sum of \(count) squares is not known under this rounding") }
        // Differences, squares and sums may underflow, each by one smallest normal number.
        total = Operations<E>.widened(
          total, relative: growth, absolute: 8 * n * operations.tiny * (1 + operations.tiny))
      }
    }
    var meanSquare = operations.rounded(try divided(total, by: n), multiple: 2)
    if epsilon != 0 { meanSquare = operations.sum(meanSquare, operations.rounded(E(epsilon))) }
    guard meanSquare.lowerBound > 1e-12, meanSquare.upperBound < 1e30,
      let scale = meanSquare.reciprocalSquareRoot()
    else { throw Doubt("a normalization divides by nearly nothing") }
    let computed = operations.rounded(scale, multiple: operations.model?.functionMultiple ?? 1)
    guard computed.lowerBound > 0, computed.upperBound.isFinite else {
      throw Doubt("a normalization's factor is not known to be positive under this rounding")
    }
    if operations.model != nil {
      // All coordinates are computed, whether a map reads them or not, and infinity times 0 is no number.
      let reach = total.magnitude.squareRoot() * computed.upperBound * 1.01
      operations.noteWhole((reach * greatest.gain + greatest.bias).nextUp)
    }
    return NormalizationFactor(mean: mean, scale: computed)
  }

  private func divided(_ x: E, by n: Double) throws(Doubt) -> E {
    guard let quotient = x.divided(by: E(n)) else { throw Doubt("a width of 0") }
    return quotient
  }

  /// Whether partial sums of terms that are multiples of 2^grid, adding up to `total` in absolute value, are exact in any order.
  private func isKept(_ total: E, grid: Int, _ operations: Operations<E>) -> Bool {
    guard operations.keepsRepresentable, let bits = operations.model?.keptBits, total.isPoint, grid > -400, grid < 400
    else { return false }
    let step = Double(sign: .plus, exponent: grid, significand: 1)
    return step >= operations.tiny
      && total.upperBound <= step * Double(sign: .plus, exponent: min(bits, 52), significand: 1)
  }

  private func computedSum(
    _ sum: E, mass: Double, count: Int, grid: Int?, _ operations: Operations<E>
  ) -> E {
    guard operations.model != nil else { return sum }
    if mass.isFinite, sum.isPoint, isKept(E(mass), grid: grid ?? .max, operations) { return sum }
    let growth = operations.growth(count - 1)
    return Operations<E>.widened(
      sum, relative: 0, absolute: (growth * mass).nextUp + 2 * (1 + growth) * Double(count) * operations.tiny)
  }

  /// Coordinate c of a normalized vector, relative to its scale, or whole where `isAbsolute`; `x` is whole.
  func entry(_ c: Int, _ x: E, _ factor: NormalizationFactor<E>, _ operations: inout Operations<E>) -> E {
    if case .none = kind { return x }
    var y = x
    if !factor.mean.isZero { y = operations.rounded(y - factor.mean) }
    let g = E(Double(gain[c]))
    if isAbsolute {
      let scaled = operations.product(operations.product(factor.scale, y), g)
      return bias.map { operations.sum(scaled, E(Double($0[c]))) } ?? scaled
    }
    if y.isZero { return .zero }
    let outside = operations.enter(common(factor))
    defer { _ = operations.enter(outside) }
    // The scale times a power of two is exact; times anything else it may round, however the scale is known.
    if operations.model != nil {
      let isExact = factor.isPower || Operations<E>.isPowerOfTwo(y)
      let isOne = factor.isPower && factor.scale.lowerBound == 1
      y = Operations<E>.widened(
        y, relative: isExact ? 0 : operations.unit,
        absolute: isOne || y.leastMagnitude >= operations.tiny ? 0 : operations.tiny)
    }
    return operations.product(g, y)
  }

  /// The common factor of the entries.
  func commonFactor(_ factor: NormalizationFactor<E>) -> E { isAbsolute ? .one : factor.scale }

  /// The common factor of the entries, as what numbers may be relative to.
  func common(_ factor: NormalizationFactor<E>) -> CommonFactor { isAbsolute ? .one : factor.common }
}

extension PositionStates {
  /// The factors of all classes of states under a normalization.
  func factors<E: Enclosure>(
    _ normalizer: Normalizer<E>, _ operations: inout Operations<E>
  ) throws(Doubt) -> [NormalizationFactor<E>] {
    let isSummed = isSummed.contains(true)
    var result: [NormalizationFactor<E>] = []
    for s in sums {
      let s = ComputedSums<E>(s, isSummed: isSummed, width: width, operations)
      result.append(
        try normalizer.factor(
          squares: s.squares, sum: s.sum, mass: s.mass, count: s.count, grid: s.grid, isOfPowers: s.isOfPowers,
          &operations))
    }
    return result
  }

  /// Column c's value number i as a computed residual: rounded where it is the sum of two embeddings.
  func residual<E: Enclosure>(_ c: Int, _ i: Int, _ operations: inout Operations<E>) -> E {
    let x = E(columns[c].values[i])
    return isSummed[c] ? operations.rounded(x) : x
  }
}

/// What a normalization reads of an embedded state as it was computed: where two embeddings were added, the sums may have rounded.
struct ComputedSums<E: Enclosure> {
  var squares: E
  var sum: E
  var mass: Double
  var count: Int
  var grid: Int?
  var isOfPowers: Bool

  init(_ sums: StateSums, isSummed: Bool, width: Int, _ operations: Operations<E>) {
    squares = E(lower: sums.squaresLower, upper: sums.squaresUpper)
    sum = E(lower: sums.sumLower, upper: sums.sumUpper)
    mass = sums.mass
    count = sums.count
    grid = sums.grid
    isOfPowers = sums.isOfPowers
    guard isSummed, operations.model != nil else { return }
    // Each coordinate is x (1 + d) + e with |d| <= u, and |e| <= tiny where |x| < tiny.
    let underflow = Double(width) * operations.tiny
    squares = Operations<E>.widened(squares, relative: 3 * operations.unit, absolute: 4 * underflow * operations.tiny)
    let error = ((mass * operations.unit).nextUp + underflow).nextUp
    sum = Operations<E>.widened(sum, relative: 0, absolute: error)
    mass = (mass + error).nextUp
    grid = nil
    isOfPowers = false
  }
}
