// Writing to a descriptor, and files that appear whole or not at all: the system calls that the library and the program share.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A system call that failed.
package struct SystemFault: Error {
  /// What it was about.
  package enum Work: Sendable {
    /// Creating a file.
    case creation
    /// Writing to it, or giving it its name.
    case writing
  }

  /// What it was about.
  package let work: Work
  /// The error number.
  package let number: Int32

  /// The C library's words for the number.
  package var reason: String { errorText(number) }
}

/// Writes all of `bytes` to a descriptor.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemFault) {
  var rest = bytes[...]
  while !rest.isEmpty {
    #if canImport(Glibc)
      let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    #elseif canImport(Musl)
      let count = Musl.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    #else
      let count = Darwin.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    #endif
    if count < 0 {
      if errno == EINTR { continue }
      throw SystemFault(work: .writing, number: errno)
    }
    rest = rest.dropFirst(count)
  }
}

/// Writes a file under a temporary name beside `path` and renames it when `body` is done, so that nobody sees half of it.
///
/// - Parameters:
///   - path: where the file will stand.
///   - body: writes to the descriptor that it is given; what it throws leaves nothing behind.
/// - Throws: `SystemFault`, or what `body` throws.
package func replaceFile(at path: String, _ body: (Int32) throws -> Void) throws {
  var name = Array("\(path).partial-XXXXXX".utf8CString)
  let descriptor = mkstemp(&name)
  guard descriptor >= 0 else { throw SystemFault(work: .creation, number: errno) }
  var isComplete = false
  defer { if !isComplete { unlink(name) } }
  do {
    try body(descriptor)
    // mkstemp makes the file private; give it the mode that creating it by name would have given.
    let mask = umask(0)
    umask(mask)
    guard fchmod(descriptor, 0o666 & ~mask) == 0 else { throw SystemFault(work: .writing, number: errno) }
  } catch {
    close(descriptor)
    throw error
  }
  guard close(descriptor) == 0, rename(name, path) == 0 else { throw SystemFault(work: .writing, number: errno) }
  isComplete = true
}
