// A run that is killed at any moment and taken up again ends in the same bits as one that was not.
import Foundation
import Testing
import TestSupport

@Suite(.serialized) struct KillTests {
  /// The program that trains, beside the test bundle.
  private static func program() throws -> URL {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).standardizedFileURL
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: "TrainingChild")
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
        return candidate
      }
    }
    throw CocoaError(.fileNoSuchFile)
  }

  /// Runs the program until it ends, or until `seconds` have passed, when it gets a signal.
  ///
  /// - Returns: The exit code, or minus the number of the signal that ended it.
  private static func train(
    in folder: String, steps: Int = KillTests.steps, dyingAfterBytes bytes: Int = 0, delay: Int = 0,
    signal: Int32? = nil, after seconds: Double = 0
  ) throws -> Int32 {
    let process = Process()
    process.executableURL = try program()
    process.arguments = [folder, "\(steps)", "\(bytes)", "\(delay)"]
    try process.run()
    if let signal {
      usleep(UInt32(seconds * 1e6))
      kill(process.processIdentifier, signal)
    }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
  }

  private static let steps = 200

  private struct Result: Equatable {
    var weights: Data
    var best: Int
    var metrics: [String]
  }

  private static func result(in folder: String) throws -> Result {
    #expect(try names(in: folder).filter { $0.hasSuffix(".partial") || $0.hasSuffix(".damaged") }.isEmpty)
    return Result(
      weights: try Data(contentsOf: URL(fileURLWithPath: folder + "/weights.bin")),
      best: try Data(contentsOf: URL(fileURLWithPath: folder + "/best.wright")).count,
      metrics: try timelessLines(ofMetrics: folder + "/metrics.jsonl"))
  }

  @Test func aKilledRunEndsInTheSameBits() throws {
    let expected = try withTemporaryFolder { folder in
      #expect(try Self.train(in: folder) == 0)
      return try Self.result(in: folder)
    }
    #expect(expected.metrics.count == Self.steps / 5)
    var random = SplitMix64(seed: 20)
    let slow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] != nil
    for trial in 0..<(slow ? 40 : 4) {
      try withTemporaryFolder { folder in
        var kills = 0
        for attempt in 0..<12 {
          // Either the program kills itself in the middle of a write, mostly of a checkpoint; or it is killed from outside whenever that is.
          let code =
            (trial + attempt) % 2 == 0
            ? try Self.train(in: folder, dyingAfterBytes: 1 + Int(random.next() % 40_000), delay: 20)
            : try Self.train(
              in: folder, delay: 2000, signal: SIGKILL, after: 0.01 + Double(random.next() % 1000) / 10_000)
          if code == 0 { break }
          #expect(code == -SIGKILL)
          kills += 1
        }
        #expect(kills >= 2, "trial \(trial) was hardly disturbed")
        #expect(try Self.train(in: folder) == 0)
        let result = try Self.result(in: folder)
        #expect(result == expected, "trial \(trial), after \(kills) kills")
      }
    }
  }

  @Test(arguments: [SIGTERM, SIGINT]) func aRunThatIsAskedToStopSavesAndExitsWithTheSignal(signal: Int32) throws {
    try withTemporaryFolder { folder in
      // Slow enough that the signal comes on the way.
      let code = try Self.train(in: folder, delay: 3000, signal: signal, after: 0.3)
      #expect(code == 128 + signal)
      let checkpoints = try names(in: folder).filter { $0.hasPrefix("checkpoint-") }
      #expect(!checkpoints.isEmpty && checkpoints.count <= 2)
      #expect(try !names(in: folder).contains("weights.bin"))
      #expect(try Self.train(in: folder) == 0)
    }
  }

  /// A limit that the system sets, as a disk that fills up does: the program reports it, and what was there is there still.
  @Test func aFileThatMayNotGrowLeavesThePreviousCheckpoint() throws {
    try withTemporaryFolder { folder in
      #expect(try Self.train(in: folder, steps: 40) == 0)
      let before = try names(in: folder)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", "ulimit -f 4; exec \"$0\" \"$@\"", try Self.program().path, folder, "80", "0"]
      let pipe = Pipe()
      process.standardError = pipe
      try process.run()
      let message = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 74)
      #expect(
        message.contains(".wright: cannot be written: \(String(cString: strerror(EFBIG)))"),
        "\(message)")
      #expect(try names(in: folder) == before)
      #expect(try Self.train(in: folder) == 0)
      let expected = try withTemporaryFolder { whole in
        #expect(try Self.train(in: whole) == 0)
        return try Data(contentsOf: URL(fileURLWithPath: whole + "/weights.bin"))
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/weights.bin")) == expected)
    }
  }
}
