// What decides a run's result, apart from the model, its first weights and its batches; and what only decides how it is watched and kept.

/// What decides the course of training. Two runs of equal settings, model, weights and batches have the same weights after each step.
public struct TrainingSettings: Sendable, Hashable, Codable {
  /// The optimizer.
  public var optimizer: OptimizerSettings
  /// The learning rate of each step.
  public var schedule: LearningRateSchedule
  /// What is done with gradients that are too large.
  public var clipping: GradientClipping?
  /// How many batches a step takes; their gradients are averaged by the batches' weights.
  public var batchesPerStep: Int
  /// After how many steps the model is evaluated each time.
  public var evaluationInterval: Int?
  /// When training ends early.
  public var stopping: StoppingRule?

  /// The settings of a run.
  public init(
    optimizer: OptimizerSettings = OptimizerSettings(), schedule: LearningRateSchedule,
    clipping: GradientClipping? = nil, batchesPerStep: Int = 1, evaluationInterval: Int? = nil,
    stopping: StoppingRule? = nil
  ) {
    self.optimizer = optimizer
    self.schedule = schedule
    self.clipping = clipping
    self.batchesPerStep = batchesPerStep
    self.evaluationInterval = evaluationInterval
    self.stopping = stopping
  }

  /// What is wrong with the settings, as a sentence, or `nil`.
  public var fault: String? {
    if let fault = optimizer.fault ?? schedule.fault ?? clipping?.fault ?? stopping?.fault { return fault }
    if batchesPerStep < 1 { return "a step takes at least one batch, not \(batchesPerStep)" }
    if let evaluationInterval, evaluationInterval < 1 { return "evaluations are at least one step apart" }
    if stopping != nil && evaluationInterval == nil { return "a stopping rule needs evaluations at an interval" }
    return nil
  }
}

/// How long a run goes on, and what it leaves on the disk; nothing of this changes a weight.
public struct RunPlan: Sendable, Hashable, Codable {
  /// The number of steps after which training ends.
  public var stepCount: Int
  /// The folder of checkpoints and metrics, or `nil` where nothing is kept.
  public var folder: String?
  /// The file of metrics, or `nil` for `metrics.jsonl` in the folder.
  public var metricsPath: String?
  /// After how many steps a checkpoint is written each time.
  public var checkpointSteps: Int?
  /// After how many seconds a checkpoint is written each time.
  public var checkpointSeconds: Double?
  /// How many checkpoints are kept, at least two.
  public var keptCheckpoints: Int
  /// Whether the weights of the best evaluation by the stopping rule are kept in `best.wright`.
  public var keepsBest: Bool
  /// After how many steps a line of metrics is written each time; evaluations have one always.
  public var metricsInterval: Int
  /// What is counted by ``Objective/weight(of:)``, for the names of metrics: "tokens".
  public var unit: String

  /// A plan.
  public init(
    stepCount: Int, folder: String? = nil, metricsPath: String? = nil, checkpointSteps: Int? = nil,
    checkpointSeconds: Double? = 60,
    keptCheckpoints: Int = 2, keepsBest: Bool = false, metricsInterval: Int = 100, unit: String = "tokens"
  ) {
    self.stepCount = stepCount
    self.folder = folder
    self.metricsPath = metricsPath
    self.checkpointSteps = checkpointSteps
    self.checkpointSeconds = checkpointSeconds
    self.keptCheckpoints = keptCheckpoints
    self.keepsBest = keepsBest
    self.metricsInterval = metricsInterval
    self.unit = unit
  }

  /// What is wrong with the plan, as a sentence, or `nil`.
  public var fault: String? {
    if stepCount < 0 { return "a run has no negative number of steps, such as \(stepCount)" }
    if let checkpointSteps, checkpointSteps < 1 { return "checkpoints are at least one step apart" }
    if let checkpointSeconds, !(checkpointSeconds > 0) { return "checkpoints are a positive number of seconds apart" }
    if keptCheckpoints < 2 { return "at least two checkpoints are kept, not \(keptCheckpoints)" }
    if metricsInterval < 1 { return "lines of metrics are at least one step apart" }
    return nil
  }
}
