// The elementwise and attention kernels under Swift names; each is one call of C on memory that the caller owns.
import CKernels

/// Kernels on float32 vectors. Pointers must be valid for the stated counts; nothing is checked here.
///
/// The plain loops that say what each should compute stand in `Tests/TensorsTests`.
public enum VectorKernels {
  /// Numbers in a block of cached positions, and in a panel.
  public static let laneCount = 16

  /// y = exp(x): relative error below 1e-7, exactly 1 at 0, exactly 0 at and below -104.
  public static func exponential(_ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>) {
    wright_exponential(x, count, y)
  }

  /// y = silu(x) * up, silu(x) = x / (1 + exp(-x)).
  public static func siluMultiply(
    _ x: UnsafePointer<Float>, up: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>
  ) {
    wright_silu_multiply(x, up, count, y)
  }

  /// y = gelu(x) in its tanh form.
  public static func geluTanh(_ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>) {
    wright_gelu_tanh(x, count, y)
  }

  /// y = max(x, 0).
  public static func relu(_ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>) {
    wright_relu(x, count, y)
  }

  /// y[i] = x[columns[i]] / rms(x) * gain[i] for `kept` columns, the mean of squares over all `count`.
  public static func rootMeanSquareNormalize(
    _ x: UnsafePointer<Float>, count: Int, epsilon: Float, columns: UnsafePointer<Int32>, gain: UnsafePointer<Float>,
    kept: Int, into y: UnsafeMutablePointer<Float>
  ) {
    wright_rms_normalize(x, count, epsilon, columns, gain, kept, y)
  }

  /// y[i] = (x[columns[i]] - mean(x)) / deviation(x) * gain[i] + bias[i] for `kept` columns.
  public static func layerNormalize(
    _ x: UnsafePointer<Float>, count: Int, epsilon: Float, columns: UnsafePointer<Int32>, gain: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, kept: Int, into y: UnsafeMutablePointer<Float>
  ) {
    wright_layer_normalize(x, count, epsilon, columns, gain, bias, kept, y)
  }

  /// y[i] = x[columns[i]].
  public static func gather(
    _ x: UnsafePointer<Float>, columns: UnsafePointer<Int32>, kept: Int, into y: UnsafeMutablePointer<Float>
  ) {
    wright_gather(x, columns, kept, y)
  }

  /// y[rows[i]] += x[i]; the rows are distinct.
  public static func scatterAdd(
    _ x: UnsafePointer<Float>, rows: UnsafePointer<Int32>, kept: Int, into y: UnsafeMutablePointer<Float>
  ) {
    wright_scatter_add(x, rows, kept, y)
  }

  /// Cosines and sines of the float32 angles position * inverseFrequencies[i].
  public static func rotaryTable(
    inverseFrequencies: UnsafePointer<Float>, pairs: Int, position: Int, cosines: UnsafeMutablePointer<Float>,
    sines: UnsafeMutablePointer<Float>
  ) {
    wright_rotary_table(inverseFrequencies, pairs, Float(position), cosines, sines)
  }

  /// Turns each (x[i], x[i + pairs]) by the i-th angle, then multiplies by `scale`.
  public static func rotate(
    _ x: UnsafeMutablePointer<Float>, cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>, pairs: Int,
    scale: Float
  ) {
    wright_rotate(x, cosines, sines, pairs, scale)
  }

  /// Rows `0 ..< 16 * blockCount` of a panel array times `count` vectors; see `PanelMatrix`.
  public static func multiplyPanels(
    _ panels: UnsafePointer<Float>, blockCount: Int, columns: Int, by x: UnsafePointer<Float>, xStride: Int, count: Int,
    into y: UnsafeMutablePointer<Float>, yStride: Int
  ) {
    let threads = Parallelism.threads(panelCount: blockCount, multiplyAdds: blockCount * laneCount * columns * count)
    if threads == 1 {
      wright_panels_multiply(panels, blockCount, columns, nil, x, xStride, count, y, yStride)
      return
    }
    Parallelism.forEachRange(of: blockCount, threads: threads) { _, part in
      wright_panels_multiply(
        panels + part.lowerBound * columns * laneCount, part.count, columns, nil, x, xStride, count,
        y + part.lowerBound * laneCount, yStride)
    }
  }

  /// Row `slot` of a panel array becomes x.
  public static func store(
    _ x: UnsafePointer<Float>, in panels: UnsafeMutablePointer<Float>, slot: Int, columns: Int
  ) {
    wright_panels_store(panels, slot, columns, x)
  }

  /// Row `source` of a panel array is copied onto row `target`.
  public static func move(_ panels: UnsafeMutablePointer<Float>, from source: Int, to target: Int, columns: Int) {
    wright_panels_move(panels, source, target, columns)
  }

  /// The index of the first of `count` values that equals `value`.
  public static func firstIndex(of value: Int32, in values: UnsafePointer<Int32>, count: Int) -> Int? {
    let index = wright_find(values, count, value)
    return index < 0 ? nil : index
  }

  /// scores[i] becomes exp(scores[i] - max) for i < count; returns their sum and the number of blocks of 16 with a
  /// weight that is not exactly 0, whose indices are written to `live` (the others' weights are not written).
  public static func softmaxWeights(
    _ scores: UnsafeMutablePointer<Float>, count: Int, live: UnsafeMutablePointer<Int32>
  ) -> (total: Float, liveCount: Int) {
    var liveCount = 0
    let total = wright_softmax_weights(scores, count, live, &liveCount)
    return (total, liveCount)
  }

  /// out[d] = (sum over the live blocks of weight * value[d]) / total; `values` is a panel array of `columns` columns.
  public static func weightedSum(
    ofValues values: UnsafePointer<Float>, columns: Int, weights: UnsafePointer<Float>, live: UnsafePointer<Int32>,
    liveCount: Int, total: Float, into out: UnsafeMutablePointer<Float>
  ) {
    wright_weighted_sum(values, columns, weights, live, liveCount, total, out)
  }
}
