// One run of training: from its configuration to the files in its folder.
import Tensors
import Training

/// A run with everything that it needs.
struct TrainingRun<Subject: TrainingSubject, Scalar: TensorScalar> {
  let subject: Subject
  let configuration: TrainingConfiguration
  let engine: TrainingEngine
  let folder: RunFolder

  /// The trainer before its first step.
  func trainer() throws -> Trainer<Subject.Model, ExampleBatches<Subject.Model.Batch>, Scalar> {
    Trainer(
      subject.objective, settings: configuration.settings,
      source: subject.batches(configuration, random: configuration.random("batches")),
      parameters: try subject.firstParameters(configuration, random: configuration.random("weights"), as: Scalar.self),
      products: engine.products, threadCount: engine.threadCount, random: configuration.random("noise"),
      configuration: configuration.identity(digests: subject.digests))
  }

  /// Trains, and writes model and result unless the run was interrupted.
  func run(resumes: Bool, watch: TrainingWatch) throws -> TrainingResult {
    let trainer = try trainer()
    let evaluate = subject.evaluator(configuration, engine: engine, as: Scalar.self)
    var watch = watch
    let ending = try trainer.run(
      configuration.plan(folder, unit: subject.unit), resumes: resumes,
      evaluate: evaluate.map { evaluate in { parameters, _ in try evaluate(parameters) } },
      observe: { watch.observe($0) }, isInterrupted: { Interruption.isRequested })
    watch.finish()

    var result = watch.result(ending, trainer.state, engine: engine, folder: folder)
    result.parameters = subject.objective.layout.parameterCount
    result.trainedParameters = subject.objective.layout.trainableCount
    if ending == .interrupted { return result }
    if watch.sawNoStep {
      // The run had ended before: what it came to is measured again, or read off its metrics.
      result.loss = folder.lastLoss
      if let evaluate { result.metrics = try evaluate(trainer.parameters) }
    }
    let weights = configuration.export.weights == .best ? try bestWeights(trainer) : trainer.parameters
    try export(weights)
    result.model = folder.model
    let text = try ReportOptions.json(result) + "\n"
    try AtomicFile.write(to: folder.result) { try $0.write(text) }
    return result
  }

  /// Writes the model. What its numbers are stored as has to hold them, and the tensor that it does not hold is named.
  private func export(_ weights: AlignedBuffer<Scalar>) throws {
    try subject.objective.layout.checkFloat32Holds(weights, place: folder.model)
    do {
      try subject.export(weights, to: folder.model, options: configuration.export)
    } catch let failure as Failure where failure.status == .refusedInput && configuration.export.dtype != .f32 {
      throw Failure(
        .refusedInput,
        failure.description + "; wright train --resume \(folder.path) --set export.dtype=f32 writes the model")
    }
  }

  /// The weights of the best evaluation; those of the last step where there was none.
  private func bestWeights(_ trainer: Trainer<Subject.Model, ExampleBatches<Subject.Model.Batch>, Scalar>) throws
    -> AlignedBuffer<Scalar>
  {
    let path = "\(folder.checkpoints)/best.wright"
    if trainer.state.stopping.best == nil { return trainer.parameters }
    guard isThere(path) else {
      throw Failure.refused(path, expected: "the weights of the best evaluation", found: "no such file")
    }
    return try SavedWeights<Scalar>(path: path, layout: subject.objective.layout).parameters
  }
}

extension TrainingConfiguration {
  /// What decides the course of training.
  var settings: TrainingSettings {
    TrainingSettings(
      optimizer: optimizer.settings, schedule: schedule.schedule(peak: optimizer.lr, steps: steps),
      clipping: clip.clipping, batchesPerStep: accumulate, evaluationInterval: evaluation.every,
      stopping: stopping.rule)
  }

  /// How long the run goes on, and what it leaves.
  func plan(_ folder: RunFolder, unit: String) -> RunPlan {
    RunPlan(
      stepCount: steps, folder: folder.checkpoints, metricsPath: folder.metrics,
      checkpointSteps: checkpoints.everySteps,
      checkpointSeconds: checkpoints.everySeconds, keptCheckpoints: checkpoints.keep,
      keepsBest: export.weights == .best, metricsInterval: metrics.every, unit: unit)
  }

  /// What decides the result, as a text that checkpoints keep and compare: neither the number of threads nor what is written when.
  ///
  /// The number of steps is left out, so that a run can be prolonged; a schedule that ends with it is among the settings.
  func identity(digests: [String]) -> String {
    var configuration = self
    configuration.threads = nil
    configuration.steps = 0
    configuration.checkpoints = CheckpointSection()
    configuration.metrics = MetricsSection()
    configuration.export = ExportSection()
    return configuration.written.yaml + digests.map { Self.digestMark + $0 + "\n" }.joined()
  }

  /// What a file's digest follows in an identity.
  private static let digestMark = "# SHA-256 "

  /// The digests in an identity.
  static func digests(inIdentity text: String) -> [String] {
    text.split(separator: "\n").filter { $0.hasPrefix(digestMark) }.map { String($0.dropFirst(digestMark.count)) }
  }
}

extension StoppingSection {
  /// The library's rule. Without patience and threshold it never ends a run and still tells which evaluation was the best.
  var rule: StoppingRule? {
    guard let metric, let direction else { return nil }
    return StoppingRule(
      metric: metric.rawValue, direction: direction == .lower ? .lower : .higher,
      patience: patience ?? (threshold == nil ? Int.max : nil), minimumChange: minDelta, threshold: threshold)
  }
}
