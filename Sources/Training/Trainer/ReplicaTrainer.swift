// Many runs of one model side by side: sweeps over seeds, learning rates and data sets.
internal import Dispatch
internal import Synchronization
public import Tensors

/// Trains replicas of one objective, each with its own settings, batches, first weights and end.
///
/// Each replica is a ``Trainer`` and goes through the very steps that it would go through alone, each on one thread: its weights are those of its
/// lone run, bit for bit, whatever the other replicas do. Which thread takes which replica is left to chance.
///
/// ```swift
/// let trainers = rates.map { rate in Trainer(objective, settings: settings(rate), …) }
/// let endings = try ReplicaTrainer(trainers, threadCount: 2).run(RunPlan(stepCount: 1000, folder: "sweep"))
/// ```
///
/// Replicas that still train are at the same step after each round, so that metrics are sorted by step and one checkpoint holds all. Memory for
/// tapes and gradients grows with the threads, that for weights and moments with the replicas.
public final class ReplicaTrainer<Model: Objective, Source: BatchSource & Sendable, Scalar: TensorScalar>
where Source.Batch == Model.Batch {
  /// How a replica ended.
  public enum Ending: Sendable, Equatable {
    /// As a lone run does.
    case ended(TrainingEnding)
    /// Something was not finite; its weights are those before. The other replicas go on.
    case failed(TrainingError)
  }

  /// The replicas.
  public let trainers: [Trainer<Model, Source, Scalar>]
  /// How each replica ended that has.
  public private(set) var endings: [Ending?]
  private let engines: [Owned<GradientEngine<Model, Scalar>>]

  /// What one thread at a time has.
  private struct Owned<Wrapped>: @unchecked Sendable { let wrapped: Wrapped }

  /// What a replica did in a round; its own thread writes it.
  private final class Course: @unchecked Sendable {
    var lines: [MetricsLine] = []
    var reports: [StepReport] = []
    var evaluations: [(step: Int, values: [String: Double])] = []
    var ending: Ending?
    var error: (any Error)?
  }

  /// Replicas before their first step or wherever they are, all at the same step.
  ///
  /// - Precondition: There is a replica, all have objectives of one layout, and none has been stopped.
  public init(_ trainers: [Trainer<Model, Source, Scalar>], threadCount: Int) {
    precondition(threadCount >= 1, "at least one thread computes")
    precondition(
      trainers.first.map { first in
        trainers.allSatisfy {
          $0.objective.layout == first.objective.layout && $0.state.step == first.state.step
        }
      } ?? false, "there are replicas, of one layout and at one step")
    self.trainers = trainers
    endings = Array(repeating: nil, count: trainers.count)
    engines = (0..<min(threadCount, trainers.count)).map { _ in
      Owned(wrapped: GradientEngine(trainers[0].objective, products: trainers[0].products, threadCount: 1))
    }
  }

  /// Trains until each replica has ended, or until an interruption.
  ///
  /// Metrics, checkpoints and resumption are as for ``Trainer/run(_:resumes:evaluate:observe:isInterrupted:)``, with `"replica"` in each line; checkpoints come
  /// between rounds. Best weights are not kept apart.
  ///
  /// - Parameters:
  ///   - evaluate: Values by name for the weights of a replica after a step; called on the thread that has the replica.
  ///   - observe: Is told what happens: of replica r, or of all where there is none.
  ///   - isInterrupted: Asked after each round of some hundredths of a second (or one step of each, where that takes longer).
  ///   - plan: How long, and what is kept.
  ///   - resumes: Whether the folder's newest whole checkpoint is taken up.
  /// - Returns: How each replica ended.
  @discardableResult
  public func run(
    _ plan: RunPlan, resumes: Bool = false,
    evaluate: (@Sendable (_ replica: Int, AlignedBuffer<Scalar>, Int) throws -> [String: Double])? = nil,
    observe: (_ replica: Int?, TrainingEvent) -> Void = { _, _ in }, isInterrupted: () -> Bool = { false }
  ) throws -> [Ending] {
    if let fault = plan.fault { preconditionFailure(fault) }
    precondition(
      evaluate != nil || trainers.allSatisfy { $0.settings.stopping == nil }, "a stopping rule needs evaluations")
    let folder = plan.folder.map { CheckpointFolder($0, keptCount: plan.keptCheckpoints) }
    try folder?.prepare()
    var step = trainers[0].state.step
    if let folder {
      if resumes {
        let found = try Trainer.restore(trainers, from: folder)
        step = found.step
        observe(nil, .resumed(path: found.path, step: step, skipped: found.skipped))
      } else if try !folder.steps().isEmpty {
        throw CheckpointError.inUse(
          folder: folder.path, reason: "there are checkpoints of an earlier run: resume it, or choose another folder")
      }
    }
    let log = try folder.map { try MetricsLog(path: "\($0.path)/metrics.jsonl", keepingStepsTo: step) }
    endings = Array(repeating: nil, count: trainers.count)

    let clock = ContinuousClock()
    let start = clock.now
    let earlier = trainers.map(\.state.seconds)
    func elapsed() -> Double { (clock.now - start) / .seconds(1) }
    var saved = (step: resumes ? step : -1, seconds: 0.0)

    func save() throws {
      guard let folder, saved.step != step else { return }
      try log?.synchronize()
      let path = try Trainer.save(trainers, step: step, to: folder)
      saved = (step, elapsed())
      observe(nil, .saved(path: path, step: step))
    }

    var roundLength = 1
    if !resumes { try save() }
    while true {
      for (replica, trainer) in trainers.enumerated() where endings[replica] == nil {
        if let ending = trainer.ending(by: plan) { endings[replica] = .ended(ending) }
      }
      if !endings.contains(nil) { break }
      if isInterrupted() {
        for replica in endings.indices where endings[replica] == nil { endings[replica] = .ended(.interrupted) }
        break
      }
      var target = min(step + roundLength, plan.stepCount)
      if let interval = plan.checkpointSteps { target = min(target, (step / interval + 1) * interval) }
      let before = elapsed()
      let courses = round(to: target, plan, evaluate: evaluate)
      let seconds = elapsed()
      // A round takes long enough for threads to be worth their start, and not so long that an interruption waits.
      if seconds - before < 0.02 { roundLength = min(2 * roundLength, 1 << 12) }
      if seconds - before > 0.08 { roundLength = max(1, roundLength / 2) }
      step = target
      for (replica, trainer) in trainers.enumerated() where endings[replica] == nil {
        trainer.state.seconds = earlier[replica] + seconds
      }
      try record(courses, in: log, observe: observe)
      for course in courses { if let error = course?.error { throw error } }
      for (replica, course) in courses.enumerated() { endings[replica] = course?.ending ?? endings[replica] }
      let isDueByStep = plan.checkpointSteps.map { step % $0 == 0 } ?? false
      let isDueByTime = plan.checkpointSeconds.map { seconds - saved.seconds >= $0 } ?? false
      if isDueByStep || isDueByTime { try save() }
    }
    try save()
    for (replica, ending) in endings.enumerated() {
      if case .ended(let ending) = ending { observe(replica, .ended(ending, trainers[replica].state)) }
    }
    return endings.compactMap { $0 }
  }

  /// Lets each replica that has not ended go on to a step.
  private func round(
    to target: Int, _ plan: RunPlan,
    evaluate: (@Sendable (_ replica: Int, AlignedBuffer<Scalar>, Int) throws -> [String: Double])?
  ) -> [Course?] {
    let courses = endings.map { $0 == nil ? Course() : nil }
    let active = courses.indices.filter { courses[$0] != nil }
    let next = Atomic<Int>(0)
    let (owned, engines) = (Owned(wrapped: trainers), engines)
    @Sendable func work(_ thread: Int) {
      while true {
        let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard place < active.count, let course = courses[active[place]] else { return }
        let replica = active[place]
        let trainer = owned.wrapped[replica]
        do {
          while trainer.state.step < target || trainer.state.awaitingEvaluation != nil,
            trainer.state.stopping.decision == nil, course.ending == nil
          {
            let advance = try trainer.advance(
              plan, on: engines[thread].wrapped,
              evaluate: evaluate.map { evaluate in { try evaluate(replica, $0, $1) } })
            guard let advance else {
              course.ending = .ended(.exhausted)
              break
            }
            if advance.isCutOff {
              course.ending = .ended(.interrupted)
              break
            }
            course.reports.append(advance.report)
            if let values = advance.values { course.evaluations.append((advance.report.step, values)) }
            if advance.isLogged(by: plan) {
              course.lines.append(
                MetricsLine(
                  step: advance.report.step, values: [("replica", Double(replica))] + advance.metrics))
            }
          }
        } catch let error as TrainingError {
          if case .notFinite = error { course.ending = .failed(error) } else { course.error = error }
        } catch {
          course.error = error
        }
      }
    }
    let threads = min(engines.count, active.count)
    if threads <= 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: work) }
    return courses
  }

  /// Writes a round's lines, by step and then by replica, and tells the observer.
  private func record(
    _ courses: [Course?], in log: MetricsLog?, observe: (_ replica: Int?, TrainingEvent) -> Void
  ) throws {
    for (replica, course) in courses.enumerated() {
      guard let course else { continue }
      for report in course.reports { observe(replica, .stepped(report, trainers[replica].state)) }
      for (step, values) in course.evaluations { observe(replica, .evaluated(step: step, values: values)) }
    }
    guard let log else { return }
    let lines = courses.enumerated().flatMap { replica, course in
      (course?.lines ?? []).map { (replica: replica, line: $0) }
    }
    for (replica, line) in lines.sorted(by: { ($0.line.step, $0.replica) < ($1.line.step, $1.replica) }) {
      try log.append(
        MetricsLine(step: line.step, values: line.values + [("seconds", trainers[replica].state.seconds)]))
    }
  }
}
