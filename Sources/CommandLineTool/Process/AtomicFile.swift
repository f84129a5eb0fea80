// A file that appears whole or not at all: written under a temporary name beside its place, then renamed.
import Circuits

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of an output file.
///
/// `-` stands for standard output. A device or a pipe is written to directly, because a rename would replace it. A symbolic link stays, and the file that
/// it points to is replaced.
struct AtomicFile: ByteSink {
  private let descriptor: Int32
  private let path: String

  /// Creates the file at `path` with what `body` writes; Ctrl-C in between leaves the file as it was.
  static func write(to path: String, _ body: (inout AtomicFile) throws -> Void) throws {
    if path == "-" {
      var output = AtomicFile(descriptor: STDOUT_FILENO, path: "standard output")
      try body(&output)
      return
    }
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      guard status.st_mode & S_IFMT != S_IFDIR else { throw Failure(.cannotCreate, "\(path): is a folder") }
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw Failure(.cannotCreate, "\(path): \(systemText(errno))") }
      defer { close(descriptor) }
      var output = AtomicFile(descriptor: descriptor, path: path)
      try body(&output)
      return
    }
    try Interruption.deferring {
      do {
        try replaceFile(at: resolved(path)) { descriptor in
          var file = AtomicFile(descriptor: descriptor, path: path)
          try body(&file)
          if Interruption.isRequested { throw Interrupted() }
        }
      } catch let fault as SystemFault {
        throw Failure(fault.work == .creation ? .cannotCreate : .inputOutput, "\(path): \(fault.reason)")
      }
    }
  }

  /// Where the file at `path` really stands.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    if Interruption.isRequested { throw Interrupted() }
    try writeAll(bytes, to: descriptor, name: path)
  }

  /// Writes a text.
  mutating func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }
}

/// Ends work that a signal interrupted; `Interruption.deferring` ends the program before anyone reports it.
struct Interrupted: Error {}
