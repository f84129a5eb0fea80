// A claim about finitely many prompts: each is decoded with every number enclosed, whatever the model's layers do.
import ExactArithmetic
public import Transformers

/// The check that greedy decoding continues given prompts by given tokens under a semantics.
///
///     let verdict = PromptCheck(model).check(.rounded(.float32), cases)
///
/// For a function of few inputs, with a case for each assignment, this is a claim about all inputs. Unlike `Checker` it asks nothing of how the model is
/// built: any number of layers, any tokens. Time is that of decoding the cases in interval arithmetic; what prompts have in common with the
/// one before is not decoded again.
public struct PromptCheck: Sendable {
  /// A prompt and what is to follow it.
  public struct Case: Sendable, Equatable {
    /// The tokens of the prompt, at least one.
    public var prompt: [Int]
    /// The tokens that greedy decoding is to emit, at least one.
    public var expected: [Int]

    /// The given prompt and continuation.
    public init(prompt: [Int], expected: [Int]) {
      self.prompt = prompt
      self.expected = expected
    }
  }

  /// What was found.
  public enum Verdict: Sendable, Equatable {
    /// Every emitted token is the expected one, by these numbers.
    case proved(Evidence)
    /// The token at `index` of the continuation of case `number` is another one.
    case refuted(number: Int, index: Int, found: Int)
    /// Nothing was shown about case `number`.
    case undecided(number: Int, Doubt)
  }

  /// How far the claim stays from failing.
  public struct Evidence: Sendable, Equatable, Codable {
    /// The least lead of an expected token's score over any other's, rounding subtracted.
    public var tokenMargin: Double
    /// The greatest absolute value of any intermediate number.
    public var largestMagnitude: Double
    /// The number of cases.
    public var caseCount: Int
    /// The number of tokens that were emitted in all cases.
    public var tokenCount: Int
  }

  private let model: Model

  /// The check of `model`.
  public init(_ model: Model) { self.model = model }

  /// Whether greedy decoding continues the prompt of every case as expected.
  ///
  /// - Parameters:
  ///   - semantics: how the decoder's definition is read; in finite precision the cases are run as they are.
  ///   - cases: prompts with their continuations.
  ///   - progress: is told how many cases are done; returns whether to go on.
  public func check(
    _ semantics: Semantics, _ cases: [Case], progress: (_ done: Int) -> Bool = { _ in true }
  ) -> Verdict {
    do { try model.validate() } catch { return .undecided(number: 0, Doubt(error.description)) }
    let limits = model.configuration
    for (number, example) in cases.enumerated() {
      precondition(!example.prompt.isEmpty && !example.expected.isEmpty, "a case has a prompt and a continuation")
      let tokens = example.prompt + example.expected
      if let token = tokens.first(where: { !(0..<limits.vocabularySize).contains($0) }) {
        return .undecided(
          number: number, Doubt("token \(token), and the model has \(limits.vocabularySize) tokens"))
      }
      guard tokens.count - 1 <= limits.maximumPositionCount else {
        return .undecided(
          number: number,
          Doubt("\(tokens.count - 1) positions, and the model has \(limits.maximumPositionCount)"))
      }
    }
    switch semantics {
    case .ideal: return enclosed(Interval.self, nil, isHard: true, cases, progress)
    case .softmax: return enclosed(DoubleInterval.self, nil, isHard: false, cases, progress)
    case .rounded(let rounding):
      if let fault = rounding.fault { return .undecided(number: 0, Doubt("the rounding model has \(fault)")) }
      if let fault = model.fault(under: rounding) { return .undecided(number: 0, Doubt(fault)) }
      return enclosed(DoubleInterval.self, rounding, isHard: false, cases, progress)
    case .finitePrecision(let format): return run(FiniteArithmetic(format), cases, progress)
    }
  }

  private func enclosed<E: Enclosure>(
    _ type: E.Type, _ rounding: RoundingModel?, isHard: Bool, _ cases: [Case], _ progress: (Int) -> Bool
  ) -> Verdict {
    var decoder = EnclosedDecoder<E>(model, rounding: rounding, isHard: isHard)
    var evidence = Evidence(tokenMargin: .infinity, largestMagnitude: 0, caseCount: cases.count, tokenCount: 0)
    /// The tokens whose positions the decoder holds.
    var held: [Int] = []
    for (number, example) in cases.enumerated() {
      let text = example.prompt + example.expected.dropLast()
      let common = min(zip(held, text).prefix { $0 == $1 }.count, example.prompt.count - 1)
      decoder.cut(to: common)
      do throws(Doubt) {
        for (place, token) in text.enumerated().dropFirst(common) {
          let index = place - (example.prompt.count - 1)
          guard index >= 0 else {
            try decoder.read(token)
            continue
          }
          let scores = try decoder.scores(after: token)
          if let rounding, !(decoder.operations.peak < rounding.largest) {
            throw Doubt(
              "a number may reach \(decoder.operations.peak), and the greatest there is is \(rounding.largest)")
          }
          let expected = example.expected[index]
          var lead = Double.infinity
          for (t, score) in scores.enumerated() where t != expected {
            lead = min(lead, (scores[expected].lowerBound - score.upperBound).nextDown)
          }
          guard lead > 0 else {
            if let found = PromptCheck.winner(scores) { return .refuted(number: number, index: index, found: found) }
            throw Doubt("no token of the continuation's place \(index) wins for sure: the lead is at least \(lead)")
          }
          evidence.tokenMargin = min(evidence.tokenMargin, lead)
          evidence.tokenCount += 1
        }
      } catch { return .undecided(number: number, error) }
      held = text
      guard progress(number + 1) else { return .undecided(number: number, Doubt("interrupted")) }
    }
    evidence.largestMagnitude = decoder.operations.peak
    return .proved(evidence)
  }

  /// The token whose score is certainly greater than all others.
  private static func winner<E: Enclosure>(_ scores: [E]) -> Int? {
    guard let best = scores.indices.max(by: { scores[$0].lowerBound < scores[$1].lowerBound }) else { return nil }
    return scores.indices.allSatisfy { $0 == best || scores[$0].isCertainlyLess(than: scores[best]) } ? best : nil
  }

  private func run(_ arithmetic: FiniteArithmetic, _ cases: [Case], _ progress: (Int) -> Bool) -> Verdict {
    var evidence = Evidence(tokenMargin: 0, largestMagnitude: 0, caseCount: cases.count, tokenCount: 0)
    for (number, example) in cases.enumerated() {
      var decoder = ReferenceDecoder(model, in: arithmetic)
      do {
        let found = try decoder.generate(after: example.prompt, count: example.expected.count)
        if let index = found.indices.first(where: { found[$0] != example.expected[$0] }) {
          return .refuted(number: number, index: index, found: found[index])
        }
      } catch { return .undecided(number: number, Doubt("the arithmetic has no result: \(error)")) }
      evidence.tokenCount += example.expected.count
      guard progress(number + 1) else { return .undecided(number: number, Doubt("interrupted")) }
    }
    return .proved(evidence)
  }
}
