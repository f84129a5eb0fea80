// Checks that a model's numbers fit its configuration.
import Tensors

extension Model {
  /// Checks the configuration, every shape against it, and that every number is finite.
  ///
  /// - Throws: one `ModelError` with all faults found.
  /// - Complexity: one pass over the weights.
  public func validate() throws(ModelError) {
    var check = ModelCheck()
    check.configuration(configuration)
    if check.faults.isEmpty { check.weights(weights, configuration) }
    if !check.faults.isEmpty { throw ModelError(faults: check.faults) }
  }
}

extension ModelConfiguration {
  /// Checks that the configuration makes sense, without looking at any weights.
  ///
  /// - Throws: one `ModelError` with all faults found.
  public func validate() throws(ModelError) {
    var check = ModelCheck()
    check.configuration(self)
    if !check.faults.isEmpty { throw ModelError(faults: check.faults) }
  }
}

/// The faults found so far, and one method for each part of a model.
private struct ModelCheck {
  var faults: [ModelError.Fault] = []

  mutating func expect(_ holds: Bool, _ part: String, _ expected: String, _ found: @autoclosure () -> String) {
    if !holds { faults.append(ModelError.Fault(part: part, expected: expected, found: found())) }
  }

  mutating func configuration(_ c: ModelConfiguration) {
    let sizes = [
      ("vocabularySize", c.vocabularySize), ("hiddenSize", c.hiddenSize), ("headCount", c.headCount),
      ("keyValueHeadCount", c.keyValueHeadCount), ("headSize", c.headSize),
      ("maximumPositionCount", c.maximumPositionCount),
    ]
    for (name, size) in sizes { expect(size >= 1, name, "a positive number", "\(size)") }
    expect(c.layerCount >= 0, "layerCount", "no negative number", "\(c.layerCount)")
    expect(c.intermediateSize >= 0, "intermediateSize", "no negative number", "\(c.intermediateSize)")
    expect(c.vocabularySize < 1 << 31, "vocabularySize", "less than 2^31", "\(c.vocabularySize)")
    if c.keyValueHeadCount >= 1 {
      expect(
        c.headCount % c.keyValueHeadCount == 0, "keyValueHeadCount", "a divisor of headCount \(c.headCount)",
        "\(c.keyValueHeadCount)")
    }
    if let scale = c.attentionScale { expect(scale.isFinite, "attentionScale", "a finite number", "\(scale)") }
    switch c.normalization {
    case .rootMeanSquare(let epsilon), .layer(let epsilon):
      expect(epsilon.isFinite && epsilon >= 0, "normalization.epsilon", "a finite number from 0 up", "\(epsilon)")
    case .none: break
    }
    if case .rotary(let rotary) = c.positions { self.rotary(rotary, headSize: c.headSize) }
    for token in c.endTokens + (c.beginToken.map { [$0] } ?? []) {
      expect(
        0 <= token && token < c.vocabularySize, "beginToken and endTokens", "tokens below \(c.vocabularySize)",
        "\(token)")
    }
  }

  mutating func rotary(_ rotary: ModelConfiguration.RotaryEncoding, headSize: Int) {
    expect(headSize % 2 == 0, "headSize", "an even number, for rotary positions", "\(headSize)")
    expect(rotary.theta.isFinite && rotary.theta > 0, "rotary.theta", "a positive number", "\(rotary.theta)")
    guard let scaling = rotary.scaling else { return }
    expect(
      scaling.factor.isFinite && scaling.factor > 0, "rotary.scaling.factor", "a positive number", "\(scaling.factor)")
    expect(
      scaling.lowFrequencyFactor > 0 && scaling.lowFrequencyFactor < scaling.highFrequencyFactor,
      "rotary.scaling.lowFrequencyFactor", "a positive number below highFrequencyFactor \(scaling.highFrequencyFactor)",
      "\(scaling.lowFrequencyFactor)")
    expect(
      scaling.originalPositionCount >= 1, "rotary.scaling.originalPositionCount", "a positive number",
      "\(scaling.originalPositionCount)")
  }

  mutating func weights(_ w: ModelWeights, _ c: ModelConfiguration) {
    tensor(w.tokenEmbedding, [c.vocabularySize, c.hiddenSize], "tokenEmbedding")
    let learnsPositions = c.positions == .learned
    expect(
      (w.positionEmbedding != nil) == learnsPositions, "positionEmbedding", learnsPositions ? "a matrix" : "none",
      w.positionEmbedding == nil ? "none" : "a matrix")
    if let positions = w.positionEmbedding {
      tensor(positions, [c.maximumPositionCount, c.hiddenSize], "positionEmbedding")
    }
    expect(w.layers.count == c.layerCount, "layers", "\(c.layerCount) of them", "\(w.layers.count)")
    for (i, weights) in w.layers.enumerated() { layer(weights, c, "layers[\(i)]") }
    normalization(w.finalNormalization, c, "finalNormalization")
    expect(
      (w.head == nil) == c.tiesEmbeddings, "head", c.tiesEmbeddings ? "none, the embedding is tied" : "a matrix",
      w.head == nil ? "none" : "a matrix")
    if let head = w.head { tensor(head, [c.vocabularySize, c.hiddenSize], "head") }
  }

  mutating func layer(_ layer: LayerWeights, _ c: ModelConfiguration, _ part: String) {
    let (width, queries, keys) = (c.hiddenSize, c.headCount * c.headSize, c.keyValueHeadCount * c.headSize)
    normalization(layer.attentionNormalization, c, "\(part).attentionNormalization")
    linear(layer.query, [queries, width], bias: c.hasAttentionBiases, "\(part).query")
    linear(layer.key, [keys, width], bias: c.hasAttentionBiases, "\(part).key")
    linear(layer.value, [keys, width], bias: c.hasAttentionBiases, "\(part).value")
    linear(layer.output, [width, queries], bias: c.hasAttentionBiases, "\(part).output")
    normalization(layer.feedForwardNormalization, c, "\(part).feedForwardNormalization")
    let isGated = c.feedForward == .gatedSiLU
    expect(
      (layer.gate != nil) == isGated, "\(part).gate", isGated ? "a linear map" : "none",
      layer.gate == nil ? "none" : "a linear map")
    if let gate = layer.gate {
      linear(gate, [c.intermediateSize, width], bias: c.hasFeedForwardBiases, "\(part).gate")
    }
    linear(layer.up, [c.intermediateSize, width], bias: c.hasFeedForwardBiases, "\(part).up")
    linear(layer.down, [width, c.intermediateSize], bias: c.hasFeedForwardBiases, "\(part).down")
  }

  mutating func normalization(_ norm: NormalizationWeights, _ c: ModelConfiguration, _ part: String) {
    let isNone = c.normalization == .none
    vector(norm.gain, isNone ? 0 : c.hiddenSize, "\(part).gain")
    guard let bias = norm.bias else { return }
    if case .layer = c.normalization {
      vector(bias, c.hiddenSize, "\(part).bias")
    } else {
      expect(false, "\(part).bias", "none, only layer normalization has one", "\(bias.count) numbers")
    }
  }

  mutating func linear(_ map: Linear, _ shape: [Int], bias hasBias: Bool, _ part: String) {
    tensor(map.weight, shape, "\(part).weight")
    expect((map.bias != nil) == hasBias, "\(part).bias", hasBias ? "one" : "none", map.bias == nil ? "none" : "one")
    if let bias = map.bias { vector(bias, shape[0], "\(part).bias") }
  }

  mutating func tensor(_ tensor: Tensor<Float>, _ shape: [Int], _ part: String) {
    expect(tensor.shape == shape, part, "shape \(shape)", "shape \(tensor.shape)")
    finite(tensor.elements, part)
  }

  mutating func vector(_ numbers: [Float], _ count: Int, _ part: String) {
    expect(numbers.count == count, part, "\(count) numbers", "\(numbers.count)")
    finite(numbers, part)
  }

  mutating func finite(_ numbers: [Float], _ part: String) {
    // x * 0 is 0 for finite x and NaN otherwise, so the sum tells in one vectorizable pass.
    var sums = SIMD16<Float>()
    numbers.withUnsafeBufferPointer { numbers in
      let blocks = UnsafeRawBufferPointer(numbers)
      for i in 0..<numbers.count / 16 {
        sums += blocks.loadUnaligned(fromByteOffset: i * 64, as: SIMD16<Float>.self) * 0
      }
    }
    let tail = numbers.suffix(numbers.count % 16).reduce(0) { $0 + $1 * 0 }
    if sums.sum() == 0 && tail == 0 { return }
    if let i = numbers.firstIndex(where: { !$0.isFinite }) {
      expect(false, part, "finite numbers", "\(numbers[i]) at index \(i)")
    }
  }
}
