// The folder of a run's checkpoints: the last few are kept, and the newest that is whole is read.
internal import Tensors

/// A folder with the checkpoints of one run, `checkpoint-000000001200.wright` that of step 1,200.
public struct CheckpointFolder: Sendable {
  /// The folder's path.
  public let path: String
  /// How many checkpoints are kept, at least two.
  public let keptCount: Int
  /// What writes; tests have disks that are full.
  package var write: FileWrite = systemWrite

  private static let prefix = "checkpoint-"
  private static let suffix = ".wright"

  /// A folder that need not exist yet.
  public init(_ path: String, keptCount: Int = 2) {
    precondition(keptCount >= 2, "at least two checkpoints are kept, so that one is whole while the next is written")
    self.path = path
    self.keptCount = keptCount
  }

  /// The checkpoint of a step.
  public func path(ofStep step: Int) -> String {
    let digits = String(step)
    return "\(path)/\(Self.prefix)\(String(repeating: "0", count: max(0, 12 - digits.count)))\(digits)\(Self.suffix)"
  }

  /// The steps of which there is a checkpoint, whole or not, the newest first.
  public func steps() throws(CheckpointError) -> [Int] {
    let found: [String]
    do {
      found = try names(inFolder: path)
    } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
    return found.compactMap { name in
      guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) else { return nil }
      return Int(name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count))
    }.sorted(by: >)
  }

  /// Makes the folder and removes what a run that was killed left unfinished.
  func prepare() throws(CheckpointError) {
    do throws(FileFault) {
      try makeFolder(path)
      for name in try names(inFolder: path) where name.hasSuffix(partialSuffix) {
        try removeFile("\(path)/\(name)")
      }
    } catch {
      throw .unwritable(path: path, reason: error.reason)
    }
  }

  /// Writes the checkpoint of the head's step, then removes all but the last ``keptCount``.
  func write<Scalar>(
    _ header: CheckpointHeader, arrays: [AlignedBuffer<Scalar>]
  ) throws(CheckpointError) -> String {
    let file = path(ofStep: header.step)
    try CheckpointFile.write(header, arrays: arrays, to: file, by: write)
    // What cannot be removed now is removed after the next checkpoint.
    for step in try steps().dropFirst(keptCount) { try? removeFile(path(ofStep: step)) }
    return file
  }

  /// The newest checkpoint that is whole, and what is wrong with those that are newer.
  func openNewest<Scalar: TensorScalar>(
    as scalar: Scalar.Type
  ) throws(CheckpointError) -> (checkpoint: WholeCheckpoint<Scalar>, skipped: [CheckpointError]) {
    var skipped: [CheckpointError] = []
    for step in try steps() {
      do {
        return (try WholeCheckpoint(path(ofStep: step)), skipped)
      } catch {
        guard error.isDamage else { throw error }
        skipped.append(error)
      }
    }
    if skipped.isEmpty { throw .none(folder: path) }
    throw .noneIsWhole(folder: path, faults: skipped.map(\.description))
  }
}

extension CheckpointFolder {
  /// Renames the checkpoints after a step, which are not whole, so that they crowd out none that is.
  func setAsideSteps(after step: Int) throws(CheckpointError) {
    for damaged in try steps() where damaged > step {
      let file = path(ofStep: damaged)
      do {
        try renameFile(file, to: file + ".damaged")
      } catch {
        throw .unwritable(path: file, reason: error.reason)
      }
    }
  }

  /// What decided the results of the runs in the newest checkpoint, in the words of whoever ran them.
  ///
  /// Of a checkpoint that may be damaged the head alone is read, so that this costs nothing; where no head can be read there is none.
  public func newestConfigurations() -> [String] {
    for step in (try? steps()) ?? [] {
      if let header = try? CheckpointFile.header(of: path(ofStep: step)) { return header.runs.map(\.configuration) }
    }
    return []
  }
}
