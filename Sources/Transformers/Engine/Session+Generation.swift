// Continuing texts token by token.
import Tensors

extension Session {
  /// Reads the prompts and continues each greedily.
  ///
  /// - Parameters:
  ///   - prompts: one for each text, all of the same length, at least one token.
  ///   - maximumNewTokens: where to stop at the latest.
  ///   - endTokens: tokens that end a text; `nil` stands for the configuration's.
  ///   - onTokens: called with the tokens of each step, one for each text; generation ends when it returns false.
  /// - Returns: the new tokens of each text, up to and with its end token.
  public func generate(
    after prompts: [[Int]], maximumNewTokens: Int, stopAt endTokens: Set<Int>? = nil,
    onTokens: ([Int]) -> Bool = { _ in true }
  ) -> [[Int]] {
    generate(after: prompts, maximumNewTokens: maximumNewTokens, stopAt: endTokens, onTokens: onTokens) { tokens in
      tokens = stepGreedy(tokens)
    }
  }

  /// Reads the prompts and continues each as `sampling` says, with random numbers from `generator` (one for each text
  /// and step).
  ///
  /// Parameters and result are those of the greedy form. A text that has ended is still stepped with its batch, and its
  /// further tokens are dropped.
  public func generate(
    after prompts: [[Int]], maximumNewTokens: Int, sampling: Sampling,
    using generator: inout some RandomNumberGenerator,
    stopAt endTokens: Set<Int>? = nil, onTokens: ([Int]) -> Bool = { _ in true }
  ) -> [[Int]] {
    if sampling == .greedy {
      return generate(after: prompts, maximumNewTokens: maximumNewTokens, stopAt: endTokens, onTokens: onTokens)
    }
    let v = engine.configuration.vocabularySize
    return generate(after: prompts, maximumNewTokens: maximumNewTokens, stopAt: endTokens, onTokens: onTokens) {
      tokens in
      let logits = step(tokens)
      logits.elements.withUnsafeBufferPointer { logits in
        for b in tokens.indices {
          tokens[b] = sampling.choose(
            from: UnsafeBufferPointer(rebasing: logits[b * v..<(b + 1) * v]), using: &generator)
        }
      }
    }
  }

  /// The loop of both forms: `advance` reads the current tokens and replaces them by the next.
  private func generate(
    after prompts: [[Int]], maximumNewTokens: Int, stopAt endTokens: Set<Int>?, onTokens: ([Int]) -> Bool,
    advance: (inout [Int]) -> Void
  ) -> [[Int]] {
    precondition(prompts.count == batchSize, "one prompt for each text of the batch")
    precondition(prompts.allSatisfy { !$0.isEmpty }, "a prompt has at least one token")
    precondition(prompts.allSatisfy { $0.count == prompts[0].count }, "prompts of a batch have the same length")
    let ends = endTokens ?? Set(engine.configuration.endTokens)
    if prompts[0].count > 1 { append(prompts.map { Array($0.dropLast()) }, logits: .none) }
    var tokens = prompts.map { $0[$0.count - 1] }
    var texts = Array(repeating: [Int](), count: batchSize)
    var running = Array(repeating: true, count: batchSize)
    var runningCount = batchSize
    for _ in 0..<maximumNewTokens {
      advance(&tokens)
      for b in tokens.indices where running[b] {
        texts[b].append(tokens[b])
        if ends.contains(tokens[b]) {
          running[b] = false
          runningCount -= 1
        }
      }
      if !onTokens(tokens) || runningCount == 0 { break }
    }
    return texts
  }
}
