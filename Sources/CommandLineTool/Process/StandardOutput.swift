// Standard output, buffered, with its errors reported; and standard error, which is not buffered.
import Circuits

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Text and bytes on their way to standard output, 64 KiB at a time; `flush` hands on the rest.
///
/// A reader that goes away ends the program by SIGPIPE, quietly, as it ends `cat`.
struct StandardOutput: ByteSink {
  private var bytes: [UInt8] = []

  /// Appends a text as it stands.
  mutating func write(_ text: String) throws {
    bytes.append(contentsOf: text.utf8)
    if bytes.count >= 1 << 16 { try flush() }
  }

  /// Appends a text and the end of the line.
  mutating func writeLine(_ text: String = "") throws {
    try write(text)
    try write("\n")
  }

  mutating func write(_ buffer: UnsafeRawBufferPointer) throws {
    bytes.append(contentsOf: buffer)
    if bytes.count >= 1 << 16 { try flush() }
  }

  /// Hands everything on to the system.
  mutating func flush() throws {
    defer { bytes.removeAll(keepingCapacity: true) }
    if !bytes.isEmpty { ProgressBar.clear() }
    try bytes.withUnsafeBytes { try writeAll($0, to: STDOUT_FILENO, name: "standard output") }
  }

  /// Prints a whole text.
  static func print(_ text: String) throws {
    var output = StandardOutput()
    try output.write(text)
    try output.flush()
  }
}

/// Standard error.
enum StandardError {
  /// Writes a text; that nobody can read it is no error.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { try? writeAll(UnsafeRawBufferPointer($0), to: STDERR_FILENO, name: "standard error") }
  }

  /// A line that tells a person something that is no result.
  static func note(_ text: String) {
    ProgressBar.clear()
    write("wright: \(text)\n")
  }
}

/// Writes all of `bytes` to a descriptor that messages call `name`.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, name: String) throws {
  do throws(SystemFault) { try writeAll(bytes, to: descriptor) } catch {
    throw Failure(.inputOutput, "\(name): \(error.reason)")
  }
}

/// All of standard input.
func readStandardInput() throws -> [UInt8] {
  try readAll(STDIN_FILENO) { Failure(.inputOutput, "standard input: \($0)") }
}

/// The C library's words for an error number.
func systemText(_ number: Int32) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }
