// How far float32 evaluation may be from a value: the standard model of rounding, for any order of summation.
//
// Goals, in this order: a bound that holds for the engine's kernels and for any other float32 code without reduced-precision shortcuts; bounds that
// constructed weights meet by orders of magnitude; few lines. Tight bounds are not a goal.

/// Constants of float32 rounding.
enum Rounding {
  /// The relative error of one rounded operation: 2^-24.
  static let unit = 0x1p-24
  /// What a result may be off when it leaves the normal range: the smallest normal number.
  static let smallestNormal = 0x1p-126
  /// The relative error that an activation function's kernel may have beside that of its argument.
  static let activation = 0x1p-18

  /// The relative error of a sum of `count` products, each product and each sum rounded, in any order.
  static func accumulated(_ count: Int) -> Double {
    // Eight more than terms: gains folded into weights, a bias, a scale.
    let x = Double(count + 8) * unit
    return x / (1 - x)
  }
}

/// Exact values up to double precision, each with a bound of how far float32 evaluation may be from it.
struct BoundedVector {
  var values: [Double]
  var errors: [Double]

  /// Whether every number stays where float32 neither overflows nor loses its relative precision to overflow in between.
  var isInRange: Bool {
    zip(values, errors).allSatisfy { abs($0) + $1 < 1e18 }
  }

  mutating func add(_ value: Double, error: Double, at i: Int) {
    values[i] += value
    errors[i] += error + Rounding.unit * abs(values[i])
  }
}

extension SparseRows {
  /// Row `r` times `x` plus the bias, with its bound.
  func apply(row r: Int, to x: BoundedVector) -> (value: Double, error: Double) {
    var (sum, mass, error) = (Double(bias[r]), Double(abs(bias[r])), 0.0)
    for e in starts[r]..<starts[r + 1] {
      let w = Double(values[e])
      sum += w * x.values[columns[e]]
      mass += abs(w * x.values[columns[e]])
      error += abs(w) * x.errors[columns[e]]
    }
    let count = starts[r + 1] - starts[r]
    return (sum, error + Rounding.accumulated(count) * (mass + error) + Double(count) * Rounding.smallestNormal)
  }
}

extension VectorNormalization {
  /// What float32 evaluation adds to a normalized state: |n_c - exact| <= relative * |n_c| + absolute * (|gain_c| + |bias_c|).
  ///
  /// - Returns: `nil` where the normalization divides by nearly nothing.
  func doubt(sum: Float, sumOfSquares: Float, width: Int) -> (relative: Double, absolute: Double)? {
    if case .none = kind { return (0, 0) }
    let gamma = Rounding.accumulated(width)
    let squares = Double(sumOfSquares) / Double(width)
    switch kind {
    case .none: return (0, 0)
    case .rootMeanSquare(let epsilon):
      guard squares + epsilon > 1e-24 else { return nil }
      return (2 * gamma, Rounding.smallestNormal)
    case .layer(let epsilon):
      let mean = Double(sum) / Double(width)
      let variance = max(0, squares - mean * mean) + epsilon
      guard variance > 1e-24 else { return nil }
      // The mean's error, by Cauchy and Schwarz, and what it does to the variance.
      let meanError = gamma * squares.squareRoot()
      let relative = (4 * gamma * squares + 2 * abs(mean) * meanError) / variance + 2 * gamma
      guard relative < 0.01 else { return nil }
      return (relative, relative + meanError / variance.squareRoot())
    }
  }

  /// `x` normalized, with its bounds.
  ///
  /// - Parameter othersSquares: the sum of squares of a state for which `x` stands, where it is known only as its float32 sum: all states of a
  ///   class have equal float32 sums, and exact ones that differ by rounding.
  /// - Returns: `nil` where the normalization divides by nearly nothing, or where the bounds are of no use.
  func normalized(_ x: BoundedVector, othersSquares: Double) -> BoundedVector? {
    if case .none = kind { return x }
    let width = x.values.count
    let gamma = Rounding.accumulated(width)
    var (sum, squares, error, squaresError) = (0.0, 0.0, 0.0, 0.0)
    for (v, e) in zip(x.values, x.errors) {
      sum += v
      squares += v * v
      error += e
      squaresError += (2 * abs(v) + e) * e
    }
    let w = Double(width)
    squaresError = (squaresError + gamma * (squares + squaresError) + 2 * gamma * othersSquares) / w
    squares /= w
    var (mean, meanError, variance, varianceError, epsilon) = (0.0, 0.0, squares, squaresError, 0.0)
    switch kind {
    case .none: return x
    case .rootMeanSquare(let given): epsilon = given
    case .layer(let given):
      epsilon = given
      mean = sum / w
      meanError = error / w + gamma * (squares.squareRoot() + 2 * (othersSquares / w).squareRoot())
      variance = max(0, squares - mean * mean)
      varianceError += 4 * gamma * squares + (2 * abs(mean) + meanError) * meanError
    }
    variance += epsilon
    guard variance > 1e-24, varianceError < 0.01 * variance else { return nil }
    let factor = 1 / variance.squareRoot()
    let relative = varianceError / variance + gamma
    var result = x
    for c in 0..<width {
      let (gain, bias) = (Double(gain(c)), Double(bias(c)))
      let scaled = (x.values[c] - mean) * factor * gain
      result.values[c] = scaled + bias
      result.errors[c] =
        (x.errors[c] + meanError) * factor * abs(gain) * (1 + relative) + abs(scaled) * relative
        + Rounding.unit * abs(result.values[c]) + Rounding.smallestNormal
    }
    return result
  }
}
