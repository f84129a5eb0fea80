// Training of a small model: what it learns, how it ends, and that being taken up again changes nothing.
import Foundation
import Randomness
import Tensors
import Testing
import Training
import TrainingSupport

typealias SmallTrainer = Trainer<SmallObjective, BatchStream<SmallBatch>, Float>

/// A trainer of the small model.
func smallTrainer(
  _ settings: TrainingSettings = TrainingSettings(schedule: LearningRateSchedule(peak: 0.01)), threadCount: Int = 1,
  batches: BatchStream<SmallBatch> = SmallObjective.batches(seed: 2), configuration: String = "", width: Int = 7
) -> SmallTrainer {
  let objective = SmallObjective(width: width)
  return Trainer(
    objective, settings: settings, source: batches, parameters: objective.firstWeights(seed: 1),
    products: ReferenceProducts(), threadCount: threadCount, random: Philox(seed: 3), configuration: configuration)
}

/// The bits of all weights.
func bits(_ trainer: SmallTrainer) -> [UInt32] { trainer.parameters.elements.map(\.bitPattern) }

@Suite struct TrainerTests {
  @Test(arguments: [
    OptimizerSettings(.adamW(), weightDecay: 0.001), OptimizerSettings(.adam()), OptimizerSettings(.sgd(momentum: 0.9)),
    OptimizerSettings(.signSGD(momentum: 0.9)), OptimizerSettings(.noisyGradientDescent(deviation: 0.01)),
  ])
  func everyOptimizerLearns(optimizer: OptimizerSettings) throws {
    var rate = 0.01
    if case .noisyGradientDescent = optimizer.rule { rate = 0.1 }
    if case .signSGD = optimizer.rule { rate = 0.003 }
    let trainer = smallTrainer(
      TrainingSettings(
        optimizer: optimizer, schedule: LearningRateSchedule(peak: rate, shape: .linear(end: 600)), clipping: .norm(1)))
    var losses: [Double] = []
    try trainer.run(
      RunPlan(stepCount: 600),
      observe: { if case .stepped(let report, _) = $0 { losses.append(report.loss) } })
    #expect(losses.count == 600)
    let (early, late) = (losses[..<20].reduce(0, +) / 20, losses[580...].reduce(0, +) / 20)
    #expect(late < early / 3, "from \(early) to \(late)")
  }

  @Test func theTapesOfARunAskForNoMemoryAfterItsThirdStep() throws {
    let trainer = smallTrainer()
    for _ in 0..<3 { _ = try trainer.step() }
    let (count, bytes) = (trainer.engine.allocationCount, trainer.engine.capacityInBytes)
    #expect(count > 0 && bytes > 0)
    for _ in 0..<20 { _ = try trainer.step() }
    #expect(trainer.engine.allocationCount == count && trainer.engine.capacityInBytes == bytes)
  }

  @Test func threadsChangeNoBit() throws {
    let one = smallTrainer(threadCount: 1)
    let two = smallTrainer(threadCount: 2)
    for _ in 0..<20 { #expect(try one.step() == two.step()) }
    #expect(bits(one) == bits(two))
  }

  @Test func accumulatedBatchesAreOneLargeBatch() throws {
    let small = smallTrainer(
      TrainingSettings(schedule: LearningRateSchedule(peak: 0.01), batchesPerStep: 3))
    let large = smallTrainer(
      batches: BatchStream(random: Philox(seed: 2).split("batches")) { _, index in
        var joined = SmallBatch(inputs: [], targets: [])
        var parts = SmallObjective.batches(seed: 2)
        parts.seek(to: 3 * index)
        for _ in 0..<3 {
          guard let part = try parts.next() else { continue }
          joined.inputs += part.inputs
          joined.targets += part.targets
        }
        return joined
      })
    for _ in 0..<5 {
      let (a, b) = (try #require(try small.step()), try #require(try large.step()))
      #expect(a.weight == 36 && b.weight == 36)
      #expect(abs(a.loss - b.loss) < 1e-5 && abs(a.gradientNorm - b.gradientNorm) < 1e-4)
    }
    #expect(zip(small.parameters.elements, large.parameters.elements).allSatisfy { abs($0 - $1) < 1e-3 })
    #expect(small.state.batchPosition == 15)
  }

  @Test func theEndOfTheBatchesEndsTheRun() throws {
    let trainer = smallTrainer(
      TrainingSettings(schedule: LearningRateSchedule(peak: 0.01), batchesPerStep: 2),
      batches: SmallObjective.batches(seed: 2, count: 5))
    #expect(try trainer.run(RunPlan(stepCount: 100)) == .exhausted)
    #expect(trainer.state.step == 3 && trainer.state.weight == 60)
  }

  @Test func batchesWithoutWeightAreRefused() {
    let trainer = smallTrainer(
      batches: BatchStream(random: Philox(seed: 1)) { _, _ in SmallBatch(inputs: [], targets: []) })
    #expect(throws: TrainingError.emptyStep(step: 1)) { try trainer.step() }
  }

  @Test func frozenLayersStayAsTheyWere() throws {
    let objective = SmallObjective(freezesFirst: true)
    let first: AlignedBuffer<Float> = objective.firstWeights(seed: 1)
    let trainer = Trainer(
      objective, settings: TrainingSettings(schedule: LearningRateSchedule(peak: 0.1)),
      source: SmallObjective.batches(seed: 2), parameters: AlignedBuffer(copying: first), products: ReferenceProducts())
    try trainer.run(RunPlan(stepCount: 10))
    for parameter in objective.layout.parameters {
      let isSame = parameter.range.allSatisfy { trainer.parameters.base[$0] == first.base[$0] }
      #expect(isSame == !parameter.isTrainable, "\(parameter.name)")
    }
  }

  // MARK: Stopping early

  private func stopping(_ rule: StoppingRule, values: [Double]) throws -> (TrainingEnding, SmallTrainer) {
    let trainer = smallTrainer(
      TrainingSettings(
        schedule: LearningRateSchedule(peak: 0.01), evaluationInterval: 2, stopping: rule))
    let ending = try trainer.run(
      RunPlan(stepCount: 2 * values.count + 1),
      evaluate: { _, step in ["accuracy": values[min(values.count, step / 2) - 1]] })
    return (ending, trainer)
  }

  @Test func patienceRunsOutAfterTheLastImprovement() throws {
    let rule = StoppingRule(metric: "accuracy", direction: .higher, patience: 2, minimumChange: 0.125)
    let (ending, trainer) = try stopping(rule, values: [0.125, 0.375, 0.5, 0.625, 0.6875, 0.75, 1])
    #expect(ending == .stoppedEarly && trainer.state.step == 12)
    #expect(trainer.state.stopping.best == 0.625 && trainer.state.stopping.bestStep == 8)
    #expect(trainer.state.stopping.decision == .ranOutOfPatience)
  }

  @Test func aThresholdEndsTheRunAtOnce() throws {
    let rule = StoppingRule(metric: "accuracy", direction: .lower, threshold: 0.2)
    let (ending, trainer) = try stopping(rule, values: [0.5, .nan, 0.3, 0.2, 0.1])
    #expect(ending == .stoppedEarly && trainer.state.step == 8)
    #expect(trainer.state.stopping.decision == .reachedThreshold)
    let (other, _) = try stopping(rule, values: [0.5, 0.3])
    #expect(other == .finished)
  }

  /// What JSON cannot say is no best value either, so that checkpoints can be written.
  @Test(arguments: [Double.infinity, -.infinity, .nan])
  func aValueThatIsNotFiniteIsNeverTheBest(value: Double) throws {
    for direction in [StoppingRule.Direction.lower, .higher] {
      let rule = StoppingRule(metric: "loss", direction: direction, patience: 10)
      try withTemporaryFolder { folder in
        let trainer = smallTrainer(
          TrainingSettings(
            schedule: LearningRateSchedule(peak: 0.01), evaluationInterval: 1, stopping: rule))
        try trainer.run(
          RunPlan(stepCount: 3, folder: folder, checkpointSteps: 1, checkpointSeconds: nil),
          evaluate: { _, step in ["loss": step == 2 ? 0.5 : value] })
        #expect(trainer.state.stopping.best == 0.5 && trainer.state.stopping.bestStep == 2)
      }
    }
  }

  @Test func aRuleForAValueThatIsNotThereIsRefused() {
    let rule = StoppingRule(metric: "precision", direction: .lower, threshold: 0.2)
    #expect(throws: TrainingError.missingMetric(name: "precision", step: 2, available: ["accuracy"])) {
      try stopping(rule, values: [1])
    }
  }

  // MARK: Taking up

  private static let settings = TrainingSettings(
    optimizer: OptimizerSettings(.adamW(), weightDecay: 0.1),
    schedule: LearningRateSchedule(peak: 0.01, warmUp: 5, shape: .cosine(end: 60)), batchesPerStep: 2,
    evaluationInterval: 4, stopping: StoppingRule(metric: "weight", direction: .higher, patience: 100))

  private static func evaluate(_ weights: AlignedBuffer<Float>, _ step: Int) -> [String: Double] {
    ["weight": Double(weights.base[0])]
  }

  @Test func aRunTakenUpFromAnyCheckpointEndsInTheSameBits() throws {
    // With an epsilon of 0 a parameter that has no gradient yet becomes 0 / 0.
    for (index, optimizer) in OptimizerTests.rules.enumerated() where optimizer.rule != .adamW(epsilon: 0) {
      var settings = Self.settings
      settings.optimizer = optimizer
      try withTemporaryFolder { whole in
        let trainer = smallTrainer(settings)
        var plan = RunPlan(stepCount: 30, folder: whole, checkpointSteps: 7, metricsInterval: 3)
        try trainer.run(plan, evaluate: Self.evaluate)
        let expected = try timelessLines(ofMetrics: whole + "/metrics.jsonl")
        #expect(expected.count == 10 + 5)  // multiples of 3 and of 4, those of 12 once, and the last
        for stop in index == 0 ? [0, 1, 7, 12, 29] : [13] {
          try withTemporaryFolder { folder in
            plan.folder = folder
            var steps = 0
            let first = smallTrainer(settings)
            let ending = try first.run(
              plan, evaluate: Self.evaluate, observe: { if case .stepped = $0 { steps += 1 } },
              isInterrupted: { steps == stop })
            #expect(ending == .interrupted && first.state.step == stop)
            // What a process that was killed later leaves in the metrics is not there twice.
            let metrics = folder + "/metrics.jsonl"
            let text = try String(contentsOfFile: metrics, encoding: .utf8)
            try (text + "{\"step\":\(stop + 1),\"loss\":1}\n{\"step\":\(stop + 2),\"lo").write(
              toFile: metrics, atomically: false, encoding: .utf8)
            let second = smallTrainer(settings)
            #expect(try second.run(plan, resumes: true, evaluate: Self.evaluate) == .finished)
            #expect(bits(second) == bits(trainer))
            #expect(second.state.stopping == trainer.state.stopping)
            #expect(try timelessLines(ofMetrics: metrics) == expected)
          }
        }
      }
    }
  }

  @Test(arguments: [4, 10]) func anEvaluationThatIsCutOffIsMadeWhenTheRunIsTakenUp(cut: Int) throws {
    let settings = TrainingSettings(
      schedule: LearningRateSchedule(peak: 0.1), evaluationInterval: 2,
      stopping: StoppingRule(metric: "weight", direction: .higher, patience: 100))
    var expected: (bits: [UInt32], stopping: StoppingState, metrics: [String])?
    try withTemporaryFolder { folder in
      let trainer = smallTrainer(settings)
      try trainer.run(RunPlan(stepCount: 10, folder: folder), evaluate: Self.evaluate)
      expected = (bits(trainer), trainer.state.stopping, try timelessLines(ofMetrics: folder + "/metrics.jsonl"))
    }
    try withTemporaryFolder { folder in
      let plan = RunPlan(stepCount: 10, folder: folder)
      let first = smallTrainer(settings)
      let ending = try first.run(
        plan,
        evaluate: { weights, step in
          if step == cut { throw EvaluationInterrupted() }
          return Self.evaluate(weights, step)
        })
      #expect(ending == .interrupted && first.state.step == cut)
      let second = smallTrainer(settings)
      #expect(try second.run(plan, resumes: true, evaluate: Self.evaluate) == .finished)
      #expect(bits(second) == expected?.bits && second.state.stopping == expected?.stopping)
      // Nothing is evaluated, or said, twice.
      let third = smallTrainer(settings)
      #expect(try third.run(plan, resumes: true, evaluate: { _, _ in throw EvaluationInterrupted() }) == .finished)
      #expect(try timelessLines(ofMetrics: folder + "/metrics.jsonl") == expected?.metrics)
    }
  }

  @Test func aStepWhoseEvaluationWasCutOffIsThereOnceThoughTheRunIsKilledAfterIt() throws {
    struct Kill: Error {}
    let settings = TrainingSettings(schedule: LearningRateSchedule(peak: 0.1), evaluationInterval: 2)
    var expected: [String]?
    try withTemporaryFolder { folder in
      try smallTrainer(settings).run(RunPlan(stepCount: 10, folder: folder), evaluate: Self.evaluate)
      expected = try timelessLines(ofMetrics: folder + "/metrics.jsonl")
    }
    try withTemporaryFolder { folder throws in
      let plan = RunPlan(stepCount: 10, folder: folder)
      func run(resumes: Bool, stoppingAt step: Int, by error: any Error) throws -> TrainingEnding {
        try smallTrainer(settings).run(
          plan, resumes: resumes,
          evaluate: { weights, now in
            if now == step { throw error }
            return Self.evaluate(weights, now)
          })
      }
      #expect(try run(resumes: false, stoppingAt: 4, by: EvaluationInterrupted()) == .interrupted)
      #expect(throws: Kill.self) { try run(resumes: true, stoppingAt: 6, by: Kill()) }
      #expect(try timelessLines(ofMetrics: folder + "/metrics.jsonl").contains { $0.contains("\"step\":4") })
      #expect(try run(resumes: true, stoppingAt: 0, by: Kill()) == .finished)
      #expect(try timelessLines(ofMetrics: folder + "/metrics.jsonl") == expected)
    }
  }

  @Test func aFolderWithCheckpointsIsNotOverwritten() throws {
    try withTemporaryFolder { folder in
      let plan = RunPlan(stepCount: 2, folder: folder)
      try smallTrainer().run(plan)
      let before = try names(in: folder)
      #expect(throws: CheckpointError.self) { try smallTrainer().run(plan) }
      #expect(try names(in: folder) == before)
    }
  }

  @Test func aRunThatIsDoneIsTakenUpForMoreSteps() throws {
    try withTemporaryFolder { folder in
      try smallTrainer().run(RunPlan(stepCount: 5, folder: folder))
      let longer = smallTrainer()
      try longer.run(RunPlan(stepCount: 9, folder: folder), resumes: true)
      let atOnce = smallTrainer()
      try atOnce.run(RunPlan(stepCount: 9))
      #expect(bits(longer) == bits(atOnce))
    }
  }

  @Test func theBestWeightsAreKept() throws {
    let rule = StoppingRule(metric: "value", direction: .higher, patience: 3)
    let values = [2: 1.0, 4: 5, 6: 2, 8: 3, 10: 4]
    try withTemporaryFolder { folder in
      let trainer = smallTrainer(
        TrainingSettings(schedule: LearningRateSchedule(peak: 0.1), evaluationInterval: 2, stopping: rule))
      var best: [UInt32] = []
      try trainer.run(
        RunPlan(stepCount: 20, folder: folder, keepsBest: true),
        evaluate: { weights, step in
          if step == 4 { best = weights.elements.map(\.bitPattern) }
          return ["value": values[step] ?? 0]
        })
      #expect(trainer.state.step == 10)
      let kept = try SavedWeights<Float>(path: folder + "/best.wright", layout: trainer.objective.layout)
      #expect(kept.parameters.elements.map(\.bitPattern) == best)
      #expect(kept.state.step == 4 && kept.state.stopping.best == 5)
    }
  }
}
