// Products with panel matrices against plain loops. Entries are small integers, so that every order of sums is exact.
import Tensors
import Testing

/// A matrix, vectors and biases of small integers, the same for the same extents.
private struct Case {
  let (rows, columns, count): (Int, Int, Int)
  let matrix: PanelMatrix
  let entries: [Float]
  let inputs: [Float]
  let bias: FloatBuffer

  init(rows: Int, columns: Int, count: Int) {
    (self.rows, self.columns, self.count) = (rows, columns, count)
    var state: UInt32 = 12345
    func draw() -> Float {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(Int(state >> 16) % 5 - 2)
    }
    let entries = (0..<rows * columns).map { _ in draw() }
    self.entries = entries
    inputs = (0..<count * columns).map { _ in draw() }
    bias = FloatBuffer(padding: (0..<rows).map { _ in draw() })
    matrix = PanelMatrix(rowCount: rows, columnCount: columns) { r, row in
      for k in 0..<columns { row[k] = entries[r * columns + k] }
    }
  }

  /// The product as its definition reads, [count, rows].
  func expected(withBias: Bool) -> [Float] {
    (0..<count * rows).map { i in
      let (n, r) = (i / rows, i % rows)
      return (0..<columns).reduce(withBias ? bias.base[r] : 0) {
        $0 + entries[r * columns + $1] * inputs[n * columns + $1]
      }
    }
  }

  func product(withBias: Bool, method: PanelMatrix.Method = .panels) -> [Float] {
    let stride = matrix.paddedRowCount
    let out = FloatBuffer(count: stride * count)
    matrix.multiply(
      bias: withBias ? UnsafePointer(bias.base) : nil, inputs, xStride: columns, count: count, into: out.base,
      yStride: stride, method: method)
    return (0..<count * rows).map { out.base[$0 / rows * stride + $0 % rows] }
  }

  func greatest() -> (values: [Float], indices: [Int64]) {
    var values = Array(repeating: Float(0), count: count)
    var indices = Array(repeating: Int64(-1), count: count)
    matrix.greatest(inputs, xStride: columns, count: count, values: &values, indices: &indices)
    return (values, indices)
  }

  /// The first greatest entry of each product.
  func expectedGreatest() -> (values: [Float], indices: [Int64]) {
    let products = expected(withBias: false)
    let tops = (0..<count).map { n -> (Float, Int64) in
      let row = Array(products[n * rows..<(n + 1) * rows])
      let top = row.max() ?? 0
      return (top, Int64(row.firstIndex(of: top) ?? 0))
    }
    return (tops.map(\.0), tops.map(\.1))
  }
}

@Suite struct PanelMatrixTests {
  @Test(arguments: [0, 1, 2, 3, 15, 16, 17, 40, 70])
  func productsOfAllSizesAreThoseOfPlainLoops(_ columns: Int) {
    for rows in 0...70 {
      for count in [1, 2, 3, 4, 7] {
        let product = Case(rows: rows, columns: columns, count: count)
        #expect(product.product(withBias: false) == product.expected(withBias: false), "\(rows) \(columns) \(count)")
        #expect(product.product(withBias: true) == product.expected(withBias: true), "\(rows) \(columns) \(count)")
      }
    }
  }

  @Test func manyPanelsAreTiledWithoutGaps() {
    for rows in stride(from: 100, through: 340, by: 11) {
      for count in 1...9 {
        let product = Case(rows: rows, columns: 5, count: count)
        #expect(product.product(withBias: true) == product.expected(withBias: true), "\(rows) \(count)")
      }
    }
  }

  @Test func openBLASGivesTheSameProducts() {
    for (rows, columns, count) in [(1, 1, 32), (33, 7, 40), (70, 65, 100), (16, 16, 512), (5, 0, 64)] {
      let product = Case(rows: rows, columns: columns, count: count)
      for method in [PanelMatrix.Method.openBLAS, .fastest, .panels] {
        #expect(product.product(withBias: true, method: method) == product.expected(withBias: true))
        #expect(product.product(withBias: false, method: method) == product.expected(withBias: false))
      }
    }
  }

  @Test(arguments: [0, 1, 2, 9, 33])
  func theGreatestIsTheFirstOfEqualOnes(_ columns: Int) {
    for rows in 1...70 {
      for count in [1, 2, 5] {
        let product = Case(rows: rows, columns: columns, count: count)
        #expect(product.greatest() == product.expectedGreatest(), "\(rows) \(columns) \(count)")
      }
    }
  }

  @Test func twoThreadsFindTheSameGreatestAndProduct() {
    let product = Case(rows: 36_000, columns: 60, count: 2)
    #expect(product.greatest() == product.expectedGreatest())
    #expect(product.product(withBias: true) == product.expected(withBias: true))
  }

  @Test func paddingIsNeverTheGreatest() {
    let matrix = PanelMatrix(rowCount: 3, columnCount: 1) { r, row in row[0] = -Float(r) - 1 }
    var (value, index) = (Float(0), Int64(-1))
    matrix.greatest([2], xStride: 1, count: 1, values: &value, indices: &index)
    #expect(value == -2 && index == 0)
  }

  @Test func nanIsNeverTheGreatest() {
    let matrix = PanelMatrix(rowCount: 40, columnCount: 1) { r, row in row[0] = r == 5 || r == 39 ? .nan : Float(r) }
    var (value, index) = (Float(0), Int64(-1))
    matrix.greatest([1], xStride: 1, count: 1, values: &value, indices: &index)
    #expect(value == 38 && index == 38)
  }

  @Test func entriesAreWhereTheyWereWritten() {
    let product = Case(rows: 37, columns: 6, count: 0)
    for r in 0..<37 { for k in 0..<6 { #expect(product.matrix[r, k] == product.entries[r * 6 + k]) } }
    #expect(product.matrix.byteCount == 48 * 6 * 4)
  }
}
