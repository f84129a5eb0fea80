// The architectures that a model folder can have, and what each cannot express.

/// An architecture of a model folder: two of the `transformers` library, and one that it does not have.
public enum FolderFormat: String, Sendable, CaseIterable {
  /// `LlamaForCausalLM`: rotary positions, root-mean-square normalization, gated feedforward layers.
  case llama
  /// `GPT2LMHeadModel`: learned positions, layer normalization, dense feedforward layers.
  case gpt2
  /// Learned positions, no normalization, ReLU, any scale of the scores: the transformer of Li, Liu, Zhou and Ma (2024).
  ///
  /// No other software has this architecture, and its `model_type` makes them say so instead of misreading it.
  case unnormalized = "wright-unnormalized"

  /// Whether the `transformers` library has this architecture.
  public var isOfTransformers: Bool { self != .unnormalized }

  /// The format that suits the way in which positions enter, and whether there is a normalization.
  public init(for configuration: ModelConfiguration) {
    if case .rotary = configuration.positions {
      self = .llama
    } else {
      self = configuration.normalization == .none ? .unnormalized : .gpt2
    }
  }

  /// What keeps a model of this configuration from being written in this format, one fault each; empty where nothing does.
  public func obstacles(_ configuration: ModelConfiguration, path: String = "config.json") -> [FolderError.Fault] {
    var faults: [FolderError.Fault] = []
    func require(_ holds: Bool, _ key: String, _ expected: String, _ found: String) {
      if !holds { faults.append(FolderError.Fault(path: path, place: .key(key), expected: expected, found: found)) }
    }
    let c = configuration
    let scale = 1 / Double(c.headSize).squareRoot()
    require(
      c.resolvedAttentionScale == scale || !isOfTransformers, "attentionScale",
      "1 / sqrt(headSize) = \(scale), the only scale of this format (another can be folded into the query weights)",
      "\(c.resolvedAttentionScale)")
    require(
      c.headCount > 0 && (c.hiddenSize % max(1, c.headCount) == 0 || !isOfTransformers), "hiddenSize",
      "a multiple of the \(c.headCount) heads, as `transformers` asks",
      "\(c.hiddenSize)")
    require(
      c.keyValueHeadCount > 0 && c.headCount % max(1, c.keyValueHeadCount) == 0, "keyValueHeadCount",
      "a divisor of the \(c.headCount) heads", "\(c.keyValueHeadCount)")
    for token in [c.beginToken].compactMap({ $0 }) + c.endTokens where token < 0 || token >= c.vocabularySize {
      require(false, "beginToken and endTokens", "tokens from 0 to \(c.vocabularySize - 1)", "\(token)")
    }
    switch self {
    case .llama:
      require(c.headSize % 2 == 0, "headSize", "an even width for rotary positions", "\(c.headSize)")
      if case .rotary(let rotary) = c.positions {
        let s = rotary.scaling
        let numbers = [rotary.theta, s?.factor ?? 1, s?.lowFrequencyFactor ?? 1, s?.highFrequencyFactor ?? 1]
        require(numbers.allSatisfy { $0.isFinite && $0 > 0 }, "positions", "finite numbers above 0", "\(numbers)")
      } else {
        require(false, "positions", "rotary positions in a LLaMA folder", "\(c.positions)")
      }
      if case .rootMeanSquare(let epsilon) = c.normalization {
        require(epsilon.isFinite && epsilon >= 0, "normalization", "a finite epsilon of at least 0", "\(epsilon)")
      } else {
        require(false, "normalization", "root-mean-square normalization in a LLaMA folder", "\(c.normalization)")
      }
      require(c.feedForward == .gatedSiLU, "feedForward", "gatedSiLU in a LLaMA folder", "\(c.feedForward)")
    case .gpt2:
      require(c.positions == .learned, "positions", "learned positions in a GPT-2 folder", "rotary positions")
      if case .layer(let epsilon) = c.normalization {
        require(epsilon.isFinite && epsilon >= 0, "normalization", "a finite epsilon of at least 0", "\(epsilon)")
      } else {
        require(false, "normalization", "layer normalization in a GPT-2 folder", "\(c.normalization)")
      }
      require(
        c.feedForward == .relu || c.feedForward == .geluTanh, "feedForward", "relu or geluTanh in a GPT-2 folder",
        "\(c.feedForward)")
      require(
        c.keyValueHeadCount == c.headCount, "keyValueHeadCount", "\(c.headCount), one for each head, in a GPT-2 folder",
        "\(c.keyValueHeadCount)")
      require(
        c.headCount * c.headSize == c.hiddenSize, "headSize",
        "hiddenSize / headCount = \(c.hiddenSize) / \(c.headCount) in a GPT-2 folder", "\(c.headSize)")
    case .unnormalized:
      require(
        c.resolvedAttentionScale.isFinite && c.resolvedAttentionScale > 0, "attentionScale", "a finite number above 0",
        "\(c.resolvedAttentionScale)")
      require(c.positions == .learned, "positions", "learned positions without normalization", "rotary positions")
      require(c.normalization == .none, "normalization", "none in this folder", "\(c.normalization)")
      require(c.feedForward == .relu, "feedForward", "relu without normalization", "\(c.feedForward)")
    }
    return faults
  }
}
