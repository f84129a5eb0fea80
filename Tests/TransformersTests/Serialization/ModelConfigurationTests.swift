// config.json and generation_config.json: both forms, defaults, and every fault with its key.
import Testing
import Transformers

private func parse(_ text: String) throws -> ModelConfiguration { try ModelConfiguration(parsing: Array(text.utf8)) }

/// The required keys of a LLaMA, and more.
private func llama(_ more: String = "") -> String {
  #"{"model_type":"llama","vocab_size":10,"hidden_size":8,"intermediate_size":6,"num_hidden_layers":1,"#
    + #""num_attention_heads":2,"max_position_embeddings":32\#(more.isEmpty ? "" : ",")\#(more)}"#
}

/// The required keys of a GPT-2, and more.
private func gpt2(_ more: String = "") -> String {
  #"{"model_type":"gpt2","vocab_size":10,"n_embd":8,"n_layer":1,"n_head":2,"n_positions":32\#(more.isEmpty ? "" : ",")\#(more)}"#
}

@Test func absentKeysHaveTheDefaultsOfTransformers() throws {
  let c = try parse(llama())
  #expect(c.keyValueHeadCount == 2 && c.headSize == 4 && c.normalization == .rootMeanSquare(epsilon: 1e-6))
  #expect(c.positions == .rotary(ModelConfiguration.RotaryEncoding(theta: 10_000)) && !c.tiesEmbeddings)
  #expect(!c.hasAttentionBiases && !c.hasFeedForwardBiases && c.beginToken == 1 && c.endTokens == [2])
  let g = try parse(gpt2())
  #expect(g.intermediateSize == 32 && g.normalization == .layer(epsilon: 1e-5) && g.feedForward == .geluTanh)
  #expect(g.tiesEmbeddings && g.hasAttentionBiases && g.positions == .learned && g.attentionScale == nil)
  #expect(g.beginToken == nil && g.endTokens.isEmpty)  // 50,256 is outside this vocabulary
}

@Test func bothFormsOfRotaryParametersAreRead() throws {
  let plain = ModelConfiguration.PositionEncoding.rotary(ModelConfiguration.RotaryEncoding(theta: 5e5))
  let scaled = ModelConfiguration.PositionEncoding.rotary(
    ModelConfiguration.RotaryEncoding(
      theta: 5e5,
      scaling: ModelConfiguration.Llama3Scaling(
        factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositionCount: 16)))
  let factors = #""factor":8,"low_freq_factor":1.0,"high_freq_factor":4,"original_max_position_embeddings":16"#
  #expect(try parse(llama(#""rope_theta":500000.0,"rope_scaling":null"#)).positions == plain)
  #expect(try parse(llama(#""rope_theta":500000"#)).positions == plain)
  #expect(try parse(llama(#""rope_theta":500000,"rope_scaling":{"type":"default"}"#)).positions == plain)
  #expect(try parse(llama(#""rope_parameters":{"rope_type":"default","rope_theta":500000.0}"#)).positions == plain)
  #expect(try parse(llama(#""rope_theta":5e5,"rope_scaling":{"rope_type":"llama3",\#(factors)}"#)).positions == scaled)
  #expect(
    try parse(llama(#""rope_parameters":{"rope_type":"llama3","rope_theta":5e5,\#(factors)}"#)).positions == scaled)
}

@Test func tokensMayBeOneManyOrNone() throws {
  #expect(try parse(llama(#""eos_token_id":[3,4,99],"bos_token_id":null"#)).endTokens == [3, 4])
  #expect(try parse(llama(#""eos_token_id":null,"bos_token_id":null"#)).beginToken == nil)
  #expect(try parse(llama(#""eos_token_id":null"#)).endTokens == [])
  #expect(try parse(llama(#""eos_token_id":-1"#)).endTokens == [])
}

@Test func whatIsWrittenReadsBack() throws {
  for (model, format) in [
    (smallLlama(), FolderFormat.llama), (smallLlama(ties: true), .llama), (smallGPT2(.relu, ties: false), .gpt2),
    (smallGPT2(.geluTanh, ties: true), .gpt2),
  ] {
    for scalar in ScalarType.allCases {
      let text = try model.configuration.serialized(as: format, scalar: scalar)
      #expect(try ModelConfiguration(parsing: text) == model.configuration)
      #expect(String(decoding: text, as: UTF8.self).contains(#""torch_dtype": "\#(scalar.configurationName)""#))
    }
  }
  #expect(throws: FolderError.self) { try smallLlama().configuration.serialized(as: .gpt2) }
}

private let refusals: [Refusal] = [
  Refusal("[]", "expected an object, found an array of 0"),
  Refusal("{}", #"key model_type: expected "llama" or "gpt2" or "wright-unnormalized", found nothing"#),
  Refusal(
    #"{"model_type":"mistral"}"#,
    #"key model_type: expected "llama" or "gpt2" or "wright-unnormalized", found "mistral""#),
  Refusal(#"{"model_type":null}"#, #"key model_type: expected "llama" or "gpt2" or "wright-unnormalized", found null"#),
  Refusal(
    #"{"model_type":"llama"}"#, "key hidden_size: expected an integer from 1 to 2147483647, found nothing",
    "key num_attention_heads: expected an integer from 1 to 2147483647, found nothing",
    "key vocab_size: expected an integer from 1 to 2147483647, found nothing",
    "key intermediate_size: expected an integer from 1 to 2147483647, found nothing",
    "key num_hidden_layers: expected an integer from 0 to 100000, found nothing",
    "key max_position_embeddings: expected an integer from 1 to 2147483647, found nothing",
    "key head_dim: expected an even width for rotary positions, found 1"),
  Refusal(
    llama(#""num_key_value_heads":"2""#),
    #"key num_key_value_heads: expected an integer from 1 to 2147483647, found "2""#),
  Refusal(
    llama(#""num_key_value_heads":4"#),
    "key num_key_value_heads: expected a divisor of num_attention_heads = 2, found 4"),
  Refusal(llama(#""head_dim":3"#), "key head_dim: expected an even width for rotary positions, found 3"),
  Refusal(
    llama(#""head_dim":-2"#), "key head_dim: expected an integer from 1 to 2147483647, found -2",
    "key head_dim: expected an even width for rotary positions, found 1"),
  Refusal(llama(#""hidden_act":"gelu""#), #"key hidden_act: expected "silu", found "gelu""#),
  Refusal(llama(#""rms_norm_eps":-1e-6"#), "key rms_norm_eps: expected a number of at least 0.0, found -1e-06"),
  Refusal(llama(#""attention_bias":1"#), "key attention_bias: expected true or false, found 1"),
  Refusal(llama(#""tie_word_embeddings":"yes""#), #"key tie_word_embeddings: expected true or false, found "yes""#),
  Refusal(llama(#""rope_theta":0"#), "key rope_theta: expected a number above 0.0, found 0"),
  Refusal(
    llama(#""rope_scaling":{"type":"yarn"}"#), #"key rope_scaling.type: expected "default" or "llama3", found "yarn""#),
  Refusal(llama(#""rope_scaling":8"#), "key rope_scaling: expected an object, found 8"),
  Refusal(
    llama(#""rope_parameters":{"rope_type":"llama3","factor":8}"#),
    "key rope_parameters.low_freq_factor: expected a number above 0.0, found nothing",
    "key rope_parameters.high_freq_factor: expected a number above 0.0, found nothing",
    "key rope_parameters.original_max_position_embeddings: expected an integer from 1 to 2147483647, found nothing"),
  Refusal(
    llama(
      #""rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4,"original_max_position_embeddings":16}"#
    ),
    "key rope_scaling.high_freq_factor: expected more than low_freq_factor = 4.0, found 4"),
  Refusal(
    llama(#""rope_theta":1,"rope_parameters":{"rope_theta":2}"#),
    "key rope_parameters.rope_theta: expected rope_theta = 1.0, found 2.0"),
  Refusal(
    llama(#""rope_theta":2,"rope_scaling":{"rope_theta":3},"rope_parameters":{"rope_theta":2}"#),
    "key rope_parameters: expected the same as rope_scaling, found another encoding"),
  Refusal(llama(#""partial_rotary_factor":0.5"#), "key partial_rotary_factor: expected 1, found 0.5"),
  Refusal(
    llama(#""rope_parameters":{"partial_rotary_factor":0.5}"#),
    "key rope_parameters.partial_rotary_factor: expected 1, found 0.5"),
  Refusal(
    llama(#""quantization_config":{"bits":4}"#),
    "key quantization_config: expected no quantization, found an object of 1"),
  Refusal(
    llama(#""auto_map":{"AutoModel":"x"}"#), "key auto_map: expected no code in the folder, found an object of 1"),
  Refusal(llama(#""eos_token_id":"2""#), #"key eos_token_id: expected a token or a list of tokens, found "2""#),
  Refusal(
    llama(#""eos_token_id":[1,null]"#), "key eos_token_id: expected a token or a list of tokens, found an array of 2"),
  Refusal(
    gpt2(#""activation_function":"gelu""#),
    #"key activation_function: expected "relu" or "gelu_new" or "gelu_pytorch_tanh", found "gelu""#),
  Refusal(
    gpt2(#""scale_attn_by_inverse_layer_idx":true"#), "key scale_attn_by_inverse_layer_idx: expected false, found true"),
  Refusal(gpt2(#""add_cross_attention":true"#), "key add_cross_attention: expected false, found true"),
  Refusal(gpt2(#""n_inner":0"#), "key n_inner: expected an integer from 1 to 2147483647, found 0"),
  // Found by Scripts/fuzz config: the default went past the limit, and what was read could not be read again once written.
  Refusal(
    #"{"model_type":"gpt2","vocab_size":1,"n_embd":2147483646,"n_layer":1,"n_head":2,"n_positions":1}"#,
    "key n_inner: expected an integer from 1 to 2147483647, found 4 * n_embd by default"),
  Refusal(
    #"{"model_type":"gpt2","vocab_size":1,"n_embd":8,"n_layer":1,"n_head":3,"n_positions":1}"#,
    "key n_embd: expected a multiple of n_head = 3, found 8"),
]

@Test(arguments: refusals) func configurationsThatAreNotSupportedAreRefused(refusal: Refusal) {
  let error = #expect(throws: FolderError.self) { try ModelConfiguration(parsing: refusal.bytes) }
  #expect(error?.description == refusal.message(in: "config.json"))
}

@Test func unscaledAttentionOfGPT2IsReadAndNamedAsAnObstacle() throws {
  let c = try parse(gpt2(#""scale_attn_weights":false"#))
  #expect(c.attentionScale == 1)
  #expect(FolderFormat.gpt2.obstacles(c).map(\.place) == [.key("attentionScale")])
}

// Found by Scripts/fuzz config: the scale 1 of heads of width 1 was read in two ways, of which the writer writes one.
@Test func unscaledAttentionOfHeadsOfWidthOneReadsBack() throws {
  let text =
    #"{"model_type":"gpt2","vocab_size":5,"n_embd":3,"n_head":3,"n_layer":1,"n_positions":3,"scale_attn_weights":false}"#
  let c = try parse(text)
  #expect(c.headSize == 1 && c.resolvedAttentionScale == 1)
  #expect(try ModelConfiguration(parsing: c.serialized(as: .gpt2)) == c)
}

@Test func generationSettingsReadBack() throws {
  for settings in [
    GenerationSettings(), GenerationSettings(beginToken: 1, endTokens: [2], maximumLength: 128),
    GenerationSettings(endTokens: [2, 3], paddingToken: 4, maximumNewTokens: 9, samples: true, temperature: 0.5),
  ] {
    #expect(try GenerationSettings(parsing: settings.serialized()) == settings)
  }
  let error = #expect(throws: FolderError.self) {
    try GenerationSettings(parsing: Array(#"{"do_sample":0,"max_length":-1,"temperature":"hot"}"#.utf8))
  }
  #expect(
    error?.description
      == "generation_config.json, key max_length: expected an integer from 1 to 2147483647, found -1\n"
      + "generation_config.json, key do_sample: expected true or false, found 0\n"
      + #"generation_config.json, key temperature: expected a number of at least 0.0, found "hot""#)
}
