// A recorded run as a page of Markdown tables, made from the JSON and from nothing else.
import ArgumentParser
import Foundation

/// `benchmark table FILE.json`: prints the page.
struct Table: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Print a recorded run as Markdown.")

  @Argument(help: "The JSON file of a recorded run.", completion: .file(extensions: ["json"]))
  var file: String

  func run() throws {
    let run = try JSONDecoder().decode(RecordedRun.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    print(run.markdown, terminator: "")
  }
}

extension RecordedRun {
  /// The page.
  var markdown: String {
    var lines = ["# \(title ?? "Benchmarks"), \(date.prefix(10)), commit \(commit.prefix(12))", ""]
    if isQuick { lines += ["Cut short by `--quick`: these figures are not for quoting.", ""] }
    if hasLocalChanges { lines += ["Tracked files differed from the commit.", ""] }
    let memory = Figure.text(Double(machine.memoryBytes), .bytes)
    lines += [
      "- Machine: \(machine.processor), \(machine.cores) cores (\(machine.vectorExtensions.joined(separator: ", "))), "
        + "\(memory); \(machine.system), Linux \(machine.kernel); load \(Figure.plain(machine.loadAtStart)) before "
        + "and \(Figure.plain(machine.loadAtEnd)) after, of which the run itself is up to \(machine.cores)",
      "- Versions: \(versions.swift); Python \(versions.python), torch \(versions.torch) "
        + "(\(versions.torchThreads) threads), transformers \(versions.transformers)",
      "- Command: `\(command)`, \(Figure.text(seconds, .seconds))",
    ]
    if !circuits.isEmpty {
      lines += ["", "| Circuit | Source | Inputs | Gates | Depth | Tokens |", "|---|---|--:|--:|--:|--:|"]
    }
    for circuit in circuits {
      let counts = [circuit.inputs, circuit.gates, circuit.depth, circuit.tokens].map { Figure.grouped($0) }
      lines.append("| \(circuit.name) | \(circuit.source) | \(counts.joined(separator: " | ")) |")
    }
    var groups: [String] = []
    for measurement in measurements where !groups.contains(measurement.group) { groups.append(measurement.group) }
    for group in groups {
      lines += [
        "", "## \(group)", "", "| | Median | Least | Spread | Runs | Target | |", "|---|--:|--:|--:|--:|--:|---|",
      ]
      var notes: [String] = []
      for row in measurements where row.group == group {
        var name = row.name
        if let note = row.note {
          if !notes.contains(note) { notes.append(note) }
          name += " (\((notes.firstIndex(of: note) ?? 0) + 1))"
        }
        let target = row.target.map { "\($0.relation.rawValue) \(Figure.text($0.value, row.unit))" } ?? ""
        let verdict = row.isReached.map { $0 ? "reached" : "**missed**" } ?? ""
        lines.append(
          "| \(name) | \(Figure.text(row.median, row.unit)) | \(Figure.text(row.minimum, row.unit)) | "
            + "\(row.samples.count > 1 ? Figure.text(row.spread * 100, .percent) : "") | \(row.samples.count) | "
            + "\(target) | \(verdict) |")
      }
      if !notes.isEmpty { lines.append("") }
      for (i, note) in notes.enumerated() { lines.append("\(i + 1). \(note)") }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Numbers for people: three significant figures.
enum Figure {
  static func text(_ value: Double, _ unit: Unit) -> String {
    switch unit {
    case .seconds:
      value < 1e-3 ? "\(plain(value * 1e6)) µs" : value < 1 ? "\(plain(value * 1e3)) ms" : "\(plain(value)) s"
    case .bytes: scaled(value, "B")
    case .times: "\(plain(value))x"
    case .percent: "\(plain(value)) %"
    case .perSecond, .tokensPerSecond:
      scaled(value, "/s", powerNames: ["", "thousand", "million", "billion", "trillion"])
    }
  }

  /// Three significant figures, never in exponential form.
  static func plain(_ value: Double) -> String {
    let magnitude = abs(value)
    if magnitude >= 100 { return grouped(Int(value.rounded())) }
    return String(format: magnitude >= 10 ? "%.1f" : magnitude >= 1 ? "%.2f" : "%.3f", value)
  }

  /// 1234567 as 1,234,567.
  static func grouped(_ value: Int) -> String {
    var digits = Array(String(abs(value)))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return (value < 0 ? "-" : "") + String(digits)
  }

  private static func scaled(
    _ value: Double, _ unit: String, powerNames: [String] = ["", "k", "M", "G", "T"]
  ) -> String {
    var (scaled, power) = (value, 0)
    while scaled >= 1000, power + 1 < powerNames.count {
      scaled /= 1000
      power += 1
    }
    let isWord = unit.hasPrefix("/")
    if isWord, power == 1 { return "\(grouped(Int(value.rounded())))\(unit)" }
    return isWord
      ? "\(plain(scaled))\(power == 0 ? "" : " ")\(powerNames[power])\(unit)"
      : "\(plain(scaled)) \(powerNames[power])\(unit)"
  }
}
