// A linear map and the rectifier after it, as one operation: on the way back dy is read once for the gate and the bias.
internal import CKernels

/// The slope of a rectifier with the sums of its columns.
public protocol RectifierKernels {
  /// g = 0 where y is not above 0; then sums[c] += the sum of column c of g, row after row.
  static func differentiateRectifier(
    at y: UnsafePointer<Self>, rows: Int, columns: Int, _ g: UnsafeMutablePointer<Self>,
    sums: UnsafeMutablePointer<Self>?)
  /// The same for the g whose rows are `row` times the numbers of `column`.
  static func differentiateRectifier(
    at y: UnsafePointer<Self>, column: UnsafePointer<Self>, row: UnsafePointer<Self>, rows: Int, columns: Int,
    into g: UnsafeMutablePointer<Self>, sums: UnsafeMutablePointer<Self>?)
}

extension Float: RectifierKernels {
  /// g = 0 where y is not above 0, with the sums of its columns.
  public static func differentiateRectifier(
    at y: UnsafePointer<Float>, rows: Int, columns: Int, _ g: UnsafeMutablePointer<Float>,
    sums: UnsafeMutablePointer<Float>?
  ) { wright_f32_rectified_gradient(y, rows, columns, g, sums) }
  /// The same for an outer product.
  public static func differentiateRectifier(
    at y: UnsafePointer<Float>, column: UnsafePointer<Float>, row: UnsafePointer<Float>, rows: Int, columns: Int,
    into g: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>?
  ) { wright_f32_rectified_outer_gradient(y, column, row, rows, columns, g, sums) }
}

extension Double: RectifierKernels {
  /// g = 0 where y is not above 0, with the sums of its columns.
  public static func differentiateRectifier(
    at y: UnsafePointer<Double>, rows: Int, columns: Int, _ g: UnsafeMutablePointer<Double>,
    sums: UnsafeMutablePointer<Double>?
  ) { wright_f64_rectified_gradient(y, rows, columns, g, sums) }
  /// The same for an outer product.
  public static func differentiateRectifier(
    at y: UnsafePointer<Double>, column: UnsafePointer<Double>, row: UnsafePointer<Double>, rows: Int, columns: Int,
    into g: UnsafeMutablePointer<Double>, sums: UnsafeMutablePointer<Double>?
  ) { wright_f64_rectified_outer_gradient(y, column, row, rows, columns, g, sums) }
}

/// y = max(x W^T + b, 0).
struct RectifiedLinearRule {
  /// x W^T + b, without a residual.
  var map: LinearRule

  /// dz = dy where y > 0, else 0 (at 0 too, as ``Tape/relu(_:)`` has it), in the place of dy; db = the column sums of dz, dW = dz^T x, dx = dz W.
  func backward<Scalar>(node: Int, on tape: Tape<Scalar>) {
    let (rows, columns, result) = (map.input.rows, map.weight.rows, tape.result(node))
    let sums = map.bias.flatMap { tape.sumDestination(for: $0) }
    let gradient = tape.arrivedToBeOverwritten(node)
    if let factors = tape.takeFactors(of: node) {
      Scalar.differentiateRectifier(
        at: result, column: factors.column, row: factors.row, rows: rows, columns: columns, into: gradient, sums: sums)
      tape.release(factors.column, count: rows)
    } else {
      Scalar.differentiateRectifier(at: result, rows: rows, columns: columns, gradient, sums: sums)
    }
    map.differentiateWeight(gradient, on: tape)
    map.differentiateInput(gradient, on: tape)
  }
}

extension Tape {
  /// max(x W^T + b, 0) of shape [rows, outputs]: the bits of ``relu(_:)`` of ``linear(_:weight:bias:residual:)``, in fewer passes over memory.
  ///
  /// - Parameters:
  ///   - input: x, of shape [rows, inputs].
  ///   - weight: W, of shape [outputs, inputs].
  ///   - bias: b, of shape [1, outputs].
  @specialized(where Scalar == Float)
  public func rectifiedLinear(_ input: Variable, weight: Variable, bias: Variable? = nil) -> Variable {
    map(input, by: weight, bias, nil, rectifies: true)
  }
}
