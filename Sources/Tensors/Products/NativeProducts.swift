// Matrix products by own kernels, on the thread that asks for them.
import CKernels

/// Matrix products by kernels of this package, for AVX-512, AVX2 and any other processor.
///
/// **What an entry depends on.** Entry (i, j) of C is computed from row i of A, column j of B and its start, and from nothing
/// else: not from how many rows or columns there are, not from strides or transposition, not from the thread. The inner index
/// is cut into blocks of 256 (512 in bfloat16 on processors with AVX512_BF16); a block is one chain of fused multiply-adds from 0
/// in the order of the inner index; the blocks' sums are added to the start in order. Hence the same bits in every call, for a
/// row alone or among others, and on every processor with AVX2; only where a processor has no fused multiply-add does each
/// product round before it is added.
///
/// **Errors.** With u = 2^-24 (float32) or 2^-53 (float64), K the inner extent and no overflow or underflow, an entry is off by at
/// most (min(K, 256) + K / 256 + 2) u (|start| + Σ|a b|) to first order. In bfloat16 that holds of the rounded operands.
///
/// **Memory.** The first product on a thread allocates a workspace of 576 KiB, which is freed when the thread ends; no other call
/// allocates.
public struct NativeProducts: MatrixProducts {
  /// What the operands of float32 products are rounded to before they are multiplied.
  public enum Precision: String, Sendable, CaseIterable {
    /// Nothing: they are taken as they are.
    case float32
    /// The nearest bfloat16, ties to even, numbers below 2^-126 to zero; products and sums stay float32. Float64 products are as
    /// ever.
    case bfloat16
  }

  /// The kernels that there are, each better than the one before it.
  package enum Kernels: Int32, Sendable, CaseIterable {
    case portable, avx2, avx512, avx512BFloat16

    /// The best that this processor has.
    package static let best = Kernels(rawValue: wright_best_kernels()) ?? .portable

    /// Those that this processor has.
    package static var available: [Kernels] { allCases.filter { $0.rawValue <= best.rawValue } }
  }

  /// What the operands of float32 products are rounded to.
  public let precision: Precision
  private let kernels: Kernels

  /// Products with the best kernels that this processor has.
  public init(precision: Precision = .float32) {
    self.precision = precision
    kernels = .best
  }

  /// Products with chosen kernels, which the processor must have.
  package init(precision: Precision = .float32, kernels: Kernels) {
    precondition(kernels.rawValue <= Kernels.best.rawValue, "the processor has the kernels")
    self.precision = precision
    self.kernels = kernels
  }

  /// `native` or `native-bfloat16`.
  public var name: String { precision == .float32 ? "native" : "native-bfloat16" }

  /// C = A B + start in float32.
  public func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, start: ProductStart<Float>
  ) {
    var (product, bias) = described(shape, a, b, stride, start)
    switch precision {
    case .float32: wright_product_f32(&product, a.elements, b.elements, bias, c)
    case .bfloat16: wright_product_bf16(&product, a.elements, b.elements, bias, c)
    }
  }

  /// C = A B + start in float64.
  public func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
    into c: UnsafeMutablePointer<Double>, stride: Int, start: ProductStart<Double>
  ) {
    var (product, bias) = described(shape, a, b, stride, start)
    wright_product_f64(&product, a.elements, b.elements, bias, c)
  }

  /// The call in the terms of the kernels; the bias is `nil` for other starts.
  private func described<Scalar>(
    _ shape: ProductShape, _ a: MatrixOperand<Scalar>, _ b: MatrixOperand<Scalar>, _ stride: Int,
    _ start: ProductStart<Scalar>
  ) -> (wright_product, UnsafePointer<Scalar>?) {
    shape.check(a, b, stride: stride)
    let kind: Int
    var bias: UnsafePointer<Scalar>?
    switch start {
    case .zero: kind = wright_start_zero
    case .accumulate: kind = wright_start_accumulate
    case .bias(let row): (kind, bias) = (wright_start_bias, row)
    }
    return (
      wright_product(
        rows: shape.rows, columns: shape.columns, inner: shape.inner, aStride: a.stride, bStride: b.stride,
        cStride: stride, aTransposed: a.isTransposed ? 1 : 0, bTransposed: b.isTransposed ? 1 : 0, start: Int32(kind),
        kernels: kernels.rawValue), bias
    )
  }
}
