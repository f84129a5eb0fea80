// One row of a linear map on all normalized states: the few values that occur, each computed once.
import ExactArithmetic
import Tensors
import Transformers

/// The values of one row of a map, state by state.
struct RowValues<E: Enclosure> {
  /// For each state, an index into `values`.
  let ids: [UInt16]
  let values: [E]

  /// The greatest absolute value.
  var magnitude: Double { values.reduce(0) { max($0, $1.magnitude) } }
}

/// A linear map with the entries of each row that are not 0.
struct SparseMap {
  let rowCount: Int
  let bias: [Float]
  private let starts: [Int]
  private let columns: [Int32]
  private let weights: [Float]

  init(_ linear: Linear) { self.init(linear.weight, bias: linear.bias) }

  init(_ matrix: Tensor<Float>, bias: [Float]? = nil) {
    let (rows, width) = (matrix.rowCount, matrix.columnCount)
    var starts = [0]
    var columns: [Int32] = []
    var weights: [Float] = []
    matrix.elements.withUnsafeBufferPointer { elements in
      for r in 0..<rows {
        for c in 0..<width where elements[r * width + c] != 0 {
          columns.append(Int32(c))
          weights.append(elements[r * width + c])
        }
        starts.append(columns.count)
      }
    }
    rowCount = rows
    self.bias = bias ?? [Float](repeating: 0, count: rows)
    self.starts = starts
    self.columns = columns
    self.weights = weights
  }

  /// The columns of row r that are not 0, with their weights.
  func entries(_ r: Int) -> [(column: Int, weight: Float)] {
    (starts[r]..<starts[r + 1]).map { (Int(columns[$0]), weights[$0]) }
  }

  /// Whether row r is 0 whatever it is applied to.
  func isZero(_ r: Int) -> Bool { starts[r] == starts[r + 1] && bias[r] == 0 }

  /// The columns that some row reads.
  var readColumns: Set<Int> { Set(columns.lazy.map { Int($0) }) }

  /// The rows that are not always 0.
  var activeRows: [Int] { (0..<rowCount).filter { !isZero($0) } }
}

extension PositionStates {
  /// Row r of `map` on all states, normalized; relative to each state's factor.
  func rowValues<E: Enclosure>(
    _ map: SparseMap, _ r: Int, _ normalizer: Normalizer<E>, _ factors: [NormalizationFactor<E>],
    _ operations: inout Operations<E>
  ) throws(Doubt) -> RowValues<E> {
    let entries = map.entries(r)
    var numbering = Numbering(stateCount: stateCount)
    if factors.count > 1 { numbering.refine(by: normClass, count: factors.count) }
    for (column, _) in entries {
      numbering.refine(by: columns[column].ids, count: columns[column].values.count)
      guard numbering.count <= 65_535 else {
        throw Doubt("a row of a projection has more than 65,535 values over all states; there is no structure to use")
      }
    }
    var values: [E] = []
    values.reserveCapacity(numbering.count)
    for s in numbering.examples {
      let factor = factors[Int(normClass[s])]
      var terms: [(weight: Float, x: E)] = []
      for (column, weight) in entries {
        let x: E = residual(column, Int(columns[column].ids[s]), &operations)
        terms.append((weight, normalizer.entry(column, x, factor, &operations)))
      }
      let outside = operations.enter(normalizer.common(factor))
      values.append(operations.innerProduct(terms, bias: map.bias[r]))
      _ = operations.enter(outside)
    }
    return RowValues(ids: numbering.ids.map { UInt16(truncatingIfNeeded: $0) }, values: values)
  }
}
