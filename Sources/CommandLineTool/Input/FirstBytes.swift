// The first bytes of a file, to tell its format by.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The first `count` bytes of the regular file at `path` or fewer, or `nil` where there is no such file.
func firstBytes(ofFile path: String, count: Int) -> [UInt8]? {
  var status = stat()
  guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    filled = max(0, read(descriptor, buffer.baseAddress, buffer.count))
  }
}

/// Whether something stands at `path`.
func isThere(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0
}
