// A matrix by its non-zero entries, row by row: constructed weights are mostly zeros.
import Tensors

/// The non-zero entries of a linear map, row by row, with its bias.
struct SparseRows: Sendable {
  /// The number of rows.
  let rowCount: Int
  /// Row `r` has entries `starts[r] ..< starts[r + 1]`.
  let starts: [Int]
  let columns: [Int]
  let values: [Float]
  let bias: [Float]

  init(_ map: Linear) {
    rowCount = map.weight.rowCount
    let width = map.weight.columnCount
    var starts = [0]
    var columns: [Int] = []
    var values: [Float] = []
    map.weight.elements.withUnsafeBufferPointer { elements in
      for r in 0..<map.weight.rowCount {
        for c in 0..<width where elements[r * width + c] != 0 {
          columns.append(c)
          values.append(elements[r * width + c])
        }
        starts.append(columns.count)
      }
    }
    self.starts = starts
    self.columns = columns
    self.values = values
    bias = map.bias ?? [Float](repeating: 0, count: map.weight.rowCount)
  }

  /// The rows that are not identically zero.
  var activeRows: [Int] {
    (0..<rowCount).filter { starts[$0] < starts[$0 + 1] || bias[$0] != 0 }
  }

  /// The columns that some row reads, in order.
  var activeColumns: [Int] { Set(columns).sorted() }

  /// Row `r` times `x`, plus the bias; summed in column order in float32.
  @inline(__always)
  func apply(row r: Int, to x: UnsafePointer<Float>) -> Float {
    var sum: Float = 0
    for e in starts[r]..<starts[r + 1] { sum += values[e] * x[columns[e]] }
    return sum + bias[r]
  }

  /// The sum of the absolute values of the terms of row `r` times `x`, bias included.
  @inline(__always)
  func mass(row r: Int, of x: UnsafePointer<Float>) -> Float {
    var sum = abs(bias[r])
    for e in starts[r]..<starts[r + 1] { sum += abs(values[e] * x[columns[e]]) }
    return sum
  }
}
