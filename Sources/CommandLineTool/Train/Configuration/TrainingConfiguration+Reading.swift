// From the text of a configuration, and what the command line puts in its place, to a run or to several.

/// A configuration that was read and checked, with its replicas.
struct ConfigurationFile {
  /// The configuration; where there are replicas, what they have in common.
  let configuration: TrainingConfiguration
  /// Each replica's own configuration, as it would stand alone; empty where there are none.
  let replicas: [TrainingConfiguration]
  /// Where there are replicas, what gives the same ones when it is read again: what follows from other keys stays open, since in a replica
  /// it may follow from others.
  let shared: TrainingConfiguration?
  /// Where its keys stand, for faults that show later.
  let faults: ConfigurationFaults

  /// Reads a file (`-` is standard input) and the overrides of `--set`.
  ///
  /// - Throws: `Failure` with every fault that was found.
  init(path: String, overrides: [String] = []) throws {
    let bytes =
      path == "-" ? try readStandardInput() : try InputFileContents.read(path, expecting: "a file with a configuration")
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure.refused(path, expected: "YAML in UTF-8", found: "bytes that are not UTF-8")
    }
    try self.init(text: text, source: path == "-" ? "standard input" : path, overrides: overrides)
  }

  /// Reads a text.
  init(text: String, source: String, overrides: [String] = []) throws {
    var tree = try ConfigurationNode(yaml: text, source: source)
    for override in overrides { tree = tree.overlaid(by: try Self.node(ofOverride: override)) }

    var faults = ConfigurationFaults(source: source)
    let common = TrainingConfiguration.read(tree, &faults)
    try faults.check()
    self.faults = faults

    var replicas: [TrainingConfiguration] = []
    let base = tree.removing(["replicas", "seeds"]).shared
    for (index, override) in Self.overrides(of: common).enumerated() {
      var faults = ConfigurationFaults(source: "\(source): replica \(index)")
      let replica = TrainingConfiguration.read(base.overlaid(by: override), &faults)
      for (name, isEqual) in replica.agreement(with: common) where !isEqual {
        faults.add(name, expected: "the same for all replicas", found: "another value in replica \(index)")
      }
      for name in ["replicas", "seeds"] where override[name] != nil {
        faults.add(name, expected: "a replica without replicas of its own", found: "such")
      }
      try faults.check()
      replicas.append(replica)
    }
    configuration = common
    self.replicas = replicas
    shared = replicas.isEmpty ? nil : TrainingConfiguration(asWritten: tree)
  }

  /// `--set key.path=value`.
  private static func node(ofOverride text: String) throws -> ConfigurationNode {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw Failure(.usage, "--set \(text): expected key=value, such as optimizer.lr=0.001")
    }
    let path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let option = "--set \(text)"
    let value = try ConfigurationNode(yaml: String(text[text.index(after: equals)...]), option: option)
    return ConfigurationNode(path: path, value: value)
  }

  /// What each replica has otherwise than the others.
  private static func overrides(of configuration: TrainingConfiguration) -> [ConfigurationNode] {
    guard let seeds = configuration.seeds else { return configuration.replicas }
    let place = ConfigurationPlace(source: "seeds")
    return (0..<seeds).map { index in
      let seed = ConfigurationNode(
        content: .scalar("\(configuration.seed &+ UInt64(index))", isQuoted: false), place: place)
      return ConfigurationNode(path: ["seed"], value: seed)
    }
  }
}

extension TrainingConfiguration {
  /// Reads a tree, looks for contradictions and fills what follows from the rest.
  static func read(_ tree: ConfigurationNode, _ faults: inout ConfigurationFaults) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.read(tree, path: "", &faults)
    configuration.resolve()
    configuration.checkForContradictions(&faults)
    return configuration
  }

  /// A tree that has been found right, with nothing filled in but defaults.
  init(asWritten tree: ConfigurationNode) {
    self.init()
    var none = ConfigurationFaults(source: "")
    read(tree, path: "", &none)
  }

  /// Fills what follows from the rest.
  mutating func resolve() {
    model.resolve()
    optimizer.resolve()
    if loss == nil { loss = model.isPerceptron ? .square : .answers }
    if let metric = stopping.metric, stopping.direction == nil { stopping.direction = metric.isLoss ? .lower : .higher }
  }

  /// What replicas that train in lockstep have in common, and whether this and another have it.
  func agreement(with other: TrainingConfiguration) -> [(String, Bool)] {
    func shape(_ model: ModelSection) -> String {
      var model = model
      model.initialization = InitializationSection()
      return model.written.yaml
    }
    return [
      ("threads", threads == other.threads), ("precision", precision == other.precision),
      ("products", products == other.products), ("model", shape(model) == shape(other.model)),
      ("loss", loss == other.loss), ("data.task", data.task == other.data.task),
    ]
  }
}
