// The numbers of a decoder, in float32 whatever a file stores them as.
public import Tensors

/// A linear map y = W x + b.
public struct Linear: Sendable, Equatable {
  /// W, of shape [outputs, inputs].
  public var weight: Tensor<Float>
  /// b, of shape [outputs], where the map has one.
  public var bias: [Float]?

  /// The map x -> weight x + bias.
  public init(weight: Tensor<Float>, bias: [Float]? = nil) {
    precondition(weight.shape.count == 2, "a linear map's weight is a matrix")
    precondition(bias.map { $0.count == weight.rowCount } ?? true, "a bias has one number for each output")
    self.weight = weight
    self.bias = bias
  }
}

/// The gain and bias of a normalization; the gain is empty where there is no normalization.
public struct NormalizationWeights: Sendable, Equatable {
  /// What each normalized coordinate is multiplied by, of shape [C].
  public var gain: [Float]
  /// What is added afterwards, of shape [C]; layer normalization only.
  public var bias: [Float]?

  /// The given gain and bias.
  public init(gain: [Float] = [], bias: [Float]? = nil) {
    self.gain = gain
    self.bias = bias
  }
}

/// The weights of one layer.
public struct LayerWeights: Sendable, Equatable {
  /// The normalization before attention.
  public var attentionNormalization: NormalizationWeights
  /// Queries, of shape [H * D, C].
  public var query: Linear
  /// Keys, of shape [G * D, C].
  public var key: Linear
  /// Values, of shape [G * D, C].
  public var value: Linear
  /// The heads' outputs back to the residual stream, of shape [C, H * D].
  public var output: Linear
  /// The normalization before the feedforward layer.
  public var feedForwardNormalization: NormalizationWeights
  /// The gate of a gated feedforward layer, of shape [F, C]; `nil` for the other kinds.
  public var gate: Linear?
  /// Into the hidden units, of shape [F, C].
  public var up: Linear
  /// Back to the residual stream, of shape [C, F].
  public var down: Linear

  /// A layer of the given parts.
  public init(
    attentionNormalization: NormalizationWeights, query: Linear, key: Linear, value: Linear, output: Linear,
    feedForwardNormalization: NormalizationWeights, gate: Linear?, up: Linear, down: Linear
  ) {
    self.attentionNormalization = attentionNormalization
    self.query = query
    self.key = key
    self.value = value
    self.output = output
    self.feedForwardNormalization = feedForwardNormalization
    self.gate = gate
    self.up = up
    self.down = down
  }
}

/// All weights of a decoder.
public struct ModelWeights: Sendable, Equatable {
  /// One row for each token, of shape [V, C].
  public var tokenEmbedding: Tensor<Float>
  /// One row for each position, of shape [positions, C], where positions are learned.
  public var positionEmbedding: Tensor<Float>?
  /// The layers, first to last.
  public var layers: [LayerWeights]
  /// The normalization before the head.
  public var finalNormalization: NormalizationWeights
  /// The head, of shape [V, C]; `nil` where it is the token embedding.
  public var head: Tensor<Float>?

  /// The given parts.
  public init(
    tokenEmbedding: Tensor<Float>, positionEmbedding: Tensor<Float>? = nil, layers: [LayerWeights],
    finalNormalization: NormalizationWeights, head: Tensor<Float>?
  ) {
    self.tokenEmbedding = tokenEmbedding
    self.positionEmbedding = positionEmbedding
    self.layers = layers
    self.finalNormalization = finalNormalization
    self.head = head
  }
}

/// A decoder: what it looks like and its numbers.
public struct Model: Sendable, Equatable {
  /// The shape.
  public var configuration: ModelConfiguration
  /// The numbers; their shapes are those that the configuration asks for (`ModelError` says where they are not).
  public var weights: ModelWeights

  /// A model whose weights fit its configuration.
  public init(configuration: ModelConfiguration, weights: ModelWeights) {
    self.configuration = configuration
    self.weights = weights
  }

  /// The head's matrix, of shape [V, C].
  public var head: Tensor<Float> { weights.head ?? weights.tokenEmbedding }

  /// The number of parameters, a tied head counted once.
  public var parameterCount: Int {
    func count(_ map: Linear?) -> Int { map.map { $0.weight.count + ($0.bias?.count ?? 0) } ?? 0 }
    func count(_ norm: NormalizationWeights) -> Int { norm.gain.count + (norm.bias?.count ?? 0) }
    var total = weights.tokenEmbedding.count + (weights.positionEmbedding?.count ?? 0) + (weights.head?.count ?? 0)
    total += count(weights.finalNormalization)
    for layer in weights.layers {
      total += count(layer.attentionNormalization) + count(layer.feedForwardNormalization)
      total += count(layer.query) + count(layer.key) + count(layer.value) + count(layer.output)
      total += count(layer.gate) + count(layer.up) + count(layer.down)
    }
    return total
  }
}
