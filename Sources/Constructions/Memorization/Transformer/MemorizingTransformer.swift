// network -> LLaMA: a one-hidden-layer memorizer installed as the feedforward layer of a transformer block. Start reading at `model`.
//
// The prompt says a point coordinate by coordinate; the token that follows it is the label. Every coordinate of the residual stream is +1 or -1 where
// the feedforward layer's normalization reads it, so that RMSNorm with epsilon 0 is the identity there, as in `LlamaCircuitSimulation`.
//
//   embedding    own = code of the token's coordinate, value = binary digits of what it says, fetched_i = result = start
//   head i       query = gain * code(i), the same for every token; it brings the digits of coordinate i to fetched_i
//   feedforward  unit u of the network: gate = 128 z_u, up = 1/128, and silu(128 z) / 128 is max(z, 0) for every integer z in float32
//   head         a label as bits: the product of its code and the result; as a number y: 2 v y - v^2, greatest for the v nearest to y
import ExactArithmetic
import Tensors
public import Transformers

/// A LLaMA whose only feedforward layer is a given network of one hidden layer of ReLU units.
///
///     let network = try TruthTableMemorizer.memorize(data).network
///     let transformer = try MemorizingTransformer(network, values: 0...1, readOut: .number([0, 1]))
///     let label = transformer.label(ofToken: next)      // the token after `transformer.prompt(point)`
///
/// Sizes: one layer, d heads, one key-value head, as many hidden units as the network (one more where its output has a bias that is no small integer), d S + 1 + C tokens for
/// d coordinates of S values and C labels. The hidden units are exact while all sums stay below 2^24; whether the label wins in a number format is for
/// `Verification`'s `PromptCheck` to say.
public struct MemorizingTransformer: Sendable {
  /// How the network's outputs say a label.
  public enum ReadOut: Sendable, Hashable {
    /// Each output is 0 or 1, a binary digit of the label, the least significant first. The labels that occur, ascending.
    case bits([Int])
    /// The only output is the label. The labels that occur, ascending.
    case number([Int])
  }

  /// The network.
  public let network: IntegerNetwork
  /// The values that a coordinate may have.
  public let values: ClosedRange<Int>
  /// How outputs say a label.
  public let readOut: ReadOut
  /// The number of coordinates of a point, d.
  public var coordinateCount: Int { network.inputCount }

  /// The number of binary digits of a value.
  let digitCount: Int
  /// The codes of coordinates; number d is the token `<s>`, d + 1 is a label.
  let code: WireCode

  /// The most hidden units that are installed.
  public static let maximumUnitCount = 1 << 14

  /// The transformer around `network`.
  ///
  /// - Parameters:
  ///   - network: one hidden layer of ReLU units, or none.
  ///   - values: the values that a coordinate may have.
  ///   - readOut: how outputs say a label.
  /// - Throws: `InstallationError` where the network has another form or numbers that float32 does not have exactly.
  public init(_ network: IntegerNetwork, values: ClosedRange<Int>, readOut: ReadOut) throws(InstallationError) {
    self.network = network
    self.values = values
    self.readOut = readOut
    let spread = values.upperBound - values.lowerBound
    digitCount = max(1, Int.bitWidth - spread.leadingZeroBitCount)
    code = WireCode(count: network.inputCount + 2)
    try checkForm()
  }

  // MARK: Tokens

  /// The labels that tokens say, ascending.
  public var labels: [Int] {
    switch readOut {
    case .bits(let labels), .number(let labels): labels
    }
  }

  /// The number of values of a coordinate.
  var valueCount: Int { values.upperBound - values.lowerBound + 1 }
  /// The token that a prompt begins with.
  public var beginToken: Int { coordinateCount * valueCount }
  /// The number of tokens.
  public var vocabularySize: Int { beginToken + 1 + labels.count }

  /// The token that says that coordinate `i` is `value`.
  public func token(coordinate i: Int, value: Int) -> Int { i * valueCount + value - values.lowerBound }

  /// The token of a label, or `nil` where no token says it.
  public func token(label: Int) -> Int? { labels.firstIndex(of: label).map { beginToken + 1 + $0 } }

  /// The label that a token says, or `nil` where it says none.
  public func label(ofToken token: Int) -> Int? {
    let index = token - beginToken - 1
    return labels.indices.contains(index) ? labels[index] : nil
  }

  /// The prompt of a point, coordinates in order.
  public func prompt(_ point: [Int]) -> [Int] {
    precondition(point.count == coordinateCount, "one value for each coordinate")
    precondition(point.allSatisfy { values.contains($0) }, "coordinates lie within the transformer's values")
    return [beginToken] + point.enumerated().map { token(coordinate: $0.offset, value: $0.element) }
  }

  /// The words of the tokens: `x3=1` says that coordinate 3 is 1, `y=5` is the label 5.
  public func tokenizer() throws -> WordLevelTokenizer {
    var words: [String] = []
    for i in 0..<coordinateCount { words += values.map { "x\(i)=\($0)" } }
    words.append("<s>")
    words += labels.map { "y=\($0)" }
    return try WordLevelTokenizer(
      words: WordList(words), roles: .init(begin: beginToken, end: nil, prependsBegin: true),
      specialTokens: [beginToken])
  }

  // MARK: Directions

  var own: Subspace { Subspace("own", size: code.length, meaning: "code of the coordinate that the token says") }
  var value: Subspace { Subspace("value", size: digitCount, meaning: "binary digits of the value that the token says") }
  var one: Subspace { Subspace("one", meaning: "always +1") }
  func fetched(_ i: Int) -> Subspace {
    Subspace(
      "fetched\(i)", size: digitCount, meaning: "digits of coordinate \(i), once head \(i) has fetched them; +1 before")
  }
  var result: Subspace {
    Subspace("result", size: network.outputs.count, meaning: "what the network says, once it has run")
  }

  /// The residual stream, filled up with directions that are always +1.
  public var stream: ResidualStream {
    var subspaces = [own, value, one] + (0..<coordinateCount).map(fetched) + [result]
    let used = subspaces.reduce(0) { $0 + $1.size }
    // A multiple of 8, and of the heads, as `transformers` asks.
    let heads = coordinateCount
    let multiple = heads * 8 / (heads % 8 == 0 ? 8 : heads % 4 == 0 ? 4 : heads % 2 == 0 ? 2 : 1)
    let size = (used + multiple - 1) / multiple * multiple
    if size > used { subspaces.append(Subspace("filling", size: size - used, meaning: "always +1")) }
    return ResidualStream(subspaces)
  }

  /// The width of a head: a power of 4, with room for the code in the pairs that rotate slowest and for a value's digits.
  var headSize: Int { code.length <= 5 && digitCount <= 16 ? 16 : code.length <= 20 && digitCount <= 64 ? 64 : 256 }

  /// What the result starts from, one number an output: the digit that the network says where no unit is on, as -1 or +1; for a number +1.
  var starts: [Float] {
    network.outputs.map { row in
      if case .bits = readOut, row.bias == 0 { return -1 }
      return 1
    }
  }

  /// What a number is off in the result: with 1 less the output's bias nothing has to be added, where that is a small integer.
  var shift: Int {
    guard case .number = readOut, let bias = network.outputs.first?.bias, bias.isInteger,
      let value = Int(exactly: bias.numerator), abs(value) <= 2048
    else { return 0 }
    return 1 - value
  }

  /// What has to be added to the result beside the units' parts, one number an output, as the read-out scales them.
  var constants: [Rational] {
    zip(network.outputs, starts).map { row, start in
      let target: Rational
      if case .bits = readOut { target = row.bias * 2 - 1 } else { target = row.bias + Rational(shift) }
      return target - Rational(Integer(Int(start)))
    }
  }

  /// The number of hidden units: those of the network, one for a constant where there is one, and at least one.
  public var hiddenUnitCount: Int {
    max(1, (network.hiddenLayers.first?.rows.count ?? 0) + (constants.contains { $0 != 0 } ? 1 : 0))
  }

  /// The shape of the model.
  public var configuration: ModelConfiguration {
    var configuration = ModelConfiguration(
      vocabularySize: vocabularySize, hiddenSize: stream.size, intermediateSize: hiddenUnitCount, layerCount: 1,
      headCount: coordinateCount, keyValueHeadCount: 1, headSize: headSize, maximumPositionCount: coordinateCount + 2)
    configuration.positions = .rotary(.init(theta: 1e37))
    configuration.normalization = .rootMeanSquare(epsilon: 0)
    configuration.beginToken = beginToken
    configuration.endTokens = Array(beginToken + 1..<vocabularySize)
    return configuration
  }
}
