// The tensors of `LlamaForCausalLM`: their names and shapes, reading and writing.
import Tensors

enum LlamaTensors {
  /// The names and shapes that a configuration asks for, of at most `layerLimit` layers: a hostile one asks for a hundred thousand.
  static func shapes(_ c: ModelConfiguration, layerLimit: Int) -> [TensorShape] {
    let (queries, keys) = (c.headCount * c.headSize, c.keyValueHeadCount * c.headSize)
    var shapes = [TensorShape("model.embed_tokens.weight", c.vocabularySize, c.hiddenSize)]
    func linear(_ name: String, _ outputs: Int, _ inputs: Int, hasBias: Bool) {
      shapes.append(TensorShape(name + ".weight", outputs, inputs))
      if hasBias { shapes.append(TensorShape(name + ".bias", outputs)) }
    }
    for index in 0..<min(c.layerCount, layerLimit) {
      let layer = "model.layers.\(index)"
      shapes.append(TensorShape("\(layer).input_layernorm.weight", c.hiddenSize))
      linear("\(layer).self_attn.q_proj", queries, c.hiddenSize, hasBias: c.hasAttentionBiases)
      linear("\(layer).self_attn.k_proj", keys, c.hiddenSize, hasBias: c.hasAttentionBiases)
      linear("\(layer).self_attn.v_proj", keys, c.hiddenSize, hasBias: c.hasAttentionBiases)
      linear("\(layer).self_attn.o_proj", c.hiddenSize, queries, hasBias: c.hasAttentionBiases)
      shapes.append(TensorShape("\(layer).post_attention_layernorm.weight", c.hiddenSize))
      linear("\(layer).mlp.gate_proj", c.intermediateSize, c.hiddenSize, hasBias: c.hasFeedForwardBiases)
      linear("\(layer).mlp.up_proj", c.intermediateSize, c.hiddenSize, hasBias: c.hasFeedForwardBiases)
      linear("\(layer).mlp.down_proj", c.hiddenSize, c.intermediateSize, hasBias: c.hasFeedForwardBiases)
    }
    shapes.append(TensorShape("model.norm.weight", c.hiddenSize))
    if !c.tiesEmbeddings { shapes.append(TensorShape("lm_head.weight", c.vocabularySize, c.hiddenSize)) }
    return shapes
  }

  /// The weights in `stored`.
  static func read(_ stored: StoredTensors, _ c: ModelConfiguration) throws(FolderError) -> ModelWeights {
    // Old checkpoints hold the frequencies, which the configuration determines; some hold a tied head a second time.
    try stored.check(shapes(c, layerLimit: stored.count + 1)) {
      $0.hasSuffix(".rotary_emb.inv_freq") || (c.tiesEmbeddings && $0 == "lm_head.weight")
    }
    let (queries, keys) = (c.headCount * c.headSize, c.keyValueHeadCount * c.headSize)
    func linear(_ name: String, _ outputs: Int, _ inputs: Int, hasBias: Bool) throws(FolderError) -> Linear {
      let weight = try stored.matrix(name + ".weight", outputs, inputs)
      return Linear(weight: weight, bias: hasBias ? try stored.vector(name + ".bias") : nil)
    }
    func gain(_ name: String) throws(FolderError) -> NormalizationWeights {
      NormalizationWeights(gain: try stored.vector(name + ".weight"))
    }
    var layers: [LayerWeights] = []
    for index in 0..<c.layerCount {
      let (attention, feedForward) = ("model.layers.\(index).self_attn", "model.layers.\(index).mlp")
      let (hasBias, hasInnerBias) = (c.hasAttentionBiases, c.hasFeedForwardBiases)
      layers.append(
        LayerWeights(
          attentionNormalization: try gain("model.layers.\(index).input_layernorm"),
          query: try linear("\(attention).q_proj", queries, c.hiddenSize, hasBias: hasBias),
          key: try linear("\(attention).k_proj", keys, c.hiddenSize, hasBias: hasBias),
          value: try linear("\(attention).v_proj", keys, c.hiddenSize, hasBias: hasBias),
          output: try linear("\(attention).o_proj", c.hiddenSize, queries, hasBias: hasBias),
          feedForwardNormalization: try gain("model.layers.\(index).post_attention_layernorm"),
          gate: try linear("\(feedForward).gate_proj", c.intermediateSize, c.hiddenSize, hasBias: hasInnerBias),
          up: try linear("\(feedForward).up_proj", c.intermediateSize, c.hiddenSize, hasBias: hasInnerBias),
          down: try linear("\(feedForward).down_proj", c.hiddenSize, c.intermediateSize, hasBias: hasInnerBias)))
    }
    let embedding = try stored.matrix("model.embed_tokens.weight", c.vocabularySize, c.hiddenSize)
    return ModelWeights(
      tokenEmbedding: embedding, layers: layers, finalNormalization: try gain("model.norm"),
      head: try stored.head(c, embedding: embedding))
  }

  /// The tensors of `model`, whose shapes have been checked, in the order of a forward pass.
  static func tensors(_ model: Model) -> [NamedTensor] {
    var tensors = [NamedTensor("model.embed_tokens.weight", model.weights.tokenEmbedding)]
    func add(_ name: String, _ map: Linear?) {
      guard let map else { return }
      tensors.append(NamedTensor(name + ".weight", map.weight))
      if let bias = map.bias { tensors.append(NamedTensor(name + ".bias", bias)) }
    }
    for (index, layer) in model.weights.layers.enumerated() {
      let name = "model.layers.\(index)"
      tensors.append(NamedTensor("\(name).input_layernorm.weight", layer.attentionNormalization.gain))
      add("\(name).self_attn.q_proj", layer.query)
      add("\(name).self_attn.k_proj", layer.key)
      add("\(name).self_attn.v_proj", layer.value)
      add("\(name).self_attn.o_proj", layer.output)
      tensors.append(NamedTensor("\(name).post_attention_layernorm.weight", layer.feedForwardNormalization.gain))
      add("\(name).mlp.gate_proj", layer.gate)
      add("\(name).mlp.up_proj", layer.up)
      add("\(name).mlp.down_proj", layer.down)
    }
    tensors.append(NamedTensor("model.norm.weight", model.weights.finalNormalization.gain))
    if let head = model.weights.head { tensors.append(NamedTensor("lm_head.weight", head)) }
    return tensors
  }
}

extension StoredTensors {
  /// The head's own matrix, or `nil` where it is tied; a tied head that is stored as well has to equal the embedding.
  func head(_ c: ModelConfiguration, embedding: Tensor<Float>) throws(FolderError) -> Tensor<Float>? {
    if !c.tiesEmbeddings { return try matrix("lm_head.weight", c.vocabularySize, c.hiddenSize) }
    if has("lm_head.weight"), try vector("lm_head.weight") != embedding.elements {
      throw FolderError(
        path: path, place: .tensor("lm_head.weight"), expected: "the token embedding, as tie_word_embeddings says",
        found: "other numbers")
    }
    return nil
  }
}
