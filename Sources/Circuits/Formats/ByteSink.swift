// Where writers put their bytes: memory or a file descriptor.

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
    do throws(SystemFault) { try writeAll(bytes, to: descriptor) } catch { throw error.ofFile(path) }
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

extension SystemFault {
  /// The fault as readers and writers of circuits report it.
  func ofFile(_ path: String?) -> CircuitFileError {
    CircuitFileError(path: path, expected: "a file that can be written", found: reason)
  }
}
