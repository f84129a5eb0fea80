// Training by Wright in a process of its own, which speaks as `Python/train.py` does.
import ArgumentParser

/// What a training process, ours or torch's, is asked.
struct TrainingRequest: Codable {
  struct Build: Codable {
    var shape: TrainingShape
    /// Of torch's.
    var variant: TrainingVariant?
    /// Of ours.
    var precision: TrainingPrecision?
  }

  var build: Build?
  var products: Int?
  var steps: Int?
  /// Of ours: so many steps under the profiling timer.
  var profiledSteps: Int?
}

/// What it answers when it has built a model.
struct TrainingModelFacts: Codable {
  var parameters: Int
  /// Building, compiling, and the first steps.
  var seconds: Double
  /// Of torch: the error of a product of matrices, relative to its greatest entry.
  var productError: Double?

  /// Whether products were in float32, as it turned out: what torch is allowed to round it does not always round.
  var isFloat32: Bool { productError.map { $0 < 1e-5 } ?? true }
}

/// What it answers when it has taken some steps.
struct TrainingSteps: Codable {
  /// The time of the steps alone, taken inside the process.
  var seconds: Double
  /// Of each step, or of the last ones where there are many: a loss that is no number stays one.
  var losses: [Double]
  var peakBytes: Int
}

/// `benchmark trainer THREADS`.
struct TrainerProcess: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trainer", abstract: "Train what standard input asks for, one JSON object a line.",
    shouldDisplay: false)

  @Argument var threads: Int

  func run() throws {
    var contender: (any TrainingContender)?
    try LineService.serve { (request: TrainingRequest) -> any Encodable in
      if let build = request.build {
        let (seconds, made) = try timed {
          var made = try TrainingContenders.engine(build.shape, build.precision ?? .float32, threads: threads)
          _ = try made.steps(2)
          return made
        }
        contender = made
        return TrainingModelFacts(parameters: made.parameterCount, seconds: seconds)
      }
      if let count = request.profiledSteps {
        let samples = try ProcessorSamples {
          for first in stride(from: 0, to: count, by: 64) { _ = try contender?.steps(min(64, count - first)) }
        }
        return WorkProfile(samples, threads: threads)
      }
      guard let count = request.steps, contender != nil else { throw BenchmarkFailure("nothing to do") }
      let (seconds, losses) = try timed {
        var losses: [Double] = []
        for first in stride(from: 0, to: count, by: 64) { losses = try contender?.steps(min(64, count - first)) ?? [] }
        return losses
      }
      return TrainingSteps(seconds: seconds, losses: losses, peakBytes: try Machine.peakResidentBytes())
    }
  }
}
