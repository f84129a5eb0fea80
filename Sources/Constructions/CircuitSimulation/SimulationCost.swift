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
  /// Multiplications and additions of a token in the dense path, averaged over a run: coordinates that are zero in every row are not counted.
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
    let codeLength: Int
    let headOperations: Int
    switch form {
    case .llama:
      let layout = LlamaCircuitLayout(wireCount: chain.wireCount, fanIn: chain.fanIn)
      vocabularySize = layout.vocabularySize
      hiddenSize = layout.hiddenSize
      intermediateSize = layout.intermediateSize
      parameterCount = layout.parameterCount
      cacheBytes = layout.cacheBytes
      codeLength = layout.code.length
      headOperations = layout.vocabularySize * (codeLength + 1)
    case .li:
      let layout = PositionalCircuitLayout(
        wireCount: chain.wireCount, inputCount: chain.inputCount, fanIn: chain.fanIn, target: .gpt2)
      vocabularySize = 2
      hiddenSize = layout.hiddenSize
      intermediateSize = layout.intermediateSize
      parameterCount = layout.parameterCount
      cacheBytes = layout.cacheBytes
      codeLength = 2 * layout.code.length
      headOperations = 2
    }
    headCount = chain.fanIn
    parameterBytes = 4 * parameterCount
    let meanContext = chain.inputCount + (chain.stepCount + 1) / 2
    // Scores over the code and one value coordinate a head; projections and feedforward read few columns.
    let attention = meanContext * chain.fanIn * (codeLength + 2)
    let layer = 4 * chain.fanIn * codeLength + 3 * (1 << chain.fanIn) * (chain.fanIn + 2)
    denseOperationsPerToken = headOperations + attention + layer
    expectedDenseTokensPerSecond = 1e10 / Double(denseOperationsPerToken + 20_000)
    expectedIndexedTokensPerSecond = 5e7
  }
}
