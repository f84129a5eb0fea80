// What a person sees of a run while it goes on, and what is remembered of it for its result.
import Training

/// Watches a run's events.
struct TrainingWatch {
  private let configuration: TrainingConfiguration
  private let unit: String
  /// Where to say what; `nil` where this is one of many runs.
  private let report: ReportOptions?
  private let stepped: @Sendable (Int) -> Void
  private var bar: ProgressBar
  private var step = 0
  private var loss: Double?
  private var metrics: [String: Double] = [:]
  private var resumedAt: Int?
  private var rate = Rate()

  /// Units a second since a while ago.
  private struct Rate {
    private var weight = 0.0
    private var start: ContinuousClock.Instant?
    /// `nil` until there is something to tell.
    private(set) var value: Double?

    /// Takes note of a number of units; the rate is that of the last second, and counts from the first note.
    mutating func update(_ total: Double) {
      let now = ContinuousClock.now
      guard let start else {
        (weight, self.start) = (total, now)
        return
      }
      let seconds = (now - start) / .seconds(1)
      if seconds < (value == nil ? 0.1 : 1) { return }
      value = (total - weight) / seconds
      if seconds >= 1 { (weight, self.start) = (total, now) }
    }
  }

  /// Watches a run; `stepped` is told of every number of steps that are done.
  init(
    _ configuration: TrainingConfiguration, unit: String, report: ReportOptions?,
    stepped: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.unit = unit
    self.report = report
    self.stepped = stepped
    bar = ProgressBar("training", total: configuration.steps, unit: "steps", isQuiet: report?.quiet ?? true)
  }

  mutating func observe(_ event: TrainingEvent) {
    switch event {
    case .resumed(let path, let step, let skipped):
      resumedAt = step
      for error in skipped { StandardError.note("set aside: \(error.description)") }
      report?.note("resumed at step \(step), from \(path)")
      bar.begin(at: step)
      advance(to: step)
    case .stepped(let step, let state):
      loss = step.loss
      advance(to: state.step)
      rate.update(state.weight)
      let (speed, unit) = (rate.value.map(Quantity.text), unit)
      bar.update(
        state.step,
        detail: "loss \(TrainingResult.number(step.loss))" + (speed.map { "  \($0) \(unit)/s" } ?? ""))
    case .evaluated(let step, let values):
      metrics = values
      let texts = values.sorted { $0.key < $1.key }.map { "\($0.key) \(TrainingResult.number($0.value))" }
      report?.note("step \(step): \(texts.joined(separator: ", "))")
    case .saved, .ended: break
    }
  }

  /// Whether there was nothing left to do.
  var sawNoStep: Bool { loss == nil }

  private mutating func advance(to step: Int) {
    stepped(step - self.step)
    self.step = step
  }

  func finish() { bar.finish() }

  /// What the run came to.
  func result(
    _ ending: TrainingEnding, _ state: TrainingState, engine: TrainingEngine, folder: RunFolder
  ) -> TrainingResult {
    let best = configuration.stopping.metric.flatMap { metric in
      state.stopping.best.map {
        TrainingResult.Best(metric: metric.rawValue, value: $0, step: state.stopping.bestStep)
      }
    }
    return TrainingResult(
      ending: ending.rawValue, stopReason: state.stopping.decision?.rawValue, steps: state.step, loss: loss,
      metrics: metrics, best: best, seconds: state.seconds, unit: unit, count: state.weight,
      unitsPerSecond: state.weight / max(state.seconds, 1e-9), parameters: 0, trainedParameters: 0,
      products: engine.productsName, precision: configuration.precision.rawValue, threads: engine.threadCount,
      resumedAt: resumedAt, folder: folder.path, model: nil, seed: configuration.seed)
  }
}
