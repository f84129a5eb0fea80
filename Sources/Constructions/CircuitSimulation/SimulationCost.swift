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
  /// Multiply-adds of an emitted token in the dense path, averaged over a run: those of the rows and columns that the engine keeps because
  /// they are not all zero, and of the scores and sums of attention.
  public var denseOperationsPerToken: Int
  /// An estimate of tokens per second and core with dense attention, from 10^10 multiplications and additions a second.
  public var expectedDenseTokensPerSecond: Double
  /// An estimate of tokens per second and core by lookup: 5 * 10^7.
  public var expectedIndexedTokensPerSecond: Double

  /// The cost of simulating `chain`, the chain of a circuit of depth `depth`.
  public init(_ chain: CircuitChain, form: SimulationManifest.Form, depth: Int) {
    wireCount = chain.wireCount
    stepCount = chain.stepCount
    self.depth = depth
    liveWireCount = chain.liveWireCount
    layerCount = 1
    let (k, units) = (chain.fanIn, 1 << chain.fanIn)
    let products: Int
    let codeLength: Int
    /// Positions that the first and the last emitted token attend to.
    let contexts: (first: Int, last: Int)
    switch form {
    case .llama:
      let layout = LlamaCircuitLayout(wireCount: chain.wireCount, fanIn: chain.fanIn)
      vocabularySize = layout.vocabularySize
      hiddenSize = layout.hiddenSize
      intermediateSize = layout.intermediateSize
      parameterCount = layout.parameterCount
      cacheBytes = layout.cacheBytes
      codeLength = layout.code.length
      // K queries and one key of code and rotation partners, one value; from the codes, the value and the one.
      products =
        ((k + 1) * 2 * codeLength + 1) * ((k + 1) * codeLength + 2) + k * k + 2 * units * (k + units + 1) + units
        + vocabularySize * (codeLength + 1)
      contexts = (1 + chain.inputCount, 1 + chain.wireCount)
    case .li:
      let layout = PositionalCircuitLayout(
        wireCount: chain.wireCount, inputCount: chain.inputCount, fanIn: chain.fanIn, target: .gpt2)
      vocabularySize = 2
      hiddenSize = layout.hiddenSize
      intermediateSize = layout.intermediateSize
      parameterCount = layout.parameterCount
      cacheBytes = layout.cacheBytes
      codeLength = layout.code.length
      // K queries and keys of interleaved code, K values; what writes the stream writes it twice, as x and -x.
      products =
        (4 * k * codeLength + k) * ((k + 1) * codeLength + 2) + 2 * k * k + units * (k + units + 1) + 2 * units + 2
      contexts = (max(1, chain.inputCount), layout.positionCount - 1)
    }
    headCount = chain.fanIn
    parameterBytes = 4 * parameterCount
    // Scores over code and partners (or constants), and one value coordinate a head.
    denseOperationsPerToken = products + (contexts.first + contexts.last) * k * (2 * codeLength + 1) / 2
    expectedDenseTokensPerSecond = 1e10 / Double(denseOperationsPerToken + 20_000)
    expectedIndexedTokensPerSecond = 5e7
  }
}
