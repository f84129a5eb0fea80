// What a refused checkpoint says: in words, what was expected and what was found.
import Foundation
import Randomness
import Tensors
import Testing
import Training
import TrainingSupport

@Suite struct CheckpointDifferenceTests {
  /// What a trainer is told that is given the checkpoint of another.
  private func refusal(of trainer: SmallTrainer, by other: SmallTrainer) throws -> (what: String, words: String) {
    try withTemporaryFolder { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let folder = CheckpointFolder(path)
      try other.save(to: folder)
      let before = bits(trainer)
      let error = try #require(throws: CheckpointError.self) { _ = try trainer.restore(from: folder) }
      #expect(bits(trainer) == before)
      guard case .different(_, let what, let expected, let found) = error else {
        Issue.record("another error: \(error)")
        return ("", "")
      }
      #expect(error.description.hasSuffix("a checkpoint with another \(what): expected \(expected), found \(found)"))
      return (what, "expected \(expected), found \(found)")
    }
  }

  @Test func aModelsFirstOtherParameterIsNamed() throws {
    let refusal = try refusal(of: smallTrainer(width: 8), by: smallTrainer())
    #expect(refusal.what == "model")
    #expect(refusal.words == "expected layers.0.weight of shape [8, 5], found shape [7, 5]")
  }

  @Test func frozenParametersAreSaidToBeFrozen() throws {
    func trainer(freezes: Bool) -> SmallTrainer {
      let objective = SmallObjective(freezesFirst: freezes)
      return Trainer(
        objective, settings: TrainingSettings(schedule: LearningRateSchedule(peak: 0.01)),
        source: SmallObjective.batches(seed: 2), parameters: objective.firstWeights(seed: 1),
        products: ReferenceProducts())
    }
    #expect(
      try refusal(of: trainer(freezes: true), by: trainer(freezes: false)).words
        == "expected layers.0.weight frozen, found trained")
    #expect(
      try refusal(of: trainer(freezes: false), by: trainer(freezes: true)).words
        == "expected layers.0.weight to be trained, found frozen")
  }

  @Test func weightsOfAnotherModelAreRefusedInWords() throws {
    try withTemporaryFolder { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let file = try smallTrainer().save(to: CheckpointFolder(path))
      func words(_ layout: ParameterLayout) throws -> String {
        try #require(throws: CheckpointError.self) { try SavedWeights<Float>(path: file, layout: layout) }.description
      }
      let layout = SmallObjective().layout
      var longer = layout
      longer.addVector("tail.bias", count: 3)
      #expect(try words(longer).hasSuffix("expected 7 parameters, among them tail.bias of shape [3], found 6"))
      var shorter = ParameterLayout()
      for parameter in layout.parameters.dropLast() {
        if parameter.isVector {
          shorter.addVector(parameter.name, count: parameter.columns)
        } else {
          shorter.addMatrix(parameter.name, rows: parameter.rows, columns: parameter.columns)
        }
      }
      #expect(try words(shorter).hasSuffix("expected 5 parameters, found 6, among them head.bias of shape [1]"))
      var other = ParameterLayout()
      other.addMatrix("embedding", rows: 7, columns: 5)
      #expect(
        try words(other).hasSuffix("expected embedding of shape [7, 5], found layers.0.weight of shape [7, 5]"))
    }
  }

  @Test func settingsThatDifferAreNamed() throws {
    let schedule = LearningRateSchedule(peak: 0.02)
    let refusal = try refusal(
      of: smallTrainer(TrainingSettings(schedule: schedule, clipping: .norm(2), batchesPerStep: 3)), by: smallTrainer())
    #expect(refusal.what == "plan of training")
    #expect(
      refusal.words == "expected batchesPerStep 3, clipping.norm 2, schedule.peak 0.02, found batchesPerStep 1, "
        + "clipping.norm none, schedule.peak 0.01")
  }

  @Test func optimizersAreToldApartByWhatTheyKeep() throws {
    let settings = TrainingSettings(
      optimizer: OptimizerSettings(.sgd(momentum: 0.9)), schedule: LearningRateSchedule(peak: 0.01))
    let refusal = try refusal(of: smallTrainer(settings), by: smallTrainer())
    #expect(refusal.what == "optimizer")
    #expect(
      refusal.words == "expected parameters of 176 numbers, momentum of 176 numbers, found parameters of 176 numbers, "
        + "first moment of 176 numbers, second moment of 176 numbers")
  }

  @Test func configurationsAreToldApartByTheirFirstOtherLine() throws {
    let refusal = try refusal(
      of: smallTrainer(configuration: "seed: 1\nloss: all\ntail: 1\n"),
      by: smallTrainer(configuration: "seed: 1\nloss: answers\n"))
    #expect(refusal.what == "configuration")
    #expect(refusal.words == "expected \"loss: all\", found \"loss: answers\"")
  }

  @Test func randomSourcesAreOfSeeds() throws {
    let objective = SmallObjective()
    let other: SmallTrainer = Trainer(
      objective, settings: TrainingSettings(schedule: LearningRateSchedule(peak: 0.01)),
      source: SmallObjective.batches(seed: 2), parameters: objective.firstWeights(seed: 1),
      products: ReferenceProducts(), random: Philox(seed: 4))
    #expect(
      try refusal(of: smallTrainer(), by: other).words == "expected that of this run's seed, found that of another seed"
    )
  }

  /// The system's reasons are what it says itself.
  @Test func whatTheSystemRefusesIsSaidInItsWords() throws {
    #expect(throws: CheckpointError.unreadable(path: "/nonexistent", reason: String(cString: strerror(ENOENT)))) {
      _ = try CheckpointFolder("/nonexistent").steps()
    }
    try withTemporaryFolder { path in
      try Data().write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: CheckpointError.self) {
        _ = try smallTrainer().run(RunPlan(stepCount: 1, folder: path + "/inner"))
      }
      #expect(error == .unwritable(path: path + "/inner", reason: String(cString: strerror(ENOTDIR))))
    }
    try withTemporaryFolder { path in
      try FileManager.default.createDirectory(
        atPath: path + "/metrics.jsonl", withIntermediateDirectories: true)
      let error = #expect(throws: CheckpointError.self) {
        _ = try smallTrainer().run(RunPlan(stepCount: 1, folder: path))
      }
      #expect(error == .unwritable(path: path + "/metrics.jsonl", reason: String(cString: strerror(EISDIR))))
    }
    try withTemporaryFolder { path in
      // A folder in a checkpoint's place can be opened and not be read.
      let folder = CheckpointFolder(path)
      try FileManager.default.createDirectory(
        atPath: folder.path(ofStep: 3), withIntermediateDirectories: true)
      let error = #expect(throws: CheckpointError.self) { _ = try smallTrainer().restore(from: folder) }
      #expect(error?.description.contains(String(cString: strerror(EISDIR))) == true, "\(error?.description ?? "")")
    }
  }

  @Test func foldersAreMadeWithThoseAroundThem() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder(path + "/a/b/c/")
      try smallTrainer().run(RunPlan(stepCount: 2, folder: folder.path))
      #expect(try folder.steps() == [2, 0])
    }
  }

  @Test func theNewestConfigurationIsReadOffAHeadThatNeedNotBeWhole() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder(path)
      #expect(folder.newestConfigurations() == [])
      try smallTrainer(configuration: "what").run(
        RunPlan(stepCount: 8, folder: path, checkpointSteps: 4, checkpointSeconds: nil))
      #expect(folder.newestConfigurations() == ["what"])
      let file = URL(fileURLWithPath: folder.path(ofStep: 8))
      try (try Data(contentsOf: file)).dropLast(40).write(to: file)
      #expect(folder.newestConfigurations() == ["what"])
      for step in [4, 8] { try Data("WRIGHTCP".utf8).write(to: URL(fileURLWithPath: folder.path(ofStep: step))) }
      #expect(folder.newestConfigurations() == [])
    }
  }

  @Test func whatIsNoNumberIsSaidInWords() {
    func words(_ quantity: TrainingError.Quantity, _ loss: Double, _ norm: Double) -> String {
      TrainingError.notFinite(step: 3, quantity: quantity, layer: "head", loss: loss, gradientNorm: norm).description
    }
    #expect(words(.gradient, 1.5, -.nan).contains("first in head (loss 1.5, gradient norm not a number); no"))
    #expect(words(.value, .infinity, -.infinity).contains("(loss infinity, gradient norm minus infinity)"))
    #expect(words(.parameter, .nan, .nan).contains("a parameter is not finite, first in head; no checkpoint"))
  }
}
