// A decoder of Transformers with the loss that it is trained by: what can be trained, its parameters and how batches are cut.
public import Tensors
public import Transformers

/// The decoder of a configuration, trained to predict the next token: the cross-entropy of its logits, averaged by the batch's weights.
///
/// Its parameters are the weights of a `Model`, one to one, so that what was trained is written, run and checked as any other model:
///
/// ```swift
/// let objective = try DecoderObjective(configuration)
/// let parameters = objective.initialParameters(.normal(), random: Philox(seed: 1), as: Float.self)
/// let engine = GradientEngine(objective, products: products, threadCount: 2)
/// let loss = engine.accumulate(batch, parameters: parameters, normalization: 1 / objective.weight(of: batch))
/// try ModelFolder.write(objective.model(from: parameters), to: "models/trained")
/// ```
public struct DecoderObjective: Objective {
  /// The shape of the decoder.
  public let configuration: ModelConfiguration
  /// What is shared, frozen and added for training.
  public let options: DecoderOptions
  /// Whether auxiliary heads are part of the loss; evaluation leaves them out.
  public var countsAuxiliaryHeads = true
  /// The place of each weight in the buffer of parameters; the names are those of the model's folder.
  public var layout: ParameterLayout { parameters.layout }

  let parameters: DecoderParameters
  let rotaryTable: RotaryTable?

  /// The training of a decoder of the given shape.
  ///
  /// - Throws: `ModelError` with everything that does not fit: the configuration itself, no hidden units, sharing, heads after layers that there
  ///   are not, patterns that mean no parameter.
  public init(_ configuration: ModelConfiguration, options: DecoderOptions = DecoderOptions()) throws(ModelError) {
    try configuration.validate()
    let faults = Self.faults(configuration, options)
    if !faults.isEmpty { throw ModelError(faults: faults) }
    self.configuration = configuration
    self.options = options
    parameters = DecoderParameters(configuration, options)
    if case .rotary(let rotary) = configuration.positions, configuration.layerCount > 0 {
      rotaryTable = RotaryTable(
        inverseFrequencies: rotary.inverseFrequencies(headSize: configuration.headSize),
        length: options.maximumLength ?? configuration.maximumPositionCount)
    } else {
      rotaryTable = nil
    }
    let names = parameters.layout.parameters.map(\.name)
    let idle = options.frozenParameters.filter { pattern in
      let pattern = NamePattern(pattern)
      return !names.contains { pattern.matches($0) }
    }
    if !idle.isEmpty {
      throw ModelError(
        faults: idle.map {
          ModelError.Fault(part: "frozenParameters", expected: "the name of a parameter", found: "\"\($0)\"")
        })
    }
  }

  private static func faults(_ c: ModelConfiguration, _ options: DecoderOptions) -> [ModelError.Fault] {
    var faults: [ModelError.Fault] = []
    func expect(_ holds: Bool, _ part: String, _ expected: String, _ found: String) {
      if !holds { faults.append(ModelError.Fault(part: part, expected: expected, found: found)) }
    }
    expect(
      c.intermediateSize >= 1 || c.layerCount == 0, "intermediateSize", "a positive number", "\(c.intermediateSize)")
    if case .cycle(let period) = options.sharing {
      expect(period >= 1, "sharing", "a cycle of at least one layer", "\(period)")
    }
    for (index, head) in options.auxiliaryHeads.enumerated() {
      expect(
        0 <= head.layer && head.layer < c.layerCount, "auxiliaryHeads[\(index)].layer",
        "a layer below \(c.layerCount)", "\(head.layer)")
      expect(head.weight.isFinite, "auxiliaryHeads[\(index)].weight", "a finite number", "\(head.weight)")
    }
    expect(options.lossWeight.isFinite, "lossWeight", "a finite number", "\(options.lossWeight)")
    if let tokens = options.tokensPerShard { expect(tokens >= 1, "tokensPerShard", "a positive number", "\(tokens)") }
    if let length = options.maximumLength {
      expect(
        1 <= length && length <= c.maximumPositionCount, "maximumLength", "a length up to \(c.maximumPositionCount)",
        "\(length)")
    }
    return faults
  }

  // MARK: Shards

  /// About how many tokens a shard has.
  private var tokensPerShard: Int {
    options.tokensPerShard ?? (configuration.hiddenSize < 128 ? 256 : 512)
  }

  /// The number of shards of `sequenceCount` sequences of `length` tokens: about ``DecoderOptions/tokensPerShard`` tokens in each, whole
  /// sequences; and where there are several, an even number, so that both lanes have as many.
  package func shardCount(sequenceCount: Int, length: Int) -> Int {
    let tokens = sequenceCount * length
    let count = (tokens + tokensPerShard - 1) / tokensPerShard
    // For so few tokens a second thread would cost more than it saves.
    let even = count == 1 && tokens < min(128, tokensPerShard / 2) ? 1 : (count + 1) & ~1
    return min(sequenceCount, even)
  }

  /// The number of shards of a batch: a rule of its shape.
  public func shardCount(of batch: TokenBatch) -> Int {
    shardCount(sequenceCount: batch.sequenceCount, length: batch.length)
  }

  /// The sequences of one shard: as equal in number as can be.
  func sequences(ofShard shard: Int, of batch: TokenBatch) -> Range<Int> {
    let count = shardCount(of: batch)
    return batch.sequenceCount * shard / count..<batch.sequenceCount * (shard + 1) / count
  }

  /// The sum of the weights of the batch's tokens.
  public func weight(of batch: TokenBatch) -> Double { batch.totalWeight }

  /// "embedding", "layer 3" or "head".
  public func name(ofScope scope: Int) -> String {
    switch scope {
    case 0: "embedding"
    case 1...max(1, configuration.layerCount) where configuration.layerCount > 0: "layer \(scope - 1)"
    default: "head"
    }
  }
}
