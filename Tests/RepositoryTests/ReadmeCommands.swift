// The commands and paths that README shows, read from its text.

/// What a Markdown text tells its reader to type or to open.
struct ReadmeReferences: Equatable {
  /// The targets of `make` commands.
  var makeTargets: [String] = []
  /// The words after `wright`, up to the first option, path or quoted word: `["circuit", "info"]`.
  var subcommands: [[String]] = []
  /// The paths that links lead to inside the repository.
  var paths: [String] = []
}

/// Reads the shell commands of the blocks fenced as `sh`, `shell`, `bash` or `console`, and the links elsewhere.
///
/// In a `console` block only the lines after a `$ ` prompt are commands; the others are what they print.
func readmeReferences(_ text: String) -> ReadmeReferences {
  var references = ReadmeReferences()
  var fence: Substring?
  for line in text.numberedLines.map(\.text) {
    let trimmed = line.trimmingPrefix(while: \.isWhitespace)
    if trimmed.hasPrefix("```") {
      fence =
        fence == nil ? trimmed.dropFirst(3).trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace } : nil
    } else if let language = fence {
      guard ["sh", "shell", "bash", "console"].contains(language) else { continue }
      if trimmed.hasPrefix("$ ") {
        readCommands(trimmed.dropFirst(2), into: &references)
      } else if language != "console" {
        readCommands(trimmed, into: &references)
      }
    } else {
      references.paths += linkedPaths(line)
    }
  }
  return references
}

/// The commands of a shell line: the parts between pipes, `&&`, `||` and `;`, up to a comment.
private func readCommands(_ line: Substring, into references: inout ReadmeReferences) {
  let code = line.firstMatch(of: /(^|\s)#/).map { line[..<$0.range.lowerBound] } ?? line
  for command in code.split(whereSeparator: { "|&;".contains($0) }) {
    var words = command.split(whereSeparator: \.isWhitespace)[...]
    while let word = words.first, word.contains(/^[A-Za-z_]+=/) || word == "time" { words.removeFirst() }
    guard let program = words.popFirst() else { continue }
    if program == "make" {
      references.makeTargets += words.filter { !$0.contains("=") && !$0.hasPrefix("-") && !$0.hasPrefix("\"") }.prefix(
        1
      )
      .map(String.init)
    } else if program == "wright" || program.hasSuffix("/wright") {
      references.subcommands.append(plainWords(words))
    } else if program == "swift", words.first == "run", let index = words.firstIndex(of: "wright") {
      references.subcommands.append(plainWords(words[(index + 1)...]))
    }
  }
}

private func plainWords(_ words: ArraySlice<Substring>) -> [String] {
  words.prefix { $0.contains(/^[a-z][a-z-]*$/) }.map(String.init)
}

/// The destinations of a line's links that lead into the repository, without the part after `#`.
private func linkedPaths(_ line: Substring) -> [String] {
  let withoutCode = line.replacing(/`[^`]*`/, with: "code")
  return withoutCode.matches(of: /\]\(\s*<?([^)>\s]+)>?[^)]*\)/).compactMap { match in
    let path = match.output.1.prefix { $0 != "#" }
    return path.isEmpty || path.contains(/^[a-z]+:/) ? nil : String(path)
  }
}
