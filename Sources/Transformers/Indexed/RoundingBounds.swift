// What float32 may make of a computation: numbers with a bound of the error that any order of its sums can have.
//
// Goals in order: the bound holds for every order of summation, with or without fused multiply-adds; it is small where weights are small
// integers, so that constructed models are not refused; speed (a case is evaluated once). Bounds are a few times larger than they could be.

/// Numbers in Double, each with a bound of how far float32 arithmetic may be from it.
struct EnclosedVector: Sendable {
  var values: [Double]
  var errors: [Double]

  /// The given float32 numbers, exactly.
  init(_ numbers: [Float]) {
    values = numbers.map { Double($0) }
    errors = [Double](repeating: 0, count: numbers.count)
  }

  /// Adds a number that is known up to `error`, rounding.
  mutating func add(_ value: Double, error: Double, at i: Int) {
    values[i] += value
    errors[i] += error + RoundingBounds.error(ofSum: abs(values[i]) + abs(value), terms: 2)
  }
}

/// Bounds for single operations; u = 2^-24 is the rounding unit of float32.
enum RoundingBounds {
  static let unit = 0x1p-24
  /// No number that is formed exceeds this; float32 ends at 3.4e38, and GELU cubes.
  static let greatest = 1e12
  /// What results in the subnormal range may lose.
  static let underflow = 1e-35

  /// The error of a sum of `terms` products whose absolute values add up to `magnitude`: 2 (terms + 4) u magnitude, twice the classical
  /// bound for any order, so that the Double arithmetic here and the rounding of the products are covered.
  @inline(__always)
  static func error(ofSum magnitude: Double, terms: Int) -> Double {
    2 * Double(terms + 4) * unit * magnitude + underflow
  }
}

extension SparseRows {
  /// Row `r` times `x` plus the bias with its error, or `nil` where a number could leave the range.
  func apply(row r: Int, to x: EnclosedVector) -> (value: Double, error: Double)? {
    var value = Double(bias[r])
    var magnitude = abs(value)
    var error = 0.0
    for e in starts[r]..<starts[r + 1] {
      let weight = Double(values[e])
      value += weight * x.values[columns[e]]
      magnitude += abs(weight) * (abs(x.values[columns[e]]) + x.errors[columns[e]])
      error += abs(weight) * x.errors[columns[e]]
    }
    guard magnitude < RoundingBounds.greatest else { return nil }
    return (value, error + RoundingBounds.error(ofSum: magnitude, terms: starts[r + 1] - starts[r] + 1))
  }
}

/// What is known of all inputs of a linear map: no coordinate exceeds `largest`, and float32 knows each up to `error`.
struct InputBounds: Sendable {
  let largest: Double
  let error: Double
}

/// A bound of an output of a linear map and of its error.
struct RowBounds: Sendable {
  let magnitude: Double
  let error: Double
}

extension SparseRows {
  /// Bounds of output `r` for all inputs within `inputs`; both 0 where the row is.
  func bounds(row r: Int, _ inputs: InputBounds) -> RowBounds {
    var weights = 0.0
    for e in starts[r]..<starts[r + 1] { weights += Double(abs(values[e])) }
    let magnitude = weights * (inputs.largest + inputs.error) + Double(abs(bias[r]))
    guard magnitude > 0 else { return RowBounds(magnitude: 0, error: 0) }
    let rounding = RoundingBounds.error(ofSum: magnitude, terms: starts[r + 1] - starts[r] + 1)
    return RowBounds(magnitude: magnitude, error: weights * inputs.error + rounding)
  }
}

extension VectorNormalization {
  /// How far float32 may be from the normalized coordinates of `x`, or `nil` where it may have no result.
  func error(_ x: UnsafePointer<Float>, width: Int) -> Double? {
    if case .none = kind { return 0 }
    var (sum, squares) = (0.0, 0.0)
    var largest: Float = 0
    for c in 0..<width {
      let value = Double(x[c])
      sum += value
      squares += value * value
      largest = max(largest, abs(x[c]))
    }
    guard let scale = scale(sum: sum, sumError: 0, squares: squares, squaresError: 0, width: width) else { return nil }
    let centered = Double(largest) + abs(scale.mean)
    return greatestGain * scale.error(magnitude: centered, error: 0)
      + RoundingBounds.error(ofSum: centered * scale.factor * greatestGain + greatestBias, terms: 2)
  }

  /// What a normalization does to a vector of given sums, with bounds of how far float32 may be from it.
  struct Scale {
    var mean = 0.0
    var meanError = 0.0
    var factor = 1.0
    var factorError = 0.0

    /// The error of normalized coordinates before gain and bias, when x - mean is at most `magnitude` and x is known up to `error`.
    func error(magnitude: Double, error: Double) -> Double {
      let difference = error + meanError + RoundingBounds.error(ofSum: magnitude + abs(mean), terms: 1)
      return magnitude * factorError + difference * (factor + factorError)
        + RoundingBounds.error(ofSum: magnitude * factor, terms: 2)
    }
  }

  /// The scale for a vector whose coordinates add up to `sum` (known up to `sumError`) and whose squares add up to `squares` (up to
  /// `squaresError`), or `nil` where float32 may find no finite positive variance. Rounding of the sums themselves is added here.
  func scale(sum: Double, sumError: Double, squares: Double, squaresError: Double, width: Int) -> Scale? {
    let count = Double(width)
    let rounding = RoundingBounds.error(ofSum: squares, terms: width)
    guard squares + squaresError < RoundingBounds.greatest else { return nil }
    var scale = Scale()
    var (variance, error) = (squares / count, (squaresError + rounding) / count)
    let epsilon: Double
    switch kind {
    case .none: return scale
    case .rootMeanSquare(let value): epsilon = value
    case .layer(let value):
      epsilon = value
      scale.mean = sum / count
      // The absolute values of the coordinates add up to at most sqrt(width * squares).
      scale.meanError = (sumError + RoundingBounds.error(ofSum: (count * squares).squareRoot(), terms: width)) / count
      variance -= scale.mean * scale.mean
      error += 2 * (abs(scale.mean) + (squares / count).squareRoot() + scale.meanError) * scale.meanError
    }
    variance += epsilon
    let least = variance - error
    guard least > 1e-30, variance < RoundingBounds.greatest else { return nil }
    scale.factor = 1 / variance.squareRoot()
    scale.factorError = 1 / least.squareRoot() - scale.factor + RoundingBounds.error(ofSum: scale.factor, terms: 2)
    return scale
  }

  /// The coordinates `columns` of the normalized `x`, others 0; `nil` where float32 may have no result.
  ///
  /// `x` stands for vectors whose squares, before some coordinates were changed, had equal float32 sums `squaresBefore`, as well as equal
  /// float32 sums where the mean is taken off.
  func apply(_ x: EnclosedVector, squaresBefore: Double, columns: [Int]) -> (EnclosedVector, Scale)? {
    let width = x.values.count
    var (sum, sumError, squares, squaresError) = (0.0, 0.0, 0.0, 0.0)
    for c in 0..<width {
      sum += x.values[c]
      sumError += x.errors[c]
      squares += x.values[c] * x.values[c]
      squaresError += (2 * abs(x.values[c]) + x.errors[c]) * x.errors[c]
    }
    sumError += RoundingBounds.error(ofSum: (Double(width) * squaresBefore).squareRoot(), terms: width)
    squaresError += RoundingBounds.error(ofSum: squaresBefore, terms: width)
    guard
      let scale = scale(sum: sum, sumError: sumError, squares: squares, squaresError: squaresError, width: width)
    else { return nil }
    if case .none = kind { return (x, scale) }
    var result = x
    for c in columns {
      let centered = x.values[c] - scale.mean
      let error = scale.error(magnitude: abs(centered), error: x.errors[c])
      let (gain, bias) = (Double(gain(c)), Double(bias(c)))
      result.values[c] = centered * scale.factor * gain + bias
      result.errors[c] =
        abs(gain) * error
        + RoundingBounds.error(ofSum: abs(centered * scale.factor * gain) + abs(bias), terms: 2)
      guard abs(result.values[c]) + result.errors[c] < RoundingBounds.greatest else { return nil }
    }
    return (result, scale)
  }
}
