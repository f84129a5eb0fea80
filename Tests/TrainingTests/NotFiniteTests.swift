// Numbers that overflow: the run stops before the update and says where they did first.
import Foundation
import Randomness
import Tensors
import Testing
import Training
import TrainingSupport

@Suite struct NotFiniteTests {
  private static func trainer<Scalar: TensorScalar>(
    _ overflow: SmallBatch.Overflow, at step: Int, as scalar: Scalar.Type
  ) -> Trainer<SmallObjective, BatchStream<SmallBatch>, Scalar> {
    let objective = SmallObjective()
    return Trainer(
      objective, settings: TrainingSettings(schedule: LearningRateSchedule(peak: 0.01)),
      source: BatchStream(random: Philox(seed: 3)) { random, index in
        var batch = SmallObjective.batch(of: 12, using: &random)
        if index == step - 1 { batch.overflow = overflow }
        return batch
      }, parameters: objective.firstWeights(seed: 1), products: ReferenceProducts())
  }

  static let cases: [(SmallBatch.Overflow, TrainingError.Quantity, String)] = [
    (.value(layer: 1), .value, "layer 1"), (.value(layer: 2), .value, "layer 2"),
    (.gradient(layer: 1), .gradient, "layer 1"), (.gradient(layer: 2), .gradient, "layer 2"),
  ]

  private func expectFault<Scalar: TensorScalar>(index: Int, as scalar: Scalar.Type) throws {
    let (overflow, quantity, layer) = Self.cases[index]
    try withTemporaryFolder { folder in
      let trainer = Self.trainer(overflow, at: 8, as: scalar)
      let error = #expect(throws: TrainingError.self) {
        _ = try trainer.run(RunPlan(stepCount: 20, folder: folder, checkpointSteps: 3))
      }
      guard case .notFinite(let step, let foundQuantity, let foundLayer, _, _) = error else {
        Issue.record("another error: \(error.map(String.init(describing:)) ?? "none")")
        return
      }
      #expect(step == 8 && foundQuantity == quantity && foundLayer == layer)
      // No update was made with it, and the last checkpoint is good.
      let steady = Self.trainer(overflow, at: 100, as: scalar)
      for _ in 0..<7 { _ = try steady.step() }
      #expect(trainer.parameters.elements.elementsEqual(steady.parameters.elements))
      let again = Self.trainer(overflow, at: 100, as: scalar)
      try again.restore(from: CheckpointFolder(folder))
      #expect(again.state.step == 6)
      _ = try again.step()
      #expect(again.parameters.elements.elementsEqual(steady.parameters.elements))
    }
  }

  @Test(arguments: cases.indices) func theStepAndTheFirstLayerAreNamed(index: Int) throws {
    try expectFault(index: index, as: Float.self)
    try expectFault(index: index, as: Double.self)
  }

  @Test func weightsThatAreNotFiniteAreNotEvaluated() throws {
    let trainer = smallTrainer(
      TrainingSettings(schedule: LearningRateSchedule(peak: 1e300), evaluationInterval: 1))
    let error = #expect(throws: TrainingError.self) {
      _ = try trainer.run(
        RunPlan(stepCount: 1),
        evaluate: { _, _ in
          Issue.record("weights that are not finite were evaluated")
          return [:]
        })
    }
    guard case .notFinite(step: 1, quantity: .parameter, _, _, _) = error else {
      Issue.record("another error: \(error.map(String.init(describing:)) ?? "none")")
      return
    }
  }

  @Test func weightsThatAreNotFiniteAreNotSaved() throws {
    try withTemporaryFolder { folder in
      let trainer = smallTrainer()
      trainer.parameters.base[trainer.objective.layout["layers.1.weight"]?.offset ?? 0] = .infinity
      let plan = RunPlan(stepCount: 3, folder: folder)
      let error = #expect(throws: TrainingError.self) { _ = try trainer.run(plan) }
      #expect(error?.description.contains("layers.1.weight") == true)
      let saved = try names(in: folder).filter { $0.hasPrefix("checkpoint") }
      #expect(saved.isEmpty)
    }
  }
}
