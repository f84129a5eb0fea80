// Changes the environment of an exit test's own process; never that of the test run.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Sets a variable; for the body of an exit test alone, which has a process of its own.
func setEnvironmentForExitTest(_ name: String, _ value: String) { setenv(name, value, 1) }
