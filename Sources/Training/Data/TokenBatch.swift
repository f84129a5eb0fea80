// What one step of training a decoder sees: rows of tokens, what should follow each, and how much each counts.

/// B sequences of T tokens with their targets and the weights of their losses.
///
/// ```swift
/// // Loss on the answer alone, which begins at the third token of the first text and at the second of the other:
/// let batch = TokenBatch(texts: [[1, 5, 9, 2], [1, 7, 2]], answerStarts: [2, 1], padding: 0)
/// ```
///
/// The numbers stand at a fixed address that lives as long as any copy of the batch.
public struct TokenBatch: Sendable {
  /// The number of sequences, B.
  public let sequenceCount: Int
  /// The number of tokens of each, T.
  public let length: Int
  /// The sum of the weights: what a mean loss is divided by.
  public let totalWeight: Double
  /// Whether some position's weight is not 1.
  public let isWeighted: Bool
  private let storage: Storage

  private final class Storage: @unchecked Sendable {
    let tokens: UnsafeMutablePointer<Int32>
    let weights: UnsafeMutablePointer<Float>

    init(inputs: [Int32], targets: [Int32], weights: [Float]) {
      let count = inputs.count
      tokens = .allocate(capacity: 2 * count)
      self.weights = .allocate(capacity: count)
      for i in 0..<count {
        tokens[i] = inputs[i]
        tokens[count + i] = targets[i]
        self.weights[i] = weights[i]
      }
    }

    deinit {
      tokens.deallocate()
      weights.deallocate()
    }
  }

  /// A batch of the given rows, one after the other.
  ///
  /// - Parameters:
  ///   - inputs: The tokens that the model reads, of shape [B, T].
  ///   - targets: For each the token that should follow, of shape [B, T].
  ///   - weights: How much each position's loss counts, of shape [B, T], none negative; 1 for all where absent.
  ///   - sequenceCount: B.
  ///   - length: T.
  public init(sequenceCount: Int, length: Int, inputs: [Int32], targets: [Int32], weights: [Float]? = nil) {
    precondition(sequenceCount >= 1 && length >= 1, "a batch has at least one token")
    let count = sequenceCount * length
    precondition(inputs.count == count && targets.count == count, "a batch has B times T tokens and as many targets")
    precondition(weights?.count ?? count == count, "a batch has a weight for each token")
    precondition(weights?.allSatisfy { $0 >= 0 && $0.isFinite } ?? true, "weights are finite and not negative")
    self.sequenceCount = sequenceCount
    self.length = length
    let weights = weights ?? Array(repeating: 1, count: count)
    isWeighted = weights.contains { $0 != 1 }
    totalWeight = weights.reduce(0) { $0 + Double($1) }
    storage = Storage(inputs: inputs, targets: targets, weights: weights)
  }

  /// The batch of whole texts: each token but the last is read, each but the first is a target.
  ///
  /// Texts that are shorter than the longest are padded at their ends; the padding's weight is 0, and since attention is causal, it changes
  /// nothing before it.
  ///
  /// - Parameters:
  ///   - texts: The texts, each of at least two tokens.
  ///   - answerStarts: For each text the index of the first token whose prediction counts, at least 1; all of them where absent.
  ///   - padding: The token that fills up shorter texts.
  public init(texts: [[Int]], answerStarts: [Int]? = nil, padding: Int = 0) {
    precondition(texts.allSatisfy { $0.count >= 2 }, "a text has a token to read and one to predict")
    precondition(answerStarts?.count ?? texts.count == texts.count, "each text has a place where its answer starts")
    precondition(answerStarts?.allSatisfy { $0 >= 1 } ?? true, "the first token of a text is never predicted")
    let length = (texts.map(\.count).max() ?? 0) - 1
    var (inputs, targets, weights): ([Int32], [Int32], [Float]) = ([], [], [])
    for (index, text) in texts.enumerated() {
      let start = answerStarts?[index] ?? 1
      for position in 0..<length {
        let isInside = position + 1 < text.count
        inputs.append(Int32(position < text.count ? text[position] : padding))
        targets.append(Int32(isInside ? text[position + 1] : padding))
        weights.append(isInside && position + 1 >= start ? 1 : 0)
      }
    }
    self.init(sequenceCount: texts.count, length: length, inputs: inputs, targets: targets, weights: weights)
  }

  /// The number of positions, B T.
  public var positionCount: Int { sequenceCount * length }

  /// The tokens that the model reads, of shape [B, T].
  public var inputs: UnsafeBufferPointer<Int32> { UnsafeBufferPointer(start: storage.tokens, count: positionCount) }

  /// The tokens that should follow, of shape [B, T].
  public var targets: UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: storage.tokens + positionCount, count: positionCount)
  }

  /// How much each position's loss counts, of shape [B, T].
  public var weights: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: storage.weights, count: positionCount) }
}
