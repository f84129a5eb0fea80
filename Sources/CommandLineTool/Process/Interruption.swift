// Ctrl-C and termination: at once where nothing is half-written, after cleaning up where something is.
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// SIGINT, SIGTERM and SIGHUP, awaited by a thread of their own instead of a handler, so that no code runs in between another.
///
/// A signal ends the program with 128 plus its number. Within `deferring` it only sets `isRequested`, which the work asks between
/// pieces; the work then throws, removes what it has written, and `deferring` ends the program.
enum Interruption {
  /// The number of the signal that came, or 0.
  private static let received = Atomic<Int32>(0)
  /// How many pieces of work want to clean up first.
  private static let deferrals = Atomic<Int>(0)

  /// Whether a signal waits for the work at hand to clean up.
  static var isRequested: Bool { received.load(ordering: .acquiring) != 0 }

  /// Blocks the signals in this thread and those that it will start, and awaits them. Signals that whoever started the program ignores
  /// (`nohup`) stay ignored.
  static func install() {
    signal(SIGPIPE, SIG_DFL)
    var awaited = sigset_t()
    sigemptyset(&awaited)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      sigaction(number, nil, &action)
      if !isIgnoring(action) { sigaddset(&awaited, number) }
    }
    pthread_sigmask(SIG_BLOCK, &awaited, nil)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 18)
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    pthread_create(&thread, &attributes, { _ in Interruption.await() }, nil)
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

  /// The thread: one signal after the other.
  private static func await() -> UnsafeMutableRawPointer? {
    var awaited = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &awaited)
    while true {
      var number: Int32 = 0
      guard sigwait(&awaited, &number) == 0 else { continue }
      received.store(number, ordering: .sequentiallyConsistent)
      if deferrals.load(ordering: .sequentiallyConsistent) == 0 { end(number) }
    }
  }

  private static func end(_ number: Int32) -> Never {
    ProgressBar.clear()
    _exit(128 + number)
  }
}
