// The options that every subcommand has, and the printing of results as JSON.
import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `--json` and `--quiet`.
struct ReportOptions: ParsableArguments {
  @Flag(name: .long, help: "Print one JSON object with sorted keys instead of text.")
  var json = false

  @Flag(name: [.short, .long], help: "No progress bar and no notes on standard error.")
  var quiet = false

  /// Prints `report` as JSON, or else the text.
  func print(_ report: some Encodable, text: () throws -> String) throws {
    try StandardOutput.print(json ? ReportOptions.json(report) + "\n" : text())
  }

  /// Tells a person something that is no result, unless they want quiet.
  func note(_ text: @autoclosure () -> String) {
    if !quiet { StandardError.note(text()) }
  }

  /// A value as JSON with sorted keys.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// Two columns of text, the second aligned.
func table(_ rows: [(String, String)]) -> String {
  let width = rows.map(\.0.count).max() ?? 0
  return rows.map { name, value in
    name + String(repeating: " ", count: width + 2 - name.count) + printable(value) + "\n"
  }.joined()
}

/// `text` with control characters spelled out: names come from files, and a terminal would obey them.
func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
  return text.unicodeScalars.map { scalar in
    scalar.properties.generalCategory == .control
      ? "\\u{\(String(scalar.value, radix: 16, uppercase: true))}" : String(scalar)
  }.joined()
}
