// The file that `benchmark mapping` leaves, and its page.

/// A recorded run, as it stands in the JSON file.
struct MappingRun: Codable, Sendable {
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
  /// ABC's package and version.
  var abc: String
  var rows: [Row]

  /// One circuit with one k.
  struct Row: Codable, Sendable {
    var circuit: String
    var k: Int
    /// Depth first, or area alone.
    var objective: String
    /// The and-inverter graph that both sides start from.
    var gates: Int
    var graphDepth: Int
    var ours: Side
    var abc: Side
    /// How the mapping was found equal to its circuit.
    var verdict: String

    /// Tables of ours over ABC's.
    var tableRatio: Double { Double(ours.tables) / Double(max(1, abc.tables)) }
  }

  /// What one side reached.
  struct Side: Codable, Sendable {
    /// Tables, where outputs are not complemented: as many as a BLIF file needs.
    var tables: Int
    var depth: Int
    /// The mapping alone, from the hashed graph to tables.
    var seconds: [Double] = []
    /// The whole process, from the file to the counts.
    var processSeconds: [Double] = []
  }

  /// The page.
  var markdown: String {
    var lines = ["# Lookup tables beside ABC's, \(date.prefix(10)), commit \(commit.prefix(12))", ""]
    if hasLocalChanges { lines += ["Tracked files differed from the commit.", ""] }
    lines += [
      "- Machine: \(machine.processor), \(machine.cores) cores; \(machine.system), Linux \(machine.kernel); load "
        + "\(Figure.plain(machine.loadAtStart)) before and \(Figure.plain(machine.loadAtEnd)) after",
      "- Versions: \(swift); \(abc)",
      "- Command: `\(command)`, \(Figure.text(seconds, .seconds))",
      "- ABC runs `read FILE; strash; if -K k`, with `-a` for area, on the same file; Bristol Fashion circuits it gets as AIGER. Both "
        + "sides start from equal numbers of ANDs and equal depths, which the run checks. Tables are counted as in BLIF, where an "
        + "output is not complemented. Times are medians; ABC prints its own in hundredths of a second.",
    ]
    for objective in ["depth", "area"] where rows.contains(where: { $0.objective == objective }) {
      lines += totals(rows.filter { $0.objective == objective }, objective)
    }
    for objective in ["depth", "area"] where rows.contains(where: { $0.objective == objective }) {
      lines += details(rows.filter { $0.objective == objective }, objective)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The sums for each k.
  private func totals(_ rows: [Row], _ objective: String) -> [String] {
    var lines = [
      "", "## All circuits, \(objective) first", "",
      "| k | Circuits | Tables | ABC | Ratio | Worst ratio | Depth less / equal / more | Mapping | ABC | Ratio | Process "
        + "| ABC | Ratio |",
      "|--:|--:|--:|--:|--:|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for k in Set(rows.map(\.k)).sorted() {
      let group = rows.filter { $0.k == k }
      let (ours, abc) = (group.reduce(0) { $0 + $1.ours.tables }, group.reduce(0) { $0 + $1.abc.tables })
      let worst = group.max { $0.tableRatio < $1.tableRatio }
      let depths = [
        group.count { $0.ours.depth < $0.abc.depth }, group.count { $0.ours.depth == $0.abc.depth },
        group.count { $0.ours.depth > $0.abc.depth },
      ]
      func sum(_ samples: (Row) -> [Double]) -> Double { group.reduce(0) { $0 + MappingRun.median(samples($1)) } }
      let (seconds, abcSeconds) = (sum(\.ours.seconds), sum(\.abc.seconds))
      let (process, abcProcess) = (sum(\.ours.processSeconds), sum(\.abc.processSeconds))
      let cells = [
        "\(k)", "\(group.count)", Figure.grouped(ours), Figure.grouped(abc),
        MappingRun.ratio(Double(ours), Double(abc)),
        worst.map { "\(MappingRun.ratio($0.tableRatio, 1)) \($0.circuit)" } ?? "",
        depths.map(String.init).joined(separator: " / "), Figure.text(seconds, .seconds),
        Figure.text(abcSeconds, .seconds), MappingRun.ratio(seconds, abcSeconds), Figure.text(process, .seconds),
        Figure.text(abcProcess, .seconds), MappingRun.ratio(process, abcProcess),
      ]
      lines.append("| \(cells.joined(separator: " | ")) |")
    }
    return lines
  }

  /// A line for each circuit and k.
  private func details(_ rows: [Row], _ objective: String) -> [String] {
    var lines = [
      "", "## Circuit by circuit, \(objective) first", "",
      "| Circuit | ANDs | k | Tables | ABC | Ratio | Depth | ABC | Mapping | ABC | Process | ABC | Found equal by |",
      "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for row in rows {
      let cells = [
        row.circuit, Figure.grouped(row.gates), "\(row.k)", Figure.grouped(row.ours.tables),
        Figure.grouped(row.abc.tables), MappingRun.ratio(row.tableRatio, 1), Figure.grouped(row.ours.depth),
        Figure.grouped(row.abc.depth), Figure.text(MappingRun.median(row.ours.seconds), .seconds),
        Figure.text(MappingRun.median(row.abc.seconds), .seconds),
        Figure.text(MappingRun.median(row.ours.processSeconds), .seconds),
        Figure.text(MappingRun.median(row.abc.processSeconds), .seconds), row.verdict,
      ]
      lines.append("| \(cells.joined(separator: " | ")) |")
    }
    return lines
  }

  private static func median(_ samples: [Double]) -> Double {
    let sorted = samples.sorted()
    return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  private static func ratio(_ a: Double, _ b: Double) -> String {
    if b == 0 { return "" }
    let thousandths = Int((a / b * 1000).rounded())
    let fraction = String(1000 + thousandths % 1000).dropFirst()
    return "\(thousandths / 1000).\(fraction)"
  }
}
