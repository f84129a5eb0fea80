// Checkpoints that are damaged, cut short, of something else, or meet a full disk.
import Foundation
import Randomness
import Synchronization
import TestSupport
import Testing
import Training
import TrainingSupport

/// A disk that is full after some bytes.
private func fullDisk(after bytes: Int) -> FileWrite {
  let left = Atomic<Int>(bytes)
  return { descriptor, buffer in
    let room = left.load(ordering: .relaxed)
    guard room > 0 else {
      errno = ENOSPC
      return -1
    }
    let written = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: buffer.prefix(room)))
    left.subtract(max(0, written), ordering: .relaxed)
    return written
  }
}

@Suite struct CheckpointTests {
  /// A folder with checkpoints of steps 4 and 8.
  private func withTwoCheckpoints(_ body: (CheckpointFolder) throws -> Void) throws {
    try withTemporaryFolder { path in
      try smallTrainer().run(RunPlan(stepCount: 8, folder: path, checkpointSteps: 4, checkpointSeconds: nil))
      #expect(
        try names(in: path) == ["checkpoint-000000000004.wright", "checkpoint-000000000008.wright", "metrics.jsonl"])
      try body(CheckpointFolder(path))
    }
  }

  private func expectFallback(_ folder: CheckpointFolder, _ what: Comment) throws {
    let trainer = smallTrainer()
    let (path, skipped) = try trainer.restore(from: folder)
    #expect(path == folder.path(ofStep: 4) && trainer.state.step == 4, what)
    #expect(skipped.count == 1 && skipped[0].description.contains(folder.path(ofStep: 8)), what)
    // What was set aside goes back for the next case.
    let file = folder.path(ofStep: 8)
    #expect(FileManager.default.fileExists(atPath: file + ".damaged"), what)
    try? FileManager.default.removeItem(atPath: file + ".damaged")
  }

  @Test func aDamagedCheckpointGivesWayToTheOneBefore() throws {
    try withTwoCheckpoints { folder in
      let file = URL(fileURLWithPath: folder.path(ofStep: 8))
      let whole = try Data(contentsOf: file)
      // Every byte of the head's beginning and of the digest, and some of all others.
      let places =
        Array(0..<40) + Array(stride(from: 40, to: whole.count - 32, by: 61)) + (whole.count - 32..<whole.count)
      for place in places {
        var damaged = whole
        damaged[place] ^= 1 << UInt8(place % 8)
        try damaged.write(to: file)
        try expectFallback(folder, "byte \(place)")
      }
      try whole.write(to: file)
      #expect(try smallTrainer().restore(from: folder).path == file.path)
    }
  }

  @Test func aTruncatedOrProlongedCheckpointGivesWayToTheOneBefore() throws {
    try withTwoCheckpoints { folder in
      let file = URL(fileURLWithPath: folder.path(ofStep: 8))
      let whole = try Data(contentsOf: file)
      for length in Array(0..<30) + Array(stride(from: 30, to: whole.count, by: 97)) + [whole.count - 1] {
        try whole.prefix(length).write(to: file)
        try expectFallback(folder, "\(length) bytes")
      }
      try (whole + [0]).write(to: file)
      try expectFallback(folder, "one byte too many")
    }
  }

  @Test func whereNoneIsWholeAllFaultsAreNamed() throws {
    try withTwoCheckpoints { folder in
      for step in [4, 8] { try Data("nothing".utf8).write(to: URL(fileURLWithPath: folder.path(ofStep: step))) }
      let before = smallTrainer()
      let error = #expect(throws: CheckpointError.self) { _ = try before.restore(from: folder) }
      guard case .noneIsWhole(folder.path, let faults) = error else {
        Issue.record("another error")
        return
      }
      #expect(faults.count == 2 && faults[0].contains("at byte 7 expected 17 more bytes"), "\(faults)")
      #expect(bits(before) == bits(smallTrainer()))
    }
  }

  @Test func anEmptyFolderHasNone() throws {
    try withTemporaryFolder { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      #expect(throws: CheckpointError.none(folder: path)) { try smallTrainer().restore(from: CheckpointFolder(path)) }
    }
    #expect(throws: CheckpointError.self) { try smallTrainer().restore(from: CheckpointFolder("/nonexistent")) }
  }

  @Test func aDamagedCheckpointDoesNotCrowdOutAWholeOne() throws {
    try withTwoCheckpoints { folder in
      try Data("nothing".utf8).write(to: URL(fileURLWithPath: folder.path(ofStep: 8)))
      try smallTrainer().run(
        RunPlan(stepCount: 7, folder: folder.path, checkpointSteps: 6, checkpointSeconds: nil), resumes: true)
      #expect(try folder.steps() == [7, 6])
    }
  }

  // MARK: Checkpoints of something else

  @Test func aCheckpointOfSomethingElseIsRefused() throws {
    try withTwoCheckpoints { folder in
      let schedule = LearningRateSchedule(peak: 0.01)
      let others: [(SmallTrainer, String)] = [
        (smallTrainer(width: 8), "model"),
        (smallTrainer(TrainingSettings(schedule: LearningRateSchedule(peak: 0.02))), "plan of training"),
        (smallTrainer(TrainingSettings(optimizer: OptimizerSettings(.sgd()), schedule: schedule)), "optimizer"),
        (smallTrainer(configuration: "other data"), "configuration"),
      ]
      for (trainer, what) in others {
        let before = bits(trainer)
        let error = #expect(throws: CheckpointError.self) { _ = try trainer.restore(from: folder) }
        guard case .different(_, what, _, _) = error else {
          Issue.record("\(what): \(error?.description ?? "no error")")
          continue
        }
        #expect(bits(trainer) == before && trainer.state == TrainingState())
      }
      #expect(throws: CheckpointError.self) {
        try SavedWeights<Double>(path: folder.path(ofStep: 8), layout: SmallObjective().layout)
      }
      #expect(throws: CheckpointError.self) {
        try SavedWeights<Float>(path: folder.path(ofStep: 8), layout: SmallObjective(width: 8).layout)
      }
    }
  }

  // MARK: Full disks

  @Test func aFullDiskLeavesThePreviousCheckpointAndNoHalfFile() throws {
    try withTwoCheckpoints { folder in
      let before = try names(in: folder.path)
      let size = try Data(contentsOf: URL(fileURLWithPath: folder.path(ofStep: 8))).count
      for bytes in [0, 1, 24, 1000, size / 2, size - 33, size - 32, size - 1] {
        let trainer = smallTrainer()
        let error = #expect(throws: CheckpointError.self) {
          _ = try trainer.run(
            writingBy: fullDisk(after: bytes),
            RunPlan(
              stepCount: 100, folder: folder.path, checkpointSteps: 4, checkpointSeconds: nil, metricsInterval: 1000),
            resumes: true)
        }
        #expect(
          error
            == .unwritable(path: folder.path(ofStep: 12), reason: String(cString: strerror(ENOSPC))), "\(bytes) bytes")
        #expect(try names(in: folder.path) == before, "\(bytes) bytes")
        let again = smallTrainer()
        try again.restore(from: folder)
        #expect(again.state.step == 8)
      }
    }
  }

  @Test func aFullDiskUnderTheMetricsIsNamed() throws {
    try withTwoCheckpoints { folder in
      let error = #expect(throws: CheckpointError.self) {
        _ = try smallTrainer().run(
          writingBy: fullDisk(after: 0), RunPlan(stepCount: 100, folder: folder.path, metricsInterval: 1),
          resumes: true)
      }
      #expect(
        error == .unwritable(path: folder.path + "/metrics.jsonl", reason: String(cString: strerror(ENOSPC))))
    }
  }

  @Test func whatAKilledRunLeftUnfinishedIsRemoved() throws {
    try withTwoCheckpoints { folder in
      let partial = folder.path(ofStep: 12) + ".partial"
      try Data("half a file".utf8).write(to: URL(fileURLWithPath: partial))
      try smallTrainer().run(RunPlan(stepCount: 9, folder: folder.path), resumes: true)
      #expect(!FileManager.default.fileExists(atPath: partial))
      #expect(try folder.steps() == [9, 8])
    }
  }
}
