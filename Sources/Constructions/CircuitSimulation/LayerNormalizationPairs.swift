// A decoder without normalization -> the same behind layer normalization, made the identity by pairs (x, -x).
import Tensors
import Transformers

/// Doubles the residual stream: column i + d always holds the negative of column i.
///
/// The mean is then 0, and where every coordinate is +1 or -1 whenever a normalization reads it, the variance is 1: layer normalization with
/// epsilon 0, gain 1 and bias 0 is the identity. What reads the stream reads the first half; what writes it writes both.
enum LayerNormalizationPairs {
  static func pairing(_ weights: ModelWeights) -> ModelWeights {
    let identity = NormalizationWeights(
      gain: [Float](repeating: 1, count: 2 * weights.tokenEmbedding.columnCount),
      bias: [Float](repeating: 0, count: 2 * weights.tokenEmbedding.columnCount))
    return ModelWeights(
      tokenEmbedding: rowsPaired(weights.tokenEmbedding),
      positionEmbedding: weights.positionEmbedding.map(rowsPaired),
      layers: weights.layers.map { layer in
        LayerWeights(
          attentionNormalization: identity, query: reading(layer.query), key: reading(layer.key),
          value: reading(layer.value), output: writing(layer.output), feedForwardNormalization: identity, gate: nil,
          up: reading(layer.up), down: writing(layer.down))
      },
      finalNormalization: identity, head: weights.head.map { reading(Linear(weight: $0)).weight })
  }

  /// Each row followed by its negative.
  private static func rowsPaired(_ table: Tensor<Float>) -> Tensor<Float> {
    let width = table.columnCount
    var elements: [Float] = []
    elements.reserveCapacity(2 * table.count)
    for row in 0..<table.rowCount {
      let values = table.elements[row * width..<(row + 1) * width]
      elements.append(contentsOf: values)
      for value in values { elements.append(-value) }
    }
    return Tensor(shape: [table.rowCount, 2 * width], elements: elements)
  }

  /// The map that reads the first half, with a bias of 0.
  private static func reading(_ map: Linear) -> Linear {
    let (rows, width) = (map.weight.rowCount, map.weight.columnCount)
    var elements: [Float] = []
    elements.reserveCapacity(2 * rows * width)
    for row in 0..<rows {
      elements.append(contentsOf: map.weight.elements[row * width..<(row + 1) * width])
      elements.append(contentsOf: repeatElement(0, count: width))
    }
    return Linear(
      weight: Tensor(shape: [rows, 2 * width], elements: elements), bias: [Float](repeating: 0, count: rows))
  }

  /// The map that writes both halves, with a bias of 0.
  private static func writing(_ map: Linear) -> Linear {
    let (rows, width) = (map.weight.rowCount, map.weight.columnCount)
    var elements = map.weight.elements
    elements.reserveCapacity(2 * rows * width)
    for i in 0..<rows * width { elements.append(elements[i] == 0 ? 0 : -elements[i]) }
    return Linear(
      weight: Tensor(shape: [2 * rows, width], elements: elements), bias: [Float](repeating: 0, count: 2 * rows))
  }
}
