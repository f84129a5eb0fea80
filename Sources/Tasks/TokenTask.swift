// What all tasks on tokens have in common.

/// A prompt and its right answer, as tokens.
public struct TokenExample: Sendable, Equatable, Hashable {
  /// What the model is given.
  public var prompt: [Int32]
  /// What it is to emit, the end token left out.
  public var answer: [Int32]

  /// The given tokens.
  public init(prompt: [Int32], answer: [Int32]) {
    self.prompt = prompt
    self.answer = answer
  }
}

/// A language of prompts with one right answer each: a specification with a sampler and a solver.
///
/// Prompts are numbered where they are few enough, and all prompts of a task have the same length, as have all answers.
public protocol TokenTask: Sendable {
  /// The words of the tokens, in order of the tokens; each is without white space.
  var words: [String] { get }
  /// The number of tokens of a prompt.
  var promptLength: Int { get }
  /// The number of tokens of an answer.
  var answerLength: Int { get }
  /// The number of prompts, where it is below 2^62.
  var promptCount: Int? { get }

  /// The prompt of a number in 0 ..< promptCount; different numbers have different prompts.
  func prompt(_ index: Int) -> [Int32]
  /// A prompt drawn uniformly.
  func prompt(using generator: inout some RandomNumberGenerator) -> [Int32]
  /// The answer to a prompt, or `nil` where it is none of the task's.
  func answer(to prompt: [Int32]) -> [Int32]?
}

extension TokenTask {
  /// The example of a number in 0 ..< promptCount.
  public func example(_ index: Int) -> TokenExample { solved(prompt(index)) }

  /// An example drawn uniformly.
  public func example(using generator: inout some RandomNumberGenerator) -> TokenExample {
    solved(prompt(using: &generator))
  }

  private func solved(_ prompt: [Int32]) -> TokenExample {
    guard let answer = answer(to: prompt) else { preconditionFailure("a task solves its own prompts") }
    return TokenExample(prompt: prompt, answer: answer)
  }

  /// The token of the word that ends a prompt.
  var equalsToken: Int32 { Int32(words.count - 1) }
}

/// base^exponent where it is below 2^62.
func boundedPower(_ base: Int, _ exponent: Int) -> Int? {
  var result = 1
  for _ in 0..<exponent {
    let (product, overflows) = result.multipliedReportingOverflow(by: base)
    if overflows || product >= 1 << 62 { return nil }
    result = product
  }
  return result
}
