// Where a run stands, how it ended, and what it reports on the way.

/// Where a run stands, apart from weights and moments.
public struct TrainingState: Sendable, Equatable, Codable {
  /// The number of steps done.
  public var step = 0
  /// Where the source of batches stands.
  public var batchPosition = 0
  /// The sum of the weights of all batches so far: tokens or examples.
  public var weight = 0.0
  /// The seconds spent so far, those of earlier processes included.
  public var seconds = 0.0
  /// What the stopping rule remembers.
  public var stopping = StoppingState()
  /// The last step, where its evaluation was cut off: it is made before the next step.
  public var awaitingEvaluation: StepReport?

  /// The start.
  public init() {}
}

/// How a run ended.
public enum TrainingEnding: String, Sendable, Codable {
  /// All steps are done.
  case finished
  /// The stopping rule ended it.
  case stoppedEarly
  /// There were no more batches.
  case exhausted
  /// It was asked to stop; a checkpoint has been written where there is a folder, and the run can be taken up again.
  case interrupted
}

/// What one step did.
public struct StepReport: Sendable, Equatable, Codable {
  /// The number of steps done, this one included.
  public var step: Int
  /// The mean loss of the step's batches, before the update.
  public var loss: Double
  /// The learning rate.
  public var learningRate: Double
  /// The norm of all gradients together, before clipping.
  public var gradientNorm: Double
  /// The sum of the weights of the step's batches.
  public var weight: Double

  /// A report.
  public init(step: Int, loss: Double, learningRate: Double, gradientNorm: Double, weight: Double) {
    self.step = step
    self.loss = loss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.weight = weight
  }
}

/// What an observer of a run is told.
public enum TrainingEvent: Sendable {
  /// The run was taken up from a checkpoint; newer ones were not whole, for these reasons.
  case resumed(path: String, step: Int, skipped: [CheckpointError])
  /// A step was done.
  case stepped(StepReport, TrainingState)
  /// The model was evaluated.
  case evaluated(step: Int, values: [String: Double])
  /// A checkpoint was written.
  case saved(path: String, step: Int)
  /// The run ended.
  case ended(TrainingEnding, TrainingState)
}

/// What an evaluation throws that was asked to stop: the run then ends as ``TrainingEnding/interrupted`` with a checkpoint of the step, and evaluates it
/// when it is taken up again.
public struct EvaluationInterrupted: Error, Sendable {
  /// An evaluation that was cut off.
  public init() {}
}

/// Why a run cannot go on.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was not finite first.
  public enum Quantity: String, Sendable {
    /// A value on the way to the loss.
    case value
    /// A gradient.
    case gradient
    /// A parameter, after an update.
    case parameter
  }

  /// Something was infinite or not a number. No update was made with it, and the last checkpoint is good.
  case notFinite(step: Int, quantity: Quantity, layer: String, loss: Double, gradientNorm: Double)
  /// An evaluation has no value of the stopping rule's name.
  case missingMetric(name: String, step: Int, available: [String])
  /// A step's batches have no weight, so that they have no mean loss.
  case emptyStep(step: Int)

  /// The fault as a sentence.
  public var description: String {
    switch self {
    case .notFinite(let step, let quantity, let layer, let loss, let norm):
      "step \(step): a \(quantity.rawValue) is not finite, first in \(layer)"
        + (quantity == .parameter ? "" : " (loss \(words(loss)), gradient norm \(words(norm)))")
        + "; no checkpoint holds it. A smaller learning rate, a warm-up or clipping may help"
    case .missingMetric(let name, let step, let available):
      "step \(step): the stopping rule waits for \(name), and the evaluation has \(available.joined(separator: ", "))"
    case .emptyStep(let step): "step \(step): nothing in its batches counts, so that they have no mean loss"
    }
  }
}

/// A number, or in words what is none.
private func words(_ value: Double) -> String {
  value.isNaN ? "not a number" : value.isInfinite ? (value < 0 ? "minus infinity" : "infinity") : "\(value)"
}
