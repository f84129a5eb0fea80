// A folder that appears whole or not at all: written beside its place under a temporary name, then renamed.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whether something stands at `path`, be it a dangling link.
func fileExists(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0
}

/// Whether `name` names a file within a folder and nothing outside it.
package func isPlainFileName(_ name: String) -> Bool {
  !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 < 0x20 }
}

/// A folder that is being written.
struct FolderReplacement {
  /// Where the folder will stand.
  let destination: String
  /// Where it is written.
  let temporary: String

  /// Checks that a folder may be written to `path` and creates a temporary folder beside it.
  ///
  /// What stands at `path` already has to be an empty folder or, if `overwrites`, a folder with a config.json or memorizer.json and no folders in it.
  init(of path: String, overwrites: Bool) throws(FolderError) {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    destination = String(trimmed)
    // By bytes: a slash may be followed by a character that combines with it.
    let start = destination.utf8.lastIndex(of: UInt8(ascii: "/")).map(destination.utf8.index(after:))
    let name = String(destination[(start ?? destination.startIndex)...])
    guard isPlainFileName(name) else {
      temporary = ""
      throw FolderError(path: path, expected: "a folder's name at the end of the path", found: name.excerpt)
    }
    if fileExists(destination) {
      let faults = FolderReplacement.reasonsToKeep(destination, overwrites: overwrites)
      if !faults.isEmpty {
        temporary = ""
        throw FolderError(faults)
      }
    }
    let parent = String(destination[..<(start ?? destination.startIndex)])
    var candidate = ""
    repeat {
      candidate = "\(parent).\(name).partial-\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
      if mkdir(candidate, 0o777) == 0 { break }
      guard errno == EEXIST else {
        temporary = ""
        throw FolderError(path: destination, expected: "a folder that can be written beside it", found: systemReason())
      }
    } while true
    temporary = candidate
  }

  /// Why the folder at `path` must not be replaced.
  private static func reasonsToKeep(_ path: String, overwrites: Bool) -> [FolderError.Fault] {
    func fault(_ expected: String, _ found: String) -> [FolderError.Fault] {
      [FolderError.Fault(path: path, expected: expected, found: found)]
    }
    guard let names = entries(path) else { return fault("no file of this name", "something that is not a folder") }
    if names.isEmpty { return [] }
    if !overwrites {
      return fault("no folder of this name (or overwriting asked for)", "a folder of \(names.count) files")
    }
    guard names.contains("config.json") || names.contains("memorizer.json") else {
      return fault("a model folder to overwrite", "a folder without config.json")
    }
    for name in names where entries("\(path)/\(name)") != nil {
      return fault("a model folder to overwrite", "a folder with a folder \(name.excerpt) in it")
    }
    return []
  }

  /// The names in the folder at `path` but `.` and `..`, or `nil` where it is not a folder (a link is none).
  private static func entries(_ path: String) -> [String]? {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
          String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Puts the folder in its place.
  ///
  /// An empty folder or none is replaced in one step. A full one is moved aside first, so there is an instant at which neither stands
  /// under the name; whatever happens then, both are whole.
  func commit() throws(FolderError) {
    if rename(temporary, destination) == 0 { return }
    let code = errno
    guard code == ENOTEMPTY || code == EEXIST else {
      throw FolderError(path: destination, expected: "a place for the folder", found: systemReason(code))
    }
    let old = temporary + ".old"
    guard rename(destination, old) == 0 else {
      throw FolderError(path: destination, expected: "a folder that can be replaced", found: systemReason())
    }
    guard rename(temporary, destination) == 0 else {
      let reason = systemReason()
      rename(old, destination)
      throw FolderError(path: destination, expected: "a place for the folder", found: reason)
    }
    FolderReplacement.remove(old)
  }

  /// The error as the caller knows the files: at the place where the folder was to stand.
  func naming(_ error: FolderError) -> FolderError {
    FolderError(
      error.faults.map { fault in
        var fault = fault
        if fault.path.hasPrefix(temporary) { fault.path = destination + fault.path.dropFirst(temporary.count) }
        return fault
      })
  }

  /// Removes what was written.
  func abandon() { FolderReplacement.remove(temporary) }

  /// Removes a folder that holds files alone.
  private static func remove(_ path: String) {
    for name in entries(path) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }
}
