// What a configuration says, as YAML that reads back as the same.

/// A value to be written.
indirect enum ConfigurationValue {
  case null
  /// A number or a flag, which stands as it is.
  case scalar(String)
  case text(String)
  case list([ConfigurationValue])
  case map([(String, ConfigurationValue)])

  /// The lines of a mapping.
  var yaml: String {
    guard case .map(let entries) = self else { return inline + "\n" }
    return Self.lines(entries, indent: "")
  }

  /// The values that are no mappings, each with its path, such as `optimizer.lr`, and in YAML's flow style.
  var leaves: [(String, String)] {
    guard case .map(let entries) = self else { return [] }
    return entries.flatMap { key, value in
      value.isMap ? value.leaves.map { ("\(key).\($0.0)", $0.1) } : [(key, value.inline)]
    }
  }

  private static func lines(_ entries: [(String, ConfigurationValue)], indent: String) -> String {
    entries.map { key, value in
      switch value {
      case .map(let inner) where !inner.isEmpty: "\(indent)\(key):\n" + lines(inner, indent: indent + "  ")
      case .list(let items) where items.contains(where: \.isMap):
        "\(indent)\(key):\n" + items.map { "\(indent)  - \($0.inline)\n" }.joined()
      default: "\(indent)\(key): \(value.inline)\n"
      }
    }.joined()
  }

  private var isMap: Bool {
    if case .map = self { return true }
    return false
  }

  /// The value in YAML's flow style.
  private var inline: String {
    switch self {
    case .null: "null"
    case .scalar(let text): text
    case .text(let text): Self.isPlain(text) ? text : Self.quoted(text)
    case .list(let items): "[" + items.map(\.inline).joined(separator: ", ") + "]"
    case .map(let entries): "{" + entries.map { "\($0): \($1.inline)" }.joined(separator: ", ") + "}"
    }
  }

  /// Whether a text needs no quotes: letters, digits and a few signs, and neither a number nor a word that YAML takes for something else.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter || first == "/" || first == "_" else { return false }
    let reserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"]
    return !reserved.contains(text.lowercased())
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/_.-".contains($0)) }
  }

  /// In double quotes, with the escapes that YAML and JSON share.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0xFEFF:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
