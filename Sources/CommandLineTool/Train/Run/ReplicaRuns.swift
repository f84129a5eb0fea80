// The replicas of a configuration: as many at a time as there are threads, each whole on one thread.
import Dispatch
import Synchronization

/// What the result file of a configuration with replicas says.
struct ReplicaResults: Encodable {
  /// A replica that came to no end.
  struct Fault: Encodable {
    var folder: String
    var reason: String
    /// The exit code that the fault would have alone.
    var status: ExitStatus

    private enum CodingKeys: CodingKey {
      case folder, reason
    }

    init(_ error: any Error, folder: String) {
      let failure = Failure(describing: error) ?? Failure(.internalError, "\(error)")
      (self.folder, reason, status) = (folder, failure.description, failure.status)
    }
  }

  var replicas: [TrainingResult]
  var faults: [Fault]
  var seconds: Double
  var folder: String
  /// Over all replicas.
  var unitsPerSecond: Double

  /// A line a replica.
  var text: String {
    var lines = replicas.map { result in
      let metrics = result.metrics.sorted { $0.key < $1.key }.map { "\($0.key) \(TrainingResult.number($0.value))" }
      let loss = result.loss.map { ["loss \(TrainingResult.number($0))"] } ?? []
      return "\(result.folder): \(result.ending) after \(Quantity.exact(result.steps)) steps, "
        + (loss + metrics).joined(separator: ", ")
    }
    lines += faults.map { "\($0.folder): \($0.reason)" }
    let unit = replicas.first?.unit ?? "examples"
    lines.append(
      "\(replicas.count) replicas in \(Quantity.seconds(seconds)), \(Quantity.text(unitsPerSecond)) \(unit)/s in all")
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Runs replicas.
///
/// A replica's result is that of its lone run, bit for bit: gradients do not depend on the number of threads. Replicas take turns to the end rather
/// than step by step, so that a thread's cache holds one model at a time; each has a folder of its own, which is that of a lone run.
struct ReplicaRuns {
  let sessions: [TrainingSession]
  let folder: RunFolder
  let report: ReportOptions

  /// What the threads share.
  private struct Progress {
    var next = 0
    var results: [Int: TrainingResult] = [:]
    var faults: [Int: any Error] = [:]
    var bar: ProgressBar
    var steps = 0
  }

  /// Trains all replicas; those that have ended before are not begun again.
  func run(resumes: Bool) throws -> ReplicaResults {
    guard let first = sessions.first else { preconditionFailure("there is at least one replica") }
    var engine = try TrainingEngine(first.configuration)
    let threads = min(engine.threadCount, sessions.count)
    engine.threadCount = 1
    let clock = ContinuousClock.now
    let total = sessions.reduce(0) { $0 + $1.configuration.steps }
    let progress = Mutex(Progress(bar: ProgressBar("training", total: total, unit: "steps", isQuiet: report.quiet)))
    let (sessions, report, folder) = (sessions, report, folder)
    DispatchQueue.concurrentPerform(iterations: threads) { [engine] _ in
      while !Interruption.isRequested {
        let index = progress.withLock { progress in
          defer { progress.next += 1 }
          return progress.next
        }
        if index >= sessions.count { return }
        do {
          let result = try Self.run(
            sessions[index], in: folder.replica(index), resumes: resumes, engine: engine
          ) { steps in
            progress.withLock { progress in
              progress.steps += steps
              progress.bar.update(progress.steps)
            }
          }
          progress.withLock { $0.results[index] = result }
          report.note("\(result.folder): \(result.ending) after \(result.steps) steps")
        } catch {
          progress.withLock { $0.faults[index] = error }
          report.note("\(folder.replica(index).path): \(error)")
        }
      }
    }
    let (results, faults) = progress.withLock { progress in
      progress.bar.finish()
      return (progress.results.sorted { $0.key < $1.key }, progress.faults.sorted { $0.key < $1.key })
    }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    return ReplicaResults(
      replicas: results.map(\.value),
      faults: faults.map { .init($0.value, folder: folder.replica($0.key).path) },
      seconds: seconds, folder: folder.path,
      unitsPerSecond: results.reduce(0) { $0 + $1.value.count } / max(seconds, 1e-9))
  }

  private static func run(
    _ session: TrainingSession, in folder: RunFolder, resumes: Bool, engine: TrainingEngine,
    stepped: @escaping @Sendable (Int) -> Void
  ) throws -> TrainingResult {
    if !isThere(folder.path) { try folder.create() }
    // Each folder is one of a lone run, which somebody may go on with while the others train.
    let lock = try folder.lock()
    defer { withExtendedLifetime(lock) {} }
    folder.removeUnfinished()
    let hasBegun = resumes && folder.hasCheckpoints
    try folder.write(session.configuration)
    let watch = TrainingWatch(session.configuration, unit: session.unit, report: nil, stepped: stepped)
    return try session.run(in: folder, resumes: hasBegun, engine: engine, watch: watch)
  }
}
