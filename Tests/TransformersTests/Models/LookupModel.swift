// A transformer whose answers are known: the token at position i is followed by the token that stands at target[i].
import Tensors
import Transformers

/// One layer, one head, vocabulary {0, 1}, learned positions: position i attends to position `targets[i]` <= i alone
/// and outputs its token.
///
/// Keys and queries are the interleaved codes of Li et al. (2024), lemma on matching: q = sbin(target) ~ 1, k = gain
/// (sbin(j) ~ (-1)), so that the score is 0 at the target and at most -2 gain elsewhere; in finite precision F_s with
/// gain 2^(s+1), exactly -B_s. Residual coordinates: target code (bits), own code (bits), 1, token, fetched token.
func lookupModel(targets: [Int], gain: Float) -> Model {
  let bits = max(1, (targets.count - 1).bitWidth - (targets.count - 1).leadingZeroBitCount)
  let (one, token, fetched, c) = (2 * bits, 2 * bits + 1, 2 * bits + 2, 2 * bits + 3)
  var configuration = ModelConfiguration(
    vocabularySize: 2, hiddenSize: c, intermediateSize: 1, layerCount: 1, headCount: 1, headSize: 2 * bits,
    maximumPositionCount: targets.count)
  configuration.positions = .learned
  configuration.normalization = .none
  configuration.feedForward = .relu
  configuration.attentionScale = 1
  func matrix(_ rows: Int, _ columns: Int, _ entries: [(Int, Int, Float)]) -> Tensor<Float> {
    var matrix = Tensor<Float>(shape: [rows, columns], repeating: 0)
    for (r, k, value) in entries { matrix[r, k] = value }
    return matrix
  }
  var positions = Tensor<Float>(shape: [targets.count, c], repeating: 0)
  for (i, target) in targets.enumerated() {
    for b in 0..<bits {
      positions[i, b] = target >> b & 1 == 1 ? 1 : -1
      positions[i, bits + b] = i >> b & 1 == 1 ? 1 : -1
    }
    positions[i, one] = 1
  }
  var queryEntries: [(Int, Int, Float)] = []
  var keyEntries: [(Int, Int, Float)] = []
  for b in 0..<bits {
    queryEntries += [(2 * b, b, 1), (2 * b + 1, one, 1)]
    keyEntries += [(2 * b, bits + b, gain), (2 * b + 1, one, -gain)]
  }
  let layer = LayerWeights(
    attentionNormalization: NormalizationWeights(),
    query: Linear(weight: matrix(2 * bits, c, queryEntries)), key: Linear(weight: matrix(2 * bits, c, keyEntries)),
    value: Linear(weight: matrix(2 * bits, c, [(0, token, 1)])),
    output: Linear(weight: matrix(c, 2 * bits, [(fetched, 0, 1)])),
    feedForwardNormalization: NormalizationWeights(), gate: nil,
    up: Linear(weight: matrix(1, c, [])), down: Linear(weight: matrix(c, 1, [])))
  return Model(
    configuration: configuration,
    weights: ModelWeights(
      tokenEmbedding: matrix(2, c, [(1, token, 1)]), positionEmbedding: positions, layers: [layer],
      finalNormalization: NormalizationWeights(), head: matrix(2, c, [(0, one, 0.5), (1, fetched, 1)])))
}
