// The seed line: one word that says which examples to run, from a random stream or from a recorded choice sequence.
import Randomness

/// What a seed line means. Its text is one word of letters, digits, `-`, `.` and `*`, printed by a failure, to paste into a test.
///
/// - `random-1-<key>`: the stream of examples with this hexadecimal key.
/// - `random-1-<key>-<iteration>`: the same, beginning with the example of this number.
/// - `choices-1-<ranks>`: first the example of these recorded choices (hexadecimal ranks; `r*n` is n times r), then the
///   stream that the property would have had.
enum Seed: Equatable {
  case random(key: UInt64, iteration: UInt64)
  case choices([UInt64])

  /// Reads a seed line, or says what is wrong with it.
  init(_ line: String) throws(SeedError) {
    let parts = line.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[1] == "1" else {
      throw SeedError(line: line, expected: "random-1-KEY, random-1-KEY-ITERATION or choices-1-RANKS")
    }
    switch (parts[0], parts.count) {
    case ("random", 3), ("random", 4):
      guard let key = UInt64(parts[2], radix: 16) else {
        throw SeedError(line: line, expected: "a hexadecimal key of at most 16 digits, not '\(parts[2])'")
      }
      guard parts.count == 4 else { self = .random(key: key, iteration: 0); return }
      guard let iteration = UInt64(parts[3]) else {
        throw SeedError(line: line, expected: "a decimal iteration, not '\(parts[3])'")
      }
      self = .random(key: key, iteration: iteration)
    case ("choices", 3):
      var ranks: [UInt64] = []
      for item in parts[2].split(separator: ".") {
        let halves = item.split(separator: "*", omittingEmptySubsequences: false)
        guard halves.count <= 2, let rank = UInt64(halves[0], radix: 16),
          let times = halves.count == 2 ? Int(halves[1]) : 1, (1...100_000).contains(times), ranks.count < 100_000
        else { throw SeedError(line: line, expected: "hexadecimal ranks between dots, not '\(item)'") }
        ranks.append(contentsOf: repeatElement(rank, count: times))
      }
      self = .choices(ranks)
    default:
      throw SeedError(line: line, expected: "random-1-KEY, random-1-KEY-ITERATION or choices-1-RANKS")
    }
  }

  /// The line that reads as this seed.
  var line: String {
    switch self {
    case .random(let key, 0): return "random-1-\(String(key, radix: 16))"
    case .random(let key, let iteration): return "random-1-\(String(key, radix: 16))-\(iteration)"
    case .choices(let ranks):
      var items: [String] = []
      var start = 0
      while start < ranks.count {
        let end = ranks[start...].firstIndex { $0 != ranks[start] } ?? ranks.count
        let rank = String(ranks[start], radix: 16)
        let run = end - start
        if run > 2 { items.append("\(rank)*\(run)") } else { items += Array(repeating: rank, count: run) }
        start = end
      }
      return "choices-1-" + items.joined(separator: ".")
    }
  }
}

/// A seed line that could not be read.
public struct SeedError: Error, CustomStringConvertible, Equatable {
  /// The whole line.
  public let line: String
  /// What should have stood there.
  public let expected: String
  /// One sentence for people.
  public var description: String { "The seed line '\(line)' cannot be read: expected \(expected)." }
}

/// The random stream of one example of a run.
func runRandom(seed: UInt64, iteration: UInt64) -> Philox { Philox(seed: seed).split("example").split(iteration) }
