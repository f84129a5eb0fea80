// Whether a scalar type holds the weights as they are.
import Tensors

extension Model {
  /// Whether every weight is a number of `scalar`, so that storing or loading the model in it changes nothing.
  public func isExact(as scalar: ScalarType) -> Bool {
    func isExact(_ numbers: [Float]?) -> Bool {
      guard let numbers, scalar != .float32 else { return true }
      return numbers.allSatisfy { x in
        scalar == .bfloat16
          ? x.bitPattern & 0xFFFF == 0
          : ScalarConversion.floatBits(half: ScalarConversion.half(floatBits: x.bitPattern)) == x.bitPattern
      }
    }
    func isExact(_ map: Linear?) -> Bool { map.map { isExact($0.weight.elements) && isExact($0.bias) } ?? true }
    func isExact(_ norm: NormalizationWeights) -> Bool { isExact(norm.gain) && isExact(norm.bias) }
    return isExact(weights.tokenEmbedding.elements) && isExact(weights.positionEmbedding?.elements)
      && isExact(weights.head?.elements) && isExact(weights.finalNormalization)
      && weights.layers.allSatisfy { layer in
        isExact(layer.attentionNormalization) && isExact(layer.feedForwardNormalization) && isExact(layer.query)
          && isExact(layer.key) && isExact(layer.value) && isExact(layer.output) && isExact(layer.gate)
          && isExact(layer.up) && isExact(layer.down)
      }
  }
}
