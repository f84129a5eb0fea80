// A text to learn from: its tokens, and where the answer begins.

/// A prompt and the answer that should follow it, as the tokens of one text.
public struct TokenText: Sendable, Hashable {
  /// All tokens: what begins a text, the prompt, the answer, and what ends a text.
  public var tokens: [Int]
  /// The index of the answer's first token; at least 1, at most the number of tokens.
  public var answerStart: Int

  /// A text.
  public init(tokens: [Int], answerStart: Int) {
    precondition(answerStart >= 1 && answerStart <= tokens.count, "an answer follows at least one token")
    self.tokens = tokens
    self.answerStart = answerStart
  }

  /// The text `begin prompt answer end`.
  public init(begin: Int?, prompt: [Int], answer: [Int], end: Int?) {
    let start = (begin.map { [$0] } ?? []) + prompt
    self.init(tokens: start + answer + (end.map { [$0] } ?? []), answerStart: start.count)
  }

  /// What the model is given.
  public var prompt: ArraySlice<Int> { tokens[..<answerStart] }
  /// What it is to emit, the end token included.
  public var answer: ArraySlice<Int> { tokens[answerStart...] }
}

extension TokenBatch {
  /// The batch of whole texts.
  ///
  /// - Parameters:
  ///   - answersOnly: Whether the predictions of answers alone count, and not those of prompts.
  ///   - padding: The token that fills up shorter texts.
  ///   - texts: The texts, each of at least two tokens.
  public init(_ texts: some Collection<TokenText>, answersOnly: Bool, padding: Int = 0) {
    self.init(
      texts: texts.map(\.tokens), answerStarts: answersOnly ? texts.map(\.answerStart) : nil, padding: padding)
  }
}
