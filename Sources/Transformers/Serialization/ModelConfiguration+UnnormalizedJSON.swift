// config.json of a decoder without normalization: keys named as LLaMA's where they mean the same.

extension ModelConfiguration {
  /// The configuration of a decoder with learned positions, no normalization and ReLU; every key but the tokens is required.
  init(unnormalized fields: inout ConfigurationFields) {
    let extent = 1...ModelConfiguration.extentLimit
    let headCount = fields.integer("num_attention_heads", in: extent)
    let keyValueHeadCount = fields.integer("num_key_value_heads", in: extent)
    self.init(
      vocabularySize: fields.integer("vocab_size", in: extent), hiddenSize: fields.integer("hidden_size", in: extent),
      intermediateSize: fields.integer("intermediate_size", in: extent),
      layerCount: fields.integer("num_hidden_layers", in: 0...100_000), headCount: headCount,
      keyValueHeadCount: keyValueHeadCount, headSize: fields.integer("head_dim", in: extent),
      maximumPositionCount: fields.integer("max_position_embeddings", in: extent))
    if headCount % keyValueHeadCount != 0 {
      fields.report("num_key_value_heads", expected: "a divisor of num_attention_heads = \(headCount)")
    }
    attentionScale = fields.number("attention_scale", from: 0)
    _ = fields.text("hidden_act", oneOf: ["relu"])
    positions = .learned
    normalization = .none
    feedForward = .relu
    hasAttentionBiases = fields.flag("attention_bias", default: false)
    hasFeedForwardBiases = fields.flag("mlp_bias", default: false)
    tiesEmbeddings = fields.flag("tie_word_embeddings", default: false)
    setTokens(&fields, begin: -1, end: -1)
  }

  /// The members of config.json that this architecture has of its own.
  var unnormalizedMembers: [(String, JSONValue)] {
    [
      ("attention_bias", .boolean(hasAttentionBiases)), ("attention_scale", .number(resolvedAttentionScale)),
      ("head_dim", .integer(headSize)), ("hidden_act", .string("relu")), ("hidden_size", .integer(hiddenSize)),
      ("intermediate_size", .integer(intermediateSize)), ("max_position_embeddings", .integer(maximumPositionCount)),
      ("mlp_bias", .boolean(hasFeedForwardBiases)), ("num_attention_heads", .integer(headCount)),
      ("num_hidden_layers", .integer(layerCount)), ("num_key_value_heads", .integer(keyValueHeadCount)),
    ]
  }
}
