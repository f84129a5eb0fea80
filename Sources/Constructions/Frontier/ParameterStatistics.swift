// How many weights a model has, counted in the three usual ways, and how many bits they take.
import Tensors
public import Transformers

/// Counts of a model's weights.
public struct ParameterStatistics: Sendable, Equatable, Codable {
  /// All of them.
  public var count = 0
  /// Those that are not zero.
  public var nonZero = 0
  /// Different values.
  public var distinct = 0
  /// Significant binary digits and sign of those that are not zero, added up.
  public var bits = 0
  /// The most of one weight.
  public var largestBits = 0

  /// Counts the weights of `model`. Linear in their number.
  public init(_ model: Model) {
    var values: Set<UInt32> = []
    /// The one seen last: most neighbours are equal, and a set is slow.
    var last: UInt32?
    func add(_ numbers: [Float]) {
      for x in numbers {
        count += 1
        if x.bitPattern != last {
          values.insert(x == 0 ? 0 : x.bitPattern)
          last = x.bitPattern
        }
        guard x != 0 else { continue }
        nonZero += 1
        let size = 1 + x.significandWidth + 1
        bits += size
        largestBits = max(largestBits, size)
      }
    }
    func add(_ map: Linear) {
      add(map.weight.elements)
      add(map.bias ?? [])
    }
    func add(_ norm: NormalizationWeights) {
      add(norm.gain)
      add(norm.bias ?? [])
    }
    let weights = model.weights
    add(weights.tokenEmbedding.elements)
    add(weights.positionEmbedding?.elements ?? [])
    for layer in weights.layers {
      add(layer.attentionNormalization)
      for map in [layer.query, layer.key, layer.value, layer.output] { add(map) }
      add(layer.feedForwardNormalization)
      if let gate = layer.gate { add(gate) }
      add(layer.up)
      add(layer.down)
    }
    add(weights.finalNormalization)
    if let head = weights.head { add(head.elements) }
    distinct = values.count
  }
}
