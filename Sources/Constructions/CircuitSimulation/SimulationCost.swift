// What a simulation will cost, told before it is built.
import Circuits

/// The cost model of a circuit simulation; every figure but the rates is exact.
public struct SimulationCost: Sendable, Equatable, Codable {
  /// Inputs and gates that cost a token, T.
  public var wireCount: Int
  /// Tokens of the chain of thought.
  public var stepCount: Int
  /// The circuit's depth in gates: the shortest any level-by-level evaluation could be.
  public var depth: Int
  /// The number of tokens in the vocabulary.
  public var vocabularySize: Int
  /// The width of the residual stream.
  public var hiddenSize: Int
  /// The number of layers.
  public var layerCount: Int
  /// The number of query heads, one an operand.
  public var headCount: Int
  /// The number of hidden units of the feedforward layer.
  public var intermediateSize: Int
  /// The number of weights.
  public var parameterCount: Int
  /// Bytes of the weights in float32.
  public var parameterBytes: Int
  /// Bytes of the whole float32 key-value cache at the end of a run.
  public var cacheBytes: Int
  /// The most chain wires that are live at once.
  public var liveWireCount: Int
  /// Multiplications and additions of a token, averaged over a run. In the dense path coordinates that are zero in every row are not
  /// counted; the scalar reference, in which a finite precision runs, forms every one.
  public var operationsPerToken: Int
  /// An estimate of tokens per second with dense attention; `nil` in finite precision.
  public var expectedDenseTokensPerSecond: Double?
  /// An estimate of tokens per second by lookup, where no product is formed; `nil` in finite precision.
  public var expectedIndexedTokensPerSecond: Double?
  /// An estimate of tokens per second of the scalar reference in finite precision; `nil` in float32.
  public var expectedFiniteTokensPerSecond: Double?

  /// Multiplications and additions a second that the estimates for one core rest on, and the time that a token takes beside them.
  ///
  /// Measured by `wright check` on a 2-core machine: see the documentation of the estimates in `SimulationCost.init`.
  enum Rate {
    static let dense = 1e10
    static let denseSecondsBeside = 2e-6
    static let indexed = 5e7
    static let finite = 1e8
  }

  /// The cost of simulating `chain`, the chain of a circuit of depth `depth`; `target` matters to the positional form alone.
  public init(
    _ chain: CircuitChain, form: SimulationManifest.Form, target: PositionalTarget = .gpt2, depth: Int
  ) {
    wireCount = chain.wireCount
    stepCount = chain.stepCount
    self.depth = depth
    liveWireCount = chain.liveWireCount
    layerCount = 1
    headCount = chain.fanIn
    let meanContext = chain.inputCount + (chain.stepCount + 1) / 2
    let k = chain.fanIn
    let codeLength: Int
    let headOperations: Int
    switch form {
    case .llama:
      let layout = LlamaCircuitLayout(wireCount: chain.wireCount, fanIn: k)
      vocabularySize = layout.vocabularySize
      hiddenSize = layout.hiddenSize
      intermediateSize = layout.intermediateSize
      parameterCount = layout.parameterCount
      cacheBytes = layout.cacheBytes
      codeLength = layout.code.length
      headOperations = layout.vocabularySize * (codeLength + 1)
    case .li:
      let layout = PositionalCircuitLayout(
        wireCount: chain.wireCount, inputCount: chain.inputCount, fanIn: k, target: target)
      vocabularySize = 2
      hiddenSize = layout.hiddenSize
      intermediateSize = layout.intermediateSize
      parameterCount = layout.parameterCount
      cacheBytes = layout.cacheBytes
      codeLength = 2 * layout.code.length
      headOperations = 2
    }
    parameterBytes = 4 * parameterCount
    if form == .li, case .finitePrecision = target {
      // Every product of every map, scores and values of every position.
      let maps = hiddenSize * (4 * k * codeLength + 2 * intermediateSize + vocabularySize)
      operationsPerToken = maps + meanContext * k * 2 * codeLength
      expectedFiniteTokensPerSecond = Rate.finite / Double(operationsPerToken)
    } else {
      // Scores over the code and one value coordinate a head; projections and feedforward read few columns.
      let attention = meanContext * k * (codeLength + 2)
      let layer = 4 * k * codeLength + 3 * (1 << k) * (k + 2)
      operationsPerToken = headOperations + attention + layer
      expectedDenseTokensPerSecond = 1 / (Double(operationsPerToken) / Rate.dense + Rate.denseSecondsBeside)
      expectedIndexedTokensPerSecond = Rate.indexed
    }
  }
}
