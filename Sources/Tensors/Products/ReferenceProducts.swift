// Matrix products as the definition has them: what every faster way is compared with.

/// Products by three plain loops, one multiplication and one addition after the other in the order of the inner index.
public struct ReferenceProducts: MatrixProducts {
  /// Plain loops.
  public init() {}

  /// "reference".
  public var name: String { "reference" }

  /// C = A B + start, each element summed from the start in the order of the inner index.
  public func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, start: ProductStart<Float>
  ) { Self.product(shape, a, b, into: c, stride: stride, start: start) }

  /// C = A B + start, each element summed from the start in the order of the inner index.
  public func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
    into c: UnsafeMutablePointer<Double>, stride: Int, start: ProductStart<Double>
  ) { Self.product(shape, a, b, into: c, stride: stride, start: start) }

  private static func product<Scalar: BinaryFloatingPoint>(
    _ shape: ProductShape, _ a: MatrixOperand<Scalar>, _ b: MatrixOperand<Scalar>,
    into c: UnsafeMutablePointer<Scalar>, stride: Int, start: ProductStart<Scalar>
  ) {
    for i in 0..<shape.rows {
      for j in 0..<shape.columns {
        var sum: Scalar
        switch start {
        case .zero: sum = 0
        case .accumulate: sum = c[i * stride + j]
        case .bias(let row): sum = row[j]
        }
        for k in 0..<shape.inner {
          let left = a.isTransposed ? a.elements[k * a.stride + i] : a.elements[i * a.stride + k]
          let right = b.isTransposed ? b.elements[j * b.stride + k] : b.elements[k * b.stride + j]
          sum += left * right
        }
        c[i * stride + j] = sum
      }
    }
  }
}
