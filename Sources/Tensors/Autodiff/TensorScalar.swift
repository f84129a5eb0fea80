// The two kinds of numbers that a tape computes in, and the kernels that each brings along.

/// A number that a tape computes in: `Float` for training, `Double` for checks.
///
/// Each family of kernels is a protocol of its own, declared beside the rule that uses it.
public protocol TensorScalar: BinaryFloatingPoint, Sendable, BitwiseCopyable, ElementKernels, ActivationKernels,
  RMSNormKernels, LayerNormKernels, RectifierKernels, LossKernels, RotaryKernels, AttentionKernels, EmbeddingKernels,
  CrossEntropyKernels, UpdateKernels
{
  /// C = A B + start by the given products.
  static func multiply(
    _ products: some MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Self>, _ b: MatrixOperand<Self>,
    into c: UnsafeMutablePointer<Self>, stride: Int, start: ProductStart<Self>)
}

extension Float: TensorScalar {
  /// C = A B + start by the given products.
  public static func multiply(
    _ products: some MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, start: ProductStart<Float>
  ) { products.multiply(shape, a, b, into: c, stride: stride, start: start) }
}

extension Double: TensorScalar {
  /// C = A B + start by the given products.
  public static func multiply(
    _ products: some MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
    into c: UnsafeMutablePointer<Double>, stride: Int, start: ProductStart<Double>
  ) { products.multiply(shape, a, b, into: c, stride: stride, start: start) }
}
