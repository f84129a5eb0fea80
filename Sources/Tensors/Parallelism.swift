// When a product is worth a second thread.
import Dispatch

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Splits products that are long enough among the processors; the others run where they are called, without any cost.
package enum Parallelism {
  /// Multiply-adds that justify a second thread: 20 to 50 microseconds of work.
  static let multiplyAddsPerThread = 1 << 20

  /// The number of threads for a product of `multiplyAdds` in `panelCount` independent parts.
  package static func threads(panelCount: Int, multiplyAdds: Int) -> Int {
    if multiplyAdds < 2 * multiplyAddsPerThread { return 1 }
    return max(1, min(processorCount, panelCount, multiplyAdds / multiplyAddsPerThread))
  }

  /// Runs `body(thread, parts)` for each of `threads` consecutive ranges that make up 0 ..< panelCount.
  package static func forEachRange(of panelCount: Int, threads: Int, _ body: (Int, Range<Int>) -> Void) {
    withoutActuallyEscaping(body) { body in
      // The ranges do not meet, so that the threads write to different places.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        body(thread, panelCount * thread / threads..<panelCount * (thread + 1) / threads)
      }
    }
  }

  private static let processorCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}
