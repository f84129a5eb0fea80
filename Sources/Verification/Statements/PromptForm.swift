// Which token stands at which position of a chain of thought: the form of prompts and of what follows them.

/// How the wires of a circuit become tokens, one a position: leading tokens, then a token for each wire, inputs first.
///
/// A prompt is the leading tokens and one token for each input. Greedy decoding then emits a token for each further wire and, where there is
/// one, an end token.
public struct PromptForm: Sendable, Equatable, Codable {
  /// What tokens say.
  public enum Tokens: String, Sendable, Equatable, Codable {
    /// Token 2w + v says that wire w has value v.
    case wiresWithValues
    /// Token v says that the wire at its position has value v.
    case values
  }

  /// What tokens say.
  public var tokens: Tokens
  /// The number of inputs; their wires come first.
  public var inputCount: Int
  /// The number of wires, T.
  public var wireCount: Int
  /// The tokens before the first wire, the same in every prompt.
  public var leadingTokens: [Int]
  /// The token that ends a chain, where one does.
  public var endToken: Int?

  /// The form with the given parts.
  public init(tokens: Tokens, inputCount: Int, wireCount: Int, leadingTokens: [Int], endToken: Int?) {
    self.tokens = tokens
    self.inputCount = inputCount
    self.wireCount = wireCount
    self.leadingTokens = leadingTokens
    self.endToken = endToken
  }

  /// The token that says that wire `w` has value `value`.
  public func token(wire w: Int, value: Bool) -> Int {
    let bit = value ? 1 : 0
    switch tokens {
    case .wiresWithValues: return 2 * w + bit
    case .values: return bit
    }
  }

  /// The position of wire `w`.
  public func position(ofWire w: Int) -> Int { leadingTokens.count + w }

  /// The number of wires whose tokens are emitted.
  public var stepCount: Int { wireCount - inputCount }

  /// The number of tokens that are emitted: one a step, and the end token.
  public var emittedTokenCount: Int { stepCount + (endToken == nil ? 0 : 1) }

  /// The number of positions that are read: all but that of the last token.
  public var readPositionCount: Int { leadingTokens.count + inputCount + emittedTokenCount - 1 }

  /// The first position after which a token is emitted.
  public var firstAnsweringPosition: Int { leadingTokens.count + inputCount - 1 }

  /// The prompt for an assignment of the inputs.
  public func prompt(_ inputs: [Bool]) -> [Int] {
    precondition(inputs.count == inputCount, "one value for each input")
    return leadingTokens + inputs.enumerated().map { token(wire: $0.offset, value: $0.element) }
  }

  /// What makes no sense in the form for a vocabulary of `vocabularySize` tokens and `positionCount` positions, or `nil`.
  public func fault(vocabularySize: Int, positionCount: Int) -> String? {
    guard inputCount >= 0, wireCount >= inputCount, wireCount < 1 << 30 else { return "impossible wire counts" }
    guard leadingTokens.count + inputCount >= 1 else { return "a prompt of no tokens" }
    guard leadingTokens.count <= 1 << 16 else { return "\(leadingTokens.count) leading tokens" }
    let last = wireCount == 0 ? 0 : token(wire: wireCount - 1, value: true)
    for token in leadingTokens + [last] + (endToken.map { [$0] } ?? [])
    where !(0..<vocabularySize).contains(token) {
      return "token \(token), and the model has \(vocabularySize) tokens"
    }
    guard readPositionCount <= positionCount else {
      return "\(readPositionCount) positions, and the model has \(positionCount)"
    }
    return nil
  }
}
