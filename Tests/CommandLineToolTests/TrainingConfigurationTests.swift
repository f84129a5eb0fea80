// What `wright train --print-config` makes of configurations: every default, every fault with its place.
import Foundation
import TestSupport
import Testing

struct TrainingConfigurationTests {
  let folder: Scratch

  init() throws { folder = try Scratch() }

  private func print(_ yaml: String, _ more: [String] = []) throws -> Outcome {
    try folder.write("c.yaml", yaml)
    return try Program.run(["train", "c.yaml", "--print-config"] + more, in: folder)
  }

  /// A configuration for each kind of model, task, optimizer and schedule.
  static let configurations = [
    "data: {task: modular_addition}",
    "data: {task: modular_addition, modulus: 7, training_fraction: 0.25}\nbatch_size: null\nthreads: 1",
    "model: {type: gpt2, num_attention_heads: 2}\ndata: {task: parity, chain: true}\nloss: all",
    "model: {type: unnormalized, hidden_size: 32}\ndata: {task: permutation_composition, length: 2}\nprecision: float64",
    "model: {type: mlp, hidden_sizes: [16, 4], frozen_layers: [0]}\ndata: {task: parity}\nloss: logistic",
    "model: {type: mlp, hidden_sizes: [8], truth_tables: [[0, 1], [2, 3]]}\ndata: {task: parity, encoding: zero_one}",
    "model: {type: mlp}\ndata: {task: random_labels, points: 10}\noptimizer: {type: sgd, momentum: 0.9, nesterov: true}",
    "data: {task: parity}\noptimizer: {type: sign_sgd}\nschedule: {type: cosine, min_lr: 1e-5, warmup_steps: 3}",
    "data: {task: parity}\noptimizer: {type: noisy_gd, noise: 0.5}\nclip: {norm: 1}\nschedule: {type: linear}",
    "data: {task: parity}\nmodel: {shared_layers: 1, frozen: ['*norm*'], auxiliary_heads: [{layer: 0, weight: 0.5}]}",
    "data: {task: parity}\nreplicas: [{optimizer: {lr: 0.1}}, {seed: 4}]",
    "data: {task: parity}\nseeds: 3\nstopping: {metric: trainingLoss, threshold: 0.1}\nexport: {weights: best}",
  ]

  @Test(arguments: configurations)
  func whatIsPrintedIsAConfigurationThatPrintsTheSame(_ yaml: String) throws {
    let first = try print(yaml)
    #expect(first.code == 0, "\(first.error)")
    let second = try print(first.output)
    #expect(second.code == 0, "\(second.error)")
    #expect(second.output == first.output)
    for key in ["seed", "threads", "precision", "steps", "batch_size", "replicas"] {
      #expect(first.output.contains("\n\(key):") || first.output.hasPrefix("\(key):"))
    }
  }

  @Test func whatFollowsFromTheRestIsPrinted() throws {
    let text = try print("data: {task: modular_addition, modulus: 10}\nmodel: {hidden_size: 48}").output
    for line in [
      "  vocab_size: 14\n", "  max_position_embeddings: 7\n", "  head_dim: 12\n", "  num_key_value_heads: 4\n",
      "  intermediate_size: 128\n", "  weight_decay: 0.01\n", "loss: answers\n",
    ] { #expect(text.contains(line), "\(line)") }
  }

  private static func repeated(_ text: String, _ count: Int) -> String {
    Array(repeating: text, count: count).joined(separator: ", ")
  }

  /// Ten times ten times ten: lists that name each other.
  private static func laughs(levels: Int, _ prefix: String = "", _ suffix: String = "") -> String {
    (0..<levels).map { level in
      "l\(level): &l\(level) [\(repeated(level == 0 ? "lol" : "*l\(level - 1)", 10))]\n"
    }.joined() + (prefix.isEmpty ? "" : "\(prefix)*l\(levels - 1)\(suffix)\n")
  }

  /// Configurations that are refused, each with the message's place and what it says.
  static let faults: [(String, String)] = [
    ("data: {task: parity}\nstep: 5", "c.yaml:2:1: expected one of the keys seed, "),
    ("data: {task: parity}\nstep: 5", "found step; did you mean steps?"),
    ("data: {task: parity}\noptimiser: {lr: 1}", "did you mean optimizer?"),
    ("data: {task: parity}\nmodel:\n  hiden_size: 8", "c.yaml:3:3: model: expected one of the keys"),
    ("data: {task: parity}\nsteps: many", "c.yaml:2:8: steps: expected a whole number from 0"),
    ("data: {task: parity}\nsteps: -1", "c.yaml:2:8: steps: expected a whole number from 0"),
    ("data: {task: parity}\nsteps: 1.5", "found 1.5"),
    ("data: {task: parity}\nsteps: \"5\"", "found the text \"5\""),
    ("data: {task: parity}\nsteps: null", "found null"),
    ("data: {task: parity}\nprecision: float16", "expected one of float32, bfloat16, float64, found float16"),
    ("data: {task: parity, chain: yes}", "c.yaml:1:29: data.chain: expected true or false, found yes"),
    ("data: {task: parity}\noptimizer: {lr: .nan}", "optimizer.lr: expected a number from 0"),
    ("data: {task: parity}\noptimizer: {lr: 1e400}", "optimizer.lr: expected a number from 0"),
    ("data: {task: parity}\noptimizer: {betas: [0.9]}", "optimizer.betas: expected a list of two"),
    ("data: {task: parity}\noptimizer: {betas: [0.9, 1]}", "each a number from 0 to below 1"),
    ("data: {task: parity}\noptimizer: {momentum: 0.9}", "expected this key only with type sgd, sign_sgd"),
    ("data: {task: parity}\nmodel: 5", "model: expected a mapping of keys, found 5"),
    (
      "data: {task: parity}\nmodel: {auxiliary_heads: [{layr: 1}]}",
      "model.auxiliary_heads[0]: expected one of the keys"
    ),
    ("data: {task: parity}\nmodel: {auxiliary_heads: [{layer: 2}]}", "expected a layer from 0 to 1, found 2"),
    (
      "data: {task: parity}\nmodel: {num_attention_heads: 5}",
      "model.num_attention_heads: expected a divisor of hidden_size, 64, found 5"
    ),
    ("data: {task: parity}\nmodel: {head_dim: 3}", "model.head_dim: expected an even number"),
    ("data: {task: parity}\nmodel: {num_key_value_heads: 3}", "expected a divisor of num_attention_heads, 4, found 3"),
    ("data: {task: parity}\nmodel: {shared_layers: 3}", "expected at most num_hidden_layers, 2, found 3"),
    ("data: {task: parity}\nmodel: {max_position_embeddings: 5}", "room for the longest text, 12 tokens, found 5"),
    ("data: {task: parity}\nmodel: {vocab_size: 4}", "expected at least the 5 words of the data, found 4"),
    ("data: {task: parity}\nmodel: {frozen: [nothing]}", "model.frozen: expected the name of a parameter"),
    ("data: {task: parity}\nmodel: {type: mlp, hidden_size: 4}", "expected this key only with a decoder"),
    ("data: {task: modular_addition}\nmodel: {type: mlp}", "expected with a model of type mlp one of parity"),
    ("data: {task: random_labels}", "data.task: expected with a model of type llama one of"),
    ("data: {task: parity, modulus: 5}", "data.modulus: expected this key only with task modular_addition"),
    ("data: {task: parity, training_fraction: 0}", "expected a number above 0 and at most 1"),
    ("data: {task: parity, examples: 500}", "data.examples: expected at most the 128 examples that there are"),
    ("data: {task: parity, bits: 40}\nbatch_size: null", "batch_size: expected a number"),
    ("data: {task: jsonl}", "data.path: expected the path of a file of JSON lines, found nothing"),
    ("seed: 1", "data.task: expected one of modular_addition"),
    (
      "data: {task: parity}\nschedule: {warmup_steps: 1000}",
      "c.yaml:2:12: schedule.warmup_steps: expected fewer than steps, 1000"
    ),
    ("data: {task: parity}\nschedule: {type: cosine, min_lr: 1}", "schedule.min_lr: expected at most optimizer.lr"),
    ("data: {task: parity}\nclip: {norm: 1, value: 1}", "clip: expected a bound on the norm or on values, found both"),
    ("data: {task: parity}\noptimizer: {type: sgd, nesterov: true}", "optimizer: expected numbers that fit together"),
    ("data: {task: parity}\nloss: square", "loss: expected one of answers, all, found square"),
    ("data: {task: parity}\nprecision: bfloat16\nproducts: openblas", "products: expected native or onednn"),
    ("data: {task: parity}\nstopping: {metric: validationExactMatch}", "expected patience or a threshold beside it"),
    ("data: {task: parity}\nstopping: {patience: 3}", "stopping.patience: expected stopping.metric beside it"),
    (
      "data: {task: parity}\nevaluation: {every: null}\nstopping: {metric: trainingLoss, patience: 1}",
      "expected evaluations within the run's 1000 steps (evaluation.every), found none"
    ),
    (
      "data: {task: parity}\nevaluation: {every: 5000}\nstopping: {metric: trainingLoss, patience: 1}",
      "found one every 5000 steps"
    ),
    (
      "data: {task: parity}\nevaluation: {training: false}\nstopping: {metric: trainingLoss, patience: 1}",
      "expected evaluation.training"
    ),
    (
      "data: {task: parity, training_fraction: 1}\nstopping: {metric: validationLoss, patience: 1}",
      "stopping.metric: expected validation examples"
    ),
    (
      "data: {task: parity}\nstopping: {metric: validationAccuracy, patience: 1}",
      "stopping.metric: expected one of trainingLoss, trainingExactMatch"
    ),
    ("data: {task: parity}\nexport: {weights: best}", "export.weights: expected final, or a stopping.metric"),
    (
      "model: {type: mlp}\ndata: {task: parity}\nexport: {dtype: bf16}",
      "export.dtype: expected f32 with a model of type mlp, found bf16"
    ),
    (
      "model: {type: mlp, hidden_sizes: [4], truth_tables: [[0, 1]]}\ndata: {task: random_labels, encoding: normal}",
      "data.encoding: expected signs or zero_one, since truth tables are of bits, found normal"
    ),
    (
      "data: {task: parity, bits: 21, training_fraction: 1e-7}",
      "data.training_fraction: expected 1, or a number from"
    ),
    (
      "data: {task: parity, bits: 21, training_fraction: 0.01, examples: 20000}",
      "data.examples: expected at most three quarters of the training side's prompts, 15728, found 20000"
    ),
    ("data: {task: parity}\nseeds: 2\nreplicas: [{seed: 1}]", "seeds: expected null where replicas are listed"),
    ("data: {task: parity}\nreplicas: [{model: {hidden_size: 8}}]", "model: expected the same for all replicas"),
    ("data: {task: parity}\nreplicas: [{optimizer: {lr: -1}}]", "optimizer.lr: expected a number from 0"),
    ("data: {task: parity}\nreplicas: []", "replicas: expected a list of mappings, or null"),
    (
      "data: {task: parity}\nmodel: {num_attention_heads: 1, hidden_size: 1000000}",
      "c.yaml:2:33: model.hidden_size: expected a model that can be trained within this machine's"
    ),
    (
      "data: {task: parity}\nmodel: {type: mlp, hidden_sizes: [1000000, 1000000]}",
      "c.yaml:2:20: model.hidden_sizes: expected a model that can be trained within this machine's"
    ),
    ("data: {task: parity}\nmodel: {frozen: ['*']}", "model.frozen: expected patterns that leave something to train"),
    (
      "data: {task: parity}\nmodel: {type: mlp, hidden_sizes: [4], frozen_layers: [0, 1]}",
      "model.frozen_layers: expected maps that leave something to train"
    ),
    ("data: [1, 2", "c.yaml:"),
    ("seed: 1\nseed: 2", "a key twice in one mapping: seed"),
    ("- 1", "expected a mapping of keys, found a list of 1"),
    (
      "data: {task: parity}\n---\nseed: 1",
      "c.yaml:2:1: expected one YAML document in all, found the start of a second (---)"
    ),
    (
      "a: &a 1\nb: [\(repeated("*a", 17))]",
      "expected at most 16 aliases (*name), each of which repeats what it names, found 17"
    ),
    // A billion laughs, as values and as keys.
    (laughs(levels: 10), "expected at most 16 aliases"),
    (laughs(levels: 10, "? [", "]: 1"), "expected at most 16 aliases"),
    // As many values as sixteen aliases make of a long list.
    (
      "a: &a [\(repeated("1", 100_000))]\nb: [\(repeated("*a", 16))]",
      "expected at most 1,000,000 values, those that aliases repeat included, found more"
    ),
  ]

  @Test(arguments: faults)
  func aWrongConfigurationIsRefusedWithItsPlace(_ yaml: String, _ message: String) throws {
    let outcome = try print(yaml)
    #expect(outcome.code == 65)
    #expect(outcome.error.contains(message), "\(outcome.error)")
    #expect(outcome.error.contains("c.yaml") || message.hasPrefix("optimizer"))
    #expect(outcome.output.isEmpty)
  }

  @Test func allFaultsAreNamedInTheOrderOfTheFile() throws {
    let outcome = try print("step: 5\ndata:\n  task: parity\n  bits: 0\nmodel: {hidden_size: x}\nbatch_size: 0")
    let places = outcome.error.split(separator: "\n").map { $0.split(separator: " ")[2] }
    #expect(places == ["c.yaml:1:1:", "c.yaml:4:9:", "c.yaml:5:22:", "c.yaml:6:13:"])
  }

  @Test func setPutsValuesInThePlaceOfTheFiles() throws {
    let outcome = try print(
      "data: {task: parity}\nsteps: 5",
      ["--set", "steps=7", "--set", "optimizer.betas=[0.5, 0.6]", "--set", "model.frozen=['*mlp*']"])
    #expect(outcome.code == 0, "\(outcome.error)")
    for line in ["\nsteps: 7\n", "  betas: [0.5, 0.6]\n", "  frozen: [\"*mlp*\"]\n"] {
      #expect(outcome.output.contains(line))
    }
  }

  @Test(
    arguments: [
      ("steps=x", 65, "--set steps=x: steps: expected a whole number"),
      ("stepz=1", 65, "--set stepz=1: expected one of the keys"),
      ("optimizer.type.x=1", 65, "optimizer.type: expected one of adamw"),
      ("steps", 64, "expected key=value"), ("=1", 64, "expected key=value"),
    ] as [(String, Int32, String)])
  func aWrongOverrideIsRefusedByItsText(_ override: String, _ code: Int32, _ message: String) throws {
    let outcome = try print("data: {task: parity}", ["--set", override])
    #expect(outcome.code == code)
    #expect(outcome.error.contains(message), "\(outcome.error)")
  }

  /// Asterisks in texts are no aliases, and a few aliases do what they are for.
  @Test func aliasesRepeatAValue() throws {
    let patterns = (0..<20).map { "'*layers.\($0)*', \"*mlp\($0)*\", model.layers.\($0).*" }.joined(separator: ", ")
    let yaml =
      "data: {task: parity}\noptimizer: {betas: &pair [0.5, 0.25]}\nreplicas: [{optimizer: {betas: *pair}}, {seed: 4}]"
    let outcome = try print(yaml)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.output.contains("betas: [0.5, 0.25]"))
    // Refused for what they are: patterns that no parameter has.
    let other = try print("data: {task: parity}\nmodel: {frozen: [\(patterns)]}")
    #expect(!other.error.contains("aliases") && other.error.contains("model.frozen"), "\(other.error)")
  }

  /// A value that the command line gave is named by it, and the file's keys beside it are not blamed.
  @Test(
    arguments: [
      (
        ["model.num_layers_of_the_file=1"], "--set model.num_layers_of_the_file=1: model: expected one of the keys"
      ),
      (
        ["model.hidden_size=1000000", "model.num_hidden_layers=3"],
        "--set model.hidden_size=1000000: model.hidden_size: expected a model that can be trained"
      ),
      (
        ["model.num_hidden_layers=3", "model.vocab_size=10000000", "model.hidden_size=4096"],
        "--set model.vocab_size=10000000: model.vocab_size: expected a model that can be trained"
      ),
      (
        ["model.max_position_embeddings=5", "model.num_hidden_layers=3"],
        "--set model.max_position_embeddings=5: model.max_position_embeddings: expected room"
      ),
      (["modell.x=1"], "--set modell.x=1: expected one of the keys"),
    ])
  func aFaultOfAnOverrideIsNamedByIt(_ overrides: [String], _ message: String) throws {
    for yaml in ["data: {task: parity}", "data: {task: parity}\nmodel: {num_attention_heads: 2}"] {
      let outcome = try print(yaml, ["--set", "model.num_attention_heads=1"] + overrides.flatMap { ["--set", $0] })
      #expect(outcome.code == 65)
      #expect(outcome.error.hasPrefix("wright: error: \(message)"), "\(outcome.error)")
    }
  }

  /// A fault of a key that nobody wrote is not blamed on the key that the command line wrote beside it.
  @Test func aFaultOfAKeyThatNobodyWroteIsTheFiles() throws {
    try folder.write("t.jsonl", "{\"prompt\": \"a\", \"answer\": \"b\"}\n")
    for yaml in ["data: {task: jsonl}", "data:\n  task: jsonl\n"] {
      let outcome = try print(yaml, ["--set", "data.sampling=with_replacement"])
      #expect(outcome.code == 65)
      #expect(outcome.error.hasPrefix("wright: error: c.yaml:1:1: data.path: expected the path"), "\(outcome.error)")
    }
    let outcome = try print("seed: 1", ["--set", "data.sampling=with_replacement"])
    #expect(outcome.error.hasPrefix("wright: error: c.yaml: data.task: expected one of"), "\(outcome.error)")
  }

  @Test func everyKeyIsInTheArticle() throws {
    let article = try String(
      contentsOf: repositoryRoot.appending(path: "Sources/Training/Training.docc/TrainingAModel.md"), encoding: .utf8)
    var keys: Set<String> = []
    for yaml in Self.configurations + ["data: {task: jsonl, path: t.jsonl}"] {
      try folder.write("t.jsonl", "{\"prompt\": \"a\", \"answer\": \"b\"}\n")
      let output = try print(yaml).output
      keys.formUnion(
        output.split(separator: "\n").compactMap { line in
          line.firstMatch(of: /^ *([a-z_]+):/).map { String($0.output.1) }
        })
      keys.formUnion(output.matches(of: #/[{ ]([a-z_]+): /#).map { String($0.output.1) })
    }
    #expect(keys.count > 60)
    for key in keys.sorted() { #expect(article.contains("`\(key)`"), "\(key)") }
  }
}
