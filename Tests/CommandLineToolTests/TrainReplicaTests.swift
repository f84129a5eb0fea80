// Sweeps of `wright train`: replicas that differ in more than numbers, their printed configuration, their folders.
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A run of a second at most, of a task that is put in.
private func tiny(_ task: String) -> String {
  """
  model: {hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2}
  data: {task: \(task), training_fraction: 0.75}
  steps: 40
  batch_size: 8
  evaluation: {every: 20}
  metrics: {every: 10}
  """
}

struct TrainReplicaTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("parity.yaml", tiny("parity, bits: 4"))
    try folder.write("product.yaml", tiny("permutation_composition, degree: 3, length: 3"))
    try folder.write("sum.yaml", tiny("modular_addition, modulus: 11"))
  }

  private func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: folder.url.appending(path: path)) }

  // MARK: What follows from other keys follows in each replica from its own

  @Test(arguments: [
    ("parity.yaml", ["replicas=[{optimizer: {type: sgd, momentum: 0.9}}, {seed: 1}]"]),
    ("parity.yaml", ["replicas=[{optimizer: {type: adam}}, {seed: 1}]"]),
    ("parity.yaml", ["schedule.type=cosine", "replicas=[{schedule: {type: constant}}, {seed: 1}]"]),
    (
      "parity.yaml",
      [
        "stopping={metric: trainingLoss, patience: 1}",
        "replicas=[{stopping: {metric: trainingExactMatch}}, {seed: 1}]",
      ]
    ),
    ("product.yaml", ["replicas=[{data: {length: 5}}, {seed: 1}]"]),
    ("sum.yaml", ["replicas=[{data: {modulus: 7}}, {data: {modulus: 13}}]"]),
  ])
  func thePrintedConfigurationOfASweepGivesTheSameSweep(_ file: String, _ overrides: [String]) throws {
    let set = overrides.flatMap { ["--set", $0] }
    let direct = try Program.run(["train", file, "-o", "direct", "-q"] + set, in: folder)
    #expect(direct.code == 0, "\(direct.error)")
    let printed = try Program.run(["train", file, "--print-config"] + set, in: folder)
    #expect(printed.code == 0, "\(printed.error)")
    try folder.write("printed.yaml", printed.output)
    #expect(try Program.run(["train", "printed.yaml", "--print-config"], in: folder).output == printed.output)
    let again = try Program.run(["train", "printed.yaml", "-o", "again", "-q"], in: folder)
    #expect(again.code == 0, "\(again.error)")
    let resumed = try Program.run(["train", "--resume", "direct", "-q"], in: folder)
    #expect(resumed.code == 0, "\(resumed.error)")
    for path in ["replica-0/config.yaml", "replica-1/config.yaml", "config.yaml"] {
      #expect(try bytes("direct/\(path)") == bytes("again/\(path)"), "\(path)")
    }
    for replica in 0...1 {
      let model = "replica-\(replica)/model/model.safetensors"
      #expect(try bytes("direct/\(model)") == bytes("again/\(model)"))
      // The folder of a replica is that of a lone run with its configuration.
      let lone = try Program.run(
        ["train", "direct/replica-\(replica)/config.yaml", "-o", "lone\(replica)", "-q"], in: folder)
      #expect(lone.code == 0, "\(lone.error)")
      #expect(try bytes("direct/\(model)") == bytes("lone\(replica)/model/model.safetensors"))
    }
  }

  @Test func aKeyThatAReplicaItselfWritesHasToApply() throws {
    let outcome = try Program.run(
      [
        "train", "parity.yaml", "-o", "x", "--set",
        "replicas=[{optimizer: {type: sgd, betas: [0.9, 0.99]}}, {seed: 1}]",
      ], in: folder)
    #expect(outcome.code == 65)
    #expect(outcome.error.contains("optimizer.betas: expected this key only with"), "\(outcome.error)")
  }

  @Test(arguments: [
    (
      ["data={task: parity, bits: 40, training_fraction: 1}", "replicas=[{batch_size: null}, {seed: 2}]"],
      "batch_size: expected a number, since there are too many examples to list"
    ),
    (
      [
        "data.training_fraction=1", "export.weights=best",
        "stopping={metric: trainingLoss, patience: 3}",
        "replicas=[{stopping: {metric: validationExactMatch}}, {seed: 2}]",
      ], "stopping.metric: expected validation examples"
    ),
    (["steps=4611686018427387903", "seeds=3"], "steps: expected a whole number from 0 to 17592186044416"),
    (
      ["data={task: parity, bits: 40}", "batch_size=1073741824", "data.chain=true"],
      "batch_size: expected a number of texts that fits this machine's"
    ),
  ])
  func whatTheExamplesCannotGiveIsRefusedOfReplicasToo(_ overrides: [String], _ message: String) throws {
    let outcome = try Program.run(
      ["train", "parity.yaml", "-o", "x", "-q"] + overrides.flatMap { ["--set", $0] }, in: folder)
    #expect(outcome.code == 65)
    #expect(outcome.error.contains(message), "\(outcome.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("x")))
  }

  // MARK: Their folders

  @Test func aSweepGrowsWithoutTouchingTheReplicasThatHaveEnded() throws {
    #expect(try Program.run(["train", "parity.yaml", "-o", "many", "-q", "--set", "seeds=2"], in: folder).code == 0)
    let before = try [0, 1].map { try bytes("many/replica-\($0)/metrics.jsonl") }
    let grown = try Program.run(["train", "--resume", "many", "-q", "--set", "seeds=11"], in: folder)
    #expect(grown.code == 0, "\(grown.error)")
    // The lines hold the times at which they were written.
    #expect(try [0, 1].map { try bytes("many/replica-\($0)/metrics.jsonl") } == before)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("many")).filter {
      $0.hasPrefix("replica-")
    }
    #expect(Set(names) == Set((0..<11).map { "replica-\($0)" }))
  }

  @Test func aReplicaInWhoseFolderAnotherProcessTrainsIsLeftToIt() throws {
    let sweep = ["train", "parity.yaml", "-o", "many", "-q", "--set", "seeds=2"]
    #expect(try Program.run(sweep, in: folder).code == 0)
    let held = open(folder.path("many/replica-0"), O_RDONLY)
    #expect(held >= 0 && flock(held, LOCK_EX | LOCK_NB) == 0)
    let before = try bytes("many/replica-0/config.yaml")
    let outcome = try Program.run(["train", "--resume", "many", "-q", "--set", "steps=60"], in: folder)
    #expect(outcome.code == 73)
    #expect(outcome.error.contains("many/replica-0: another process is training in it"), "\(outcome.error)")
    #expect(try bytes("many/replica-0/config.yaml") == before)
    #expect(try text("many/replica-1/config.yaml").contains("steps: 60"))
    close(held)
    #expect(try Program.run(["train", "--resume", "many", "-q"], in: folder).code == 0)
    #expect(try text("many/replica-0/config.yaml").contains("steps: 60"))
  }

  @Test func theBestWeightsAreNotAskedOfARunThatDidNotKeepThem() throws {
    let run = [
      "train", "parity.yaml", "-o", "run", "-q", "--set",
      "stopping={metric: trainingLoss, direction: higher, patience: 1000}",
    ]
    #expect(try Program.run(run, in: folder).code == 0)
    let before = try bytes("run/model/model.safetensors")
    let outcome = try Program.run(["train", "--resume", "run", "--set", "export.weights=best"], in: folder)
    #expect(outcome.code == 65)
    #expect(outcome.error.contains("export.weights: expected final, with which the run began"), "\(outcome.error)")
    #expect(try bytes("run/model/model.safetensors") == before)
    #expect(
      try Program.run(run.map { $0 == "run" ? "best" : $0 } + ["--set", "export.weights=best"], in: folder).code == 0)
    #expect(try bytes("best/model/model.safetensors") != before)
    // The other way round nothing is missing.
    #expect(try Program.run(["train", "--resume", "best", "--set", "export.weights=final"], in: folder).code == 0)
    #expect(try bytes("best/model/model.safetensors") == before)
  }
}
