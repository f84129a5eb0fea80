// config.json, read in the forms of `transformers` 4 and 5 and written so that both read it.
//
// Version 4 has `rope_theta`, `rope_scaling` and `torch_dtype`; version 5 has `rope_parameters` and `dtype` and reads the older keys
// too (`rope_scaling` wins over `rope_parameters`). Both sets are written, with equal values.

extension ModelConfiguration {
  /// The largest extent that a configuration may ask for.
  static let extentLimit = Int(Int32.max)

  /// The configuration in the text of a config.json.
  ///
  /// Keys that `transformers` gives a default to have the same default here. A begin or end token outside the vocabulary is dropped: it can
  /// never occur. Keys that would change what the model computes and are not supported are refused; other keys are ignored.
  ///
  /// - Throws: `FolderError` with all faults, each with its key.
  public init(parsing bytes: [UInt8], path: String = "config.json") throws(FolderError) {
    var fields = try ConfigurationFields(parsing: bytes, path: path)
    try fields.check()
    let kind = fields.text("model_type", oneOf: FolderFormat.allCases.map(\.rawValue)).flatMap(FolderFormat.init)
    guard let kind else {
      try fields.check()
      preconditionFailure("a missing model type is a fault")
    }
    switch kind {
    case .llama: self.init(llama: &fields)
    case .gpt2: self.init(gpt2: &fields)
    case .unnormalized: self.init(unnormalized: &fields)
    }
    fields.refuse("quantization_config", because: "no quantization")
    fields.refuse("auto_map", because: "no code in the folder")
    fields.refuse("is_encoder_decoder", unless: .boolean(false), because: "a decoder")
    // The cache of `transformers` drops positions where one of these is set, whatever the architecture.
    fields.refuse("sliding_window", because: "attention to all positions")
    fields.refuse("attention_chunk_size", because: "attention to all positions")
    if case .array(let types)? = fields["layer_types"], !types.allSatisfy({ $0 == .string("full_attention") }) {
      fields.report("layer_types", expected: "full_attention in every layer")
    }
    try fields.check()
  }

  /// The text of config.json for weights stored as `scalar`.
  ///
  /// - Throws: `FolderError` with everything that the format cannot express.
  public func serialized(as format: FolderFormat, scalar: ScalarType = .float32) throws(FolderError) -> [UInt8] {
    let obstacles = format.obstacles(self)
    if !obstacles.isEmpty { throw FolderError(obstacles) }
    let own =
      switch format {
      case .llama: llamaMembers
      case .gpt2: gpt2Members
      case .unnormalized: unnormalizedMembers
      }
    let members =
      own + [
        ("bos_token_id", beginToken.map { .integer($0) } ?? .null), ("dtype", .string(scalar.configurationName)),
        ("eos_token_id", .tokens(endTokens)), ("initializer_range", .number(0.02)),
        ("model_type", .string(format.rawValue)), ("tie_word_embeddings", .boolean(tiesEmbeddings)),
        ("torch_dtype", .string(scalar.configurationName)), ("use_cache", .boolean(true)),
        ("vocab_size", .integer(vocabularySize)),
      ]
    return JSONValue.object(members.sorted { $0.0 < $1.0 }.map { JSONValue.Member(key: $0.0, value: $0.1) })
      .serialized()
  }

  /// Sets the begin and end tokens, dropping those outside the vocabulary.
  mutating func setTokens(_ fields: inout ConfigurationFields, begin: Int, end: Int) {
    let isToken = { [vocabularySize] (token: Int) in 0 <= token && token < vocabularySize }
    beginToken = fields.tokens("bos_token_id", default: [begin]).first(where: isToken)
    endTokens = fields.tokens("eos_token_id", default: [end]).filter(isToken)
  }

  // MARK: LLaMA

  private init(llama fields: inout ConfigurationFields) {
    let extent = 1...ModelConfiguration.extentLimit
    let hiddenSize = fields.integer("hidden_size", in: extent)
    let headCount = fields.integer("num_attention_heads", in: extent)
    let keyValueHeadCount = fields.integer("num_key_value_heads", in: extent, default: headCount)
    let headSize = fields.integer("head_dim", in: extent, default: max(1, hiddenSize / headCount))
    self.init(
      vocabularySize: fields.integer("vocab_size", in: extent), hiddenSize: hiddenSize,
      intermediateSize: fields.integer("intermediate_size", in: extent),
      layerCount: fields.integer("num_hidden_layers", in: 0...100_000), headCount: headCount,
      keyValueHeadCount: keyValueHeadCount, headSize: headSize,
      maximumPositionCount: fields.integer("max_position_embeddings", in: extent))
    if fields["head_dim"] == nil, hiddenSize % headCount != 0 {
      fields.report("hidden_size", expected: "a multiple of num_attention_heads = \(headCount)")
    }
    if headCount % keyValueHeadCount != 0 {
      fields.report("num_key_value_heads", expected: "a divisor of num_attention_heads = \(headCount)")
    }
    if headSize % 2 != 0 {
      fields.report("head_dim", expected: "an even width for rotary positions", found: "\(headSize)")
    }
    normalization = .rootMeanSquare(epsilon: fields.number("rms_norm_eps", from: 0, isStrict: false, default: 1e-6))
    _ = fields.text("hidden_act", oneOf: ["silu"], default: "silu")
    feedForward = .gatedSiLU
    hasAttentionBiases = fields.flag("attention_bias", default: false)
    hasFeedForwardBiases = fields.flag("mlp_bias", default: false)
    tiesEmbeddings = fields.flag("tie_word_embeddings", default: false)
    fields.refuse("partial_rotary_factor", unless: .integer(1), .number(1), because: "1")
    positions = .rotary(ModelConfiguration.rotary(&fields))
    setTokens(&fields, begin: 1, end: 2)
  }

  /// The rotary encoding of either form; where both are written they have to agree.
  private static func rotary(_ fields: inout ConfigurationFields) -> RotaryEncoding {
    let theta = fields.number("rope_theta", from: 0, default: 10_000)
    var found: [(key: String, encoding: RotaryEncoding)] = []
    for key in ["rope_scaling", "rope_parameters"] {
      guard let value = fields[key] else { continue }
      var inner = ConfigurationFields(value, path: fields.path, prefix: key + ".")
      found.append((key, rotary(inner: &inner, theta: theta)))
      fields.adopt(inner)
    }
    if found.isEmpty { return RotaryEncoding(theta: theta) }
    if let last = found.last, found[0].encoding != last.encoding, fields.faults.isEmpty {
      fields.report(last.key, expected: "the same as \(found[0].key)", found: "another encoding")
    } else if let last = found.last, fields["rope_theta"] != nil, last.encoding.theta != theta, fields.faults.isEmpty {
      fields.report("\(last.key).rope_theta", expected: "rope_theta = \(theta)", found: "\(last.encoding.theta)")
    }
    return found[0].encoding
  }

  private static func rotary(inner: inout ConfigurationFields, theta: Double) -> RotaryEncoding {
    let key = inner["rope_type"] == nil && inner["type"] != nil ? "type" : "rope_type"
    let kind = inner.text(key, oneOf: ["default", "llama3"], default: "default")
    inner.refuse("partial_rotary_factor", unless: .integer(1), .number(1), because: "1")
    var encoding = RotaryEncoding(theta: inner.number("rope_theta", from: 0, default: theta))
    if kind == "llama3" {
      let scaling = Llama3Scaling(
        factor: inner.number("factor", from: 0), lowFrequencyFactor: inner.number("low_freq_factor", from: 0),
        highFrequencyFactor: inner.number("high_freq_factor", from: 0),
        originalPositionCount: inner.integer("original_max_position_embeddings", in: 1...extentLimit))
      if inner.faults.isEmpty, scaling.highFrequencyFactor <= scaling.lowFrequencyFactor {
        inner.report("high_freq_factor", expected: "more than low_freq_factor = \(scaling.lowFrequencyFactor)")
      }
      encoding.scaling = scaling
    }
    return encoding
  }

  private var llamaMembers: [(String, JSONValue)] {
    guard case .rotary(let rotary) = positions, case .rootMeanSquare(let epsilon) = normalization else {
      preconditionFailure("the format's obstacles were looked at")
    }
    var scaling: [JSONValue.Member] = [JSONValue.Member(key: "rope_type", value: .string("default"))]
    if let llama3 = rotary.scaling {
      scaling = [
        JSONValue.Member(key: "factor", value: .number(llama3.factor)),
        JSONValue.Member(key: "high_freq_factor", value: .number(llama3.highFrequencyFactor)),
        JSONValue.Member(key: "low_freq_factor", value: .number(llama3.lowFrequencyFactor)),
        JSONValue.Member(key: "original_max_position_embeddings", value: .integer(llama3.originalPositionCount)),
        JSONValue.Member(key: "rope_type", value: .string("llama3")),
      ]
    }
    return [
      ("architectures", .array([.string("LlamaForCausalLM")])), ("attention_bias", .boolean(hasAttentionBiases)),
      ("attention_dropout", .number(0)), ("head_dim", .integer(headSize)), ("hidden_act", .string("silu")),
      ("hidden_size", .integer(hiddenSize)), ("intermediate_size", .integer(intermediateSize)),
      ("max_position_embeddings", .integer(maximumPositionCount)), ("mlp_bias", .boolean(hasFeedForwardBiases)),
      ("num_attention_heads", .integer(headCount)), ("num_hidden_layers", .integer(layerCount)),
      ("num_key_value_heads", .integer(keyValueHeadCount)), ("pretraining_tp", .integer(1)),
      ("rms_norm_eps", .number(epsilon)),
      ("rope_parameters", .object(scaling + [JSONValue.Member(key: "rope_theta", value: .number(rotary.theta))])),
      ("rope_scaling", rotary.scaling == nil ? .null : .object(scaling)), ("rope_theta", .number(rotary.theta)),
    ]
  }

  // MARK: GPT-2

  private init(gpt2 fields: inout ConfigurationFields) {
    let extent = 1...ModelConfiguration.extentLimit
    let hiddenSize = fields.integer("n_embd", in: extent)
    let headCount = fields.integer("n_head", in: extent)
    self.init(
      vocabularySize: fields.integer("vocab_size", in: extent), hiddenSize: hiddenSize,
      intermediateSize: fields.integer("n_inner", in: extent, default: 4 * hiddenSize),
      layerCount: fields.integer("n_layer", in: 0...100_000), headCount: headCount,
      headSize: max(1, hiddenSize / headCount), maximumPositionCount: fields.integer("n_positions", in: extent))
    if intermediateSize > ModelConfiguration.extentLimit {
      fields.report(
        "n_inner", expected: "an integer from 1 to \(ModelConfiguration.extentLimit)", found: "4 * n_embd by default")
    }
    if hiddenSize % headCount != 0 {
      fields.report("n_embd", expected: "a multiple of n_head = \(headCount)")
    }
    positions = .learned
    normalization = .layer(epsilon: fields.number("layer_norm_epsilon", from: 0, isStrict: false, default: 1e-5))
    let activation = fields.text(
      "activation_function", oneOf: ["relu", "gelu_new", "gelu_pytorch_tanh"], default: "gelu_new")
    feedForward = activation == "relu" ? .relu : .geluTanh
    // Heads of width 1 have the scale 1 / sqrt(1) either way.
    if !fields.flag("scale_attn_weights", default: true), headSize != 1 { attentionScale = 1 }
    fields.refuse("scale_attn_by_inverse_layer_idx", unless: .boolean(false), because: "false")
    fields.refuse("add_cross_attention", unless: .boolean(false), because: "false")
    hasAttentionBiases = true
    hasFeedForwardBiases = true
    tiesEmbeddings = fields.flag("tie_word_embeddings", default: true)
    setTokens(&fields, begin: 50_256, end: 50_256)
  }

  private var gpt2Members: [(String, JSONValue)] {
    guard case .layer(let epsilon) = normalization else {
      preconditionFailure("the format's obstacles were looked at")
    }
    return [
      ("activation_function", .string(feedForward == .relu ? "relu" : "gelu_new")),
      ("architectures", .array([.string("GPT2LMHeadModel")])), ("attn_pdrop", .number(0)), ("embd_pdrop", .number(0)),
      ("layer_norm_epsilon", .number(epsilon)), ("n_embd", .integer(hiddenSize)), ("n_head", .integer(headCount)),
      ("n_inner", .integer(intermediateSize)), ("n_layer", .integer(layerCount)),
      ("n_positions", .integer(maximumPositionCount)), ("resid_pdrop", .number(0)),
      ("scale_attn_weights", .boolean(true)),
    ]
  }
}
