// Runs another program: bytes in, bytes out, an end in any case.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A run of another program.
struct ChildProcess {
  /// How it ended.
  enum Ending: Equatable {
    /// With an exit code.
    case exit(Int32)
    /// By a signal that was not ours.
    case signal(Int32)
    /// It was killed, because its time was over.
    case timeLimit
    /// It was killed, because the caller wished so.
    case cancelled
    /// It was killed, because it wrote more than a gigabyte.
    case tooMuchOutput
    /// It could not be started.
    case failure(String)
  }

  /// How it ended.
  private(set) var ending: Ending
  /// What it wrote to standard output.
  private(set) var output: [UInt8] = []

  /// Runs the program at `path` until it ends, the deadline passes or `isCancelled` says so.
  ///
  /// The input is a file that has no name any more when the program starts, so that nothing is left behind whatever happens. Standard error
  /// is discarded.
  ///
  /// - Parameters:
  ///   - path: the program; it is not looked for.
  ///   - arguments: what it is called with, without its own name.
  ///   - input: its standard input.
  ///   - deadline: when it is killed.
  ///   - isCancelled: asked about twenty times a second.
  init(
    _ path: String, _ arguments: [String], input: [UInt8], deadline: ContinuousClock.Instant, isCancelled: () -> Bool
  ) {
    let source: Int32
    switch Self.unnamedFile(input) {
    case .success(let descriptor): source = descriptor
    case .failure(let reason):
      ending = .failure(reason.text)
      return
    }
    defer { close(source) }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      ending = .failure("no pipe: \(errorText(errno))")
      return
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let started = Self.start(path, arguments, input: source, output: ends[1])
    close(ends[1])
    guard case .success(let child) = started else {
      if case .failure(let reason) = started { ending = .failure(reason.text) } else { ending = .failure("unknown") }
      return
    }
    (ending, output) = Self.await(child, reading: ends[0], deadline, isCancelled)
  }

  /// Why something did not work.
  private struct Reason: Error { let text: String }

  /// An open file of `bytes`, at its start, that no folder lists.
  private static func unnamedFile(_ bytes: [UInt8]) -> Result<Int32, Reason> {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array("\(folder)/wright-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { return .failure(Reason(text: "no temporary file in \(folder): \(errorText(errno))")) }
    unlink(name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    do throws(SystemFault) {
      var fault: SystemFault?
      bytes.withUnsafeBytes { do throws(SystemFault) { try writeAll($0, to: descriptor) } catch { fault = error } }
      if let fault { throw fault }
    } catch {
      close(descriptor)
      return .failure(Reason(text: "the temporary file in \(folder) cannot be written: \(error.reason)"))
    }
    lseek(descriptor, 0, SEEK_SET)
    return .success(descriptor)
  }

  private static func start(
    _ path: String, _ arguments: [String], input: Int32, output: Int32
  ) -> Result<pid_t, Reason> {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var child = pid_t()
    let fault = posix_spawn(&child, path, &actions, nil, words, environ)
    return fault == 0 ? .success(child) : .failure(Reason(text: errorText(fault)))
  }

  /// Reads what a child writes until it has ended.
  private static func await(
    _ child: pid_t, reading descriptor: Int32, _ deadline: ContinuousClock.Instant, _ isCancelled: () -> Bool
  ) -> (Ending, [UInt8]) {
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var killed: Ending?
    while true {
      if isCancelled() { killed = .cancelled } else if ContinuousClock.now >= deadline { killed = .timeLimit }
      if output.count > 1 << 30 { killed = .tooMuchOutput }
      if killed != nil { break }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&entry, 1, 50)
      if ready <= 0 { continue }
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      output += buffer[..<count]
    }
    // A child that closed its output may still run.
    var status: Int32 = 0
    while true {
      if killed == nil {
        if isCancelled() { killed = .cancelled } else if ContinuousClock.now >= deadline { killed = .timeLimit }
      }
      if killed != nil { kill(child, SIGKILL) }
      let ended = waitpid(child, &status, killed == nil ? WNOHANG : 0)
      if ended == child || ended < 0 && errno != EINTR { break }
      if ended == 0 { usleep(2000) }
    }
    if let killed { return (killed, output) }
    let signal = status & 0x7F
    return (signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal), output)
  }
}
