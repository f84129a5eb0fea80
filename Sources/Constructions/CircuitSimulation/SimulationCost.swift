// What a simulation will cost, told before it is built.
import Circuits
import ExactArithmetic

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
  /// Multiplications with an addition of an emitted token, averaged over a run: in the dense path those of the rows and columns that the
  /// engine keeps because they are not all zero, and of the scores and sums of attention; the scalar reference, in which a finite
  /// precision runs, forms every one.
  public var operationsPerToken: Int
  /// An estimate of tokens per second and core with dense attention, one assignment at a time; `nil` in finite precision.
  public var expectedDenseTokensPerSecond: Double?
  /// An estimate of tokens per second and core of the derived program, one input after another; `nil` in finite precision. What deriving it takes
  /// comes before.
  public var expectedIndexedTokensPerSecond: Double?
  /// The same for the derived program on 512 inputs at once, one bit each.
  public var expectedBitslicedTokensPerSecond: Double?
  /// An estimate of tokens per second and core of the scalar reference in finite precision; `nil` in float32.
  public var expectedFiniteTokensPerSecond: Double?

  /// Multiplications with an addition a second that the estimates rest on, and what a dense token takes beside them: CPU time of one core
  /// with 512-bit vectors, measured by `wright run --json` over adders and multipliers of 30 to 13,675 tokens.
  ///
  /// Dense: 2.4 to 2.9e10 a second from 2,000 tokens up. The scalar reference: 1.4e8 in fixed point (e = 0), 6e7 with exponent bits. The derived
  /// program: in tokens a second, and what a chain takes beside them; 3 to 6e8 one by one, 4 to 10e9 bit by bit.
  private enum Rate {
    static let dense = 2.5e10
    static let denseSecondsBeside = 1e-6
    static let indexed = 3e8
    static let indexedSecondsBeside = 3e-7
    static let bitsliced = 5e9
    static let fixedPoint = 1.4e8
    static let floatingPoint = 6e7
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
    let (k, units) = (chain.fanIn, 1 << chain.fanIn)
    /// The products of all maps.
    let products: Int
    let codeLength: Int
    /// Positions that the first and the last emitted token attend to.
    let contexts: (first: Int, last: Int)
    switch form {
    case .llama:
      let layout = LlamaCircuitLayout(wireCount: chain.wireCount, fanIn: k)
      vocabularySize = layout.vocabularySize
      hiddenSize = layout.hiddenSize
      intermediateSize = layout.intermediateSize
      parameterCount = layout.parameterCount
      cacheBytes = layout.cacheBytes
      codeLength = layout.code.length
      // K queries and one key of code and rotation partners, one value; they read codes, the value and the one.
      products =
        ((k + 1) * 2 * codeLength + 1) * ((k + 1) * codeLength + 2) + k * k + 2 * units * (k + units + 1) + units
        + vocabularySize * (codeLength + 1)
      contexts = (1 + chain.inputCount, 1 + chain.wireCount)
    case .li:
      let layout = PositionalCircuitLayout(
        wireCount: chain.wireCount, inputCount: chain.inputCount, fanIn: k, target: target)
      vocabularySize = 2
      hiddenSize = layout.hiddenSize
      intermediateSize = layout.intermediateSize
      parameterCount = layout.parameterCount
      cacheBytes = layout.cacheBytes
      codeLength = layout.code.length
      // K queries and keys of interleaved code, K values; what writes a GPT-2's stream writes it twice, as x and -x.
      let copies = target == .gpt2 ? 2 : 1
      products =
        (4 * k * codeLength + k) * ((k + 1) * codeLength + 2) + copies * (k * k + units) + units * (k + units + 1) + 2
      contexts = (max(1, chain.inputCount), layout.positionCount - 1)
    }
    let contextSum = contexts.first + contexts.last
    parameterBytes = 4 * parameterCount
    if form == .li, case .finitePrecision(let format) = target {
      // Every product of every map, scores and values of every position.
      let maps = hiddenSize * (8 * k * codeLength + 2 * units + vocabularySize)
      operationsPerToken = maps + contextSum * k * 4 * codeLength / 2
      let isFixedPoint = format.minimumExponent == format.maximumExponent
      expectedFiniteTokensPerSecond =
        (isFixedPoint ? Rate.fixedPoint : Rate.floatingPoint) / Double(operationsPerToken)
    } else {
      // Scores over code and partners (or constants), and one value coordinate a head.
      operationsPerToken = products + contextSum * k * (2 * codeLength + 1) / 2
      expectedDenseTokensPerSecond = 1 / (Double(operationsPerToken) / Rate.dense + Rate.denseSecondsBeside)
      let steps = Double(max(1, stepCount))
      expectedIndexedTokensPerSecond = steps / (steps / Rate.indexed + Rate.indexedSecondsBeside)
      expectedBitslicedTokensPerSecond = Rate.bitsliced
    }
  }

  /// The cost of simulating `chain` in `layout`, whose tokens may have several levels of tables.
  init(_ chain: CircuitChain, layout: LlamaCircuitLayout, depth: Int) {
    wireCount = chain.wireCount
    stepCount = chain.stepCount
    self.depth = depth
    liveWireCount = chain.liveWireCount
    layerCount = layout.levelCount
    headCount = layout.fanIn
    vocabularySize = layout.vocabularySize
    hiddenSize = layout.hiddenSize
    intermediateSize = layout.intermediateSize
    parameterCount = layout.parameterCount
    parameterBytes = 4 * parameterCount
    cacheBytes = layout.cacheBytes
    let (heads, length) = (layout.fanIn, layout.code.length)
    let tables = (1...layout.levelCount).reduce(0) { $0 + layout.tableCount(level: $1) }
    let units = tables << layout.tableInputs
    // As in the form of one level: the rows and columns that are not all zero.
    let products =
      ((heads + 1) * 2 * length + 1) * ((heads + 1) * length + 2) + heads * heads
      + units * (2 * (layout.tableInputs + layout.intermediateSize) + 3) + vocabularySize * (length + 1)
    operationsPerToken = products + (2 + chain.inputCount + chain.wireCount) * heads * (2 * length + 1) / 2
    expectedDenseTokensPerSecond = 1 / (Double(operationsPerToken) / Rate.dense + Rate.denseSecondsBeside)
    let steps = Double(max(1, stepCount))
    expectedIndexedTokensPerSecond = steps / (steps / Rate.indexed + Rate.indexedSecondsBeside)
    expectedBitslicedTokensPerSecond = Rate.bitsliced
  }
}
