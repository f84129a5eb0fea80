// Names and sizes of the transformer of Li et al. that evaluates a circuit: the circuit stands in the absolute positions.
public import ExactArithmetic
public import Transformers

/// What a positional circuit simulation is written down for.
public enum PositionalTarget: Sendable, Hashable {
  /// The paper's transformer, with no normalization, in the finite-precision arithmetic F_{e,s}: keys saturate to the largest number.
  case finitePrecision(FloatFormat)
  /// The paper's transformer, with no normalization, in float32: keys large enough that softmax is exactly one-hot.
  case float32
  /// A GPT-2: the same behind layer normalization, which pairs (x, -x) make the identity.
  case gpt2
}

/// The directions of the positional form, and its size formulas as functions of T and K.
///
/// Theorem 3.3 of Li, Liu, Zhou and Ma (ICLR 2024), SIZE[T(n)] in CoT[T(n), log n, 1], in sizes: one layer, K heads of width 2L with
/// L = ceil(log2 positions), 2^K hidden units, embedding (K + 1) L + 2^K + K + 3, one token a gate, and precision that depends on K alone
/// (`requiredSignificandBits`).
public struct PositionalCircuitLayout: Sendable, Equatable {
  /// The number of chain wires, T.
  public let wireCount: Int
  /// The number of inputs, n.
  public let inputCount: Int
  /// The number of operands that a position fetches, K.
  public let fanIn: Int
  /// What the weights are for.
  public let target: PositionalTarget
  /// The codes of positions.
  public let code: WireCode
  /// The score by which the wanted position leads every other; of a GPT-2, at least that.
  package let scoreGap: Double

  /// The layout for a chain of `wireCount` wires, `inputCount` of them inputs, of gates of at most `fanIn` operands.
  public init(wireCount: Int, inputCount: Int, fanIn: Int, target: PositionalTarget) {
    self.init(
      wireCount: wireCount, inputCount: inputCount, fanIn: fanIn, target: target,
      code: WireCode(count: wireCount + (inputCount == 0 ? 1 : 0)),
      scoreGap: PositionalCircuitLayout.scoreGap(for: target))
  }

  /// The largest number of operands that a token fetches in this form.
  public static let maximumFanIn = 6

  /// The layout with codes of another length and another lead of scores: what a construction of other parameters would be.
  package init(
    wireCount: Int, inputCount: Int, fanIn: Int, target: PositionalTarget, code: WireCode, scoreGap: Double
  ) {
    precondition(
      (1...PositionalCircuitLayout.maximumFanIn).contains(fanIn) && inputCount >= 0 && wireCount >= inputCount,
      "1 to 6 operands, inputs first")
    self.wireCount = wireCount
    self.inputCount = inputCount
    self.fanIn = fanIn
    self.target = target
    self.code = code
    self.scoreGap = scoreGap
  }

  /// The score by which the wanted position leads: of softmax in float32 128, past the 104 below which exp is 0; in finite precision what
  /// two products of the greatest keys are.
  package static func scoreGap(for target: PositionalTarget) -> Double {
    switch target {
    case .finitePrecision(let format): 2 * keyGain(in: format)
    case .float32, .gpt2: 128
    }
  }

  /// The number of tokens before the first wire: a circuit without inputs needs one 0 to begin with.
  public var leadingTokenCount: Int { inputCount == 0 ? 1 : 0 }
  /// The number of positions: one a wire.
  public var positionCount: Int { wireCount + leadingTokenCount }

  // MARK: Directions, in an order that keeps every partial sum of the finite-precision form within K + 1

  /// The code of the position itself.
  public var ownCode: Subspace { Subspace("own", size: code.length, meaning: "code of the position") }
  /// The code of the position that holds operand `j` of the next wire's gate.
  public func operandCode(_ j: Int) -> Subspace {
    Subspace("operand\(j)", size: code.length, meaning: "code of the position of operand \(j) of the next wire's gate")
  }
  /// The next wire's truth table, -1 or +1 for each row.
  public var table: Subspace {
    Subspace("table", size: 1 << fanIn, meaning: "truth table of the next wire's gate, row by row")
  }
  /// The value of the token, -1 or +1.
  public var value: Subspace { Subspace("value", meaning: "value of the token") }
  /// The value that head `j` fetched; +1 before attention.
  public func fetched(_ j: Int) -> Subspace {
    Subspace("fetched\(j)", meaning: "value of operand \(j), once head \(j) has fetched it; +1 before")
  }
  /// The value of the next wire; +1 before the feedforward layer.
  public var result: Subspace {
    Subspace("result", meaning: "value of the next wire, once the feedforward layer has computed it; +1 before")
  }
  /// Always +1. It stands last, so that a threshold is added after what it is compared with.
  public var one: Subspace { Subspace("one", meaning: "always +1") }

  /// The residual stream; for GPT-2 its first half, before the negatives.
  public var stream: ResidualStream {
    var subspaces = [ownCode]
    subspaces += (0..<fanIn).map(operandCode)
    subspaces += [table, value]
    subspaces += (0..<fanIn).map(fetched)
    subspaces += [result]
    let used = subspaces.reduce(1) { $0 + $1.size }
    if streamSize > used { subspaces.append(Subspace("filling", size: streamSize - used, meaning: "always +1")) }
    subspaces.append(one)
    return ResidualStream(subspaces)
  }

  // MARK: Size formulas

  /// The number of named directions d: (K + 1) L + 2^K + K + 3; for GPT-2 rounded up so that K heads share 2d columns.
  public var streamSize: Int {
    let used = (fanIn + 1) * code.length + (1 << fanIn) + fanIn + 3
    guard case .gpt2 = target else { return used }
    return (used + 4 * fanIn - 1) / (4 * fanIn) * (4 * fanIn)
  }

  /// The width of the residual stream: d, or 2d for GPT-2.
  public var hiddenSize: Int { if case .gpt2 = target { 2 * streamSize } else { streamSize } }

  /// The number of hidden units: 2^K.
  public var intermediateSize: Int { 1 << fanIn }

  /// The width of a head: 2L, or hiddenSize / K for GPT-2.
  public var headSize: Int { if case .gpt2 = target { hiddenSize / fanIn } else { 2 * code.length } }

  /// The number of weights. GPT-2's biases, gains and duplicate key heads count as its class has them.
  public var parameterCount: Int {
    let (c, hd, f, v) = (hiddenSize, fanIn * headSize, intermediateSize, 2)
    let maps = 4 * c * hd + 2 * c * f
    let extras = if case .gpt2 = target { 3 * hd + c + f + c + 6 * c } else { 0 }
    return 2 * v * c + positionCount * c + maps + extras
  }

  /// Bytes of the whole float32 key-value cache: K keys and K values of D numbers for each position.
  public var cacheBytes: Int { positionCount * 2 * fanIn * headSize * 4 }

  /// The smallest s for which F_{0,s} holds every number that a step compares: B_s >= K + 1, and at least 2, because the weight -2 has to
  /// exist. It does not depend on T.
  ///
  /// This suffices; `leastSignificandBits(exponentBits:fanIn:ties:)` says what is needed, which is less where a sum may saturate unharmed.
  public static func requiredSignificandBits(fanIn: Int) -> Int {
    var s = 2
    while Double(1 << (2 * s) - 1) / Double(1 << s) < Double(fanIn + 1) { s += 1 }
    return s
  }

  /// The size of a key's coordinates: what keeps all but the wanted position out of the softmax.
  var keyGain: Double {
    switch target {
    // Where codes differ, a pair of coordinates takes twice the key.
    case .finitePrecision, .float32: scoreGap / 2
    // Scores are divided by sqrt(D); a power of two, so that every scalar type holds it.
    case .gpt2: PositionalCircuitLayout.powerOfTwo(atLeast: scoreGap / 2 * Double(headSize).squareRoot())
    }
  }

  private static func powerOfTwo(atLeast x: Double) -> Double { x.binade < x ? 2 * x.binade : x.binade }

  /// The size of a key's coordinates in finite precision: B, which the paper's 2^(s + 1) saturates to where e = 0; in formats of many
  /// exponent bits 2^120, which float32 files can hold and whose exp(-gain) is 0 all the same.
  static func keyGain(in format: FloatFormat) -> Double { min(Double(format.maximum), 0x1p120) }

  /// The shape of the model.
  public var configuration: ModelConfiguration {
    var configuration = ModelConfiguration(
      vocabularySize: 2, hiddenSize: hiddenSize, intermediateSize: intermediateSize, layerCount: 1, headCount: fanIn,
      keyValueHeadCount: fanIn, headSize: headSize, maximumPositionCount: positionCount)
    configuration.positions = .learned
    configuration.feedForward = .relu
    if case .gpt2 = target {
      configuration.normalization = .layer(epsilon: 0)
      configuration.hasAttentionBiases = true
      configuration.hasFeedForwardBiases = true
    } else {
      configuration.normalization = .none
      configuration.attentionScale = 1
    }
    return configuration
  }

  /// The position of chain wire `w`.
  public func position(wire w: Int) -> Int { w + leadingTokenCount }
}
