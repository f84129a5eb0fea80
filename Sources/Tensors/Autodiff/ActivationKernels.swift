// Kernels of activation functions and gated units, for both kinds of numbers.
internal import CKernels

/// Pointwise functions, gated units and what their gradients are multiplied by.
///
/// In float32 by 16 numbers at a time, within 4e-7 of the real functions; in float64 by the C library's.
public protocol ActivationKernels {
  /// y[i] = f(x[i]) for i < count; y may be x.
  static func apply(
    _ function: PointwiseFunction, to x: UnsafePointer<Self>, count: Int, into y: UnsafeMutablePointer<Self>)
  /// dx[i] = dy[i] f' for i < count, f' at the input or, where the function is differentiated by its result, at the result `source`; added
  /// where `accumulates`. dx may be dy.
  static func differentiate(
    _ function: PointwiseFunction, at source: UnsafePointer<Self>, arrived dy: UnsafePointer<Self>, count: Int,
    into dx: UnsafeMutablePointer<Self>, accumulates: Bool)
  /// dx[i] = dy[i] where y[i] is above 0, else 0, for i < count; added where `accumulates`. dx may be dy.
  static func differentiateReLU(
    at y: UnsafePointer<Self>, arrived dy: UnsafePointer<Self>, count: Int, into dx: UnsafeMutablePointer<Self>,
    accumulates: Bool)
  /// y = silu(gate) up, of `rows` rows without gaps; gate and up have rows as far apart as their strides say.
  static func swiGLU(
    gate: UnsafePointer<Self>, gateStride: Int, up: UnsafePointer<Self>, upStride: Int, rows: Int, columns: Int,
    into y: UnsafeMutablePointer<Self>)
  /// The gradients of gate and up, by their strides; `nil` where none is asked for. They may overlap where both accumulate.
  static func differentiateSwiGLU(
    gate: UnsafePointer<Self>, gateStride: Int, up: UnsafePointer<Self>, upStride: Int, arrived dy: UnsafePointer<Self>,
    rows: Int, columns: Int, toGate: UnsafeMutablePointer<Self>?, gateAccumulates: Bool,
    toUp: UnsafeMutablePointer<Self>?, upAccumulates: Bool)
}

extension Float: ActivationKernels {
  /// y[i] = f(x[i]) for i < count; y may be x.
  public static func apply(
    _ function: PointwiseFunction, to x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>
  ) {
    switch function {
    case .gelu: wright_f32_gelu(x, count, y)
    case .geluTanh: wright_f32_gelu_tanh(x, count, y)
    case .silu: wright_f32_silu(x, count, y)
    case .sigmoid: wright_f32_sigmoid(x, count, y)
    case .tanh: wright_f32_tanh(x, count, y)
    }
  }

  /// dx[i] = dy[i] f' for i < count, added where `accumulates`.
  public static func differentiate(
    _ function: PointwiseFunction, at source: UnsafePointer<Float>, arrived dy: UnsafePointer<Float>, count: Int,
    into dx: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    let adds: Int32 = accumulates ? 1 : 0
    switch function {
    case .gelu: wright_f32_gelu_gradient(source, dy, count, adds, dx)
    case .geluTanh: wright_f32_gelu_tanh_gradient(source, dy, count, adds, dx)
    case .silu: wright_f32_silu_gradient(source, dy, count, adds, dx)
    case .sigmoid: wright_f32_sigmoid_gradient(source, dy, count, adds, dx)
    case .tanh: wright_f32_tanh_gradient(source, dy, count, adds, dx)
    }
  }

  /// dx[i] = dy[i] where y[i] is above 0, else 0, added where `accumulates`.
  public static func differentiateReLU(
    at y: UnsafePointer<Float>, arrived dy: UnsafePointer<Float>, count: Int, into dx: UnsafeMutablePointer<Float>,
    accumulates: Bool
  ) { wright_f32_relu_gradient(y, dy, count, accumulates ? 1 : 0, dx) }

  /// y = silu(gate) up.
  public static func swiGLU(
    gate: UnsafePointer<Float>, gateStride: Int, up: UnsafePointer<Float>, upStride: Int, rows: Int, columns: Int,
    into y: UnsafeMutablePointer<Float>
  ) { wright_f32_swiglu(gate, gateStride, up, upStride, rows, columns, y) }

  /// The gradients of gate and up.
  public static func differentiateSwiGLU(
    gate: UnsafePointer<Float>, gateStride: Int, up: UnsafePointer<Float>, upStride: Int,
    arrived dy: UnsafePointer<Float>, rows: Int, columns: Int, toGate: UnsafeMutablePointer<Float>?,
    gateAccumulates: Bool, toUp: UnsafeMutablePointer<Float>?, upAccumulates: Bool
  ) {
    wright_f32_swiglu_gradient(
      gate, gateStride, up, upStride, dy, rows, columns, toGate, gateAccumulates ? 1 : 0, toUp,
      upAccumulates ? 1 : 0)
  }
}

extension Double: ActivationKernels {
  /// y[i] = f(x[i]) for i < count; y may be x.
  public static func apply(
    _ function: PointwiseFunction, to x: UnsafePointer<Double>, count: Int, into y: UnsafeMutablePointer<Double>
  ) {
    switch function {
    case .gelu: wright_f64_gelu(x, count, y)
    case .geluTanh: wright_f64_gelu_tanh(x, count, y)
    case .silu: wright_f64_silu(x, count, y)
    case .sigmoid: wright_f64_sigmoid(x, count, y)
    case .tanh: wright_f64_tanh(x, count, y)
    }
  }

  /// dx[i] = dy[i] f' for i < count, added where `accumulates`.
  public static func differentiate(
    _ function: PointwiseFunction, at source: UnsafePointer<Double>, arrived dy: UnsafePointer<Double>, count: Int,
    into dx: UnsafeMutablePointer<Double>, accumulates: Bool
  ) {
    let adds: Int32 = accumulates ? 1 : 0
    switch function {
    case .gelu: wright_f64_gelu_gradient(source, dy, count, adds, dx)
    case .geluTanh: wright_f64_gelu_tanh_gradient(source, dy, count, adds, dx)
    case .silu: wright_f64_silu_gradient(source, dy, count, adds, dx)
    case .sigmoid: wright_f64_sigmoid_gradient(source, dy, count, adds, dx)
    case .tanh: wright_f64_tanh_gradient(source, dy, count, adds, dx)
    }
  }

  /// dx[i] = dy[i] where y[i] is above 0, else 0, added where `accumulates`.
  public static func differentiateReLU(
    at y: UnsafePointer<Double>, arrived dy: UnsafePointer<Double>, count: Int, into dx: UnsafeMutablePointer<Double>,
    accumulates: Bool
  ) { wright_f64_relu_gradient(y, dy, count, accumulates ? 1 : 0, dx) }

  /// y = silu(gate) up.
  public static func swiGLU(
    gate: UnsafePointer<Double>, gateStride: Int, up: UnsafePointer<Double>, upStride: Int, rows: Int, columns: Int,
    into y: UnsafeMutablePointer<Double>
  ) { wright_f64_swiglu(gate, gateStride, up, upStride, rows, columns, y) }

  /// The gradients of gate and up.
  public static func differentiateSwiGLU(
    gate: UnsafePointer<Double>, gateStride: Int, up: UnsafePointer<Double>, upStride: Int,
    arrived dy: UnsafePointer<Double>, rows: Int, columns: Int, toGate: UnsafeMutablePointer<Double>?,
    gateAccumulates: Bool, toUp: UnsafeMutablePointer<Double>?, upAccumulates: Bool
  ) {
    wright_f64_swiglu_gradient(
      gate, gateStride, up, upStride, dy, rows, columns, toGate, gateAccumulates ? 1 : 0, toUp,
      upAccumulates ? 1 : 0)
  }
}
