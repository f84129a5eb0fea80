// The decoder on a tape: embedding, layers, head and loss of one shard.
//
// B sequences of T tokens in a shard, R = B T rows; C is the width, H, G and D are heads, key-value heads and their width, F hidden units.
public import Tensors
import Transformers

extension DecoderObjective {
  /// Records the decoder and the loss of one shard.
  @specialized(where Scalar == Float)
  public func loss<Scalar: TensorScalar>(
    of batch: TokenBatch, shard: Int, normalization: Double, on tape: Tape<Scalar>
  ) -> Variable {
    let sequences = sequences(ofShard: shard, of: batch)
    let rows = sequences.lowerBound * batch.length..<sequences.upperBound * batch.length
    let targets = UnsafeBufferPointer(rebasing: batch.targets[rows])
    let weights = batch.isWeighted ? UnsafeBufferPointer(rebasing: batch.weights[rows]) : nil
    func loss(_ logits: Variable) -> Variable {
      tape.crossEntropy(logits, targets: targets, weights: weights, normalization: normalization)
    }
    var total: Variable?
    func add(_ loss: Variable, weight: Double) {
      if let present = total {
        total = tape.weightedSum(present, weight: 1, loss, weight: Scalar(weight))
      } else {
        total = weight == 1 ? loss : tape.weightedSum(loss, weight: Scalar(weight))
      }
    }
    let stream = residualStream(
      UnsafeBufferPointer(rebasing: batch.inputs[rows]), sequenceCount: sequences.count, length: batch.length, on: tape
    ) { layer, stream in
      for (index, auxiliary) in options.auxiliaryHeads.enumerated()
      where auxiliary.layer == layer && countsAuxiliaryHeads {
        let own = parameters.auxiliaryHeads[index]
        let normalized = normalize(
          stream, own.map(\.normalization) ?? parameters.finalNormalization, on: tape)
        let logits = tape.linear(normalized, weight: tape.parameter(own?.head ?? parameters.head))
        add(loss(logits), weight: auxiliary.weight)
      }
    }
    add(loss(logits(of: stream, on: tape)), weight: options.lossWeight)
    return total ?? stream
  }

  /// Records the decoder up to the logits of each position, of shape [R, V].
  package func logits<Scalar: TensorScalar>(
    _ tokens: UnsafeBufferPointer<Int32>, sequenceCount: Int, length: Int, on tape: Tape<Scalar>
  ) -> Variable {
    logits(
      of: residualStream(tokens, sequenceCount: sequenceCount, length: length, on: tape) { _, _ in }, on: tape)
  }

  private func logits<Scalar: TensorScalar>(of stream: Variable, on tape: Tape<Scalar>) -> Variable {
    tape.scope = configuration.layerCount + 1
    let normalized = normalize(stream, parameters.finalNormalization, on: tape)
    return tape.linear(normalized, weight: tape.parameter(parameters.head))
  }

  /// The residual stream after the last layer, of shape [R, C]; `visit` sees it after each layer.
  private func residualStream<Scalar: TensorScalar>(
    _ tokens: UnsafeBufferPointer<Int32>, sequenceCount: Int, length: Int, on tape: Tape<Scalar>,
    visit: (Int, Variable) -> Void
  ) -> Variable {
    let c = configuration
    precondition(
      length <= options.maximumLength ?? c.maximumPositionCount, "a sequence is no longer than the model's maximum")
    tape.scope = 0
    var stream = tape.embedding(
      tokens, table: tape.parameter(parameters.tokenEmbedding),
      positions: parameters.positionEmbedding.map { tape.parameter($0) }, length: length)
    let shape = AttentionShape(
      sequences: sequenceCount, length: length, heads: c.headCount, keyValueHeads: c.keyValueHeadCount,
      headSize: c.headSize, scale: c.resolvedAttentionScale)
    for index in 0..<c.layerCount {
      tape.scope = index + 1
      let layer = parameters.layer(index)
      let attended = attention(
        normalize(stream, layer.attentionNormalization, on: tape), layer, shape, length: length, on: tape)
      stream = linear(attended, layer.output, residual: stream, on: tape)
      let hidden = feedForward(normalize(stream, layer.feedForwardNormalization, on: tape), layer, on: tape)
      stream = linear(hidden, layer.down, residual: stream, on: tape)
      visit(index, stream)
    }
    return stream
  }

  private func linear<Scalar: TensorScalar>(
    _ x: Variable, _ map: LinearParameters, residual: Variable? = nil, on tape: Tape<Scalar>
  ) -> Variable {
    tape.linear(
      x, weight: tape.parameter(map.weight), bias: map.bias.map { tape.parameter($0) }, residual: residual)
  }

  private func normalize<Scalar: TensorScalar>(
    _ x: Variable, _ normalization: NormalizationParameters?, on tape: Tape<Scalar>
  ) -> Variable {
    guard let normalization else { return x }
    let gain = tape.parameter(normalization.gain)
    switch configuration.normalization {
    case .none: return x
    case .rootMeanSquare(let epsilon): return tape.rmsNorm(x, gain: gain, epsilon: epsilon)
    case .layer(let epsilon):
      guard let bias = normalization.bias else { preconditionFailure("a layer normalization has a bias") }
      return tape.layerNorm(x, gain: gain, bias: tape.parameter(bias), epsilon: epsilon)
    }
  }

  /// The heads' outputs, of shape [R, H D].
  private func attention<Scalar: TensorScalar>(
    _ x: Variable, _ layer: LayerParameters, _ shape: AttentionShape, length: Int, on tape: Tape<Scalar>
  ) -> Variable {
    let (d, h, g) = (configuration.headSize, configuration.headCount, configuration.keyValueHeadCount)
    func rotated(_ x: Variable, heads: Int) -> Variable {
      guard let rotaryTable else { return x }
      return tape.rotary(x, heads: heads, headSize: d, length: length, table: rotaryTable)
    }
    guard let joined = layer.joinedAttention else {
      let query = rotated(linear(x, layer.query, on: tape), heads: h)
      let key = rotated(linear(x, layer.key, on: tape), heads: g)
      let value = linear(x, layer.value, on: tape)
      return tape.attention(query: query.allColumns, key: key.allColumns, value: value.allColumns, shape)
    }
    // One matrix of H query heads, G key heads and G value heads; all but the values are rotated.
    let all = rotated(linear(x, joined, on: tape), heads: h + g)
    return tape.attention(
      query: all.columns(0..<h * d), key: all.columns(h * d..<(h + g) * d),
      value: all.columns((h + g) * d..<(h + 2 * g) * d), shape)
  }

  /// The hidden units, of shape [R, F].
  private func feedForward<Scalar: TensorScalar>(
    _ x: Variable, _ layer: LayerParameters, on tape: Tape<Scalar>
  ) -> Variable {
    let f = configuration.intermediateSize
    if let joined = layer.joinedFeedForward {
      let both = linear(x, joined, on: tape)
      return tape.swiGLU(gate: both.columns(0..<f), up: both.columns(f..<2 * f))
    }
    if let gate = layer.gate {
      let gate = linear(x, gate, on: tape)
      return tape.swiGLU(gate: gate.allColumns, up: linear(x, layer.up, on: tape).allColumns)
    }
    let up = linear(x, layer.up, on: tape)
    return configuration.feedForward == .relu ? tape.relu(up) : tape.geluTanh(up)
  }
}
