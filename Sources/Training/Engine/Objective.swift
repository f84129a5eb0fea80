// What is trained: a model and its loss, as operations on a tape.
public import Tensors

/// A model with a loss that batches are given to.
///
/// A batch is cut into shards, each small enough for a core's cache; the loss of a batch is the sum of its shards' losses. How a batch is
/// cut is a rule of its shape alone, so that a sum is folded in the same order wherever it is computed.
public protocol Objective: Sendable {
  /// What one step of training sees.
  associatedtype Batch: Sendable

  /// The parameters.
  var layout: ParameterLayout { get }

  /// The number of shards of a batch, at least 1.
  func shardCount(of batch: Batch) -> Int

  /// The number of shards' sums that are kept apart and added at the end: how many threads a batch can use. A rule of the batch's shape.
  func laneCount(of batch: Batch) -> Int

  /// Records the model and the loss of one shard.
  ///
  /// - Parameters:
  ///   - normalization: What the shard's sum of weighted losses is multiplied by, so that all shards of a step (and of those whose gradients are
  ///     accumulated) add up to a mean.
  ///   - batch: The batch.
  ///   - shard: Which of its shards.
  ///   - tape: Where the operations are recorded.
  /// - Returns: The loss, a single number; and on the tape, by `Tape.scope`, the layer of each node.
  func loss<Scalar: TensorScalar>(
    of batch: Batch, shard: Int, normalization: Double, on tape: Tape<Scalar>
  ) -> Variable

  /// The sum of the weights of what is averaged in a batch: the number of tokens or of examples that count.
  func weight(of batch: Batch) -> Double

  /// What a scope number of the tape is called in messages: "layer 3".
  func name(ofScope scope: Int) -> String
}

extension Objective {
  /// Two lanes where a batch has at least two shards: one for each of two cores.
  public func laneCount(of batch: Batch) -> Int { min(2, shardCount(of: batch)) }
}
