// The seed line: one word that says which examples to run, from a random stream or from a recorded choice sequence.
import Randomness

/// What a seed line means. Its text is one word of letters, digits, `-`, `.` and `*`, printed by a failure, to paste into a test.
///
/// - `random-1-<key>`: the stream of examples with this hexadecimal key.
/// - `random-1-<key>-<iteration>`: the same, beginning with the example of this number.
/// - `choices-1-<ranks>`: first the example of these recorded choices (hexadecimal ranks; `r*n` is n times r), then the
///   stream that the property would have had.
package enum Seed: Equatable {
  case random(key: UInt64, iteration: UInt64)
  case choices([UInt64])

  /// Reads a seed line, or says what is wrong with it.
  package init(_ line: String) throws(SeedError) {
    let parts = line.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[1] == "1" else { throw SeedError(line: line, expected: Seed.forms) }
    switch (parts[0], parts.count) {
    case ("random", 3), ("random", 4):
      guard let key = Seed.hexadecimal(parts[2]) else {
        throw SeedError(line: line, expected: "a hexadecimal key of at most 16 digits, not '\(parts[2])'")
      }
      guard parts.count == 4 else { self = .random(key: key, iteration: 0); return }
      guard let iteration = Seed.decimal(parts[3]) else {
        throw SeedError(line: line, expected: "a decimal iteration, not '\(parts[3])'")
      }
      self = .random(key: key, iteration: iteration)
    case ("choices", 3):
      var ranks: [UInt64] = []
      // No choices at all is a sequence too: that of a generator that makes none.
      let items = parts[2].isEmpty ? [] : parts[2].split(separator: ".", omittingEmptySubsequences: false)
      for item in items {
        let halves = item.split(separator: "*", omittingEmptySubsequences: false)
        guard halves.count <= 2, let rank = Seed.hexadecimal(halves[0]),
          let times = halves.count == 2 ? Seed.decimal(halves[1]) : 1, times >= 1
        else { throw SeedError(line: line, expected: "hexadecimal ranks between dots, not '\(item)'") }
        guard times <= 100_000, ranks.count + Int(times) <= 100_000 else {
          throw SeedError(line: line, expected: "at most 100000 ranks")
        }
        ranks.append(contentsOf: repeatElement(rank, count: Int(times)))
      }
      self = .choices(ranks)
    default:
      throw SeedError(line: line, expected: Seed.forms)
    }
  }

  private static let forms = "random-1-KEY, random-1-KEY-ITERATION or choices-1-RANKS"

  // `UInt64("+5")` is 5, which no seed line says: digits alone.
  private static func hexadecimal(_ text: Substring) -> UInt64? {
    text.utf8.allSatisfy { $0 != UInt8(ascii: "+") } ? UInt64(text, radix: 16) : nil
  }

  private static func decimal(_ text: Substring) -> UInt64? {
    text.utf8.allSatisfy { $0 != UInt8(ascii: "+") } ? UInt64(text) : nil
  }

  /// The line that reads as this seed.
  package var line: String {
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

/// A seed line, or another setting, that could not be read.
public struct SeedError: Error, CustomStringConvertible, Equatable {
  /// What could not be read: `seed line`, or the name of an environment variable.
  public let subject: String
  /// The whole line.
  public let line: String
  /// What should have stood there.
  public let expected: String
  /// One sentence for people.
  public var description: String { "The \(subject) '\(line)' cannot be read: expected \(expected)." }

  init(subject: String = "seed line", line: String, expected: String) {
    self.subject = subject
    self.line = line
    self.expected = expected
  }
}

/// The random stream of one example of a run.
func runRandom(seed: UInt64, iteration: UInt64) -> Philox { Philox(seed: seed).split("example").split(iteration) }
