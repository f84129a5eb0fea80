// A whole run: steps, evaluations, metrics, checkpoints, and an end.
public import Tensors

extension Trainer {
  /// Trains until the plan's last step, the stopping rule, the end of the batches or an interruption.
  ///
  /// Each multiple of the evaluation's interval is evaluated, and so is the end of a run that did all steps; the stopping rule sees the former alone,
  /// so that a run that is prolonged goes as if it had been long at once. A checkpoint is written at the start, at the plan's intervals and at the
  /// end.
  ///
  /// - Parameters:
  ///   - plan: How long, and what is kept.
  ///   - resumes: Whether the folder's newest whole checkpoint is taken up. Where not, the folder may hold none.
  ///   - evaluate: Values by name for the weights after a step; it changes neither. Where it is asked to stop it throws
  ///     ``EvaluationInterrupted``.
  ///   - observe: Is told what happens.
  ///   - isInterrupted: Asked after each step; where it is true a checkpoint is written and the run ends.
  /// - Throws: ``TrainingError``, ``CheckpointError``, and what source and evaluation throw.
  @discardableResult
  public func run(
    _ plan: RunPlan, resumes: Bool = false, evaluate: ((AlignedBuffer<Scalar>, Int) throws -> [String: Double])? = nil,
    observe: (TrainingEvent) -> Void = { _ in }, isInterrupted: () -> Bool = { false }
  ) throws -> TrainingEnding {
    try run(
      writingBy: systemWrite, plan, resumes: resumes, evaluate: evaluate, observe: observe, isInterrupted: isInterrupted
    )
  }

  /// ``run(_:resumes:evaluate:observe:isInterrupted:)`` on a disk of the caller's choice.
  @discardableResult
  package func run(
    writingBy write: @escaping FileWrite, _ plan: RunPlan, resumes: Bool = false,
    evaluate: ((AlignedBuffer<Scalar>, Int) throws -> [String: Double])? = nil,
    observe: (TrainingEvent) -> Void = { _ in }, isInterrupted: () -> Bool = { false }
  ) throws -> TrainingEnding {
    if let fault = plan.fault { preconditionFailure(fault) }
    precondition(settings.stopping == nil || evaluate != nil, "a stopping rule needs evaluations")
    let folder = plan.folder.map { path in
      var folder = CheckpointFolder(path, keptCount: plan.keptCheckpoints)
      folder.write = write
      return folder
    }
    try folder?.prepare()
    if let folder {
      if resumes {
        let (path, skipped) = try restore(from: folder)
        observe(.resumed(path: path, step: state.step, skipped: skipped))
      } else if try !folder.steps().isEmpty {
        throw CheckpointError.inUse(
          folder: folder.path, reason: "there are checkpoints of an earlier run: resume it, or choose another folder")
      }
    }
    // A step whose evaluation was cut off gets its line when that is made, though one may stand there already: of a run that was killed
    // after it and before its next checkpoint.
    let whole = state.awaitingEvaluation == nil ? state.step : state.step - 1
    let log = try folder.map {
      try MetricsLog(path: plan.metricsPath ?? "\($0.path)/metrics.jsonl", keepingStepsTo: whole, write: write)
    }

    let clock = ContinuousClock()
    let start = clock.now
    let earlier = state.seconds
    func elapsed() -> Double { earlier + (clock.now - start) / .seconds(1) }
    // Where an evaluation is still missing, the step's checkpoint is written once more after it.
    var saved = (step: resumes && state.awaitingEvaluation == nil ? state.step : -1, seconds: earlier)
    var logged = (weight: state.weight, seconds: earlier)

    func save() throws {
      guard let folder, saved.step != state.step else { return }
      state.seconds = elapsed()
      try log?.synchronize()
      let path = try self.save(to: folder)
      saved = (state.step, state.seconds)
      observe(.saved(path: path, step: state.step))
    }

    func record(_ advance: Advance) throws {
      guard let log else { return }
      let seconds = elapsed()
      let rate = (state.weight - logged.weight) / max(seconds - logged.seconds, 1e-9)
      logged = (state.weight, seconds)
      try log.append(
        MetricsLine(
          step: state.step, values: advance.metrics + [("\(plan.unit)PerSecond", rate), ("seconds", seconds)]))
    }

    func end(_ ending: TrainingEnding) throws -> TrainingEnding {
      try save()
      state.seconds = elapsed()
      observe(.ended(ending, state))
      return ending
    }

    if !resumes { try save() }
    while true {
      if let ending = ending(by: plan) { return try end(ending) }
      if isInterrupted() { return try end(.interrupted) }
      guard let advance = try advance(plan, on: engine, evaluate: evaluate) else { return try end(.exhausted) }
      if advance.isCutOff { return try end(.interrupted) }
      state.seconds = elapsed()
      observe(.stepped(advance.report, state))
      if let values = advance.values { observe(.evaluated(step: state.step, values: values)) }
      if advance.isBest, plan.keepsBest, let folder {
        try self.save(toFile: "\(folder.path)/best.wright", by: write)
      }
      if advance.isLogged(by: plan) { try record(advance) }
      let isDueByStep = plan.checkpointSteps.map { state.step % $0 == 0 } ?? false
      let isDueByTime = plan.checkpointSeconds.map { state.seconds - saved.seconds >= $0 } ?? false
      if isDueByStep || isDueByTime { try save() }
    }
  }
}
