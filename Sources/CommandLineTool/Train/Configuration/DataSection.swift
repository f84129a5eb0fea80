// `data`: what is learned, and which examples of it.

/// The data.
struct DataSection: ConfigurationSection {
  /// A source of examples.
  enum Source: String, CaseIterable {
    case modularAddition = "modular_addition"
    case permutationComposition = "permutation_composition"
    case parity
    case randomLabels = "random_labels"
    case jsonl

    /// Whether its examples are made by a rule that has a split.
    var isTask: Bool { [.modularAddition, .permutationComposition, .parity].contains(self) }
  }

  /// What examples a step takes.
  enum Sampling: String, CaseIterable {
    case epochs
    case withReplacement = "with_replacement"
  }

  /// What a perceptron's inputs are: +1 and -1, 0 and 1, or for random labels normal numbers.
  enum Encoding: String, CaseIterable {
    case signs
    case zeroOne = "zero_one"
    case normal
  }

  var task: Source?
  var modulus = 97
  var degree = 5
  var length = 4
  var bits = 8
  var chain = false
  var encoding = Encoding.signs
  var points = 64
  var dimension = 20
  var path: String?
  var validationPath: String?
  var trainingFraction = 0.5
  var splitSeed: UInt64 = 0
  var examples: Int?
  var sampling = Sampling.epochs

  static var keys: [ConfigurationKey<DataSection>] {
    func of(_ sources: Source..., key: ConfigurationKey<DataSection>) -> ConfigurationKey<DataSection> {
      key.for("task \(sources.map(\.rawValue).joined(separator: ", "))") { data in
        data.task.map(sources.contains) ?? false
      }
    }
    return [
      .choice("task", \.task),
      of(.modularAddition, key: .integer("modulus", \.modulus, in: 2...(1 << 20))),
      of(.permutationComposition, key: .integer("degree", \.degree, in: 2...6)),
      of(.permutationComposition, key: .integer("length", \.length, in: 1...4096)),
      of(.parity, key: .integer("bits", \.bits, in: 1...4096)),
      of(.permutationComposition, .parity, key: .flag("chain", \.chain)),
      of(.parity, .randomLabels, key: .choice("encoding", \.encoding)),
      of(.randomLabels, key: .integer("points", \.points, in: 1...1 << 24)),
      of(.randomLabels, key: .integer("dimension", \.dimension, in: 1...1 << 20)),
      of(.jsonl, key: .text("path", \.path)),
      of(.jsonl, key: .text("validation_path", \.validationPath)),
      of(
        .modularAddition, .permutationComposition, .parity,
        key: .number("training_fraction", \.trainingFraction, in: .fraction)),
      of(
        .modularAddition, .permutationComposition, .parity, .randomLabels, key: .seed("split_seed", \.splitSeed)),
      .integer("examples", \.examples, in: 1...1 << 30),
      .choice("sampling", \.sampling),
    ]
  }
}
