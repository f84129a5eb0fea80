// RMSNorm of rows: only the inverse root of each row is kept.
internal import CKernels

/// RMSNorm, forward and backward.
public protocol RMSNormKernels {
  /// y = x inverse gain row by row, inverse = 1 / sqrt(mean(x^2) + epsilon), kept in `inverses`.
  static func rmsNorm(
    _ x: UnsafePointer<Self>, gain: UnsafePointer<Self>, epsilon: Self, rows: Int, columns: Int,
    into y: UnsafeMutablePointer<Self>, inverses: UnsafeMutablePointer<Self>)
  /// The gradient of the gain, added row after row, and that of x, added where `accumulates`; `nil` where none is asked for. dx may be dy.
  static func differentiateRMSNorm(
    _ x: UnsafePointer<Self>, gain: UnsafePointer<Self>, inverses: UnsafePointer<Self>, arrived dy: UnsafePointer<Self>,
    rows: Int, columns: Int, toGain: UnsafeMutablePointer<Self>?, toInput dx: UnsafeMutablePointer<Self>?,
    accumulates: Bool)
}

extension Float: RMSNormKernels {
  /// y = x inverse gain row by row.
  public static func rmsNorm(
    _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>, epsilon: Float, rows: Int, columns: Int,
    into y: UnsafeMutablePointer<Float>, inverses: UnsafeMutablePointer<Float>
  ) { wright_f32_rms_norm(x, gain, epsilon, rows, columns, y, inverses) }
  /// The gradients of gain and x.
  public static func differentiateRMSNorm(
    _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>, inverses: UnsafePointer<Float>,
    arrived dy: UnsafePointer<Float>, rows: Int, columns: Int, toGain: UnsafeMutablePointer<Float>?,
    toInput dx: UnsafeMutablePointer<Float>?, accumulates: Bool
  ) { wright_f32_rms_norm_gradient(x, gain, inverses, dy, rows, columns, toGain, dx, accumulates ? 1 : 0) }
}

extension Double: RMSNormKernels {
  /// y = x inverse gain row by row.
  public static func rmsNorm(
    _ x: UnsafePointer<Double>, gain: UnsafePointer<Double>, epsilon: Double, rows: Int, columns: Int,
    into y: UnsafeMutablePointer<Double>, inverses: UnsafeMutablePointer<Double>
  ) { wright_f64_rms_norm(x, gain, epsilon, rows, columns, y, inverses) }
  /// The gradients of gain and x.
  public static func differentiateRMSNorm(
    _ x: UnsafePointer<Double>, gain: UnsafePointer<Double>, inverses: UnsafePointer<Double>,
    arrived dy: UnsafePointer<Double>, rows: Int, columns: Int, toGain: UnsafeMutablePointer<Double>?,
    toInput dx: UnsafeMutablePointer<Double>?, accumulates: Bool
  ) { wright_f64_rms_norm_gradient(x, gain, inverses, dy, rows, columns, toGain, dx, accumulates ? 1 : 0) }
}

/// y = x inverse gain, row by row.
struct RMSNormRule<Scalar: TensorScalar>: BitwiseCopyable {
  var input: Variable
  var gain: Variable
  /// 1 / sqrt(mean(x^2) + epsilon) of each row.
  var inverses: UnsafeMutablePointer<Scalar>

  /// With n = x inverse and a = dy gain: dgain = the sum of dy n over the rows, dx = inverse (a - n mean(a n)).
  func backward(node: Int, on tape: Tape<Scalar>) {
    let dy = tape.arrived(node)
    // The gain's first: the input's may take the place of dy, where the gain's must not be added if both are one variable.
    let toGain = tape.sumDestination(for: gain)
    let toInput = tape.successor(of: node, for: input)
    Scalar.differentiateRMSNorm(
      tape.input(input), gain: tape.input(gain), inverses: inverses, arrived: dy, rows: input.rows,
      columns: input.columns, toGain: toGain, toInput: toInput?.gradient, accumulates: toInput?.accumulates ?? false)
    tape.release(inverses, count: input.rows)
  }
}

extension Tape {
  /// x / sqrt(mean(x^2) + epsilon) times the gain, row by row.
  ///
  /// - Parameters:
  ///   - input: x, of shape [rows, columns].
  ///   - gain: Of shape [1, columns].
  ///   - epsilon: What is added to the mean square.
  /// - Note: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.
  @specialized(where Scalar == Float)
  public func rmsNorm(_ input: Variable, gain: Variable, epsilon: Double) -> Variable {
    let (rows, columns) = (input.rows, input.columns)
    precondition(gain.rows == 1 && gain.columns == columns, "a gain is a row of one number for each column")
    let (result, inverses) = (take(rows * columns), take(rows))
    Scalar.rmsNorm(
      self.input(input), gain: self.input(gain), epsilon: Scalar(epsilon), rows: rows, columns: columns, into: result,
      inverses: inverses)
    return record(
      .rmsNorm(RMSNormRule(input: input, gain: gain, inverses: inverses)), rows: rows, columns: columns, value: result,
      needsGradient: needsGradient(input) || needsGradient(gain))
  }
}
