// The folder of a run: what stands where in it.
import Foundation
import Training

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder in which this process alone trains.
struct FolderLock: ~Copyable {
  fileprivate let descriptor: Int32

  deinit { if descriptor >= 0 { close(descriptor) } }
}

/// The folder that `wright train -o` writes.
struct RunFolder {
  let path: String

  init(_ path: String) { self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

  /// The whole configuration.
  var configuration: String { "\(path)/config.yaml" }
  /// A line a step that was reported.
  var metrics: String { "\(path)/metrics.jsonl" }
  /// Where the run can be taken up.
  var checkpoints: String { "\(path)/checkpoints" }
  /// The trained model.
  var model: String { "\(path)/model" }
  /// How the run ended.
  var result: String { "\(path)/result.json" }

  /// The folder of a replica. Its name does not depend on how many there are, so that there may be more of them later.
  func replica(_ index: Int) -> RunFolder { RunFolder("\(path)/replica-\(index)") }

  /// Whether a run has begun here.
  var holdsRun: Bool { isThere(configuration) }

  /// Whether a run could be taken up here. One that was killed while it wrote its first checkpoint has none, but for an unfinished file.
  var hasCheckpoints: Bool { ((try? CheckpointFolder(checkpoints).steps()) ?? []).isEmpty == false }

  /// The loss in the last line of the metrics.
  var lastLoss: Double? {
    struct Line: Decodable { var loss: Double? }
    guard let text = try? String(contentsOfFile: metrics, encoding: .utf8), let line = text.split(separator: "\n").last
    else { return nil }
    return (try? JSONDecoder().decode(Line.self, from: Data(line.utf8)))?.loss
  }

  /// Makes the folder for a new run; what stands there already is never touched.
  func create() throws {
    if isThere(path) {
      let names = try? FileManager.default.contentsOfDirectory(atPath: path)
      if names == nil { throw Failure(.cannotCreate, "\(path): is there and no folder") }
      if holdsRun {
        throw Failure(
          .cannotCreate,
          "\(path): has a run in it: wright train --resume \(path) goes on with it, another -o begins anew")
      }
      if names?.contains(where: { !Self.isUnfinished($0) }) == true {
        throw Failure(.cannotCreate, "\(path): is a folder with other files in it")
      }
    }
    do {
      try makeFolder(path)
    } catch {
      throw Failure(.cannotCreate, "\(path): \(error.reason)")
    }
  }

  /// Refuses a folder without a run to go on with.
  func checkForRun() throws {
    guard holdsRun else {
      throw Failure.refused(path, expected: "a folder that wright train wrote", found: "no config.yaml in it")
    }
  }

  /// Keeps other processes from training in the folder until the lock is released or this process ends, however it does.
  func lock() throws -> FolderLock {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    // Where a file system knows no locks, there are none.
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else {
      return FolderLock(descriptor: descriptor)
    }
    close(descriptor)
    throw Failure(.cannotCreate, "\(path): another process is training in it")
  }

  /// Whether a name is that of something that a run was killed in writing.
  private static func isUnfinished(_ name: String) -> Bool {
    ["config.yaml", "result.json", ".model"].contains { name.hasPrefix("\($0).partial-") }
  }

  /// Removes what a run that was killed left unfinished; for whoever has the lock.
  func removeUnfinished() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where Self.isUnfinished(name) {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }

  /// Writes the whole configuration.
  func write(_ configuration: TrainingConfiguration) throws {
    try AtomicFile.write(to: self.configuration) { try $0.write(configuration.written.yaml) }
  }
}
