// The whole of an input file.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads files of assignments, configurations and examples.
enum InputFileContents {
  /// The bytes of the file or pipe at `path`.
  static func read(_ path: String, expecting content: String = "bits, or a file of bits") throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure.refused(path, expected: content, found: systemText(errno))
    }
    defer { close(descriptor) }
    return try readAll(descriptor) { Failure.refused(path, expected: "a readable file", found: $0) }
  }
}

/// The most bytes that are read from a pipe, or as assignments: 1 GiB.
let largestInput = 1 << 30

/// Everything that can be read from a descriptor, `largestInput` bytes at most; `failure` makes the error out of the system's words.
func readAll(_ descriptor: Int32, failure: (String) -> Failure) throws -> [UInt8] {
  var bytes: [UInt8] = []
  while true {
    var count = 0
    let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
      count = read(descriptor, buffer.baseAddress, buffer.count)
      filled = max(0, count)
    }
    if count < 0 {
      if errno == EINTR { continue }
      throw failure(systemText(errno))
    }
    if count == 0 { return bytes }
    guard bytes.count + piece.count <= largestInput else { throw failure("more than \(largestInput) bytes") }
    bytes += piece
  }
}
