// Where this process spends its processor time, by a timer of the system and the program's own table of symbols.
import CSampler
import Foundation

/// The functions that ran while something was done.
struct ProcessorSamples {
  /// How often each function was found running; of libraries, their names.
  let counts: [String: Int]
  /// The processor time of all threads and the time by the clock.
  let processorSeconds, seconds: Double

  /// Runs `body`, with a sample for each millisecond of processor time, or for each tick of the system's clock where that is longer.
  init(of body: () throws -> Void) throws {
    let capacity = 1 << 17
    let places = UnsafeMutablePointer<UInt>.allocate(capacity: capacity)
    defer { places.deallocate() }
    let before = Self.processorTime()
    guard wright_sampler_start(1000, places, capacity) == 0 else {
      throw BenchmarkFailure("the system has no profiling timer for this process")
    }
    var (elapsed, outcome): (Double, Result<Void, any Error>) = (0, .success(()))
    (elapsed, outcome) = timed { Result { try body() } }
    let count = wright_sampler_stop()
    processorSeconds = Self.processorTime() - before
    seconds = elapsed
    try outcome.get()

    let symbols = try Self.symbols()
    let offset = wright_sampler_load_offset()
    var counts: [String: Int] = [:]
    var libraries = [CChar](repeating: 0, count: 256)
    for place in UnsafeBufferPointer(start: places, count: count) {
      let isOwn = wright_sampler_is_own(place, &libraries, libraries.count) != 0
      let name: String
      if isOwn {
        // The last symbol at or before the place.
        let after = symbols.partitioningIndex { $0.address > place - offset }
        name = after > 0 ? symbols[after - 1].name : "unknown"
      } else {
        name = String(decoding: libraries.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
      counts[name, default: 0] += 1
    }
    self.counts = counts
  }

  private static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The program's functions by address in its file, local ones too, which the dynamic linker does not know.
  private static func symbols() throws -> [(address: UInt, name: String)] {
    let text = try output(of: ["nm", "--defined-only", "/proc/\(getpid())/exe"])
    return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, "tTwWiI".contains(words[1]), let address = UInt(words[0], radix: 16) else { return nil }
      return (address, String(words[2]))
    }.sorted { $0.address < $1.address }
  }
}

extension Array {
  /// The first index whose element satisfies a predicate that holds from some element on.
  fileprivate func partitioningIndex(where isSecond: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if isSecond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
