// A matrix stored for products with few vectors: panels of 16 rows, read once from first to last.
import CKernels
import COpenBLAS

/// A constant float32 matrix W of R rows and K columns, laid out so that W x needs no sums across a vector register.
///
/// Rows are padded with zero rows to a multiple of 16 (`paddedRowCount`), and products write the padding too. Each
/// output is one chain of multiply-adds in column order, fused where the processor has them, so that the result for one
/// vector does not depend on how many are multiplied at once. OpenBLAS, where it is asked for, has an order of its own.
public final class PanelMatrix: Sendable {
  /// R.
  public let rowCount: Int
  /// K.
  public let columnCount: Int
  /// R rounded up to a multiple of 16.
  public let paddedRowCount: Int
  private let panels: FloatBuffer

  /// The number of vectors from which OpenBLAS is faster on processors without 512-bit vectors.
  public static let matrixProductThreshold = 32

  /// Who multiplies.
  public enum Method: Sendable {
    /// The panel kernels.
    case panels
    /// OpenBLAS, after the panels are unpacked into rows for the call (R K floats of memory).
    case openBLAS
    /// OpenBLAS for `matrixProductThreshold` vectors or more on processors without 512-bit vectors, else the panel
    /// kernels: on one core of a Zen 5 they beat OpenBLAS 0.3.21 on two, narrowly where memory bounds both.
    case fastest
  }

  /// The matrix whose rows are written one by one: `write(r, row)` fills row r, whose K entries are 0 at first.
  public init(rowCount: Int, columnCount: Int, writeRow: (Int, UnsafeMutablePointer<Float>) -> Void) {
    precondition(rowCount >= 0 && columnCount >= 0, "extents are not negative")
    self.rowCount = rowCount
    self.columnCount = columnCount
    paddedRowCount = (rowCount + 15) & ~15
    panels = FloatBuffer(count: paddedRowCount * columnCount)
    let row = FloatBuffer(count: columnCount)
    for r in 0..<rowCount {
      row.base.update(repeating: 0, count: columnCount)
      writeRow(r, row.base)
      wright_panels_store(panels.base, r, columnCount, row.base)
    }
  }

  /// The bytes that the panels take.
  public var byteCount: Int { panels.count * 4 }

  /// The entry in row `row`, column `column`.
  public subscript(row: Int, column: Int) -> Float {
    precondition(0 <= row && row < rowCount && 0 <= column && column < columnCount, "the entry lies in the matrix")
    return panels.base[(row / 16 * columnCount + column) * 16 + row % 16]
  }

  /// y[n] = W x[n] + bias for `count` vectors.
  ///
  /// - Parameters:
  ///   - bias: `paddedRowCount` numbers aligned to 64 bytes, or `nil`.
  ///   - count: the number of vectors.
  ///   - x: vectors of K numbers, `xStride` apart.
  ///   - xStride: the distance of two vectors of `x`.
  ///   - y: room for vectors of `paddedRowCount` numbers, `yStride` apart.
  ///   - yStride: the distance of two vectors of `y`.
  ///   - method: who multiplies.
  ///   - splits: whether a long product is split among threads; the results are the same.
  public func multiply(
    bias: UnsafePointer<Float>? = nil, _ x: UnsafePointer<Float>, xStride: Int, count: Int,
    into y: UnsafeMutablePointer<Float>, yStride: Int, method: Method = .panels,
    splits: Bool = true
  ) {
    if rowCount == 0 || count == 0 { return }
    let isLarge = count >= Self.matrixProductThreshold && wright_has_wide_vectors() == 0
    if columnCount > 0 && (method == .openBLAS || (method == .fastest && isLarge)) {
      multiplyByOpenBLAS(bias: bias, x, xStride: xStride, count: count, into: y, yStride: yStride)
      return
    }
    let panelCount = paddedRowCount / 16
    let threads =
      splits ? Parallelism.threads(panelCount: panelCount, multiplyAdds: paddedRowCount * columnCount * count) : 1
    if threads == 1 {
      wright_panels_multiply(panels.base, panelCount, columnCount, bias, x, xStride, count, y, yStride)
      return
    }
    Parallelism.forEachRange(of: panelCount, threads: threads) { _, part in
      wright_panels_multiply(
        panels.base + part.lowerBound * columnCount * 16, part.count, columnCount,
        bias.map { $0 + part.lowerBound * 16 },
        x, xStride, count, y + part.lowerBound * 16, yStride)
    }
  }

  /// The index of the greatest entry of W x[n] for each of `count` vectors, and that entry; of equal entries the first.
  public func greatest(
    _ x: UnsafePointer<Float>, xStride: Int, count: Int, values: UnsafeMutablePointer<Float>,
    indices: UnsafeMutablePointer<Int64>
  ) {
    precondition(rowCount > 0, "the greatest of no entries does not exist")
    let panelCount = paddedRowCount / 16
    let threads = Parallelism.threads(panelCount: panelCount, multiplyAdds: paddedRowCount * columnCount * count)
    if threads == 1 {
      wright_panels_argmax(panels.base, rowCount, columnCount, x, xStride, count, values, indices)
      return
    }
    let partValues = UnsafeMutablePointer<Float>.allocate(capacity: threads * count)
    let partIndices = UnsafeMutablePointer<Int64>.allocate(capacity: threads * count)
    defer {
      partValues.deallocate()
      partIndices.deallocate()
    }
    Parallelism.forEachRange(of: panelCount, threads: threads) { thread, part in
      wright_panels_argmax(
        panels.base + part.lowerBound * columnCount * 16, min(rowCount, part.upperBound * 16) - part.lowerBound * 16,
        columnCount, x, xStride, count, partValues + thread * count, partIndices + thread * count)
    }
    for n in 0..<count {
      values[n] = partValues[n]
      indices[n] = partIndices[n]
      for thread in 1..<threads where partValues[thread * count + n] > values[n] {
        values[n] = partValues[thread * count + n]
        indices[n] = partIndices[thread * count + n] + Int64(panelCount * thread / threads * 16)
      }
    }
  }

  private func multiplyByOpenBLAS(
    bias: UnsafePointer<Float>?, _ x: UnsafePointer<Float>, xStride: Int, count: Int,
    into y: UnsafeMutablePointer<Float>, yStride: Int
  ) {
    let rows = FloatBuffer(count: rowCount * columnCount)
    wright_panels_unpack(panels.base, rowCount, columnCount, rows.base)
    wright_sgemm(count, rowCount, columnCount, x, xStride, rows.base, y, yStride)
    for n in 0..<count {
      let row = y + n * yStride
      if let bias { for r in 0..<rowCount { row[r] += bias[r] } }
      for r in rowCount..<paddedRowCount { row[r] = 0 }
    }
  }
}
