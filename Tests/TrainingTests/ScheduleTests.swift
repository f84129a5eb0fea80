// Learning rates by step, against numbers worked out by hand.
import Foundation
import Testing
import Training

@Suite struct ScheduleTests {
  @Test(arguments: [
    (LearningRateSchedule(peak: 2), [0: 2.0, 1: 2, 1_000_000: 2]),
    (LearningRateSchedule(peak: 2, warmUp: 3), [0: 0.5, 1: 1, 2: 1.5, 3: 2, 4: 2]),
    (
      LearningRateSchedule(peak: 2, warmUp: 1, shape: .linear(end: 5)),
      [0: 1.0, 1: 2, 2: 1.5, 3: 1, 4: 0.5, 5: 0, 6: 0]
    ),
    (LearningRateSchedule(peak: 2, shape: .linear(end: 4, minimum: 1)), [0: 2.0, 1: 1.75, 2: 1.5, 4: 1, 9: 1]),
    (
      LearningRateSchedule(peak: 2, warmUp: 2, shape: .cosine(end: 6)),
      [2: 2.0, 3: 1 + 0.5.squareRoot(), 4: 1, 5: 1 - 0.5.squareRoot(), 6: 0, 7: 0]
    ),
    (LearningRateSchedule(peak: 3, shape: .cosine(end: 2, minimum: 1)), [0: 3.0, 1: 2, 2: 1, 3: 1]),
  ])
  func ratesAreThoseOfTheFormula(schedule: LearningRateSchedule, rates: [Int: Double]) {
    #expect(schedule.fault == nil)
    for (step, rate) in rates { #expect(abs(schedule.rate(at: step) - rate) < 1e-15, "step \(step)") }
  }

  @Test(arguments: [
    (LearningRateSchedule(peak: -1), "a learning rate is at least 0, not -1.0"),
    (LearningRateSchedule(peak: 1, warmUp: -1), "a warm-up takes no negative number of steps, such as -1"),
    (
      LearningRateSchedule(peak: 1, warmUp: 5, shape: .cosine(end: 5)),
      "a learning rate falls after its warm-up of 5 steps, not until step 5"
    ),
    (
      LearningRateSchedule(peak: 1, shape: .linear(end: 5, minimum: 2)),
      "the least learning rate lies in 0 ... 1.0, not at 2.0"
    ),
  ])
  func wrongNumbersAreNamed(schedule: LearningRateSchedule, fault: String) { #expect(schedule.fault == fault) }

  @Test func settingsAreReadBackAsTheyWereWritten() throws {
    let settings = TrainingSettings(
      optimizer: OptimizerSettings(.sgd(momentum: 0.9, nesterov: true), weightDecay: 0.1, decays: .all),
      schedule: LearningRateSchedule(peak: 0.1, warmUp: 3, shape: .cosine(end: 9, minimum: 0.01)),
      clipping: .value(0.5), batchesPerStep: 2, evaluationInterval: 7,
      stopping: StoppingRule(metric: "accuracy", direction: .higher, patience: 3, threshold: 0.99))
    let text = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(TrainingSettings.self, from: text) == settings)
  }
}
