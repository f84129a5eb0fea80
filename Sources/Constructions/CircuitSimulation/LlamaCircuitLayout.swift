// Names and sizes of the LLaMA that evaluates a circuit: its residual stream, its heads, its tokens.
public import Transformers

/// The directions of the LLaMA form, and its size formulas as functions of the number of wires T and the fan-in K.
///
/// Sizes: one layer, K heads, one key-value head, L = ceil(log2(T + 2)) code coordinates, 2^K hidden units, 2T + 2 tokens, residual width
/// (K + 2) L + 2^K + K + 3 rounded up to a multiple of lcm(8, K).
///
/// With D levels of tables of k inputs in a token (`TableTree`): D layers, K = k^D heads, k^(D - 1) 2^k hidden units, and in the place of 2^K in the width
/// 2^k for each of the (k^D - 1) / (k - 1) tables and 1 for each that is not the last.
public struct LlamaCircuitLayout: Sendable, Equatable {
  /// The number of wires, T.
  public let wireCount: Int
  /// The number of operands that a token fetches, K.
  public let fanIn: Int
  /// The number of inputs of a table, k; that of operands where a token has one level.
  public let tableInputs: Int
  /// The number of levels of tables in a token, D: that of layers.
  public let levelCount: Int
  /// The codes of wires; number T is the token `<s>`, T + 1 is `</s>`.
  public let code: WireCode

  /// The layout for `wireCount` wires and gates of at most `fanIn` operands.
  public init(wireCount: Int, fanIn: Int) {
    self.init(wireCount: wireCount, fanIn: fanIn, code: WireCode(count: wireCount + 2))
  }

  /// The layout for `wireCount` wires and trees of `levels` levels of tables of `tableInputs` inputs, of at most 12 leaves.
  public init(wireCount: Int, tableInputs: Int, levels: Int) {
    precondition(TreeChain.isPossible(tableInputs: tableInputs, levels: levels), "trees have at most 12 leaves")
    self.wireCount = wireCount
    self.tableInputs = tableInputs
    levelCount = levels
    fanIn = (0..<levels).reduce(1) { power, _ in power * tableInputs }
    code = WireCode(count: wireCount + 2)
  }

  /// The layout with codes of another length, as more wires would need: then all its sizes but that of the vocabulary are theirs.
  package init(wireCount: Int, fanIn: Int, code: WireCode) {
    precondition(
      wireCount >= 0 && (1...LlamaCircuitLayout.maximumFanIn).contains(fanIn), "a layout has K in 1 ... 12 operands")
    self.wireCount = wireCount
    self.fanIn = fanIn
    self.code = code
    tableInputs = fanIn
    levelCount = 1
  }

  /// The largest number of operands that a token fetches.
  public static let maximumFanIn = 12

  // MARK: Directions

  /// The code of the wire that a token carries: what heads look for.
  public var ownCode: Subspace {
    Subspace("own", size: code.length, meaning: "code of the wire that the token carries")
  }
  /// The code of the wire that comes next: what the model's head points at.
  public var nextCode: Subspace {
    Subspace("next", size: code.length, meaning: "code of the wire that comes next")
  }
  /// The code of operand `j` of the next wire's gate: what head `j` looks for.
  public func operandCode(_ j: Int) -> Subspace {
    Subspace("operand\(j)", size: code.length, meaning: "code of operand \(j) of the next wire's gate")
  }
  /// The next wire's truth table, -1 or +1 for each row.
  public var table: Subspace {
    Subspace("table", size: 1 << fanIn, meaning: "truth table of the next wire's gate, row by row")
  }
  /// The number of tables on level `level`, from 1.
  public func tableCount(level: Int) -> Int { (level..<levelCount).reduce(1) { power, _ in power * tableInputs } }
  /// The rows of table `j` of level `level`, -1 or +1 each.
  public func table(level: Int, _ j: Int) -> Subspace {
    levelCount == 1
      ? table
      : Subspace(
        "table\(level).\(j)", size: 1 << tableInputs,
        meaning: "table \(j) of level \(level) of the next wire's tree, row by row")
  }
  /// The value at place `j` of level `level`: level 0 is what heads fetch, the last level the result.
  public func place(level: Int, _ j: Int) -> Subspace {
    if level == 0 { return fetched(j) }
    if level == levelCount { return result }
    return Subspace(
      "level\(level).\(j)",
      meaning: "value of table \(j) of level \(level), once layer \(level) has looked it up; +1 before")
  }
  /// The value that a token carries, -1 or +1.
  public var value: Subspace { Subspace("value", meaning: "value that the token carries") }
  /// Always +1.
  public var one: Subspace { Subspace("one", meaning: "always +1") }
  /// The value that head `j` fetched, -1 or +1; +1 before attention.
  public func fetched(_ j: Int) -> Subspace {
    Subspace("fetched\(j)", meaning: "value of operand \(j), once head \(j) has fetched it; +1 before")
  }
  /// The value of the next wire, -1 or +1; +1 before the feedforward layer.
  public var result: Subspace {
    Subspace("result", meaning: "value of the next wire, once the feedforward layer has computed it; +1 before")
  }

  /// The residual stream, filled up with directions that are always +1.
  public var stream: ResidualStream {
    var subspaces = [ownCode]
    subspaces += (0..<fanIn).map(operandCode)
    subspaces.append(nextCode)
    for level in 1...levelCount { subspaces += (0..<tableCount(level: level)).map { table(level: level, $0) } }
    subspaces += [value, one]
    subspaces += (0..<fanIn).map(fetched)
    for level in 1..<levelCount { subspaces += (0..<tableCount(level: level)).map { place(level: level, $0) } }
    subspaces.append(result)
    let used = subspaces.reduce(0) { $0 + $1.size }
    if hiddenSize > used { subspaces.append(Subspace("filling", size: hiddenSize - used, meaning: "always +1")) }
    return ResidualStream(subspaces)
  }

  // MARK: Size formulas

  /// The residual width C: (K + 2) L + 2^K + K + 3, rounded up to a multiple of lcm(8, K).
  public var hiddenSize: Int {
    let tables = (1...levelCount).reduce(0) { $0 + tableCount(level: $1) }
    let used = (fanIn + 2) * code.length + tables << tableInputs + fanIn + 2 + tables
    let multiple = [8, 8, 24, 8, 40, 24, 56, 8, 72, 40, 88, 24][fanIn - 1]
    return (used + multiple - 1) / multiple * multiple
  }

  /// The number of hidden units of a feedforward layer: 2^K, or 2^k for each table of the first level.
  public var intermediateSize: Int { tableCount(level: 1) << tableInputs }

  /// The width of a head: 16, 64 or 256, a power of 4 so that 1/sqrt(D) is exact, and wide enough for the code to stand in the pairs that
  /// rotate slowest: L <= 5, 20, 32.
  public var headSize: Int { code.length <= 5 ? 16 : code.length <= 20 ? 64 : 256 }

  /// The number of tokens: two for each wire, `<s>` and `</s>`.
  public var vocabularySize: Int { 2 * wireCount + 2 }

  /// The number of weights: embedding, head, and a gain; in each layer the four maps of attention, the three of the feedforward layer, two gains.
  public var parameterCount: Int {
    let (c, d, f) = (hiddenSize, headSize, intermediateSize)
    return 2 * vocabularySize * c + c + levelCount * (2 * fanIn * d * c + 2 * d * c + 3 * f * c + 2 * c)
  }

  /// Bytes of the whole float32 key-value cache: one key and one value of D numbers for `<s>` and each wire.
  public var cacheBytes: Int { levelCount * (wireCount + 1) * 2 * headSize * 4 }

  /// The shape of the model.
  public var configuration: ModelConfiguration {
    var configuration = ModelConfiguration(
      vocabularySize: vocabularySize, hiddenSize: hiddenSize, intermediateSize: intermediateSize,
      layerCount: levelCount,
      headCount: fanIn, keyValueHeadCount: 1, headSize: headSize, maximumPositionCount: wireCount + 2)
    configuration.positions = .rotary(.init(theta: 1e37))
    configuration.normalization = .rootMeanSquare(epsilon: 0)
    configuration.beginToken = beginToken
    configuration.endTokens = [endToken]
    return configuration
  }

  // MARK: Tokens

  /// The token that says that wire `w` has value `value`.
  public func token(wire w: Int, value: Bool) -> Int { 2 * w + (value ? 1 : 0) }
  /// The token that a prompt begins with.
  public var beginToken: Int { 2 * wireCount }
  /// The token that ends a chain.
  public var endToken: Int { 2 * wireCount + 1 }
}
