// `wright train --resume` after the worst: replicas killed at several moments, data files that changed, files that may not grow.
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A run of a second at most.
private let tiny = """
  model: {hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2}
  data: {task: parity, bits: 4, training_fraction: 0.75}
  steps: 40
  batch_size: 8
  evaluation: {every: 20}
  metrics: {every: 10}
  """

struct TrainResumptionTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("tiny.yaml", tiny)
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: folder.url.appending(path: path)) }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: folder.path(path)) }

  /// Every file under a folder with its bytes and the time of its last change.
  private func everything(in name: String) throws -> [String: [AnyHashable]] {
    var found: [String: [AnyHashable]] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path(name)) {
      let full = folder.path("\(name)/\(path)")
      let attributes = try FileManager.default.attributesOfItem(atPath: full)
      let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
      found[path] = [
        isFolder ? Data() : try Data(contentsOf: URL(fileURLWithPath: full)),
        try #require(attributes[.modificationDate] as? Date),
      ]
    }
    return found
  }

  // MARK: Replicas that are killed

  private static let replicas = [
    "replicas=[{seed: 1}, {seed: 2, optimizer: {lr: 0.01}}, {seed: 3, data: {split_seed: 4}}]", "steps=1500",
    "checkpoints.every_steps=40", "evaluation.every=500", "threads=2", "batch_size=12",
  ].flatMap { ["--set", $0] }

  /// Runs the program until a path stands there and has something in it, and some milliseconds more, and kills it.
  ///
  /// - Returns: Whether it had not ended before.
  private func kill(_ arguments: [String], when path: String, andAfter milliseconds: UInt32) throws -> Bool {
    let process = Program.process(arguments, in: folder)
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    while process.isRunning {
      let size = try? FileManager.default.attributesOfItem(atPath: folder.path(path))[.size] as? Int
      if (size ?? 0) > 0 { break }
      usleep(500)
    }
    usleep(milliseconds * 1000)
    _ = Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  @Test func replicasThatWereKilledAtAnyMomentEndInTheSameWeights() throws {
    let whole = try Program.run(["train", "tiny.yaml", "-o", "whole", "-q"] + Self.replicas, in: folder)
    #expect(whole.code == 0, "\(whole.error)")
    // Before any checkpoint, in the first two, between one that has ended and one that has not begun, in the last.
    let moments: [[(String, UInt32)]] = [
      [("config.yaml", 0)], [("replica-0/config.yaml", 3)], [("replica-1/metrics.jsonl", 17)],
      [("replica-0/metrics.jsonl", 0), ("replica-1/metrics.jsonl", 31), ("replica-2/metrics.jsonl", 5)],
      [("replica-2/config.yaml", 0), ("replica-2/metrics.jsonl", 23)],
    ]
    var killCount = 0
    for (number, kills) in moments.enumerated() {
      let name = "cut\(number)"
      for (attempt, (path, delay)) in kills.enumerated() {
        let arguments =
          attempt == 0 ? ["train", "tiny.yaml", "-o", name, "-q"] + Self.replicas : ["train", "--resume", name, "-q"]
        if try kill(arguments, when: "\(name)/\(path)", andAfter: delay) { killCount += 1 }
      }
      let resumed = try Program.run(["train", "--resume", name, "-q"], in: folder)
      #expect(resumed.code == 0, "\(kills): \(resumed.error)")
      for replica in 0..<3 {
        let file = "replica-\(replica)/model/model.safetensors"
        #expect(try bytes("\(name)/\(file)") == bytes("whole/\(file)"), "\(kills), replica \(replica)")
        let left = try FileManager.default.subpathsOfDirectory(atPath: folder.path("\(name)/replica-\(replica)"))
        #expect(!left.contains { $0.contains(".partial") }, "\(left)")
      }
    }
    #expect(killCount >= 5, "on a machine that lets this test wait, a run may end before it is killed")
    #expect(try bytes("whole/replica-0/model/model.safetensors") != bytes("whole/replica-1/model/model.safetensors"))
  }

  @Test func aRunThatWasKilledInItsFirstCheckpointBeginsAnew() throws {
    #expect(try Program.run(["train", "tiny.yaml", "-o", "whole", "-q"], in: folder).code == 0)
    for place in ["", "replica-0/"] {
      let name = place.isEmpty ? "lone" : "many"
      let more = place.isEmpty ? [] : ["--set", "seeds=1"]
      #expect(
        try Program.run(["train", "tiny.yaml", "-o", name, "-q", "--set", "steps=0"] + more, in: folder).code == 0)
      let checkpoints = folder.path("\(name)/\(place)checkpoints")
      try FileManager.default.removeItem(atPath: folder.path("\(name)/\(place)model"))
      try FileManager.default.moveItem(
        atPath: "\(checkpoints)/checkpoint-000000000000.wright",
        toPath: "\(checkpoints)/checkpoint-000000000000.wright.partial")
      let resumed = try Program.run(["train", "--resume", name, "-q", "--set", "steps=40"], in: folder)
      #expect(resumed.code == 0, "\(resumed.error)")
      #expect(try bytes("\(name)/\(place)model/model.safetensors") == bytes("whole/model/model.safetensors"))
    }
  }

  @Test func whatAKilledRunLeftUnfinishedIsRemovedAndNotInTheWay() throws {
    let left = ["config.yaml.partial-a1B2c3", "result.json.partial-xxxxxx", ".model.partial-1abcde/model.safetensors"]
    func leave(_ place: String) throws {
      try FileManager.default.createDirectory(
        at: folder.url.appending(path: "\(place)/.model.partial-1abcde"), withIntermediateDirectories: true)
      for name in left { try folder.write("\(place)/\(name)", "half") }
    }
    try leave("run")
    #expect(try Program.run(["train", "tiny.yaml", "-o", "run", "-q", "--set", "seeds=1"], in: folder).code == 0)
    let names = ["config.yaml", "replica-0", "result.json"]
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("run")).sorted() == names)
    for place in ["run", "run/replica-0"] { try leave(place) }
    try folder.write("run/mine.partial-1", "not the program's")
    #expect(try Program.run(["train", "--resume", "run", "-q"], in: folder).code == 0)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("run")).sorted()
        == ["config.yaml", "mine.partial-1", "replica-0", "result.json"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("run/replica-0")).sorted()
        == ["checkpoints", "config.yaml", "metrics.jsonl", "model", "result.json"])
  }

  // MARK: Data that changed

  private static let texts =
    "{\"prompt\": \"le chat\", \"answer\": \"the cat\"}\n{\"prompt\": \"un\", \"answer\": \"a\"}\n"

  private static let changes: [(name: String, text: String)] = [
    (
      "another answer",
      "{\"prompt\": \"le chat\", \"answer\": \"the cat\"}\n{\"prompt\": \"un\", \"answer\": \"the\"}\n"
    ),
    ("one line more", texts + "{\"prompt\": \"chat\", \"answer\": \"cat\"}\n"),
    ("words that the vocabulary does not have", "{\"prompt\": \"die Katze\", \"answer\": \"the cat\"}\n"),
    ("no example", "\n"), ("no JSON", "cat\n"), ("white space alone", texts.replacing("\n", with: "\r\n")),
  ]

  @Test(arguments: [[], ["--set", "seeds=2"]])
  func aDataFileThatChangedIsRefusedAndNothingIsTouched(more: [String]) throws {
    try folder.write("t.jsonl", Self.texts)
    try folder.write(
      "c.yaml",
      "model: {hidden_size: 16, num_attention_heads: 2}\ndata: {task: jsonl, path: t.jsonl}\nsteps: 6\nbatch_size: 2\n")
    #expect(try Program.run(["train", "c.yaml", "-o", "run", "-q"] + more, in: folder).code == 0)
    let before = try everything(in: "run")
    #expect(before.count > 5)
    for (name, text) in Self.changes {
      try folder.write("t.jsonl", text)
      for set in [[], ["--set", "threads=1"], ["--set", "steps=9"]] {
        let outcome = try Program.run(["train", "--resume", "run"] + set, in: folder)
        #expect(outcome.code == 65, "\(name)")
        #expect(
          outcome.error.contains(
            /^wright: error: t\.jsonl: expected the file with which the run in run[^ ]* began \(SHA-256 [0-9a-f]{16}\.\.\.\), found another \([0-9a-f]{16}\.\.\.\)/
          ), "\(name): \(outcome.error)")
        #expect(try everything(in: "run") == before, "\(name)")
      }
    }
    try FileManager.default.removeItem(atPath: folder.path("t.jsonl"))
    let gone = try Program.run(["train", "--resume", "run"], in: folder)
    #expect(gone.code == 65)
    #expect(gone.error.contains("t.jsonl: expected a file of examples, found No such file"), "\(gone.error)")
    #expect(try everything(in: "run") == before)
    try folder.write("t.jsonl", Self.texts)
    let outcome = try Program.run(["train", "--resume", "run", "--set", "steps=9", "-q"], in: folder)
    #expect(outcome.code == 0, "\(outcome.error)")
  }

  @Test func aValidationFileThatChangedIsRefusedToo() throws {
    for name in ["t.jsonl", "v.jsonl"] { try folder.write(name, "{\"input\": [1, -1], \"target\": [1]}\n") }
    try folder.write(
      "c.yaml",
      "model: {type: mlp, hidden_sizes: [4]}\ndata: {task: jsonl, path: t.jsonl, validation_path: v.jsonl}\nsteps: 2\n")
    #expect(try Program.run(["train", "c.yaml", "-o", "run", "-q"], in: folder).code == 0)
    try folder.write("v.jsonl", "{\"input\": [1, 1], \"target\": [1]}\n")
    let outcome = try Program.run(["train", "--resume", "run"], in: folder)
    #expect(outcome.code == 65)
    #expect(outcome.error.contains("v.jsonl: expected the file with which the run in run began"), "\(outcome.error)")
  }

  // MARK: Full disks

  /// Runs the program with files that may not grow beyond some KiB, as on a disk that is full.
  private func limited(_ kibibytes: Int, _ arguments: [String]) throws -> (code: Int32, error: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "ulimit -f \(kibibytes); exec \"$0\" \"$@\"", Program.path] + arguments
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardError = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    return (process.terminationStatus, text)
  }

  @Test(arguments: [[], ["--set", "seeds=2"]])
  func aFullDiskLeavesThePreviousCheckpointWithWhichTheRunGoesOn(more: [String]) throws {
    let every = ["--set", "checkpoints.every_steps=10"] + more
    #expect(
      try Program.run(["train", "tiny.yaml", "-o", "whole", "-q", "--set", "steps=80"] + every, in: folder).code == 0)
    #expect(try Program.run(["train", "tiny.yaml", "-o", "run", "-q"] + every, in: folder).code == 0)
    let places = more.isEmpty ? [""] : ["replica-0/", "replica-1/"]
    let before = try places.map { try everything(in: "run/\($0)checkpoints") }
    // A checkpoint has 42 kB; configuration, metrics and result have room.
    let (code, error) = try limited(8, ["train", "--resume", "run", "--set", "steps=80"])
    #expect(code == 74, "\(error)")
    let reason = String(cString: strerror(EFBIG))
    #expect(
      error.contains(
        "run/\(places[0])checkpoints/checkpoint-000000000050.wright: cannot be written: \(reason); earlier checkpoints are as they were"
      ), "\(error)")
    #expect(try places.map { try everything(in: "run/\($0)checkpoints") } == before)
    let resumed = try Program.run(["train", "--resume", "run", "--set", "steps=80", "--json"], in: folder)
    #expect(resumed.code == 0, "\(resumed.error)")
    if more.isEmpty { #expect(try resumed.json()["resumedAt"] as? Int == 40) }
    for place in places {
      #expect(try bytes("run/\(place)model/model.safetensors") == bytes("whole/\(place)model/model.safetensors"))
    }
  }

  @Test func aDiskThatIsFullFromTheStartLeavesARunThatCanBegin() throws {
    let (code, error) = try limited(8, ["train", "tiny.yaml", "-o", "run"])
    #expect(code == 74)
    #expect(error.contains("checkpoint-000000000000.wright: cannot be written"), "\(error)")
    #expect(!exists("run/model"))
    let eval = try Program.run(["eval", "run"], in: folder)
    #expect(eval.code == 65)
    #expect(
      eval.error.contains(
        "found a run without one, which has not ended or could not write it: wright train --resume run"),
      "\(eval.error)")
    #expect(try Program.run(["train", "--resume", "run", "-q"], in: folder).code == 0)
    #expect(try Program.run(["train", "tiny.yaml", "-o", "whole", "-q"], in: folder).code == 0)
    #expect(try bytes("run/model/model.safetensors") == bytes("whole/model/model.safetensors"))
  }

  @Test func aModelForWhichThereIsNoRoomLeavesTheOneBefore() throws {
    #expect(try Program.run(["train", "tiny.yaml", "-o", "run", "-q"], in: folder).code == 0)
    let before = try everything(in: "run/model")
    let (code, error) = try limited(8, ["train", "--resume", "run"])
    #expect(code == 73)
    #expect(error.contains("run/model/model.safetensors"), "\(error)")
    #expect(error.contains(String(cString: strerror(EFBIG))), "\(error)")
    #expect(try everything(in: "run/model") == before)
  }

  // MARK: Numbers that the model's file cannot hold

  @Test func weightsTooLargeForTheirFileAreRefusedByTheTensorsName() throws {
    let great = ["--set", "optimizer.type=sgd", "--set", "optimizer.lr=1e7", "--set", "steps=1"]
    let outcome = try Program.run(["train", "tiny.yaml", "-o", "run", "--set", "export.dtype=f16"] + great, in: folder)
    #expect(outcome.code == 65)
    #expect(
      outcome.error.contains(
        /run\/model\/model\.safetensors, tensor model\.[a-z_.0-9]+: expected numbers in the range of F16, found -?[0-9.]+ at index [0-9]+; wright train --resume run --set export\.dtype=f32 writes the model/
      ), "\(outcome.error)")
    #expect(!exists("run/model"))
    let eval = try Program.run(["eval", "run"], in: folder)
    #expect(eval.error.contains("a run without one, which has not ended or could not write it"), "\(eval.error)")
    let again = try Program.run(["train", "--resume", "run", "-q", "--set", "export.dtype=f32"], in: folder)
    #expect(again.code == 0, "\(again.error)")
    #expect(try Program.run(["train", "tiny.yaml", "-o", "whole", "-q"] + great, in: folder).code == 0)
    #expect(try bytes("run/model/model.safetensors") == bytes("whole/model/model.safetensors"))
  }

  @Test func weightsOfFloat64BeyondFloat32AreRefusedByTheTensorsName() throws {
    let great = ["--set", "optimizer.type=sgd", "--set", "steps=1", "--set", "precision=float64"]
    let decoder = try Program.run(
      ["train", "tiny.yaml", "-o", "run", "--set", "optimizer.lr=1e60"] + great, in: folder)
    #expect(decoder.code == 65)
    #expect(
      decoder.error.contains(/tensor model\.[a-z_.0-9]+: expected numbers in the range of float32, found -?[0-9.]+e\+/),
      "\(decoder.error)")
    try folder.write("mlp.yaml", "model: {type: mlp, hidden_sizes: [4]}\ndata: {task: parity, bits: 4}\n")
    let perceptron = try Program.run(
      ["train", "mlp.yaml", "-o", "mlp", "--set", "optimizer.lr=1e60"] + great, in: folder)
    #expect(perceptron.code == 65)
    #expect(
      perceptron.error.contains(
        /mlp\/model, tensor layers\.[01]\.(weight|bias): expected numbers in the range of float32/),
      "\(perceptron.error)")
    #expect(!exists("mlp/model"))
  }

  /// Weights may be finite and what they make of examples not: JSON has null for it.
  @Test func evaluationsThatAreNotFiniteAreNullInJSONAndWordsInTexts() throws {
    try folder.write(
      "mlp.yaml",
      "model: {type: mlp, hidden_sizes: [16]}\ndata: {task: parity, bits: 8}\nsteps: 1\nbatch_size: 4\n"
        + "optimizer: {type: sgd, lr: 1e25}\nstopping: {metric: trainingLoss, patience: 3}\nevaluation: {every: 1}\n")
    let outcome = try Program.run(["train", "mlp.yaml", "-o", "run", "--json"], in: folder)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.contains("trainingLoss infinity"), "\(outcome.error)")
    let metrics = try #require(try outcome.json()["metrics"] as? [String: Any])
    #expect(metrics["trainingLoss"] is NSNull && metrics["trainingAccuracy"] is Double)
    #expect(try outcome.json()["best"] == nil, "what is infinite is no best value")
    let eval = try Program.run(["eval", "run", "--json"], in: folder)
    #expect(eval.code == 0, "\(eval.error)")
    #expect(try eval.json()["loss"] is NSNull)
    #expect(try Program.run(["eval", "run"], in: folder).output.contains(/loss +infinity\n/))
  }

  // MARK: Words

  /// é as one scalar and as two, an accent that stands alone, and white space of other kinds.
  @Test func wordsAreToldApartByTheirScalarsAndComeBackFromTheFolder() throws {
    let pairs = [
      ("\u{E9}", "a"), ("e\u{301}", "b"), ("x\u{2003}\u{301}y", "c"), ("x\r\ny", "a\u{85}b"), ("\u{301}", "e\u{301}"),
    ]
    let lines = pairs.map { "{\"prompt\": \"\(Self.escaped($0.0))\", \"answer\": \"\(Self.escaped($0.1))\"}\n" }
    try folder.write("t.jsonl", lines.joined())
    try folder.write(
      "c.yaml",
      "model: {hidden_size: 16, num_attention_heads: 2}\ndata: {task: jsonl, path: t.jsonl}\nsteps: 200\nbatch_size: 5\n"
        + "optimizer: {lr: 0.01}\n")
    let outcome = try Program.run(["train", "c.yaml", "-o", "run", "--json"], in: folder)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(try (outcome.json()["metrics"] as? [String: Double])?["trainingExactMatch"] == 1)
    // The words in the order of the file, then <s> and </s>.
    let words = ["\u{E9}", "a", "e\u{301}", "b", "x", "\u{301}y", "c", "y", "\u{301}", "<s>", "</s>"]
    let tokenizer = try bytes("run/model/tokenizer.json")
    for (token, word) in words.enumerated() {
      #expect(tokenizer.range(of: Data("\"\(word)\":\(token)".utf8)) != nil, "\(token) \(word)")
    }
    let eval = try Program.run(["eval", "run", "--json"], in: folder)
    #expect(eval.code == 0, "\(eval.error)")
    #expect(try eval.json()["exactMatch"] as? Double == 1)
    let model = try Program.run(["eval", "run/model", "--config", "c.yaml", "--json"], in: folder)
    #expect(try model.json()["exactMatch"] as? Double == 1)
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }

  @Test(
    arguments: [("<s>", "<s>"), ("</s>", "</s>"), ("a<s>b", "<s>"), ("x</s>", "</s>")])
  func aWordWithAMarkOfTextsIsRefusedWithItsLine(word: String, mark: String) throws {
    for line in ["{\"prompt\": \"a \(word)\", \"answer\": \"b\"}", "{\"prompt\": \"a\", \"answer\": \"\(word) b\"}"] {
      try folder.write("t.jsonl", "{\"prompt\": \"a\", \"answer\": \"b\"}\n\n\(line)\n")
      try folder.write("c.yaml", "data: {task: jsonl, path: t.jsonl}\n")
      let outcome = try Program.run(["train", "c.yaml", "-o", "run"], in: folder)
      #expect(outcome.code == 65)
      #expect(
        outcome.error
          == "wright: error: t.jsonl:3: expected words without \(mark), which the texts that are trained on begin or end with, "
          + "found \(word)\n")
      #expect(!exists("run"))
    }
  }
}
