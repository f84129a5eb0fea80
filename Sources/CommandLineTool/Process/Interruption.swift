// Ctrl-C and termination: at once where nothing is half-written, after cleaning up where something is.
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// SIGINT, SIGTERM and SIGHUP. Their handler only writes the signal's number to a pipe, which a thread of our own reads, so that no code runs
/// in between another.
///
/// Why not block the signals and wait for them: OpenBLAS starts threads when it is loaded, before anything of ours runs, and the system would
/// deliver the signals to those.
///
/// A signal ends the program with 128 plus its number. Within `deferring` it only sets `isRequested`, which the work asks between
/// pieces; the work then throws, removes what it has written, and `deferring` ends the program.
enum Interruption {
  /// The number of the signal that came, or 0.
  private static let received = Atomic<Int32>(0)
  /// How many pieces of work want to clean up first.
  private static let deferrals = Atomic<Int>(0)
  /// The end of the pipe that the handler writes to; set before the handler is.
  private static let writingEnd = Atomic<Int32>(-1)

  /// Whether a signal waits for the work at hand to clean up.
  static var isRequested: Bool { received.load(ordering: .acquiring) != 0 }

  /// Begins to listen. Signals that whoever started the program ignores (`nohup`) stay ignored.
  static func install() {
    signal(SIGPIPE, SIG_DFL)
    signal(SIGXFSZ, SIG_IGN)  // a file past its limit is then a write that failed, after which the rest is removed
    var ends: [Int32] = [-1, -1]
    // Without a pipe the signals keep their usual effect, and the program ends at once.
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    writingEnd.store(ends[1], ordering: .sequentiallyConsistent)
    startThread(reading: ends[0])
    var awaited = sigset_t()
    sigemptyset(&awaited)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      sigaction(number, nil, &action)
      if isIgnoring(action) { continue }
      sigaddset(&awaited, number)
      action = sigaction()
      #if canImport(Darwin)
        action.__sigaction_u.__sa_handler = Interruption.handle
      #else
        action.__sigaction_handler.sa_handler = Interruption.handle
      #endif
      action.sa_flags = Int32(SA_RESTART)
      sigaction(number, &action, nil)
    }
    // Whoever started the program may have blocked them, as the worker threads of libdispatch do for what they start.
    pthread_sigmask(SIG_UNBLOCK, &awaited, nil)
  }

  /// The handler, which may run at any point of any thread: an atomic load and a system call are all that it does.
  private static let handle: @convention(c) (Int32) -> Void = { number in
    let previous = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(Interruption.writingEnd.load(ordering: .relaxed), &byte, 1)
    errno = previous
  }

  private static func startThread(reading end: Int32) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 18)
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let argument = UnsafeMutableRawPointer(bitPattern: Int(end) + 1)
    pthread_create(&thread, &attributes, { Interruption.await($0) }, argument)
    pthread_attr_destroy(&attributes)
  }

  /// Runs `body`, which asks `isRequested` and cleans up after itself, without being ended in the middle of it.
  static func deferring<R>(_ body: () throws -> R) throws -> R {
    deferrals.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer {
      deferrals.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      let number = received.load(ordering: .sequentiallyConsistent)
      if number != 0, deferrals.load(ordering: .sequentiallyConsistent) == 0 { end(number) }
    }
    return try body()
  }

  private static func isIgnoring(_ action: sigaction) -> Bool {
    #if canImport(Darwin)
      let handler = unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self)
    #else
      let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    #endif
    return handler == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// The thread: one signal after the other. The argument is the pipe's descriptor plus 1, so that it is never null.
  private static func await(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    let end = Int32(Int(bitPattern: argument) - 1)
    while true {
      var byte: UInt8 = 0
      guard read(end, &byte, 1) == 1 else { continue }
      let number = Int32(byte)
      received.store(number, ordering: .sequentiallyConsistent)
      if deferrals.load(ordering: .sequentiallyConsistent) == 0 { Interruption.end(number) }
    }
  }

  private static func end(_ number: Int32) -> Never {
    ProgressBar.clear()
    _exit(128 + number)
  }
}
