// A linear map in a format, its zero weights left out: the sums that it forms are those of the decoder all the same.
import ExactArithmetic
import Tensors
import Transformers

/// y = W x + b in a format, every sum from left to right.
///
/// The decoder multiplies by every weight. Leaving out those that round to 0 changes nothing: [0 * x] is 0, and [a + 0] is a for every
/// element a.
struct FiniteMap: Sendable {
  /// The number of outputs.
  let rowCount: Int
  /// Row r holds the entries `starts[r] ..< starts[r + 1]`.
  private let starts: [Int]
  private let columns: [Int]
  private let weights: [FiniteNumber]
  private let bias: [FiniteNumber]?

  init(_ weight: Tensor<Float>, bias: [Float]? = nil, in arithmetic: inout TracedFormat) {
    rowCount = weight.rowCount
    let width = weight.columnCount
    var starts = [0]
    var columns: [Int] = []
    var weights: [FiniteNumber] = []
    for row in 0..<weight.rowCount {
      for column in 0..<width {
        let stored = weight.elements[row * width + column]
        if stored == 0 { continue }
        let number = arithmetic.number(Double(stored))
        if number.isZero { continue }
        columns.append(column)
        weights.append(number)
      }
      starts.append(columns.count)
    }
    (self.starts, self.columns, self.weights) = (starts, columns, weights)
    var rounded: [FiniteNumber]?
    if let bias { rounded = bias.map { arithmetic.number(Double($0)) } }
    self.bias = rounded
  }

  init(_ map: Linear, in arithmetic: inout TracedFormat) {
    self.init(map.weight, bias: map.bias, in: &arithmetic)
  }

  /// The map of `x`, into `y`.
  func apply(_ x: [FiniteNumber], into y: inout [FiniteNumber], in arithmetic: inout TracedFormat) {
    y.removeAll(keepingCapacity: true)
    for row in 0..<rowCount {
      var sum = arithmetic.format.zero
      for entry in starts[row]..<starts[row + 1] {
        sum = arithmetic.add(sum, arithmetic.multiply(weights[entry], x[columns[entry]]))
      }
      if let bias { sum = arithmetic.add(sum, bias[row]) }
      y.append(sum)
    }
  }

  /// Marks the columns that some output depends on.
  func markColumns(in marks: inout [Bool]) {
    for column in columns { marks[column] = true }
  }

  /// Marks the rows that are not 0 whatever the argument.
  func markRows(in marks: inout [Bool]) {
    for row in 0..<rowCount where starts[row] < starts[row + 1] || bias.map({ !$0[row].isZero }) ?? false {
      marks[row] = true
    }
  }
}
