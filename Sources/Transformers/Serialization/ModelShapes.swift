// The shapes that a configuration asks of the weights, and where given weights differ.
import Tensors

extension Model {
  /// Where the weights do not have the shapes that the configuration asks for; empty where they do.
  func shapeFaults(path: String) -> [FolderError.Fault] {
    var faults: [FolderError.Fault] = []
    let c = configuration
    func check(_ name: String, _ expected: [Int]?, _ found: [Int]?) {
      if expected != found, faults.count < FolderError.faultLimit {
        faults.append(
          FolderError.Fault(
            path: path, place: .tensor(name), expected: expected.map { "shape \($0)" } ?? "no such weights",
            found: found.map { "shape \($0)" } ?? "nothing"))
      }
    }
    func check(_ name: String, _ map: Linear?, _ outputs: Int, _ inputs: Int, hasBias: Bool) {
      check(name + ".weight", [outputs, inputs], map?.weight.shape)
      check(name + ".bias", hasBias ? [outputs] : nil, map?.bias.map { [$0.count] })
    }
    func check(_ name: String, _ normalization: NormalizationWeights) {
      switch c.normalization {
      case .none: check(name + ".gain", [0], [normalization.gain.count])
      case .rootMeanSquare:
        check(name + ".gain", [c.hiddenSize], [normalization.gain.count])
        check(name + ".bias", nil, normalization.bias.map { [$0.count] })
      case .layer:
        check(name + ".gain", [c.hiddenSize], [normalization.gain.count])
        check(name + ".bias", [c.hiddenSize], [normalization.bias?.count ?? c.hiddenSize])
      }
    }
    check("tokenEmbedding", [c.vocabularySize, c.hiddenSize], weights.tokenEmbedding.shape)
    check(
      "positionEmbedding", c.positions == .learned ? [c.maximumPositionCount, c.hiddenSize] : nil,
      weights.positionEmbedding?.shape)
    check("layers", [c.layerCount], [weights.layers.count])
    for (index, layer) in weights.layers.enumerated() {
      let name = "layers[\(index)]"
      let (queries, keys) = (c.headCount * c.headSize, c.keyValueHeadCount * c.headSize)
      check("\(name).attentionNormalization", layer.attentionNormalization)
      check("\(name).query", layer.query, queries, c.hiddenSize, hasBias: c.hasAttentionBiases)
      check("\(name).key", layer.key, keys, c.hiddenSize, hasBias: c.hasAttentionBiases)
      check("\(name).value", layer.value, keys, c.hiddenSize, hasBias: c.hasAttentionBiases)
      check("\(name).output", layer.output, c.hiddenSize, queries, hasBias: c.hasAttentionBiases)
      check("\(name).feedForwardNormalization", layer.feedForwardNormalization)
      if c.feedForward == .gatedSiLU {
        check("\(name).gate", layer.gate, c.intermediateSize, c.hiddenSize, hasBias: c.hasFeedForwardBiases)
      } else {
        check("\(name).gate.weight", nil, layer.gate?.weight.shape)
      }
      check("\(name).up", layer.up, c.intermediateSize, c.hiddenSize, hasBias: c.hasFeedForwardBiases)
      check("\(name).down", layer.down, c.hiddenSize, c.intermediateSize, hasBias: c.hasFeedForwardBiases)
    }
    check("finalNormalization", weights.finalNormalization)
    check("head", c.tiesEmbeddings ? nil : [c.vocabularySize, c.hiddenSize], weights.head?.shape)
    return faults
  }
}
