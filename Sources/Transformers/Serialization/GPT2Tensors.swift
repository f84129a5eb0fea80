// The tensors of `GPT2LMHeadModel`: projections are stored as [inputs, outputs], and query, key and value as one matrix side by side.
import Tensors

enum GPT2Tensors {
  /// The names and shapes that a configuration asks for; `prefix` is "transformer." or, in the oldest checkpoints, empty.
  /// At most `layerLimit` layers are listed: a hostile configuration asks for a hundred thousand.
  static func shapes(_ c: ModelConfiguration, prefix: String, layerLimit: Int) -> [TensorShape] {
    let (width, inner) = (c.hiddenSize, c.intermediateSize)
    var shapes = [
      TensorShape("\(prefix)wte.weight", c.vocabularySize, width),
      TensorShape("\(prefix)wpe.weight", c.maximumPositionCount, width),
    ]
    func projection(_ name: String, _ inputs: Int, _ outputs: Int) {
      shapes.append(TensorShape(name + ".weight", inputs, outputs))
      shapes.append(TensorShape(name + ".bias", outputs))
    }
    func normalization(_ name: String) {
      shapes.append(TensorShape(name + ".weight", width))
      shapes.append(TensorShape(name + ".bias", width))
    }
    for index in 0..<min(c.layerCount, layerLimit) {
      let layer = "\(prefix)h.\(index)"
      normalization("\(layer).ln_1")
      projection("\(layer).attn.c_attn", width, 3 * width)
      projection("\(layer).attn.c_proj", width, width)
      normalization("\(layer).ln_2")
      projection("\(layer).mlp.c_fc", width, inner)
      projection("\(layer).mlp.c_proj", inner, width)
    }
    normalization("\(prefix)ln_f")
    if !c.tiesEmbeddings { shapes.append(TensorShape("lm_head.weight", c.vocabularySize, width)) }
    return shapes
  }

  /// The weights in `stored`.
  static func read(_ stored: StoredTensors, _ c: ModelConfiguration) throws(FolderError) -> ModelWeights {
    let prefix = stored.has("wte.weight") && !stored.has("transformer.wte.weight") ? "" : "transformer."
    // Old checkpoints hold the causal mask, which is always the same; some hold a tied head a second time.
    try stored.check(shapes(c, prefix: prefix, layerLimit: stored.count + 1)) {
      $0.hasSuffix(".attn.bias") || $0.hasSuffix(".attn.masked_bias") || (c.tiesEmbeddings && $0 == "lm_head.weight")
    }
    let (width, inner) = (c.hiddenSize, c.intermediateSize)
    func normalization(_ name: String) throws(FolderError) -> NormalizationWeights {
      NormalizationWeights(gain: try stored.vector(name + ".weight"), bias: try stored.vector(name + ".bias"))
    }
    func projection(_ name: String, _ inputs: Int, _ outputs: Int, parts: Int = 1) throws(FolderError) -> [Linear] {
      let weight = try stored.vector(name + ".weight")
      let bias = try stored.vector(name + ".bias")
      let size = outputs / parts
      return (0..<parts).map { part in
        let matrix = transposed(weight, rows: inputs, columns: outputs, taking: part * size..<(part + 1) * size)
        return Linear(weight: matrix, bias: Array(bias[part * size..<(part + 1) * size]))
      }
    }
    var layers: [LayerWeights] = []
    for index in 0..<c.layerCount {
      let layer = "\(prefix)h.\(index)"
      let attention = try projection("\(layer).attn.c_attn", width, 3 * width, parts: 3)
      layers.append(
        LayerWeights(
          attentionNormalization: try normalization("\(layer).ln_1"), query: attention[0], key: attention[1],
          value: attention[2], output: try projection("\(layer).attn.c_proj", width, width)[0],
          feedForwardNormalization: try normalization("\(layer).ln_2"), gate: nil,
          up: try projection("\(layer).mlp.c_fc", width, inner)[0],
          down: try projection("\(layer).mlp.c_proj", inner, width)[0]))
    }
    let embedding = try stored.matrix("\(prefix)wte.weight", c.vocabularySize, width)
    return ModelWeights(
      tokenEmbedding: embedding,
      positionEmbedding: try stored.matrix("\(prefix)wpe.weight", c.maximumPositionCount, width), layers: layers,
      finalNormalization: try normalization("\(prefix)ln_f"), head: try stored.head(c, embedding: embedding))
  }

  /// The transpose of the given columns of a matrix with `rows` rows.
  private static func transposed(
    _ elements: [Float], rows: Int, columns: Int, taking part: Range<Int>
  ) -> Tensor<Float> {
    var result = [Float](repeating: 0, count: part.count * rows)
    for (output, column) in part.enumerated() {
      for input in 0..<rows { result[output * rows + input] = elements[input * columns + column] }
    }
    return Tensor(shape: [part.count, rows], elements: result)
  }

  /// The tensors of `model`, whose shapes have been checked; biases that the model lacks are written as zeros, which the format needs.
  static func tensors(_ model: Model) -> [NamedTensor] {
    let width = model.configuration.hiddenSize
    var tensors = [NamedTensor("transformer.wte.weight", model.weights.tokenEmbedding)]
    if let positions = model.weights.positionEmbedding {
      tensors.append(NamedTensor("transformer.wpe.weight", positions))
    }
    func add(_ name: String, _ maps: Linear...) {
      tensors.append(NamedTensor(name + ".weight", transposing: maps.map(\.weight)))
      tensors.append(
        NamedTensor(
          name + ".bias", maps.flatMap { $0.bias ?? [Float](repeating: 0, count: $0.weight.rowCount) }))
    }
    func add(_ name: String, _ normalization: NormalizationWeights) {
      tensors.append(NamedTensor(name + ".weight", normalization.gain))
      tensors.append(NamedTensor(name + ".bias", normalization.bias ?? [Float](repeating: 0, count: width)))
    }
    for (index, layer) in model.weights.layers.enumerated() {
      let name = "transformer.h.\(index)"
      add("\(name).ln_1", layer.attentionNormalization)
      add("\(name).attn.c_attn", layer.query, layer.key, layer.value)
      add("\(name).attn.c_proj", layer.output)
      add("\(name).ln_2", layer.feedForwardNormalization)
      add("\(name).mlp.c_fc", layer.up)
      add("\(name).mlp.c_proj", layer.down)
    }
    add("transformer.ln_f", model.weights.finalNormalization)
    if let head = model.weights.head { tensors.append(NamedTensor("lm_head.weight", head)) }
    return tensors
  }
}
