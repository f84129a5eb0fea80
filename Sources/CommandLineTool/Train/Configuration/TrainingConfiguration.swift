// Everything that decides a run of `wright train`: one struct, whose properties are the defaults.

/// The configuration of a run.
///
/// Properties that are `nil` at first and not in the end are filled by ``resolve()``, so that what is printed is what is done.
struct TrainingConfiguration: ConfigurationSection {
  /// The numbers that are computed with.
  enum Precision: String, CaseIterable {
    case float32, bfloat16, float64
  }

  /// What multiplies matrices.
  enum Products: String, CaseIterable {
    case automatic, native, openblas, onednn
  }

  /// What is to become small: the cross-entropy of answers or of all tokens, or a perceptron's loss.
  enum Loss: String, CaseIterable {
    case answers, all, square, hinge, logistic

    var isOfTokens: Bool { self == .answers || self == .all }
  }

  var seed: UInt64 = 0
  var threads: Int?
  var precision = Precision.float32
  var products = Products.automatic
  var model = ModelSection()
  var data = DataSection()
  var loss: Loss?
  var optimizer = OptimizerSection()
  var schedule = ScheduleSection()
  var clip = ClipSection()
  var steps = 1000
  var batchSize: Int? = 64
  var accumulate = 1
  var evaluation = EvaluationSection()
  var stopping = StoppingSection()
  var checkpoints = CheckpointSection()
  var metrics = MetricsSection()
  var export = ExportSection()
  /// How many replicas there are that differ in their seeds alone.
  var seeds: Int?
  /// What each replica has otherwise.
  var replicas: [ConfigurationNode] = []

  static var keys: [ConfigurationKey<TrainingConfiguration>] {
    [
      .seed("seed", \.seed),
      .integer("threads", \.threads, in: 1...1024),
      .choice("precision", \.precision),
      .choice("products", \.products),
      .section("model", \.model),
      .section("data", \.data),
      .choice("loss", \.loss),
      .section("optimizer", \.optimizer),
      .section("schedule", \.schedule),
      .section("clip", \.clip),
      .integer("steps", \.steps, in: 0...1 << 44),
      .integer("batch_size", \.batchSize, in: 1...1 << 30),
      .integer("accumulate", \.accumulate, in: 1...1 << 20),
      .section("evaluation", \.evaluation),
      .section("stopping", \.stopping),
      .section("checkpoints", \.checkpoints),
      .section("metrics", \.metrics),
      .section("export", \.export),
      .integer("seeds", \.seeds, in: 1...1 << 16),
      .overrides("replicas", \.replicas),
    ]
  }
}

/// Which examples are evaluated, and when.
struct EvaluationSection: ConfigurationSection {
  var every: Int? = 100
  var examples: Int? = 1000
  var batch = 256
  var training = true

  static var keys: [ConfigurationKey<EvaluationSection>] {
    [
      .integer("every", \.every, in: 1...Int.max),
      .integer("examples", \.examples, in: 1...1 << 30),
      .integer("batch", \.batch, in: 1...1 << 20),
      .flag("training", \.training),
    ]
  }
}

/// When training ends early.
struct StoppingSection: ConfigurationSection {
  /// Which way a value is better.
  enum Direction: String, CaseIterable {
    case lower, higher
  }

  var metric: EvaluationMetric?
  var direction: Direction?
  var patience: Int?
  var minDelta = 0.0
  var threshold: Double?

  static var keys: [ConfigurationKey<StoppingSection>] {
    [
      .choice("metric", \.metric),
      .choice("direction", \.direction),
      .integer("patience", \.patience, in: 1...Int.max),
      .number("min_delta", \.minDelta, in: .notNegative),
      .number("threshold", \.threshold, in: .any),
    ]
  }
}

/// What an evaluation measures, by its names in metrics.jsonl.
enum EvaluationMetric: String, CaseIterable {
  case trainingLoss, trainingExactMatch, trainingTokenAccuracy, trainingAccuracy
  case validationLoss, validationExactMatch, validationTokenAccuracy, validationAccuracy

  var isLoss: Bool { self == .trainingLoss || self == .validationLoss }
  var isOfTraining: Bool { rawValue.hasPrefix("training") }

  /// Whether a model of this kind has it: exact matches are of texts, accuracies of a perceptron's signs.
  func applies(toPerceptron isPerceptron: Bool) -> Bool {
    switch self {
    case .trainingLoss, .validationLoss: true
    case .trainingAccuracy, .validationAccuracy: isPerceptron
    default: !isPerceptron
    }
  }
}

/// When checkpoints are written.
struct CheckpointSection: ConfigurationSection {
  var everySteps: Int?
  var everySeconds: Double? = 60
  var keep = 2

  static var keys: [ConfigurationKey<CheckpointSection>] {
    [
      .integer("every_steps", \.everySteps, in: 1...Int.max),
      .number("every_seconds", \.everySeconds, in: .positive),
      .integer("keep", \.keep, in: 2...1 << 20),
    ]
  }
}

/// How often a line of metrics is written.
struct MetricsSection: ConfigurationSection {
  var every = 10

  static var keys: [ConfigurationKey<MetricsSection>] { [.integer("every", \.every, in: 1...Int.max)] }
}

/// What the folder `model` holds.
struct ExportSection: ConfigurationSection {
  /// Whose weights.
  enum Weights: String, CaseIterable {
    case final, best
  }

  var weights = Weights.final
  var dtype = FolderOptions.Scalar.f32

  static var keys: [ConfigurationKey<ExportSection>] {
    [.choice("weights", \.weights), .choice("dtype", \.dtype)]
  }
}

extension ConfigurationKey {
  /// A list of mappings that are read later, each as if it had been written into the configuration itself; or null.
  static func overrides(
    _ name: String, _ property: WritableKeyPath<Section, [ConfigurationNode]>
  ) -> ConfigurationKey {
    ConfigurationKey(name) { node, path, section, faults in
      if node.isNull { return section[keyPath: property] = [] }
      guard case .list(let items) = node.content, !items.isEmpty else {
        return faults.add(path, expected: "a list of mappings, or null", found: node.description, at: node.place)
      }
      for item in items {
        if case .map = item.content { continue }
        faults.add(path, expected: "a mapping of keys", found: item.description, at: item.place)
      }
      section[keyPath: property] = items
    } write: { section in
      section[keyPath: property].isEmpty ? .null : .list(section[keyPath: property].map(\.value))
    }
  }
}

extension ConfigurationNode {
  /// The same as a value to be written.
  var value: ConfigurationValue {
    switch content {
    case .scalar(let text, let isQuoted): isNull ? .null : isQuoted ? .text(text) : .scalar(text)
    case .list(let items): .list(items.map(\.value))
    case .map(let entries): .map(entries.map { ($0.key, $0.value.value) })
    }
  }
}
