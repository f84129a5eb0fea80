// Files that appear whole or not at all and are on the disk when they do.

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A system call that failed.
package struct FileFault: Error {
  /// The error number.
  package var number: Int32

  /// The fault of the call before.
  static var last: FileFault { FileFault(number: errno) }

  /// The system's words for it.
  package var reason: String { String(cString: strerror(number)) }
}

/// What writes bytes to a descriptor, as `write(2)` does: how many were written, or -1 with `errno`. Tests have disks that are full.
package typealias FileWrite = @Sendable (Int32, UnsafeRawBufferPointer) -> Int

/// `write(2)` itself.
package let systemWrite: FileWrite = { write($0, $1.baseAddress, $1.count) }

/// Writes all bytes to a descriptor.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, by write: FileWrite) throws {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 24)))
    if count < 0 {
      if errno == EINTR { continue }
      throw FileFault.last
    }
    if count == 0 { throw FileFault(number: ENOSPC) }
    rest = rest.dropFirst(count)
  }
}

/// What the name of an unfinished file ends with.
let partialSuffix = ".partial"

/// Writes a file under a temporary name in the same folder, waits until the disk has it, gives it its name and waits until the disk has that.
///
/// - Throws: ``FileFault`` or what `body` throws; then `path` is as it was and nothing unfinished is left.
func replaceDurably(_ path: String, _ body: (Int32) throws -> Void) throws {
  let temporary = path + partialSuffix
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw FileFault.last }
  var isOpen = true
  var isComplete = false
  defer {
    if isOpen { close(descriptor) }
    if !isComplete { unlink(temporary) }
  }
  try body(descriptor)
  guard fsync(descriptor) == 0 else { throw FileFault.last }
  isOpen = false
  guard close(descriptor) == 0, rename(temporary, path) == 0 else { throw FileFault.last }
  isComplete = true
  try synchronizeFolder(of: path)
}

/// Waits until the disk has the names in the folder of `path`.
func synchronizeFolder(of path: String) throws {
  let slash = path.lastIndex(of: "/")
  let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileFault.last }
  defer { close(descriptor) }
  // Some file systems know no fsync of folders and say so with EINVAL.
  guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileFault.last }
}
