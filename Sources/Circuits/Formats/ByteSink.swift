// Where writers put their bytes: memory, a file descriptor, or a file that appears only when it is complete.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Takes the bytes of a file as they are made.
public protocol ByteSink {
  /// Appends bytes that stay in place only during the call.
  mutating func write(_ bytes: UnsafeRawBufferPointer) throws
}

extension [UInt8]: ByteSink {
  /// Appends the bytes.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) { append(contentsOf: bytes) }
}

/// Writes to an open file descriptor, which stays the caller's.
public struct FileDescriptorSink: ByteSink {
  private let descriptor: Int32
  private let path: String?

  /// A sink on an open descriptor; `path` is used in messages.
  public init(_ descriptor: Int32, path: String? = nil) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Writes all of the bytes, or throws `CircuitFileError`.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
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
        throw CircuitFileError(path: path, expected: "a file that can be written", found: errorText(errno))
      }
      rest = rest.dropFirst(count)
    }
  }
}

/// Bytes on their way to a sink, 64 KiB at a time.
struct OutputBuffer {
  private var bytes: [UInt8] = []
  private static let size = 1 << 16

  init() { bytes.reserveCapacity(OutputBuffer.size + 4096) }

  @inline(__always) mutating func put(byte: UInt8) { bytes.append(byte) }
  mutating func put(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
  mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// A number that is not negative, in decimal.
  mutating func put(_ number: Int) {
    if number >= 10 { put(number / 10) }
    bytes.append(0x30 + UInt8(truncatingIfNeeded: number % 10))
  }

  /// Hands the bytes on where they are many.
  @inline(__always) mutating func drain(to sink: inout some ByteSink) throws {
    if bytes.count >= OutputBuffer.size { try flush(to: &sink) }
  }

  /// Hands all bytes on.
  mutating func flush(to sink: inout some ByteSink) throws {
    try bytes.withUnsafeBytes { try sink.write($0) }
    bytes.removeAll(keepingCapacity: true)
  }
}

/// Writes a file under a temporary name beside `path` and renames it when `body` is done, so that nobody sees half of it.
func replaceFile(at path: String, _ body: (inout FileDescriptorSink) throws -> Void) throws {
  func failure() -> CircuitFileError {
    CircuitFileError(path: path, expected: "a file that can be written", found: errorText(errno))
  }
  var name = Array("\(path).\(getpid())-XXXXXX".utf8CString)
  let descriptor = mkstemp(&name)
  guard descriptor >= 0 else { throw failure() }
  var isComplete = false
  defer { if !isComplete { unlink(name) } }
  do {
    var sink = FileDescriptorSink(descriptor, path: path)
    try body(&sink)
    // mkstemp makes the file private; give it the mode that creating it by name would have given.
    let mask = umask(0)
    umask(mask)
    guard fchmod(descriptor, 0o666 & ~mask) == 0 else { throw failure() }
  } catch {
    close(descriptor)
    throw error
  }
  guard close(descriptor) == 0, rename(name, path) == 0 else { throw failure() }
  isComplete = true
}
