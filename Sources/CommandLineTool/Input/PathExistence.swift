// Whether a path is taken.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whether something stands at `path`.
func isThere(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0
}
