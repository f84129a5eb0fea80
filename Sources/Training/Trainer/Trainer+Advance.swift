// One step of a run with what belongs to it: the evaluation that is due, the stopping rule, and the line of metrics.
internal import Tensors

/// A step of a run and what came of it.
struct Advance {
  /// What the step did.
  var report: StepReport
  /// The values of the evaluation, where one was due.
  var values: [String: Double]?
  /// Whether the stopping rule has not seen a better value.
  var isBest: Bool
  /// Whether the evaluation that was due was cut off; it is then made by the next advance, before any step.
  var isCutOff = false

  /// What a line of metrics says of it, but for the time; in the order of the line.
  var metrics: [(name: String, value: Double)] {
    [("loss", report.loss), ("learningRate", report.learningRate), ("gradientNorm", report.gradientNorm)]
      + (values ?? [:]).sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }

  /// Whether a line of metrics is due.
  func isLogged(by plan: RunPlan) -> Bool {
    values != nil || report.step % plan.metricsInterval == 0 || report.step == plan.stepCount
  }
}

extension Trainer {
  /// Why the run is over, where it is.
  func ending(by plan: RunPlan) -> TrainingEnding? {
    if state.stopping.decision != nil { return .stoppedEarly }
    if state.awaitingEvaluation != nil { return nil }
    return state.step >= plan.stepCount ? .finished : nil
  }

  /// Makes a step, evaluates where that is due, and asks the stopping rule; after an evaluation that was cut off, does the rest of that step.
  func advance(
    _ plan: RunPlan, on engine: GradientEngine<Model, Scalar>,
    evaluate: ((AlignedBuffer<Scalar>, Int) throws -> [String: Double])?
  ) throws -> Advance? {
    guard let report = try state.awaitingEvaluation ?? step(on: engine) else { return nil }
    var advance = Advance(report: report, values: nil, isBest: false)
    let isRegular = settings.evaluationInterval.map { report.step % $0 == 0 } ?? false
    guard let evaluate, isRegular || report.step == plan.stepCount else {
      state.awaitingEvaluation = nil
      return advance
    }
    // What an update has spoiled is named here, by parameter and step, and not by whatever an evaluation makes of it.
    try checkParameters()
    let values: [String: Double]
    do {
      values = try evaluate(parameters, report.step)
    } catch is EvaluationInterrupted {
      state.awaitingEvaluation = report
      advance.isCutOff = true
      return advance
    }
    state.awaitingEvaluation = nil
    advance.values = values
    guard isRegular, let rule = settings.stopping else { return advance }
    guard let value = values[rule.metric] else {
      throw TrainingError.missingMetric(name: rule.metric, step: report.step, available: values.keys.sorted())
    }
    advance.isBest = state.stopping.observe(value, at: report.step, by: rule)
    return advance
  }
}
