// All runs of a configuration: one, or its replicas.
import Tensors
import Training

/// A configuration whose data has been read and whose model fits it.
struct TrainingSession {
  /// A model of either kind.
  enum Subject {
    case decoder(DecoderSubject)
    case perceptron(PerceptronSubject)
  }

  /// The configuration, with what follows from the data.
  private(set) var configuration: TrainingConfiguration
  private let subject: Subject

  /// Reads the data of a configuration and checks what depends on it.
  init(_ file: ConfigurationFile) throws {
    var configuration = file.configuration
    var faults = file.faults
    if configuration.model.isPerceptron {
      subject = .perceptron(try PerceptronSubject(configuration, faults: file.faults))
    } else {
      subject = .decoder(try DecoderSubject(&configuration, faults: file.faults))
    }
    self.configuration = configuration
    let (isEndless, hasValidation): (Bool, Bool) =
      switch subject {
      case .decoder(let subject): (subject.data.training.count == nil, subject.hasValidation)
      case .perceptron(let subject): (subject.data.training.count == nil, subject.hasValidation)
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

  /// Trains.
  func run(in folder: RunFolder, resumes: Bool, report: ReportOptions) throws -> TrainingResult {
    let engine = try TrainingEngine(configuration)
    func run<Subject: TrainingSubject>(_ subject: Subject) throws -> TrainingResult {
      if configuration.precision == .float64 {
        return try TrainingRun<Subject, Double>(
          subject: subject, configuration: configuration, engine: engine, folder: folder, report: report
        ).run(resumes: resumes)
      }
      return try TrainingRun<Subject, Float>(
        subject: subject, configuration: configuration, engine: engine, folder: folder, report: report
      ).run(resumes: resumes)
    }
    switch subject {
    case .decoder(let subject): return try run(subject)
    case .perceptron(let subject): return try run(subject)
    }
  }
}
