// The bytes of a file, read through the C library: no Foundation, no mapping that a shortened file could pull away.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of a regular file or a pipe.
final class FileContents {
  private(set) var bytes: UnsafeRawBufferPointer
  private var storage: UnsafeMutableRawBufferPointer

  /// Offsets are kept in 32 bits.
  static let maximumSize = 1 << 32 - 1

  init(path: String, format: CircuitFormat?) throws(CircuitFileError) {
    storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    bytes = UnsafeRawBufferPointer(storage)
    func failure(_ found: String) -> CircuitFileError {
      CircuitFileError(path: path, format: format, expected: "a readable file", found: found)
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errorText(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errorText(errno)) }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFIFO else {
      throw failure(kind == S_IFDIR ? "a directory" : "a device or socket")
    }
    let size = kind == S_IFREG ? Int(status.st_size) : 0
    guard size <= FileContents.maximumSize else { throw failure("\(size) bytes") }
    // One byte more than the size, so that the read that fills the rest returns 0 at the end.
    var capacity = max(size + 1, 1 << 16)
    guard var start = malloc(capacity) else { throw failure("no memory for \(capacity) bytes") }
    var count = 0
    while true {
      if count == capacity {
        capacity = min(2 * capacity, FileContents.maximumSize + 1)
        guard count < capacity, let larger = realloc(start, capacity) else {
          free(start)
          throw failure("more than \(count - 1) bytes")
        }
        start = larger
      }
      let got = read(descriptor, start + count, capacity - count)
      if got < 0, errno == EINTR { continue }
      if got < 0 {
        let reason = errorText(errno)
        free(start)
        throw failure(reason)
      }
      if got == 0 { break }
      count += got
    }
    storage = UnsafeMutableRawBufferPointer(start: start, count: count)
    bytes = UnsafeRawBufferPointer(storage)
  }

  deinit { free(storage.baseAddress) }
}

/// The C library's text for an error number.
func errorText(_ number: Int32) -> String {
  strerror(number).map { String(cString: $0) } ?? "error \(number)"
}
