// Files by descriptor: positioned reads, whole reads with a limit, and complete writes, with the system's reason in every error.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The system's words for the last error.
func systemReason(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }

/// A regular file, open for reading; closed with its last reference.
package final class InputFile: Sendable {
  let path: String
  /// The number of bytes when the file was opened.
  package let size: Int
  private let descriptor: Int32

  /// Opens the regular file at `path`.
  package init(_ path: String) throws(FolderError) {
    // Without blocking: opening a pipe that nobody writes to would wait for ever.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    self.path = path
    guard descriptor >= 0 else {
      size = 0
      throw FolderError(path: path, expected: "a readable file", found: systemReason())
    }
    var status = stat()
    let code = fstat(descriptor, &status)
    guard code == 0, status.st_mode & S_IFMT == S_IFREG else {
      size = 0
      throw FolderError(path: path, expected: "a regular file", found: code == 0 ? "another kind" : systemReason())
    }
    size = Int(status.st_size)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Fills `target` from `offset` on.
  func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws(FolderError) {
    var done = 0
    while done < target.count {
      let count = pread(descriptor, target.baseAddress! + done, target.count - done, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw FolderError(path: path, place: .byte(offset + done), expected: "readable bytes", found: systemReason())
      }
      if count == 0 {
        throw FolderError(
          path: path, place: .byte(offset + done), expected: "\(target.count - done) more bytes", found: "the end")
      }
      done += count
    }
  }

  /// The `count` bytes from `offset` on.
  package func bytes(at offset: Int = 0, count: Int) throws(FolderError) -> [UInt8] {
    try uninitializedArray(count) { (buffer) throws(FolderError) in
      try self.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
  }

  /// The bytes of the file at `path`, at most `limit`.
  package static func contents(_ path: String, limit: Int) throws(FolderError) -> [UInt8] {
    let file = try InputFile(path)
    guard file.size <= limit else {
      throw FolderError(path: path, expected: "at most \(limit) bytes", found: "\(file.size)")
    }
    return try file.bytes(count: file.size)
  }
}

/// An array of `count` elements that `fill` initializes, each of them, unless it throws.
func uninitializedArray<Element>(
  _ count: Int, _ fill: (UnsafeMutableBufferPointer<Element>) throws(FolderError) -> Void
) throws(FolderError) -> [Element] {
  var failure: FolderError?
  let result = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
    do throws(FolderError) {
      try fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    } catch {
      failure = error
    }
  }
  if let failure { throw failure }
  return result
}

/// A new file, open for writing; closed with its last reference.
final class OutputFile {
  let path: String
  private let descriptor: Int32
  private(set) var byteCount = 0

  /// Creates the file at `path`, which must not exist.
  init(creating path: String) throws(FolderError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw FolderError(path: path, expected: "a new file", found: systemReason())
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes all of `bytes`.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FolderError) {
    var done = 0
    while done < bytes.count {
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      #elseif canImport(Musl)
        let count = Musl.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      #else
        let count = Darwin.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      #endif
      if count < 0 {
        if errno == EINTR { continue }
        throw FolderError(path: path, place: .byte(byteCount), expected: "room for the file", found: systemReason())
      }
      done += count
      byteCount += count
    }
  }

  /// Writes all of `bytes`.
  func write(_ bytes: [UInt8]) throws(FolderError) {
    var failure: FolderError?
    bytes.withUnsafeBytes { buffer in
      do throws(FolderError) { try write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
