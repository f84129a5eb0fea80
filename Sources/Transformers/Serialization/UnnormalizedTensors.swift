// The tensors of a decoder without normalization: names, shapes, reading and writing; every matrix is [outputs, inputs].
import Tensors

enum UnnormalizedTensors {
  /// The maps of one layer by the names that they have in a file, with their shapes.
  private static func maps(_ c: ModelConfiguration) -> [(name: String, outputs: Int, inputs: Int, hasBias: Bool)] {
    let (queries, keys) = (c.headCount * c.headSize, c.keyValueHeadCount * c.headSize)
    return [
      ("query", queries, c.hiddenSize, c.hasAttentionBiases), ("key", keys, c.hiddenSize, c.hasAttentionBiases),
      ("value", keys, c.hiddenSize, c.hasAttentionBiases), ("output", c.hiddenSize, queries, c.hasAttentionBiases),
      ("up", c.intermediateSize, c.hiddenSize, c.hasFeedForwardBiases),
      ("down", c.hiddenSize, c.intermediateSize, c.hasFeedForwardBiases),
    ]
  }

  /// The names and shapes that a configuration asks for, of at most `layerLimit` layers: a hostile one asks for a hundred thousand.
  static func shapes(_ c: ModelConfiguration, layerLimit: Int) -> [TensorShape] {
    var shapes = [
      TensorShape("token_embedding.weight", c.vocabularySize, c.hiddenSize),
      TensorShape("position_embedding.weight", c.maximumPositionCount, c.hiddenSize),
    ]
    for index in 0..<min(c.layerCount, layerLimit) {
      for map in maps(c) {
        shapes.append(TensorShape("layers.\(index).\(map.name).weight", map.outputs, map.inputs))
        if map.hasBias { shapes.append(TensorShape("layers.\(index).\(map.name).bias", map.outputs)) }
      }
    }
    if !c.tiesEmbeddings { shapes.append(TensorShape("head.weight", c.vocabularySize, c.hiddenSize)) }
    return shapes
  }

  /// The weights in `stored`.
  static func read(_ stored: StoredTensors, _ c: ModelConfiguration) throws(FolderError) -> ModelWeights {
    try stored.check(shapes(c, layerLimit: stored.count + 1)) { _ in false }
    var layers: [LayerWeights] = []
    for index in 0..<c.layerCount {
      var linear: [Linear] = []
      for map in maps(c) {
        let name = "layers.\(index).\(map.name)"
        linear.append(
          Linear(
            weight: try stored.matrix(name + ".weight", map.outputs, map.inputs),
            bias: map.hasBias ? try stored.vector(name + ".bias") : nil))
      }
      layers.append(
        LayerWeights(
          attentionNormalization: .init(), query: linear[0], key: linear[1], value: linear[2], output: linear[3],
          feedForwardNormalization: .init(), gate: nil, up: linear[4], down: linear[5]))
    }
    return ModelWeights(
      tokenEmbedding: try stored.matrix("token_embedding.weight", c.vocabularySize, c.hiddenSize),
      positionEmbedding: try stored.matrix("position_embedding.weight", c.maximumPositionCount, c.hiddenSize),
      layers: layers, finalNormalization: .init(),
      head: try c.tiesEmbeddings ? nil : stored.matrix("head.weight", c.vocabularySize, c.hiddenSize))
  }

  /// The tensors of `model`, whose shapes have been checked.
  static func tensors(_ model: Model) -> [NamedTensor] {
    var tensors = [NamedTensor("token_embedding.weight", model.weights.tokenEmbedding)]
    if let positions = model.weights.positionEmbedding {
      tensors.append(NamedTensor("position_embedding.weight", positions))
    }
    for (index, layer) in model.weights.layers.enumerated() {
      let linear = [layer.query, layer.key, layer.value, layer.output, layer.up, layer.down]
      for (map, weights) in zip(maps(model.configuration), linear) {
        tensors.append(NamedTensor("layers.\(index).\(map.name).weight", weights.weight))
        if let bias = weights.bias { tensors.append(NamedTensor("layers.\(index).\(map.name).bias", bias)) }
      }
    }
    if let head = model.weights.head { tensors.append(NamedTensor("head.weight", head)) }
    return tensors
  }
}
