// All runs of a configuration: one, or its replicas.
import Tensors
import Training

/// A configuration whose data has been read and whose model fits it.
struct TrainingSession: Sendable {
  /// A model of either kind with its data.
  enum Subject: Sendable {
    case decoder(DecoderSubject)
    case perceptron(PerceptronSubject)
  }

  /// The configuration, with what follows from the data.
  private(set) var configuration: TrainingConfiguration
  /// Each replica alone; empty where there are none.
  let replicas: [TrainingSession]
  private let subject: Subject

  /// Reads the data of a configuration and of its replicas and checks what depends on it.
  init(_ file: ConfigurationFile) throws {
    try self.init(file.configuration, file.faults, replicas: [])
    // Replicas with the same data and model share them.
    var known = [Self.key(file.configuration): self]
    var replicas: [TrainingSession] = []
    for configuration in file.replicas {
      let key = Self.key(configuration)
      let session = try known[key] ?? TrainingSession(configuration, file.faults, replicas: [])
      known[key] = session
      replicas.append(try TrainingSession(configuration, like: session, file.faults))
    }
    self.init(configuration, subject: subject, replicas: replicas)
  }

  private init(_ configuration: TrainingConfiguration, subject: Subject, replicas: [TrainingSession]) {
    self.configuration = configuration
    self.subject = subject
    self.replicas = replicas
  }

  /// A configuration with the subject of another, and what followed from its data.
  private init(
    _ configuration: TrainingConfiguration, like other: TrainingSession, _ known: ConfigurationFaults
  ) throws {
    var configuration = configuration
    configuration.model.vocabSize = other.configuration.model.vocabSize
    configuration.model.maxPositionEmbeddings = other.configuration.model.maxPositionEmbeddings
    self.init(configuration, subject: other.subject, replicas: [])
    try checkExamples(known)
  }

  private init(
    _ configuration: TrainingConfiguration, _ known: ConfigurationFaults, replicas: [TrainingSession]
  ) throws {
    var configuration = configuration
    if configuration.model.isPerceptron {
      subject = .perceptron(try PerceptronSubject(configuration, faults: known))
    } else {
      subject = .decoder(try DecoderSubject(&configuration, faults: known))
    }
    self.configuration = configuration
    self.replicas = replicas
    try checkExamples(known)
  }

  /// Refuses what these examples cannot give.
  private func checkExamples(_ known: ConfigurationFaults) throws {
    var faults = known
    let (isEndless, hasValidation) =
      switch subject {
      case .decoder(let decoder): (decoder.data.training.count == nil, decoder.hasValidation)
      case .perceptron(let perceptron): (perceptron.data.training.count == nil, perceptron.hasValidation)
      }
    if configuration.batchSize == nil && isEndless {
      faults.add(
        "batch_size", expected: "a number, since there are too many examples to list (data.examples limits them)",
        found: "null")
    }
    if let metric = configuration.stopping.metric, !metric.isOfTraining && !hasValidation {
      faults.add("stopping.metric", expected: "validation examples", found: "none in this data")
    }
    try faults.check()
  }

  /// What subjects that may be shared have in common.
  private static func key(_ configuration: TrainingConfiguration) -> String {
    configuration.data.written.yaml + configuration.model.written.yaml + (configuration.loss?.rawValue ?? "")
  }

  /// Trains this configuration alone, on `threads` threads.
  func run(
    in folder: RunFolder, resumes: Bool, engine: TrainingEngine, watch: consuming TrainingWatch
  ) throws -> TrainingResult {
    switch subject {
    case .decoder(let subject): try run(subject, in: folder, resumes: resumes, engine: engine, watch: watch)
    case .perceptron(let subject): try run(subject, in: folder, resumes: resumes, engine: engine, watch: watch)
    }
  }

  private func run<Subject: TrainingSubject>(
    _ subject: Subject, in folder: RunFolder, resumes: Bool, engine: TrainingEngine, watch: TrainingWatch
  ) throws -> TrainingResult {
    if configuration.precision == .float64 {
      return try TrainingRun<Subject, Double>(
        subject: subject, configuration: configuration, engine: engine, folder: folder
      ).run(resumes: resumes, watch: watch)
    }
    return try TrainingRun<Subject, Float>(
      subject: subject, configuration: configuration, engine: engine, folder: folder
    ).run(resumes: resumes, watch: watch)
  }

  /// What is counted on the way.
  var unit: String {
    switch subject {
    case .decoder(let subject): subject.unit
    case .perceptron(let subject): subject.unit
    }
  }
}
