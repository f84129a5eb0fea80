// What can be wrong with checkpoints, said so that a user knows what to do.

/// Why a checkpoint cannot be written, read or used.
public enum CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or its folder cannot be read.
  case unreadable(path: String, reason: String)
  /// The file is not whole: at the byte something was expected that is not there.
  case damaged(path: String, byte: Int, expected: String, found: String)
  /// The file is whole and belongs to something else: another model, other settings, another version of the format.
  case different(path: String, what: String, expected: String, found: String)
  /// There are checkpoints and none is whole; the faults of each, the newest first.
  case noneIsWhole(folder: String, faults: [String])
  /// There is no checkpoint.
  case none(folder: String)
  /// The file cannot be written; those that were there before are as they were.
  case unwritable(path: String, reason: String)
  /// Checkpoints of an earlier run are in the way of a new one.
  case inUse(folder: String, reason: String)

  /// The fault as a sentence.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .damaged(let path, let byte, let expected, let found):
      "\(path): not a whole checkpoint: at byte \(byte) expected \(expected), found \(found)"
    case .different(let path, let what, let expected, let found):
      "\(path): a checkpoint with another \(what): expected \(expected), found \(found)"
    case .noneIsWhole(let folder, let faults):
      "\(folder): none of the \(faults.count) checkpoints is whole:\n  " + faults.joined(separator: "\n  ")
    case .none(let folder): "\(folder): no checkpoint"
    case .unwritable(let path, let reason):
      "\(path): cannot be written: \(reason); earlier checkpoints are as they were"
    case .inUse(let folder, let reason): "\(folder): \(reason)"
    }
  }

  /// Whether an older checkpoint may serve in this one's place.
  var isDamage: Bool {
    switch self {
    case .damaged, .unreadable: true
    default: false
    }
  }
}
