// `wright train` and `wright eval`: what they leave, how they go on after any end, and what they refuse.
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

struct TrainCommandTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("tiny.yaml", tiny)
  }

  private func train(_ arguments: String..., config: String = "tiny.yaml") throws -> Outcome {
    try Program.run(["train", config] + arguments, in: folder)
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: folder.url.appending(path: path)) }

  private func json(_ path: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: bytes(path)) as? [String: Any])
  }

  private func lines(_ path: String) throws -> [[String: Any]] {
    try String(decoding: bytes(path), as: UTF8.self).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func aRunLeavesItsConfigurationMetricsCheckpointsModelAndResult() throws {
    let outcome = try train("-o", "run", "--json")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("run")).sorted()
        == ["checkpoints", "config.yaml", "metrics.jsonl", "model", "result.json"])
    let result = try outcome.json()
    #expect(result["ending"] as? String == "finished")
    #expect(result["steps"] as? Int == 40)
    #expect(result["model"] as? String == "run/model")
    #expect(try json("run/result.json")["loss"] as? Double == result["loss"] as? Double)

    let lines = try lines("run/metrics.jsonl")
    #expect(lines.map { $0["step"] as? Int } == [10, 20, 30, 40])
    let last = try #require(lines.last)
    #expect(last["loss"] as? Double == result["loss"] as? Double)
    let metrics = try #require(result["metrics"] as? [String: Double])
    #expect(metrics.count == 6)
    for (name, value) in metrics { #expect(last[name] as? Double == value) }

    // The configuration in the folder is the run's: it gives the same weights again.
    #expect(try train("-o", "again", config: "run/config.yaml").code == 0)
    #expect(try bytes("again/model/model.safetensors") == bytes("run/model/model.safetensors"))
    #expect(try bytes("again/config.yaml") == bytes("run/config.yaml"))
  }

  @Test func evaluationFindsWhatTrainingFound() throws {
    let trained = try #require(try train("-o", "run", "--json").json()["metrics"] as? [String: Double])
    for side in ["training", "validation"] {
      let found = try Program.run(["eval", "run", "--split", side, "--json"], in: folder).json()
      #expect(found["loss"] as? Double == trained["\(side)Loss"])
      #expect(found["exactMatch"] as? Double == trained["\(side)ExactMatch"])
      #expect(found["tokenAccuracy"] as? Double == trained["\(side)TokenAccuracy"])
      #expect(found["examples"] as? Int == (side == "training" ? 12 : 4))
    }
    let model = try Program.run(
      ["eval", "run/model", "--config", "tiny.yaml", "--examples", "2", "--json"], in: folder)
    #expect(try model.json()["examples"] as? Int == 2)
    #expect(try model.json()["split"] as? String == "validation")
  }

  @Test(arguments: ["1", "2", "5"])
  func theNumberOfThreadsChangesNoBit(_ threads: String) throws {
    #expect(try train("-o", "one", "--set", "threads=1", "--set", "batch_size=64").code == 0)
    #expect(try train("-o", "more", "--set", "threads=\(threads)", "--set", "batch_size=64").code == 0)
    #expect(try bytes("one/model/model.safetensors") == bytes("more/model/model.safetensors"))
  }

  @Test(arguments: [
    ["model.type=gpt2"], ["model.type=unnormalized", "optimizer.lr=0.0001"], ["precision=float64"],
    ["precision=bfloat16"], ["products=openblas"], ["loss=all", "accumulate=2"], ["optimizer.type=sign_sgd"],
    ["model.shared_layers=1", "model.num_hidden_layers=3", "model.auxiliary_heads=[{layer: 0, own_weights: true}]"],
    ["model.frozen=['model.layers.0.*']"], ["data.sampling=with_replacement"], ["batch_size=null"],
    ["data.bits=40", "data.training_fraction=0.5"], ["schedule.type=cosine", "clip.norm=1.0"],
    ["optimizer.type=noisy_gd", "optimizer.noise=0.01"], ["data.examples=3"],
  ])
  func whatCanBeConfiguredTrainsAndIsEvaluated(_ overrides: [String]) throws {
    let outcome = try Program.run(
      ["train", "tiny.yaml", "-o", "run", "--json"] + overrides.flatMap { ["--set", $0] }, in: folder)
    #expect(outcome.code == 0, "\(outcome.error)")
    let metrics = try #require(try outcome.json()["metrics"] as? [String: Double])
    let eval = try Program.run(["eval", "run", "--json"], in: folder)
    #expect(eval.code == 0, "\(eval.error)")
    if !overrides.contains("data.bits=40") {
      #expect(try eval.json()["loss"] as? Double == metrics["validationLoss"])
    }
  }

  /// The names of the tensors that are not the same in two folders' models.
  private func changedTensors(_ first: String, _ second: String) throws -> Set<String> {
    func tensors(_ folder: String) throws -> [String: Data] {
      let file = Data(try bytes("\(folder)/model/model.safetensors"))
      let start = 8 + file.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
      let header = try #require(try JSONSerialization.jsonObject(with: file[8..<start]) as? [String: Any])
      return header.compactMapValues { entry in
        let ends = (entry as? [String: Any])?["data_offsets"] as? [Int]
        return ends.map { file[start + $0[0]..<start + $0[1]] }
      }
    }
    let (first, second) = (try tensors(first), try tensors(second))
    #expect(first.keys == second.keys && !first.isEmpty)
    return Set(first.keys.filter { first[$0] != second[$0] })
  }

  @Test func frozenWeightsStayAndOthersMove() throws {
    #expect(try train("-o", "start", "--set", "steps=0").code == 0)
    #expect(try train("-o", "frozen", "--set", "model.frozen=['model.layers.*']").code == 0)
    #expect(try train("-o", "moved").code == 0)
    let (frozen, moved) = (try changedTensors("start", "frozen"), try changedTensors("start", "moved"))
    #expect(!frozen.isEmpty && frozen == moved.filter { !$0.hasPrefix("model.layers.") })
    #expect(moved.contains { $0.hasPrefix("model.layers.") })
  }

  @Test func aModelIsTrainedOnFromItsFolder() throws {
    #expect(try train("-o", "first").code == 0)
    try folder.write(
      "on.yaml",
      "model: {from: first/model}\ndata: {task: parity, bits: 4, training_fraction: 0.75}\nsteps: 0\nbatch_size: 8\n")
    #expect(try train("-o", "same", config: "on.yaml").code == 0)
    #expect(try bytes("same/model/model.safetensors") == bytes("first/model/model.safetensors"))
    #expect(try bytes("same/model/config.json") == bytes("first/model/config.json"))
    #expect(try bytes("same/model/tokenizer.json") == bytes("first/model/tokenizer.json"))
    let other = try train("-o", "other", "--set", "data={task: modular_addition}", config: "on.yaml")
    #expect(other.code == 65)
    #expect(other.error.contains("expected this key only with") || other.error.contains("word"), "\(other.error)")
  }

  @Test func aConstructedModelIsTrainedOn() throws {
    try folder.write("adder.aag", fullAdder)
    #expect(try Program.run(["construct", "adder.aag", "-o", "circuit"], in: folder).code == 0)
    try folder.write("t.jsonl", "{\"prompt\": \"w0=1 w1=0 w2=0\", \"answer\": \"w3=1\"}\n")
    try folder.write(
      "c.yaml",
      "model: {from: circuit}\ndata: {task: jsonl, path: t.jsonl}\nsteps: 2\nbatch_size: 1\noptimizer: {lr: 0}\n")
    let outcome = try train("-o", "run", config: "c.yaml")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(try bytes("run/model/model.safetensors") == bytes("circuit/model.safetensors"))
    let eval = try Program.run(["eval", "circuit", "--config", "c.yaml"], in: folder)
    #expect(eval.code == 65)
    #expect(eval.error.contains("wright check circuit --circuit"))
  }

  @Test func textsOfFilesAreLearnedAndWrongLinesNamed() throws {
    try folder.write(
      "t.jsonl", "{\"prompt\": \"le chat\", \"answer\": \"the cat\"}\n\n{\"prompt\": \"un\", \"answer\": \"a\"}\n")
    try folder.write(
      "c.yaml",
      "model: {hidden_size: 16, num_attention_heads: 2}\ndata: {task: jsonl, path: t.jsonl, validation_path: t.jsonl}\n"
        + "steps: 150\nbatch_size: 2\noptimizer: {lr: 0.01}\n")
    let result = try train("-o", "run", "--json", config: "c.yaml").json()
    #expect((result["metrics"] as? [String: Double])?["validationExactMatch"] == 1)

    for (line, message) in [
      ("{\"prompt\": \"a\"}", "t.jsonl:2: expected an object like {\"prompt\""),
      ("{\"prompt\": \"a\", \"answer\": \" \"}", "t.jsonl:2: expected an answer of at least one word, found none"),
      ("nonsense", "found nonsense"), ("{\"prompt\": \"<s>\", \"answer\": \"b\"}", "<s>"),
    ] {
      try folder.write("t.jsonl", "{\"prompt\": \"a\", \"answer\": \"b\"}\n\(line)\n")
      let outcome = try train("-o", "other", config: "c.yaml")
      #expect(outcome.code == 65)
      #expect(outcome.error.contains(message), "\(outcome.error)")
    }
    #expect(try folder.names == ["c.yaml", "run", "t.jsonl", "tiny.yaml"])
  }

  @Test func aPerceptronLearnsRowsOfAFile() throws {
    let rows = (0..<4).map { "{\"input\": [\($0 & 1), \($0 >> 1)], \"target\": [\($0 == 1 || $0 == 2 ? 1 : -1), 0.5]}" }
    try folder.write("t.jsonl", rows.joined(separator: "\n"))
    try folder.write(
      "c.yaml",
      "model: {type: mlp, hidden_sizes: [16]}\ndata: {task: jsonl, path: t.jsonl}\nsteps: 400\nbatch_size: 4\n"
        + "optimizer: {type: adam, lr: 0.02}\n")
    let outcome = try train("-o", "run", "--json", config: "c.yaml")
    #expect(outcome.code == 0, "\(outcome.error)")
    let metrics = try #require(try outcome.json()["metrics"] as? [String: Double])
    #expect(metrics["trainingAccuracy"] == 1)
    #expect(metrics["trainingLoss"] ?? 1 < 0.01)
    let eval = try Program.run(["eval", "run", "--json"], in: folder).json()
    #expect(eval["loss"] as? Double == metrics["trainingLoss"])
    let hinge = try train("-o", "hinge", "--set", "loss=hinge", config: "c.yaml")
    #expect(hinge.error.contains("t.jsonl:1: expected targets of +1 and -1 for this loss, found 0.5"))
  }

  @Test func truthTablesMakeParityOfGroupsLinear() throws {
    try folder.write(
      "c.yaml",
      "model: {type: mlp, hidden_sizes: [16], truth_tables: [[0, 1, 2, 3]]}\n"
        + "data: {task: parity, bits: 4, training_fraction: 1}\nsteps: 300\nbatch_size: null\noptimizer: {type: adam, lr: 0.05}\n"
    )
    let outcome = try train("-o", "run", "--json", config: "c.yaml")
    let metrics = try #require(try outcome.json()["metrics"] as? [String: Double])
    #expect(metrics["trainingAccuracy"] == 1)
  }

  @Test func truthTablesOfOtherInputsThanSignsAreRefused() throws {
    try folder.write(
      "c.yaml",
      "model: {type: mlp, hidden_sizes: [4], truth_tables: [[0, 1]]}\ndata: {task: jsonl, path: t.jsonl}\nsteps: 1")
    try folder.write("t.jsonl", "{\"input\": [-1, 1, 0.5], \"target\": [1]}\n{\"input\": [1, 0, 1], \"target\": [1]}\n")
    let outcome = try train("-o", "run", config: "c.yaml")
    #expect(outcome.code == 65)
    #expect(
      outcome.error.contains("t.jsonl:2: expected +1 or -1 as input 1, of which there are truth tables, found 0.0"),
      "\(outcome.error)")
  }

  // MARK: Ends

  @Test func aFolderWithARunIsNotTrainedIntoAgain() throws {
    #expect(try train("-o", "run").code == 0)
    let before = try bytes("run/model/model.safetensors")
    let outcome = try train("-o", "run", "--set", "seed=5")
    #expect(outcome.code == 73)
    #expect(outcome.error.contains("run: has a run in it: wright train --resume run goes on with it"))
    #expect(try bytes("run/model/model.safetensors") == before)
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "full/inner"), withIntermediateDirectories: true)
    #expect(try train("-o", "full").code == 73)
    #expect(try train("-o", "tiny.yaml").code == 73)
  }

  @Test func aFolderInWhichAnotherProcessTrainsIsLeftAlone() throws {
    #expect(try train("-o", "run").code == 0)
    let other = open(folder.path("run"), O_RDONLY | O_CLOEXEC)
    #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
    let outcome = try Program.run(["train", "--resume", "run", "--set", "steps=80"], in: folder)
    #expect(outcome.code == 73)
    #expect(outcome.error.contains("run: another process is training in it"), "\(outcome.error)")
    close(other)
    #expect(try Program.run(["train", "--resume", "run", "--set", "steps=80"], in: folder).code == 0)
  }

  /// A run that takes some seconds, interrupted by a signal when its first checkpoint stands there.
  private func interruptedRun(_ signal: Int32, in name: String) throws -> (code: Int32, error: String) {
    let process = Program.process(
      ["train", "tiny.yaml", "-o", name] + Self.long.flatMap { ["--set", $0] }, in: folder)
    let error = Pipe()
    process.standardError = error
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let metrics = folder.url.appending(path: "\(name)/metrics.jsonl")
    while process.isRunning, (try? Data(contentsOf: metrics))?.isEmpty ?? true { usleep(1000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: try error.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    )
  }

  private static let long = [
    "steps=3000", "checkpoints.every_steps=50", "evaluation.every=1000", "metrics.every=10", "batch_size=12",
  ]

  @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
  func aRunThatWasEndedGoesOnToTheSameWeights(_ signal: Int32) throws {
    let whole = try Program.run(
      ["train", "tiny.yaml", "-o", "whole"] + Self.long.flatMap { ["--set", $0] }, in: folder)
    #expect(whole.code == 0)
    let (code, error) = try interruptedRun(signal, in: "cut")
    #expect(code == (signal == SIGKILL ? 9 : 128 + signal))
    #expect(!FileManager.default.fileExists(atPath: folder.path("cut/model")), "the run had not ended")
    if signal != SIGKILL { #expect(error.contains("wright train --resume cut goes on from there"), "\(error)") }
    #expect(try Program.run(["eval", "cut"], in: folder).error.contains("a run without one, which has not ended or"))
    let resumed = try Program.run(["train", "--resume", "cut", "--json"], in: folder)
    #expect(resumed.code == 0, "\(resumed.error)")
    if signal != SIGKILL { #expect(try resumed.json()["resumedAt"] as? Int ?? 0 > 0) }
    #expect(try bytes("cut/model/model.safetensors") == bytes("whole/model/model.safetensors"))
    let steps = try lines("cut/metrics.jsonl").map { $0["step"] as? Int }
    #expect(try steps == lines("whole/metrics.jsonl").map { $0["step"] as? Int })
  }

  @Test func aRunIsProlonged() throws {
    #expect(try train("-o", "long", "--set", "steps=80").code == 0)
    #expect(try train("-o", "short").code == 0)
    let outcome = try Program.run(["train", "--resume", "short", "--set", "steps=80"], in: folder)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(try bytes("short/model/model.safetensors") == bytes("long/model/model.safetensors"))
  }

  /// What a refused change leaves can still be resumed: nothing was written before the refusal.
  @Test(arguments: [
    ("optimizer.lr=0.5", "--set optimizer.lr=0.5: optimizer.lr: expected 0.001, with which the run began, found 0.5"),
    ("seed=3", "seed: expected 0, with which the run began, found 3"),
    ("loss=all", "loss: expected answers, with which the run began, found all"),
    ("model.hidden_size=32", "model.hidden_size: expected 16, with which the run began, found 32"),
    ("steps=80", "steps: expected 40, at which the schedule of this run ends, found 80"),
    ("seeds=2", "seeds: expected no replicas, with which the run began"),
  ])
  func aChangeThatMakesAnotherRunIsRefusedAndLeavesTheFolderAsItWas(change: String, message: String) throws {
    #expect(try train("-o", "run", "--set", "schedule.type=cosine").code == 0)
    let configuration = try bytes("run/config.yaml")
    let outcome = try Program.run(["train", "--resume", "run", "--set", change], in: folder)
    #expect(outcome.code == 65)
    #expect(outcome.error.contains(message), "\(outcome.error)")
    #expect(try bytes("run/config.yaml") == configuration)
    #expect(try Program.run(["train", "--resume", "run", "--set", "threads=1"], in: folder).code == 0)
  }

  @Test func aReplicaOfAnotherKindIsRefusedBeforeAnythingIsWritten() throws {
    #expect(try train("-o", "many", "--set", "replicas=[{seed: 1}, {seed: 2}]").code == 0)
    let configuration = try bytes("many/config.yaml")
    let change = "replicas=[{seed: 1}, {seed: 3}]"
    let outcome = try Program.run(["train", "--resume", "many", "--set", change], in: folder)
    #expect(outcome.code == 65)
    #expect(
      outcome.error.contains("replica 1: seed: expected 2, with which the run began, found 3"), "\(outcome.error)")
    #expect(try bytes("many/config.yaml") == configuration)
  }

  @Test func aDamagedCheckpointIsSetAsideAndTheOneBeforeUsed() throws {
    #expect(try train("-o", "run", "--set", "checkpoints.every_steps=10").code == 0)
    let model = try bytes("run/model/model.safetensors")
    let checkpoints = folder.url.appending(path: "run/checkpoints")
    let newest = try #require(
      try FileManager.default.contentsOfDirectory(atPath: checkpoints.path).filter { $0.hasPrefix("checkpoint") }.max())
    let file = checkpoints.appending(path: newest)
    var data = try Data(contentsOf: file)
    data[data.count / 2] ^= 1
    try data.write(to: file)
    let outcome = try Program.run(["train", "--resume", "run"], in: folder)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.contains(newest) && outcome.error.contains("not a whole checkpoint"))
    #expect(try bytes("run/model/model.safetensors") == model)
  }

  @Test func numbersThatAreNotFiniteEndTheRunWithLayerAndStep() throws {
    let outcome = try train(
      "-o", "run", "--set", "optimizer.lr=1e30", "--set", "optimizer.type=sgd", "--set", "checkpoints.every_steps=1")
    #expect(outcome.code == 65)
    #expect(
      outcome.error.contains(/step [0-9]+: a (value|gradient|parameter) is not finite, first in/), "\(outcome.error)")
    #expect(!(try FileManager.default.contentsOfDirectory(atPath: folder.path("run/checkpoints"))).isEmpty)
  }

  @Test func theBestWeightsAreWrittenWhereTheyAreWanted() throws {
    let outcome = try train(
      "-o", "run", "--json", "--set", "export.weights=best", "--set", "stopping.metric=validationLoss", "--set",
      "evaluation.every=5", "--set", "optimizer.lr=0.03", "--set", "steps=100")
    #expect(outcome.code == 0, "\(outcome.error)")
    let result = try outcome.json()
    let best = try #require(result["best"] as? [String: Any])
    #expect(best["metric"] as? String == "validationLoss")
    #expect(best["step"] as? Int ?? 100 < 100, "the last evaluation is not the best here")
    let eval = try Program.run(["eval", "run", "--split", "validation", "--json"], in: folder).json()
    #expect(eval["loss"] as? Double == best["value"] as? Double)
  }

  // MARK: Replicas

  @Test func eachReplicaIsItsLoneRun() throws {
    let outcome = try train(
      "-o", "many", "--json", "--set",
      "replicas=[{seed: 1}, {seed: 2, optimizer: {lr: 0.01}}, {data: {split_seed: 9}, steps: 20}]")
    #expect(outcome.code == 0, "\(outcome.error)")
    let replicas = try #require(try outcome.json()["replicas"] as? [[String: Any]])
    #expect(replicas.map { $0["steps"] as? Int } == [40, 40, 20])
    let alone = [["seed=1"], ["seed=2", "optimizer.lr=0.01"], ["data.split_seed=9", "steps=20"]]
    for (index, overrides) in alone.enumerated() {
      let lone = try Program.run(
        ["train", "tiny.yaml", "-o", "lone\(index)"] + overrides.flatMap { ["--set", $0] }, in: folder)
      #expect(lone.code == 0)
      #expect(
        try bytes("many/replica-\(index)/model/model.safetensors") == bytes("lone\(index)/model/model.safetensors"))
      #expect(try bytes("many/replica-\(index)/config.yaml") == bytes("lone\(index)/config.yaml"))
    }
    #expect(try bytes("lone0/model/model.safetensors") != bytes("lone1/model/model.safetensors"))
  }

  @Test func seedsAreReplicasThatDifferInTheirSeeds() throws {
    #expect(try train("-o", "many", "--set", "seeds=3", "--set", "seed=7").code == 0)
    #expect(try train("-o", "lone", "--set", "seed=9").code == 0)
    #expect(try bytes("many/replica-2/model/model.safetensors") == bytes("lone/model/model.safetensors"))
    let before = try json("many/replica-2/result.json")
    let all = try Program.run(["eval", "many"], in: folder)
    #expect(all.code == 65 && all.error.contains("the folder of one replica, such as many/replica-0"))
    #expect(try Program.run(["train", "--resume", "many"], in: folder).code == 0)
    let after = try json("many/replica-2/result.json")
    #expect(after["metrics"] as? [String: Double] == before["metrics"] as? [String: Double])
    #expect(after["loss"] as? Double == before["loss"] as? Double)
    #expect(try bytes("many/replica-2/model/model.safetensors") == bytes("lone/model/model.safetensors"))
  }

  @Test func aReplicaThatFailsLeavesTheOthersAlone() throws {
    let outcome = try train(
      "-o", "many", "--set", "optimizer.type=sgd", "--set", "replicas=[{optimizer: {lr: 1e30}}, {seed: 3}]")
    #expect(outcome.code == 65)
    #expect(outcome.error.contains("1 replica failed; many/replica-0: step"), "\(outcome.error)")
    #expect(try json("many/replica-1/result.json")["ending"] as? String == "finished")
  }

  // MARK: Usage

  @Test(arguments: [
    ["train"], ["train", "tiny.yaml"], ["train", "tiny.yaml", "--resume", "x"], ["train", "--resume", "x", "-o", "y"],
    ["eval"], ["eval", "x", "--split", "other"], ["eval", "x", "--examples", "0"], ["eval", "x", "--threads", "0"],
  ])
  func wrongArgumentsAreUsageErrors(_ arguments: [String]) throws {
    #expect(try Program.run(arguments, in: folder).code == 64)
  }

  @Test(arguments: [
    (["train", "missing.yaml", "-o", "x"], "missing.yaml: expected a file with a configuration"),
    (["train", "--resume", "missing"], "missing: expected a folder that wright train wrote"),
    (["eval", "missing"], "missing: expected a folder that wright train wrote, or --config"),
  ])
  func whatIsNotThereIsNamed(_ arguments: [String], _ message: String) throws {
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.code == 65)
    #expect(outcome.error.contains(message), "\(outcome.error)")
  }

  @Test func quietSaysNothingOnStandardError() throws {
    let outcome = try train("-o", "run", "--quiet")
    #expect(outcome.code == 0)
    #expect(outcome.error.isEmpty)
    #expect(outcome.output.hasPrefix("ended "))
  }
}
