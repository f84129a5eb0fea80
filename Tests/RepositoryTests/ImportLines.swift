// The import declarations of a Swift file.

/// An import in a Swift file.
struct ImportLine: Equatable {
  /// The module, without the submodule or the declaration after it.
  let module: String
  let line: Int
}

/// The imports of a file, in order, in every form: with attributes, an access level, `@testable`, a single declaration
/// (`import struct Foundation.URL`), several on a line, and inside `#if`.
func importLines(_ text: String) -> [ImportLine] {
  blanked(text, strings: true).numberedLines.flatMap { line in
    line.text.split(separator: ";").compactMap { statement in
      importedModule(statement).map { ImportLine(module: $0, line: line.number) }
    }
  }
}

private func importedModule(_ statement: Substring) -> String? {
  let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
  let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
  var words = statement.split(whereSeparator: \.isWhitespace)[...]
  while let word = words.first, word.hasPrefix("@") || modifiers.contains(word) { words.removeFirst() }
  guard words.first == "import" else { return nil }
  words.removeFirst()
  if let word = words.first, kinds.contains(word), words.count > 1 { words.removeFirst() }
  guard let path = words.first, let module = path.split(separator: ".").first else { return nil }
  return module.trimmingPrefix("`").split(separator: "`").first.map(String.init)
}
