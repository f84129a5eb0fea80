// How good a decoder is at answering: by what it emits, and by what it makes of the right answers.
import Dispatch
import Foundation
import Tensors
public import Transformers

/// What an evaluation of a decoder found.
public struct GreedyEvaluation: Sendable, Equatable, Codable {
  /// The number of texts.
  public var texts = 0
  /// The texts whose whole answer, the end token included, greedy decoding emitted.
  public var exactMatches = 0
  /// The tokens of all answers.
  public var tokens = 0
  /// The tokens of the answers that are the most likely ones after what stands before them in the text.
  public var rightTokens = 0
  /// The sum over the answers' tokens of -log of their probabilities, in natural logarithms.
  public var totalLoss = 0.0
  /// The tokens that greedy decoding emitted.
  public var emittedTokens = 0

  /// Nothing evaluated.
  public init() {}

  /// The share of texts that were answered exactly.
  public var exactMatch: Double { Double(exactMatches) / Double(max(1, texts)) }
  /// The share of the answers' tokens that would be predicted.
  public var tokenAccuracy: Double { Double(rightTokens) / Double(max(1, tokens)) }
  /// The mean loss of the answers' tokens.
  public var loss: Double { totalLoss / Double(max(1, tokens)) }

  /// Evaluates a model on texts, each with an answer of at least one token.
  ///
  /// Texts with prompts of the same length are decoded side by side with a cache of keys and values, by the float32 engine that runs models
  /// elsewhere. Decoding of a text ends with the last token of its answer at the latest, or with one of `endTokens`. The sums are added in the
  /// order of the batches: results depend neither on the number of threads nor on how they are scheduled.
  ///
  /// - Parameters:
  ///   - batchSize: The most texts that are decoded side by side.
  ///   - isCancelled: Asked before each batch; the rest is then left out.
  ///   - model: The model.
  ///   - texts: Prompts with their answers.
  ///   - endTokens: The tokens that end an answer.
  ///   - threadCount: The most threads that run at once.
  public init(
    of model: Model, on texts: [TokenText], batchSize: Int = 256, endTokens: Set<Int>? = nil, threadCount: Int = 1,
    isCancelled: @Sendable () -> Bool = { false }
  ) throws(ModelError) {
    precondition(batchSize >= 1 && threadCount >= 1, "a batch has texts, and at least one thread evaluates")
    precondition(texts.allSatisfy { !$0.answer.isEmpty }, "a text that is evaluated has an answer")
    self.init()
    if texts.isEmpty { return }
    let engine = try Engine(model)
    let batches = Self.batches(of: texts, batchSize: batchSize)
    let ends = endTokens ?? Set(model.configuration.endTokens)
    var parts = [GreedyEvaluation](repeating: GreedyEvaluation(), count: batches.count)
    parts.withUnsafeMutableBufferPointer { parts in
      // Each batch has a place of its own.
      nonisolated(unsafe) let parts = parts
      let threads = min(threadCount, batches.count)
      withoutActuallyEscaping(isCancelled) { isCancelled in
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
          for index in stride(from: thread, to: batches.count, by: threads) where !isCancelled() {
            parts[index] = Self.evaluation(of: batches[index], by: engine, endTokens: ends)
          }
        }
      }
    }
    for part in parts { add(part) }
  }

  private mutating func add(_ other: GreedyEvaluation) {
    texts += other.texts
    exactMatches += other.exactMatches
    tokens += other.tokens
    rightTokens += other.rightTokens
    totalLoss += other.totalLoss
    emittedTokens += other.emittedTokens
  }

  /// Texts with prompts and answers of the same lengths, at most `batchSize` together, in the texts' order.
  private static func batches(of texts: [TokenText], batchSize: Int) -> [[TokenText]] {
    var batches: [[TokenText]] = []
    var open: [[Int]: Int] = [:]
    for text in texts {
      let shape = [text.answerStart, text.tokens.count]
      if let index = open[shape], batches[index].count < batchSize {
        batches[index].append(text)
      } else {
        open[shape] = batches.count
        batches.append([text])
      }
    }
    return batches
  }

  private static func evaluation(
    of batch: [TokenText], by engine: Engine, endTokens: Set<Int>
  ) -> GreedyEvaluation {
    var result = GreedyEvaluation()
    let (count, start) = (batch[0].tokens.count, batch[0].answerStart)
    result.texts = batch.count
    result.tokens = batch.count * (count - start)

    // What the model makes of the right answers: the logits after the prompt's last token and all of the answer but its last.
    let reading = engine.makeSession(batchSize: batch.count)
    if start > 1 { reading.append(batch.map { Array($0.tokens[..<(start - 1)]) }, logits: .none) }
    let logits = reading.append(batch.map { Array($0.tokens[(start - 1)..<(count - 1)]) }, logits: .all)
    let size = engine.configuration.vocabularySize
    logits.elements.withUnsafeBufferPointer { logits in
      for (row, target) in batch.flatMap(\.answer).enumerated() {
        let row = UnsafeBufferPointer(rebasing: logits[row * size..<(row + 1) * size])
        result.totalLoss += crossEntropy(of: row, target: target)
        if greatest(of: row) == target { result.rightTokens += 1 }
      }
    }

    let session = engine.makeSession(batchSize: batch.count)
    let answers = session.generate(
      after: batch.map { Array($0.prompt) }, maximumNewTokens: count - start, stopAt: endTokens)
    for (text, answer) in zip(batch, answers) {
      if answer.elementsEqual(text.answer) { result.exactMatches += 1 }
      result.emittedTokens += answer.count
    }
    return result
  }

  /// -log softmax(logits)[target], in float64.
  private static func crossEntropy(of logits: UnsafeBufferPointer<Float>, target: Int) -> Double {
    let most = Double(logits.max() ?? 0)
    var sum = 0.0
    for logit in logits { sum += exp(Double(logit) - most) }
    return log(sum) + most - Double(logits[target])
  }

  /// The first of the greatest.
  private static func greatest(of logits: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return best
  }
}
