// A linear map in the form that the engine multiplies by: kept rows and columns only, in panels.
import Tensors

/// y = W x + b restricted to chosen rows and columns, possibly of several maps stacked.
struct PreparedLinear: Sendable {
  /// The matrix.
  let matrix: PanelMatrix
  /// One number for each padded row, where a map has a bias.
  let bias: FloatBuffer?

  /// The rows `rows` of `maps` (map, row) one under the other, restricted to `columns`; adds its line to the report.
  init(
    _ rows: [(map: Linear, row: Int)], columns: [Int], name: String, modelRowCount: Int, modelColumnCount: Int,
    report: inout PreparationReport
  ) {
    var nonzeroCount = 0
    matrix = PanelMatrix(rowCount: rows.count, columnCount: columns.count) { r, target in
      let (map, row) = rows[r]
      map.weight.elements.withUnsafeBufferPointer { elements in
        let source = elements.baseAddress.map { $0 + row * map.weight.columnCount }
        for (k, column) in columns.enumerated() {
          target[k] = source?[column] ?? 0
          if target[k] != 0 { nonzeroCount += 1 }
        }
      }
    }
    bias =
      rows.contains { $0.map.bias != nil } ? FloatBuffer(padding: rows.map { $0.map.bias?[$0.row] ?? 0 }) : nil
    report.matrices.append(
      PreparationReport.Matrix(
        name: name, rowCount: modelRowCount, columnCount: modelColumnCount, keptRowCount: rows.count,
        keptColumnCount: columns.count, nonzeroCount: nonzeroCount))
    report.byteCount += matrix.byteCount + (bias?.count ?? 0) * 4
  }

  /// The distance between outputs for consecutive inputs.
  var stride: Int { matrix.paddedRowCount }

  /// y[n] = W x[n] + b for `count` inputs, `stride` apart; `splits` as `PanelMatrix` has it.
  func apply(
    _ x: UnsafePointer<Float>, xStride: Int, count: Int, into y: UnsafeMutablePointer<Float>, prefilling: Bool,
    splits: Bool
  ) {
    matrix.multiply(
      bias: bias.map { UnsafePointer($0.base) }, x, xStride: xStride, count: count, into: y, yStride: stride,
      method: prefilling ? .fastest : .panels, splits: splits)
  }
}

/// A normalization that writes only the coordinates that the map behind it reads.
struct PreparedNormalization: Sendable {
  private let kind: ModelConfiguration.Normalization
  private let hiddenSize: Int
  private let columns: IndexBuffer
  private let gain: FloatBuffer
  private let bias: FloatBuffer

  init(_ weights: NormalizationWeights, _ configuration: ModelConfiguration, columns: [Int]) {
    kind = configuration.normalization
    hiddenSize = configuration.hiddenSize
    self.columns = IndexBuffer(columns)
    gain = FloatBuffer(padding: weights.gain.isEmpty ? [] : columns.map { weights.gain[$0] })
    bias = FloatBuffer(padding: columns.map { weights.bias?[$0] ?? 0 })
  }

  /// The number of coordinates written.
  var width: Int { columns.count }

  /// The kept coordinates of the normalized stream x.
  @inline(__always)
  func apply(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    switch kind {
    case .none: VectorKernels.gather(x, columns: columns.base, kept: columns.count, into: y)
    case .rootMeanSquare(let epsilon):
      VectorKernels.rootMeanSquareNormalize(
        x, count: hiddenSize, epsilon: Float(epsilon), columns: columns.base, gain: gain.base, kept: columns.count,
        into: y)
    case .layer(let epsilon):
      VectorKernels.layerNormalize(
        x, count: hiddenSize, epsilon: Float(epsilon), columns: columns.base, gain: gain.base, bias: bias.base,
        kept: columns.count, into: y)
    }
  }
}
