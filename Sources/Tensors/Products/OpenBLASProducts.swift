// Matrix products by OpenBLAS, on the thread that asks for them.
import COpenBLAS

/// Matrix products by OpenBLAS on one thread.
///
/// OpenBLAS picks its kernels by the processor's name, and an old release takes those for AVX2 on new processors with AVX-512:
/// the environment variable `OPENBLAS_CORETYPE=SkylakeX`, set before the program starts, then doubles its speed.
///
/// An entry's bits depend on the shapes and on OpenBLAS's choice of kernels. OpenBLAS counts threads for the whole process: while a
/// call is under way, a product of `PanelMatrix` that another thread begins gets one thread as well.
public struct OpenBLASProducts: MatrixProducts {
  /// Products by OpenBLAS.
  public init() {}

  /// `openblas`.
  public var name: String { "openblas" }

  /// C = A B + start in float32.
  public func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, start: ProductStart<Float>
  ) {
    shape.check(a, b, stride: stride)
    let adds = shape.write(start, to: c, stride: stride)
    if shape.isEmpty { return }
    wright_openblas_f32(
      shape.rows, shape.columns, shape.inner, a.elements, a.blasStride(shape.rows, shape.inner),
      a.isTransposed ? 1 : 0, b.elements, b.blasStride(shape.inner, shape.columns), b.isTransposed ? 1 : 0, c,
      max(stride, shape.columns), adds ? 1 : 0)
  }

  /// C = A B + start in float64.
  public func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
    into c: UnsafeMutablePointer<Double>, stride: Int, start: ProductStart<Double>
  ) {
    shape.check(a, b, stride: stride)
    let adds = shape.write(start, to: c, stride: stride)
    if shape.isEmpty { return }
    wright_openblas_f64(
      shape.rows, shape.columns, shape.inner, a.elements, a.blasStride(shape.rows, shape.inner),
      a.isTransposed ? 1 : 0, b.elements, b.blasStride(shape.inner, shape.columns), b.isTransposed ? 1 : 0, c,
      max(stride, shape.columns), adds ? 1 : 0)
  }
}

extension MatrixOperand {
  /// The stride, or for a single stored row, whose stride means nothing, one that BLAS takes.
  func blasStride(_ rows: Int, _ columns: Int) -> Int { max(stride, stored(rows: rows, columns: columns).columns) }
}

extension ProductShape {
  /// Whether nothing is left to multiply.
  var isEmpty: Bool { rows == 0 || columns == 0 || inner == 0 }
}
