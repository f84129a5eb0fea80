// The shape and the conventions of a decoder: everything about a model but its numbers.

/// The shape of one decoder-only transformer.
///
/// With rotary positions, root-mean-square normalization and a gated feedforward layer this is LLaMA; with learned positions, layer
/// normalization and a dense feedforward layer it is GPT-2; with learned positions, no normalization and ReLU it is the transformer of
/// Li, Liu, Zhou and Ma, "Chain of Thought Empowers Transformers to Solve Inherently Serial Problems" (ICLR 2024).
public struct ModelConfiguration: Sendable, Equatable {
  /// The number of tokens, V.
  public var vocabularySize: Int
  /// The width of the residual stream, C.
  public var hiddenSize: Int
  /// The number of hidden units of a feedforward layer, F.
  public var intermediateSize: Int
  /// The number of layers.
  public var layerCount: Int
  /// The number of query heads, H.
  public var headCount: Int
  /// The number of key-value heads, G; it divides H, and query head h reads key-value head h / (H / G).
  public var keyValueHeadCount: Int
  /// The width of a head, D.
  public var headSize: Int
  /// What scores are multiplied by; `nil` stands for 1 / sqrt(D).
  public var attentionScale: Double?
  /// How positions enter.
  public var positions: PositionEncoding
  /// The normalization before each sublayer and before the head.
  public var normalization: Normalization
  /// The kind of the feedforward layers.
  public var feedForward: FeedForward
  /// Whether query, key, value and output projections have biases.
  public var hasAttentionBiases: Bool
  /// Whether the projections of the feedforward layers have biases.
  public var hasFeedForwardBiases: Bool
  /// Whether the head's matrix is the token embedding.
  public var tiesEmbeddings: Bool
  /// The largest number of positions.
  public var maximumPositionCount: Int
  /// The token that begins a text, where there is one.
  public var beginToken: Int?
  /// The tokens that end a generation.
  public var endTokens: [Int]

  /// How positions enter.
  public enum PositionEncoding: Sendable, Equatable {
    /// Rotary positions in the half-split layout: coordinate i of a head is paired with i + D/2.
    case rotary(RotaryEncoding)
    /// A learned vector for each absolute position, added to the token's embedding.
    case learned
  }

  /// The parameters of rotary positions: pair i turns by `position * theta^(-2 i / D)`, then rescaled.
  public struct RotaryEncoding: Sendable, Equatable {
    /// The base of the frequencies.
    public var theta: Double
    /// The rescaling of long wavelengths, where there is one.
    public var scaling: Llama3Scaling?

    /// Rotary positions with base `theta`.
    public init(theta: Double, scaling: Llama3Scaling? = nil) {
      self.theta = theta
      self.scaling = scaling
    }
  }

  /// The frequency rescaling of Llama 3 (`rope_type` "llama3").
  public struct Llama3Scaling: Sendable, Equatable {
    /// What low frequencies are divided by.
    public var factor: Double
    /// Wavelengths above `originalPositionCount / lowFrequencyFactor` are rescaled whole.
    public var lowFrequencyFactor: Double
    /// Wavelengths below `originalPositionCount / highFrequencyFactor` are kept.
    public var highFrequencyFactor: Double
    /// The context length before rescaling.
    public var originalPositionCount: Int

    /// A rescaling with the given factors.
    public init(
      factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalPositionCount: Int
    ) {
      self.factor = factor
      self.lowFrequencyFactor = lowFrequencyFactor
      self.highFrequencyFactor = highFrequencyFactor
      self.originalPositionCount = originalPositionCount
    }
  }

  /// A normalization.
  public enum Normalization: Sendable, Equatable {
    /// x * gain / sqrt(mean(x^2) + epsilon).
    case rootMeanSquare(epsilon: Double)
    /// (x - mean(x)) / sqrt(variance(x) + epsilon) * gain + bias.
    case layer(epsilon: Double)
    /// The identity.
    case none
  }

  /// A kind of feedforward layer.
  public enum FeedForward: Sendable, Equatable {
    /// down(silu(gate(x)) * up(x)): SwiGLU.
    case gatedSiLU
    /// down(relu(up(x))).
    case relu
    /// down(gelu(up(x))) with the tanh form of GELU.
    case geluTanh
  }

  /// The configuration of a LLaMA; every other property is then set by name.
  public init(
    vocabularySize: Int, hiddenSize: Int, intermediateSize: Int, layerCount: Int, headCount: Int,
    keyValueHeadCount: Int? = nil, headSize: Int? = nil, maximumPositionCount: Int
  ) {
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount ?? headCount
    self.headSize = headSize ?? hiddenSize / headCount
    self.maximumPositionCount = maximumPositionCount
    attentionScale = nil
    positions = .rotary(RotaryEncoding(theta: 10_000))
    normalization = .rootMeanSquare(epsilon: 1e-6)
    feedForward = .gatedSiLU
    hasAttentionBiases = false
    hasFeedForwardBiases = false
    tiesEmbeddings = false
    beginToken = nil
    endTokens = []
  }

  /// What scores are multiplied by.
  public var resolvedAttentionScale: Double { attentionScale ?? 1 / Double(headSize).squareRoot() }
}
