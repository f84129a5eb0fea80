// A decoder as the subject of a run.
import Randomness
import Tensors
import Training
import Transformers

/// A decoder that learns texts.
struct DecoderSubject: TrainingSubject {
  let objective: DecoderObjective
  let data: TokenData
  private let start: Model?
  private let threadCount: Int

  /// The decoder and the data of a configuration, which gets what follows from the data: the vocabulary's size and the number of positions.
  init(_ configuration: inout TrainingConfiguration, faults: ConfigurationFaults) throws {
    var faults = faults
    let section = configuration.model
    let folder = try section.from.map { try ModelFolder($0) }
    let vocabulary = try folder?.tokenizer()
    if let folder, vocabulary == nil {
      faults.add("model.from", expected: "a folder with a tokenizer.json", found: "\(folder.path) without one")
      try faults.check()
    }
    data = try TokenData(configuration.data, vocabulary: vocabulary, faults: faults)
    start = try folder?.model()

    let words = data.tokenizer.words.count
    let shape: ModelConfiguration
    if let start {
      shape = start.configuration
    } else {
      if let size = section.vocabSize, size < words {
        faults.add("model.vocab_size", expected: "at least the \(words) words of the data", found: "\(size)")
      }
      configuration.model.vocabSize = section.vocabSize ?? words
      configuration.model.maxPositionEmbeddings = section.maxPositionEmbeddings ?? data.longestText
      try faults.check()
      shape = configuration.model.shape(data.tokenizer.roles)
    }
    if shape.maximumPositionCount < data.longestText {
      faults.add(
        section.from == nil ? "model.max_position_embeddings" : "model.from",
        expected: "room for the longest text, \(data.longestText) tokens", found: "\(shape.maximumPositionCount)")
    }
    for fault in FolderFormat(for: shape).obstacles(shape, path: "model") {
      faults.add("model", expected: fault.expected, found: fault.found)
    }
    let (width, inner) = (Double(shape.hiddenSize), Double(shape.headSize) * Double(shape.headCount))
    let layer = 4 * width * inner + 3 * width * Double(shape.intermediateSize)
    MemoryNeed(
      parameters: 2 * Double(shape.vocabularySize) * width + Double(shape.layerCount) * layer,
      precision: configuration.precision, sizes: section.factors(of: shape, words: words)
    ).check(&faults)
    if data.training.count == nil, let count = configuration.batchSize {
      // Inputs, targets and weights.
      MemoryNeed.check(
        "batch_size", expected: "a number of texts", numbers: 3 * Double(count) * Double(shape.maximumPositionCount),
        found: "\(count) of up to \(shape.maximumPositionCount) tokens", &faults)
    }
    try faults.check()
    do {
      objective = try DecoderObjective(shape, options: section.options(longestText: data.longestText))
    } catch {
      for fault in error.faults {
        let key = ["frozenParameters": "frozen", "auxiliaryHeads": "auxiliary_heads"][fault.part] ?? fault.part
        faults.add("model.\(key)", expected: fault.expected, found: fault.found)
      }
      try faults.check()
      throw error
    }
    if objective.layout.trainableCount == 0 {
      faults.add("model.frozen", expected: "patterns that leave something to train", found: "all parameters frozen")
      try faults.check()
    }
    threadCount = configuration.threads ?? processorCount()
  }

  var unit: String { "tokens" }
  var digests: [String] { data.digests }
  var hasValidation: Bool { !data.validation.isEmpty }

  func batches(_ configuration: TrainingConfiguration, random: Philox) -> ExampleBatches<TokenBatch> {
    let answersOnly = configuration.loss == .answers
    let padding = data.padding
    return ExampleBatches(
      data.training, batchSize: configuration.batchSize, sampling: configuration.data.sampling.library, random: random
    ) { TokenBatch($0, answersOnly: answersOnly, padding: padding) }
  }

  func firstParameters<Scalar: TensorScalar>(
    _ configuration: TrainingConfiguration, random: Philox, as type: Scalar.Type
  ) throws -> AlignedBuffer<Scalar> {
    if let start { return try objective.parameters(from: start, as: type) }
    return objective.initialParameters(configuration.model.initialization.library, random: random, as: type)
  }

  func evaluator<Scalar: TensorScalar>(
    _ configuration: TrainingConfiguration, engine: TrainingEngine, as type: Scalar.Type
  ) -> ((AlignedBuffer<Scalar>) throws -> [String: Double])? {
    var sides: [(name: String, texts: [TokenText])] = []
    if configuration.evaluation.training {
      let count = configuration.evaluationCount(of: data.training)
      sides.append(("training", data.training.sample(count, random: configuration.evaluationRandom("training"))))
    }
    if hasValidation {
      let count = configuration.evaluationCount(of: data.validation)
      sides.append(("validation", data.validation.sample(count, random: configuration.evaluationRandom("validation"))))
    }
    if sides.isEmpty { return nil }
    let (batch, threads) = (configuration.evaluation.batch, engine.threadCount)
    let ends = Set([data.tokenizer.roles.end].compactMap(\.self))
    return { [objective, sides] parameters in
      try objective.layout.checkFloat32Holds(parameters, place: "what is evaluated")
      let model = objective.model(from: parameters)
      var values: [String: Double] = [:]
      for side in sides {
        let found = try GreedyEvaluation(
          of: model, on: side.texts, batchSize: batch, endTokens: ends, threadCount: threads,
          isCancelled: { Interruption.isRequested })
        if Interruption.isRequested { throw EvaluationInterrupted() }
        values["\(side.name)Loss"] = found.loss
        values["\(side.name)ExactMatch"] = found.exactMatch
        values["\(side.name)TokenAccuracy"] = found.tokenAccuracy
      }
      return values
    }
  }

  func export<Scalar: TensorScalar>(
    _ parameters: AlignedBuffer<Scalar>, to path: String, options: ExportSection
  ) throws {
    let roles = data.tokenizer.roles
    let settings = GenerationSettings(
      beginToken: roles.begin, endTokens: [roles.end].compactMap(\.self), paddingToken: roles.padding,
      maximumLength: objective.configuration.maximumPositionCount)
    var write = ModelFolder.WriteOptions(scalar: options.dtype.type, overwrites: true)
    write.isCancelled = { Interruption.isRequested }
    try Failure.writingFolder {
      _ = try ModelFolder.write(
        objective.model(from: parameters), to: path, options: write, tokenizer: data.tokenizer, generation: settings)
    }
  }
}

extension ModelSection {
  /// How many times as large as by default, or as needed, the sizes of a shape are.
  fileprivate func factors(of shape: ModelConfiguration, words: Int) -> [(key: String, factor: Double)] {
    let usual = ModelSection()
    func factor(_ size: Int, _ usual: Int) -> Double { Double(size) / Double(max(1, usual)) }
    return [
      ("model.hidden_size", factor(shape.hiddenSize, usual.hiddenSize)),
      ("model.num_hidden_layers", factor(shape.layerCount, usual.numHiddenLayers)),
      ("model.intermediate_size", factor(shape.intermediateSize, 4 * shape.hiddenSize)),
      ("model.head_dim", factor(shape.headSize * shape.headCount, shape.hiddenSize)),
      ("model.vocab_size", factor(shape.vocabularySize, words)),
    ]
  }

  /// The library's shape of a decoder whose sizes are all known.
  fileprivate func shape(_ roles: WordLevelTokenizer.Roles) -> ModelConfiguration {
    var shape = ModelConfiguration(
      vocabularySize: vocabSize ?? 0, hiddenSize: hiddenSize, intermediateSize: intermediateSize ?? 0,
      layerCount: numHiddenLayers, headCount: numAttentionHeads, keyValueHeadCount: numKeyValueHeads,
      headSize: headDim, maximumPositionCount: maxPositionEmbeddings ?? 0)
    switch type {
    case .llama, .mlp:
      shape.positions = .rotary(.init(theta: ropeTheta))
      shape.normalization = .rootMeanSquare(epsilon: rmsNormEps)
    case .gpt2:
      shape.positions = .learned
      shape.normalization = .layer(epsilon: layerNormEpsilon)
      shape.feedForward = .geluTanh
      (shape.hasAttentionBiases, shape.hasFeedForwardBiases) = (true, true)
    case .unnormalized:
      shape.positions = .learned
      shape.normalization = .none
      shape.feedForward = .relu
      (shape.hasAttentionBiases, shape.hasFeedForwardBiases) = (true, true)
    }
    shape.tiesEmbeddings = tieWordEmbeddings ?? false
    shape.beginToken = roles.begin
    shape.endTokens = [roles.end].compactMap(\.self)
    return shape
  }

  /// What training adds to the shape.
  fileprivate func options(longestText: Int) -> DecoderOptions {
    var options = DecoderOptions()
    if let sharedLayers { options.sharing = .cycle(sharedLayers) }
    options.auxiliaryHeads = auxiliaryHeads.map {
      AuxiliaryHead(layer: $0.layer, weight: $0.weight, hasOwnWeights: $0.ownWeights)
    }
    options.lossWeight = lossWeight
    options.frozenParameters = frozen
    options.maximumLength = max(1, longestText - 1)
    return options
  }
}

extension InitializationSection {
  /// The library's scheme.
  var library: Initialization {
    switch scheme {
    case .uniformFanIn: .uniformFanIn
    case .heNormal: .heNormal
    case .normal, nil: .normal(standardDeviation: std, scalesResidualProjections: scaleResidual)
    }
  }
}

extension DataSection.Sampling {
  /// The library's sampling.
  var library: ExampleSampling { self == .epochs ? .epochs : .withReplacement }
}
