// `benchmark precision`: the least precision F_{e,s} in which the paper's form is certified, for chains of 100 to 100,000 wires.
import ArgumentParser
import Circuits
import Constructions
import Foundation
import Randomness
import Verification

/// The subcommand; run from the root of the checkout, by `Scripts/benchmark precision`.
struct LeastPrecisionRecord: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "precision",
    abstract: "Find the smallest (e, s) that certifies and write Benchmarks/results/precision-DATE-COMMIT.json and .md."
  )

  @Option(help: "The greatest number of wires. Below 100,000 nothing is recorded.")
  var wires = 100_000

  func run() throws {
    let start = ContinuousClock.now
    let date = ISO8601DateFormatter().string(from: Date())
    var run = LeastPrecisionRun(
      date: date, commit: try text(of: ["git", "rev-parse", "HEAD"]),
      hasLocalChanges: try !text(of: ["git", "status", "--porcelain", "--untracked-files=no"]).isEmpty,
      command: "Scripts/benchmark precision", seconds: 0, machine: Machine.current(),
      swift: try text(of: ["swift", "--version"]).split(separator: "\n").first.map(String.init) ?? "unknown", rows: [])
    for (name, circuit, options) in circuits() {
      for e in 0...4 {
        let began = ContinuousClock.now
        let least = LeastPrecision(of: circuit, exponentBits: e, options: options)
        let row = LeastPrecisionRun.Row(
          circuit: name, fanIn: least.fanIn, wires: least.wireCount, exponentBits: e,
          significandBits: least.significandBits,
          predicted: PositionalCircuitLayout.leastSignificandBits(exponentBits: e, fanIn: least.fanIn),
          scoreGap: least.bounds?.layers.map(\.scoreGap.value).min(), headMargin: least.bounds?.tokenMargin.value,
          reasons: least.reasons, seconds: (ContinuousClock.now - began) / .seconds(1))
        note("\(name), T = \(row.wires), e = \(e): s = \(row.significandBits.map(String.init) ?? "none")")
        run.rows.append(row)
      }
    }
    run.seconds = (ContinuousClock.now - start) / .seconds(1)
    run.machine.loadAtEnd = Machine.load()
    guard wires >= 100_000 else { return print(run.markdown, terminator: "") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(run)
    let path = "Benchmarks/results/precision-\(date.prefix(10))-\(run.commit.prefix(8))"
    try (data + Data("\n".utf8)).write(to: URL(fileURLWithPath: path + ".json"), options: .atomic)
    // The page is made from what the file says, not from what is in memory.
    let markdown = try JSONDecoder().decode(LeastPrecisionRun.self, from: data).markdown
    try Data(markdown.utf8).write(to: URL(fileURLWithPath: path + ".md"), options: .atomic)
    print(markdown)
    print("Written: \(path).json and \(path).md")
  }

  /// Ripple-carry adders, and random circuits of exactly T wires whose gates all have K operands and depend on each, so that none is folded.
  private func circuits() -> [(name: String, circuit: Circuit, options: CircuitChain.Options)] {
    var found: [(String, Circuit, CircuitChain.Options)] = []
    for (fanIn, sizes) in [(2, [100, 1000, 10_000, 100_000]), (3, [100, 1000]), (4, [100, 1000])] {
      for size in sizes where size <= wires {
        var random = Philox(seed: UInt64(fanIn))
        let inputs = 2 * fanIn
        found.append(
          (
            "random gates", .random(size: size - inputs, inputs: inputs, fanIn: fanIn...fanIn, using: &random),
            CircuitChain.Options()
          ))
      }
    }
    for size in [100, 1000, 10_000, 100_000] where size <= wires {
      // Seven wires a bit: two inputs and five gates.
      found.append(("ripple-carry adder", .rippleCarryAdder(width: size / 7), CircuitChain.Options()))
    }
    return found
  }

  private func text(of words: [String]) throws -> String {
    String(decoding: try output(of: words), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// A recorded run, as it stands in the JSON file.
struct LeastPrecisionRun: Codable, Sendable {
  /// The version of this layout.
  var schema = 1
  /// When the run began, in ISO 8601, UTC.
  var date: String
  /// The commit that was measured.
  var commit: String
  /// Whether tracked files differed from the commit.
  var hasLocalChanges: Bool
  /// The command that repeats the run.
  var command: String
  var seconds: Double
  var machine: Machine
  var swift: String
  var rows: [Row]

  /// One circuit with one number of exponent bits.
  struct Row: Codable, Sendable {
    var circuit: String
    var fanIn: Int
    var wires: Int
    var exponentBits: Int
    /// The least s that is certified, found by trying s = 1, 2, ...
    var significandBits: Int?
    /// The least s that is right for gates of every truth table of so many operands.
    var predicted: Int?
    /// The least lead of a wanted position in the format's numbers.
    var scoreGap: Double?
    /// The least lead of the right token.
    var headMargin: Double?
    /// Why each smaller s is not certified.
    var reasons: [String]
    /// Time of all attempts.
    var seconds: Double
  }

  /// The page.
  var markdown: String {
    var lines = [
      "# Least precision F_{e,s} that certifies, \(date.prefix(10)), commit \(commit.prefix(12))", "",
      "The transformer of Li et al. is written down for F_{e,s} and certified in F_{e,s} for all inputs, for s = 1, 2, ... until it is. "
        + "An entry is the least s; where it differs from the prediction for gates of every truth table, that stands in parentheses.",
      "",
    ]
    if hasLocalChanges { lines += ["Tracked files differed from the commit.", ""] }
    lines += [
      "- Machine: \(machine.processor), \(machine.cores) cores; \(machine.system), Linux \(machine.kernel)",
      "- Versions: \(swift)", "- Command: `\(command)`, \(Figure.text(seconds, .seconds))", "",
      "| Circuit | K | T | e = 0 | e = 1 | e = 2 | e = 3 | e = 4 | Time |", "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    var circuits: [[Row]] = []
    for row in rows {
      if let last = circuits.last?.last, last.circuit == row.circuit, last.fanIn == row.fanIn, last.wires == row.wires {
        circuits[circuits.count - 1].append(row)
      } else {
        circuits.append([row])
      }
    }
    for group in circuits {
      let entries = group.map { row in
        let found = row.significandBits.map(String.init) ?? "none"
        return row.significandBits == row.predicted
          ? found : "\(found) (\(row.predicted.map(String.init) ?? "none"))"
      }
      let time = Figure.text(group.reduce(0) { $0 + $1.seconds }, .seconds)
      lines.append(
        "| \(group[0].circuit) | \(group[0].fanIn) | \(Figure.grouped(group[0].wires)) | "
          + "\(entries.joined(separator: " | ")) | \(time) |")
    }
    lines += ["", "Why the next smaller s is not certified:", ""]
    var reasons: [String] = []
    for row in rows {
      guard let reason = row.reasons.last else { continue }
      let line = "- F_{\(row.exponentBits),\(row.reasons.count)}, K = \(row.fanIn): \(reason)"
      let head = String(line.prefix { $0 != ":" })
      if !reasons.contains(where: { $0.hasPrefix(head) }) { reasons.append(line) }
    }
    lines += reasons.sorted()
    return lines.joined(separator: "\n") + "\n"
  }
}
