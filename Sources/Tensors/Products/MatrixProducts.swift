// The matrix products that training is made of, behind one protocol, so that the library that computes them can be chosen.

/// A matrix that a product reads: stored by rows, read as it stands or transposed.
public struct MatrixOperand<Scalar> {
  /// The first element of the stored matrix.
  public var elements: UnsafePointer<Scalar>
  /// The distance from one stored row to the next, in elements.
  public var stride: Int
  /// Whether the product reads the transpose of what is stored.
  public var isTransposed: Bool

  /// The matrix stored at `elements`.
  public init(_ elements: UnsafePointer<Scalar>, stride: Int, isTransposed: Bool = false) {
    self.elements = elements
    self.stride = stride
    self.isTransposed = isTransposed
  }
}

/// What a product is added to.
public enum ProductStart<Scalar> {
  /// Nothing: the result is the product.
  case zero
  /// What the result's place holds.
  case accumulate
  /// The same row, of as many numbers as the result has columns, in every row of the result.
  case bias(UnsafePointer<Scalar>)
}

/// The extents of a product C = A B: A is [rows, inner], B is [inner, columns], C is [rows, columns], after transposition.
public struct ProductShape: Sendable, Equatable {
  /// The rows of A and of C.
  public var rows: Int
  /// The columns of B and of C.
  public var columns: Int
  /// The columns of A and the rows of B.
  public var inner: Int

  /// A product of the given extents.
  public init(rows: Int, columns: Int, inner: Int) {
    self.rows = rows
    self.columns = columns
    self.inner = inner
  }
}

/// A way to compute matrix products, on the thread that asks for them.
///
/// For fixed shapes, strides and processor the result is a function of the operands alone: the same bits in every call, on every
/// thread.
public protocol MatrixProducts: Sendable {
  /// What a record names the products by.
  var name: String { get }

  /// C = A B + start in float32; C has rows `stride` apart and meets neither operand.
  func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, start: ProductStart<Float>)

  /// C = A B + start in float64; C has rows `stride` apart and meets neither operand.
  func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
    into c: UnsafeMutablePointer<Double>, stride: Int, start: ProductStart<Double>)
}
