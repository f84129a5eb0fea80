// Our side of the training benchmarks: what has to train, and where the engine is plugged in.

/// A model in training: parameters, optimizer and a pool of batches.
///
/// It does what `Python/train.py` does: eight batches of uniformly random tokens with random targets (of a perceptron:
/// normal points with the sine of their first coordinate), taken in turn; AdamW with rate 1e-3, decay rates 0.9 and
/// 0.999, epsilon 1e-8, weight decay 0.01; no clipping.
protocol TrainingContender {
  /// The parameters of all replicas.
  var parameterCount: Int { get }

  /// Takes `count` steps on as many batches, and returns the loss of each: the mean over replicas.
  mutating func steps(_ count: Int) throws -> [Double]
}

/// Makes the contender that `benchmark trainer` runs.
enum TrainingContenders {
  typealias Make =
    @Sendable (_ shape: TrainingShape, _ precision: TrainingPrecision, _ threads: Int) throws -> any TrainingContender

  /// The engine's contender; while there is none, the group `training` records torch alone and says so.
  static let engine: Make? = nil
}
