// LayerNorm of rows: only the mean and the inverse deviation of each row are kept.
internal import CKernels

/// LayerNorm, forward and backward.
public protocol LayerNormKernels {
  /// y = (x - mean) inverse gain + bias row by row, inverse = 1 / sqrt(variance + epsilon); means and inverses are kept.
  static func layerNorm(
    _ x: UnsafePointer<Self>, gain: UnsafePointer<Self>, bias: UnsafePointer<Self>, epsilon: Self, rows: Int,
    columns: Int, into y: UnsafeMutablePointer<Self>, means: UnsafeMutablePointer<Self>,
    inverses: UnsafeMutablePointer<Self>)
  /// The gradients of gain and bias, added row after row, and that of x, added where `accumulates`; `nil` where none is asked for. dx may be dy.
  static func differentiateLayerNorm(
    _ x: UnsafePointer<Self>, gain: UnsafePointer<Self>, means: UnsafePointer<Self>, inverses: UnsafePointer<Self>,
    arrived dy: UnsafePointer<Self>, rows: Int, columns: Int, toGain: UnsafeMutablePointer<Self>?,
    toBias: UnsafeMutablePointer<Self>?, toInput dx: UnsafeMutablePointer<Self>?, accumulates: Bool)
}

extension Float: LayerNormKernels {
  /// y = (x - mean) inverse gain + bias row by row.
  public static func layerNorm(
    _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>, bias: UnsafePointer<Float>, epsilon: Float, rows: Int,
    columns: Int, into y: UnsafeMutablePointer<Float>, means: UnsafeMutablePointer<Float>,
    inverses: UnsafeMutablePointer<Float>
  ) { wright_f32_layer_norm(x, gain, bias, epsilon, rows, columns, y, means, inverses) }
  /// The gradients of gain, bias and x.
  public static func differentiateLayerNorm(
    _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>, means: UnsafePointer<Float>, inverses: UnsafePointer<Float>,
    arrived dy: UnsafePointer<Float>, rows: Int, columns: Int, toGain: UnsafeMutablePointer<Float>?,
    toBias: UnsafeMutablePointer<Float>?, toInput dx: UnsafeMutablePointer<Float>?, accumulates: Bool
  ) {
    wright_f32_layer_norm_gradient(
      x, gain, means, inverses, dy, rows, columns, toGain, toBias, dx, accumulates ? 1 : 0)
  }
}

extension Double: LayerNormKernels {
  /// y = (x - mean) inverse gain + bias row by row.
  public static func layerNorm(
    _ x: UnsafePointer<Double>, gain: UnsafePointer<Double>, bias: UnsafePointer<Double>, epsilon: Double, rows: Int,
    columns: Int, into y: UnsafeMutablePointer<Double>, means: UnsafeMutablePointer<Double>,
    inverses: UnsafeMutablePointer<Double>
  ) { wright_f64_layer_norm(x, gain, bias, epsilon, rows, columns, y, means, inverses) }
  /// The gradients of gain, bias and x.
  public static func differentiateLayerNorm(
    _ x: UnsafePointer<Double>, gain: UnsafePointer<Double>, means: UnsafePointer<Double>,
    inverses: UnsafePointer<Double>,
    arrived dy: UnsafePointer<Double>, rows: Int, columns: Int, toGain: UnsafeMutablePointer<Double>?,
    toBias: UnsafeMutablePointer<Double>?, toInput dx: UnsafeMutablePointer<Double>?, accumulates: Bool
  ) {
    wright_f64_layer_norm_gradient(
      x, gain, means, inverses, dy, rows, columns, toGain, toBias, dx, accumulates ? 1 : 0)
  }
}

/// y = (x - mean) inverse gain + bias, row by row.
struct LayerNormRule<Scalar: TensorScalar>: BitwiseCopyable {
  var input: Variable
  var gain: Variable
  var bias: Variable
  /// The mean of each row, then 1 / sqrt(variance + epsilon) of each.
  var moments: UnsafeMutablePointer<Scalar>

  /// With n = (x - mean) inverse and a = dy gain: dgain = the sum of dy n over the rows, dbias = that of dy,
  /// dx = inverse (a - mean(a) - n mean(a n)).
  func backward(node: Int, on tape: Tape<Scalar>) {
    let dy = tape.arrived(node)
    // In this order, as in RMSNormRule.
    let toGain = tape.sumDestination(for: gain)
    let toBias = tape.sumDestination(for: bias)
    let toInput = tape.successor(of: node, for: input)
    Scalar.differentiateLayerNorm(
      tape.input(input), gain: tape.input(gain), means: moments, inverses: moments + input.rows, arrived: dy,
      rows: input.rows, columns: input.columns, toGain: toGain, toBias: toBias, toInput: toInput?.gradient,
      accumulates: toInput?.accumulates ?? false)
    tape.release(moments, count: 2 * input.rows)
  }
}

extension Tape {
  /// (x - mean) / sqrt(variance + epsilon) times the gain plus the bias, row by row; the variance is the mean square of x - mean.
  ///
  /// - Parameters:
  ///   - input: x, of shape [rows, columns].
  ///   - gain: Of shape [1, columns].
  ///   - bias: Of shape [1, columns].
  ///   - epsilon: What is added to the variance.
  /// - Note: Ba, Kiros and Hinton, "Layer Normalization", 2016.
  @specialized(where Scalar == Float)
  public func layerNorm(_ input: Variable, gain: Variable, bias: Variable, epsilon: Double) -> Variable {
    let (rows, columns) = (input.rows, input.columns)
    precondition(gain.rows == 1 && gain.columns == columns, "a gain is a row of one number for each column")
    precondition(bias.rows == 1 && bias.columns == columns, "a bias is a row of one number for each column")
    let (result, moments) = (take(rows * columns), take(2 * rows))
    Scalar.layerNorm(
      self.input(input), gain: self.input(gain), bias: self.input(bias), epsilon: Scalar(epsilon), rows: rows,
      columns: columns, into: result, means: moments, inverses: moments + rows)
    return record(
      .layerNorm(LayerNormRule(input: input, gain: gain, bias: bias, moments: moments)), rows: rows, columns: columns,
      value: result, needsGradient: needsGradient(input) || needsGradient(gain) || needsGradient(bias))
  }
}
