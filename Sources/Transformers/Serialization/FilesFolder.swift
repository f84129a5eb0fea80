// A folder of given files that appears whole or not at all.

/// Folders of files that are written by others: whole or not at all, like a model's.
package enum FilesFolder {
  /// Writes `files`, by name, as a folder at `path`.
  ///
  /// - Throws: `FolderError` with the system's reason, or where something stands at `path` that must not be replaced.
  package static func write(_ files: [String: [UInt8]], to path: String, overwrites: Bool) throws(FolderError) {
    precondition(files.keys.allSatisfy(isPlainFileName), "names of files within the folder")
    let replacement = try FolderReplacement(of: path, overwrites: overwrites)
    do throws(FolderError) {
      for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
        try OutputFile(creating: "\(replacement.temporary)/\(name)").write(bytes)
      }
      try replacement.commit()
    } catch {
      replacement.abandon()
      throw replacement.naming(error)
    }
  }
}
