// Replicas side by side: each ends in the bits of its lone run, whatever happens to the others.
import Foundation
import Randomness
import Tensors
import Testing
import Training
import TrainingSupport

@Suite struct ReplicaTrainerTests {
  private static let count = 7
  private static let stepCount = 45

  /// Replicas that differ in everything but the model.
  private static func trainers() -> [SmallTrainer] {
    let objective = SmallObjective()
    return (0..<count).map { replica in
      var settings = TrainingSettings(
        optimizer: OptimizerTests.cases[replica].settings,
        schedule: LearningRateSchedule(peak: 0.004 * Double(replica + 1), warmUp: replica), clipping: .norm(1),
        batchesPerStep: 1 + replica % 2, evaluationInterval: 3 + replica)
      // Replica 2 runs out of patience at its third evaluation, in step 15.
      if replica == 2 {
        settings.stopping = StoppingRule(
          metric: "negative step", direction: .higher, patience: 2, minimumChange: 0)
      }
      return Trainer(
        objective, settings: settings,
        source: SmallObjective.batches(seed: UInt64(replica), size: 5 + replica, count: replica == 4 ? 21 : nil),
        parameters: objective.firstWeights(seed: UInt64(10 + replica)), products: ReferenceProducts(),
        random: Philox(seed: UInt64(replica)), configuration: "replica \(replica)")
    }
  }

  @Sendable private static func evaluate(_ weights: AlignedBuffer<Float>, _ step: Int) -> [String: Double] {
    ["weight": Double(weights.base[0]), "negative step": -Double(step)]
  }

  private static func loneRuns() throws -> [(bits: [UInt32], state: TrainingState, ending: TrainingEnding)] {
    try trainers().map { trainer in
      let ending = try trainer.run(RunPlan(stepCount: stepCount), evaluate: evaluate)
      return (bits(trainer), trainer.state, ending)
    }
  }

  private func expectLoneRuns(
    _ trainers: [SmallTrainer], _ endings: [ReplicaTrainer<SmallObjective, BatchStream<SmallBatch>, Float>.Ending]
  ) throws {
    let expected = try Self.loneRuns()
    #expect(expected[2].ending == .stoppedEarly && expected[2].state.step == 15)
    #expect(expected[4].ending == .exhausted && expected[0].ending == .finished)
    for replica in 0..<Self.count {
      #expect(bits(trainers[replica]) == expected[replica].bits, "replica \(replica)")
      #expect(trainers[replica].state.step == expected[replica].state.step)
      #expect(trainers[replica].state.stopping == expected[replica].state.stopping)
      #expect(endings[replica] == .ended(expected[replica].ending))
    }
  }

  @Test(arguments: [1, 2, 3, 20]) func eachReplicaEndsInTheBitsOfItsLoneRun(threadCount: Int) throws {
    let trainers = Self.trainers()
    let endings = try ReplicaTrainer(trainers, threadCount: threadCount).run(
      RunPlan(stepCount: Self.stepCount), evaluate: { Self.evaluate($1, $2) })
    try expectLoneRuns(trainers, endings)
  }

  @Test(arguments: [0, 1, 3, 4]) func aSweepThatIsTakenUpEndsInTheSameBitsAndMetrics(rounds: Int) throws {
    try withTemporaryFolder { whole in
      var plan = RunPlan(
        stepCount: Self.stepCount, folder: whole, checkpointSteps: 6, checkpointSeconds: nil, metricsInterval: 4)
      try ReplicaTrainer(Self.trainers(), threadCount: 2).run(plan, evaluate: { Self.evaluate($1, $2) })
      let expected = try timelessLines(ofMetrics: whole + "/metrics.jsonl")
      try withTemporaryFolder { folder in
        plan.folder = folder
        var asked = 0
        let endings = try ReplicaTrainer(Self.trainers(), threadCount: 2).run(
          plan, evaluate: { Self.evaluate($1, $2) },
          isInterrupted: {
            asked += 1
            return asked > rounds
          })
        #expect(endings[0] == .ended(.interrupted))
        let trainers = Self.trainers()
        let last = try ReplicaTrainer(trainers, threadCount: 2).run(
          plan, resumes: true, evaluate: { Self.evaluate($1, $2) })
        try expectLoneRuns(trainers, last)
        #expect(try timelessLines(ofMetrics: folder + "/metrics.jsonl") == expected)
        // The file of all replicas gives each one's weights.
        let file = CheckpointFolder(folder).path(ofStep: Self.stepCount)
        let layout = trainers[5].objective.layout
        let saved = try SavedWeights<Float>(path: file, layout: layout, replica: 5)
        #expect(saved.parameters.elements.map(\.bitPattern) == bits(trainers[5]) && saved.configuration == "replica 5")
        #expect(throws: CheckpointError.self) { try SavedWeights<Float>(path: file, layout: layout, replica: 7) }
        // A lone trainer is not taken up from it.
        let lone = Self.trainers()[0]
        #expect(throws: CheckpointError.self) { try lone.restore(from: CheckpointFolder(folder)) }
      }
    }
  }

  @Test func metricsAreSortedByStepAndReplica() throws {
    try withTemporaryFolder { folder in
      try ReplicaTrainer(Self.trainers(), threadCount: 2).run(
        RunPlan(stepCount: Self.stepCount, folder: folder, metricsInterval: 1), evaluate: { Self.evaluate($1, $2) })
      let text = try String(contentsOfFile: folder + "/metrics.jsonl", encoding: .utf8)
      let places = try text.split(separator: "\n").map { line in
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        return try #require(object["step"] as? Int) * 100 + #require(object["replica"] as? Int)
      }
      #expect(places.count == 5 * Self.stepCount + 15 + 21)
      #expect(zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func aReplicaThatFailsLeavesTheOthersAlone() throws {
    let objective = SmallObjective()
    let trainers = (0..<3).map { replica in
      Trainer(
        objective, settings: TrainingSettings(schedule: LearningRateSchedule(peak: 0.01)),
        source: BatchStream(random: Philox(seed: 3)) { random, index in
          var batch = SmallObjective.batch(of: 6, using: &random)
          if replica == 1 && index == 4 { batch.overflow = .value(layer: 2) }
          return batch
        }, parameters: objective.firstWeights(seed: 1) as AlignedBuffer<Float>, products: ReferenceProducts())
    }
    let endings = try ReplicaTrainer(trainers, threadCount: 2).run(RunPlan(stepCount: 20))
    guard case .failed(.notFinite(step: 5, .value, "layer 2", _, _)) = endings[1] else {
      Issue.record("\(endings[1])")
      return
    }
    #expect(endings[0] == .ended(.finished) && endings[2] == .ended(.finished))
    #expect(bits(trainers[0]) == bits(trainers[2]) && trainers[1].state.step == 4)
  }

  @Test func anErrorOfAnEvaluationIsThrown() {
    struct Unreadable: Error {}
    let trainers = Self.trainers()
    #expect(throws: Unreadable.self) {
      try ReplicaTrainer(trainers, threadCount: 2).run(
        RunPlan(stepCount: 20),
        evaluate: { replica, _, _ in
          if replica == 3 { throw Unreadable() }
          return ["negative step": 0]
        })
    }
  }
}
