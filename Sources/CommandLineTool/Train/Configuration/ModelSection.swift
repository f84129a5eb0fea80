// `model`: what is trained, its shape by Hugging Face's names, and how its weights begin.

/// The model.
struct ModelSection: ConfigurationSection {
  /// A kind of model.
  enum Kind: String, CaseIterable {
    case llama, gpt2, unnormalized, mlp
  }

  /// A function between the maps of a perceptron.
  enum Activation: String, CaseIterable {
    case relu, gelu, sigmoid, tanh
  }

  var type = Kind.llama
  /// A folder whose model is trained on.
  var from: String?
  var hiddenSize = 64
  var intermediateSize: Int?
  var numHiddenLayers = 2
  var numAttentionHeads = 4
  var numKeyValueHeads: Int?
  var headDim: Int?
  var maxPositionEmbeddings: Int?
  var vocabSize: Int?
  var ropeTheta = 10_000.0
  var rmsNormEps = 1e-6
  var layerNormEpsilon = 1e-5
  var tieWordEmbeddings: Bool?
  /// A perceptron's hidden layers.
  var hiddenSizes = [128]
  var hiddenAct = Activation.relu
  var bias = true
  var frozenLayers: [Int] = []
  var truthTables: [[Int]] = []
  var initialization = InitializationSection()
  var sharedLayers: Int?
  var auxiliaryHeads: [AuxiliaryHeadSection] = []
  var lossWeight = 1.0
  var frozen: [String] = []

  var isPerceptron: Bool { type == .mlp }

  static var keys: [ConfigurationKey<ModelSection>] {
    let size = 1...1 << 24
    let decoder = "a decoder: type llama, gpt2 or unnormalized"
    let fresh = "a model that is not read from a folder (from: null)"
    func shape(_ key: ConfigurationKey<ModelSection>) -> ConfigurationKey<ModelSection> {
      key.for("\(decoder), and \(fresh)") { !$0.isPerceptron && $0.from == nil }
    }
    func llama(_ key: ConfigurationKey<ModelSection>) -> ConfigurationKey<ModelSection> {
      key.for("type llama, and \(fresh)") { $0.type == .llama && $0.from == nil }
    }
    func perceptron(_ key: ConfigurationKey<ModelSection>) -> ConfigurationKey<ModelSection> {
      key.for("type mlp, and \(fresh)") { $0.isPerceptron && $0.from == nil }
    }
    func ofDecoder(_ key: ConfigurationKey<ModelSection>) -> ConfigurationKey<ModelSection> {
      key.for(decoder) { !$0.isPerceptron }
    }
    return [
      .choice("type", \.type),
      .text("from", \.from),
      shape(.integer("hidden_size", \.hiddenSize, in: size)),
      shape(.integer("intermediate_size", \.intermediateSize, in: size)),
      shape(.integer("num_hidden_layers", \.numHiddenLayers, in: 1...4096)),
      shape(.integer("num_attention_heads", \.numAttentionHeads, in: size)),
      llama(.integer("num_key_value_heads", \.numKeyValueHeads, in: size)),
      llama(.integer("head_dim", \.headDim, in: size)),
      shape(.integer("max_position_embeddings", \.maxPositionEmbeddings, in: 1...1 << 24)),
      shape(.integer("vocab_size", \.vocabSize, in: 1...1 << 24)),
      llama(.number("rope_theta", \.ropeTheta, in: .positive)),
      llama(.number("rms_norm_eps", \.rmsNormEps, in: .positive)),
      ConfigurationKey<ModelSection>.number("layer_norm_epsilon", \.layerNormEpsilon, in: .positive)
        .for("type gpt2, and \(fresh)") { $0.type == .gpt2 && $0.from == nil },
      ConfigurationKey<ModelSection>.flag("tie_word_embeddings", \.tieWordEmbeddings)
        .for("type llama or gpt2, and \(fresh)") { [.llama, .gpt2].contains($0.type) && $0.from == nil },
      perceptron(.integers("hidden_sizes", \.hiddenSizes, in: size)),
      perceptron(.choice("hidden_act", \.hiddenAct)),
      perceptron(.flag("bias", \.bias)),
      perceptron(.integers("frozen_layers", \.frozenLayers, in: 0...4096)),
      perceptron(.integerLists("truth_tables", \.truthTables, in: 0...1 << 24)),
      ConfigurationKey<ModelSection>.section("initialization", \.initialization).for(fresh) { $0.from == nil },
      ofDecoder(.integer("shared_layers", \.sharedLayers, in: 1...4096)),
      ofDecoder(.sections("auxiliary_heads", \.auxiliaryHeads)),
      ofDecoder(.number("loss_weight", \.lossWeight, in: .notNegative)),
      ofDecoder(.texts("frozen", \.frozen)),
    ]
  }

  /// Fills what follows from the rest.
  mutating func resolve() {
    if initialization.scheme == nil { initialization.scheme = isPerceptron ? .uniformFanIn : .normal }
    if isPerceptron || from != nil { return }
    if headDim == nil { headDim = max(1, hiddenSize / numAttentionHeads) }
    // Hugging Face's defaults.
    if tieWordEmbeddings == nil { tieWordEmbeddings = type == .gpt2 }
    if numKeyValueHeads == nil { numKeyValueHeads = numAttentionHeads }
    // A gated layer has three matrices and is a third narrower, so that it costs as much as one of two.
    if intermediateSize == nil { intermediateSize = type == .llama ? (8 * hiddenSize / 3 + 7) & ~7 : 4 * hiddenSize }
  }
}

/// How weights are drawn.
struct InitializationSection: ConfigurationSection {
  /// A scheme by its name.
  enum Scheme: String, CaseIterable {
    case normal
    case uniformFanIn = "uniform_fan_in"
    case heNormal = "he_normal"
  }

  var scheme: Scheme?
  var std = 0.02
  var scaleResidual = true

  static var keys: [ConfigurationKey<InitializationSection>] {
    [
      .choice("scheme", \.scheme),
      .number("std", \.std, in: .notNegative),
      .flag("scale_residual", \.scaleResidual),
    ]
  }
}

/// A prediction from the residual stream after a layer.
struct AuxiliaryHeadSection: ConfigurationSection {
  var layer = 0
  var weight = 1.0
  var ownWeights = false

  static var keys: [ConfigurationKey<AuxiliaryHeadSection>] {
    [
      .integer("layer", \.layer, in: 0...4096),
      .number("weight", \.weight, in: .notNegative),
      .flag("own_weights", \.ownWeights),
    ]
  }
}
