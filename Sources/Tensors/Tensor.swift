// A contiguous array of numbers with a shape.

/// A dense, row-major tensor with value semantics.
///
/// Element `(i_0, ..., i_r)` stands at `i_0 * s_0 + ... + i_r * s_r`, where `s_j` is the product of the extents after `j`.
public struct Tensor<Element: Sendable>: Sendable {
  /// The extents, outermost first; their product is the number of elements.
  public let shape: [Int]
  /// The elements in row-major order.
  public var elements: [Element] {
    // Asks nothing of the old value, which would be kept, and the whole array copied, at every write of one element.
    didSet { precondition(elements.count == shape.reduce(1, *), "a tensor keeps its number of elements") }
  }

  /// A tensor of the given shape and elements.
  @inlinable public init(shape: [Int], elements: [Element]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "extents are not negative")
    precondition(shape.reduce(1, *) == elements.count, "the number of elements is the product of the extents")
    self.shape = shape
    self.elements = elements
  }

  /// A tensor whose elements all equal `value`.
  @inlinable public init(shape: [Int], repeating value: Element) {
    precondition(shape.allSatisfy { $0 >= 0 }, "extents are not negative")
    self.shape = shape
    self.elements = Array(repeating: value, count: shape.reduce(1, *))
  }

  /// The number of elements.
  @inlinable public var count: Int { elements.count }

  /// The number of rows of a matrix.
  @inlinable public var rowCount: Int { shape[0] }

  /// The number of columns of a matrix.
  @inlinable public var columnCount: Int { shape[1] }

  /// The element in row `row`, column `column` of a matrix.
  @inlinable public subscript(row: Int, column: Int) -> Element {
    get {
      precondition(shape.count == 2, "two indices address a matrix")
      return elements[row * shape[1] + column]
    }
    set {
      precondition(shape.count == 2, "two indices address a matrix")
      elements[row * shape[1] + column] = newValue
    }
  }
}

extension Tensor: Equatable where Element: Equatable {}
