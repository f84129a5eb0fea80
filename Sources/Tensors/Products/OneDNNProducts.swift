// Matrix products in bfloat16 by oneDNN, where it is installed.
import CKernels
import COneDNN

/// Matrix products by oneDNN, float32 operands rounded to bfloat16, on the thread that asks for them.
///
/// The operands are rounded as by `NativeProducts(precision: .bfloat16)`; products and sums are float32, in oneDNN's order. On processors
/// with AMX this is the fast way to multiply; on those with AVX512_BF16 alone `NativeProducts` is as fast. Float64 products are
/// `NativeProducts`'.
///
/// oneDNN is loaded when the first value is made; the program does not need it to be installed. Each thread keeps a workspace as
/// large as the largest pair of rounded operands that it has multiplied.
public struct OneDNNProducts: MatrixProducts {
  private let native = NativeProducts()

  /// Products by oneDNN, or `nil` where the library is not installed.
  public init?() {
    guard wright_onednn_is_available() != 0 else { return nil }
  }

  /// `onednn-bfloat16`.
  public var name: String { "onednn-bfloat16" }

  /// C = A B + start in float32, of operands rounded to bfloat16.
  public func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, start: ProductStart<Float>
  ) {
    shape.check(a, b, stride: stride)
    let adds = shape.write(start, to: c, stride: stride)
    if shape.isEmpty { return }
    let (storedA, storedB) = (
      a.stored(rows: shape.rows, columns: shape.inner), b.stored(rows: shape.inner, columns: shape.columns)
    )
    // Each operand begins at a multiple of 64 bytes.
    let aCount = (shape.rows * shape.inner + 31) & ~31
    let count = aCount + shape.inner * shape.columns
    guard let workspace = wright_thread_workspace(count * 2) else { preconditionFailure("a workspace is never NULL") }
    let rounded = workspace.bindMemory(to: UInt16.self, capacity: count)
    wright_round_rows_to_bfloat16(a.elements, storedA.rows, storedA.columns, a.stride, rounded)
    wright_round_rows_to_bfloat16(b.elements, storedB.rows, storedB.columns, b.stride, rounded + aCount)
    let status = wright_onednn_bf16(
      shape.rows, shape.columns, shape.inner, rounded, storedA.columns, a.isTransposed ? 1 : 0, rounded + aCount,
      storedB.columns, b.isTransposed ? 1 : 0, c, max(stride, shape.columns), adds ? 1 : 0)
    precondition(status == 0, "oneDNN multiplies matrices of every extent")
  }

  /// C = A B + start in float64, by `NativeProducts`.
  public func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
    into c: UnsafeMutablePointer<Double>, stride: Int, start: ProductStart<Double>
  ) {
    native.multiply(shape, a, b, into: c, stride: stride, start: start)
  }
}
