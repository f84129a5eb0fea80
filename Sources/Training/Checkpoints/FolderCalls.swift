// Folders by the system's own calls, so that what went wrong is said in the system's own words.

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The names in a folder, in no order.
func names(inFolder path: String) throws(FileFault) -> [String] {
  guard let folder = opendir(path) else { throw .last }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names
}

/// Makes a folder, and those around it, where there is none.
package func makeFolder(_ path: String) throws(FileFault) {
  if mkdir(path, 0o777) == 0 { return }
  let fault = FileFault.last
  switch fault.number {
  case EEXIST where isFolder(path): return
  case ENOENT:
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { throw fault }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o777) == 0 || (errno == EEXIST && isFolder(path)) else { throw .last }
  default: throw fault
  }
}

/// Removes a file.
func removeFile(_ path: String) throws(FileFault) {
  if unlink(path) != 0 { throw .last }
}

/// Gives a file another name, which it takes from a file that has it.
func renameFile(_ path: String, to name: String) throws(FileFault) {
  if rename(path, name) != 0 { throw .last }
}

private func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
