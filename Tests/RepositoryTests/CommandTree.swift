// The program's subcommands, read from the declarations in Sources/CommandLineTool.

/// The tree of a program's subcommands.
struct CommandTree: Equatable {
  /// The names of the subcommands of each type that declares a command.
  private(set) var subcommands: [String: [String: String]] = [:]
  /// The type that is the program itself.
  private(set) var root: String?

  /// Reads the types that conform to one of ArgumentParser's command protocols, in any of the files.
  ///
  /// A type's name on the command line is its `commandName`, or the type's name in lower case with hyphens. A type is
  /// expected to state its configuration in its own file, before the next command type, as the house does.
  init(files: [SourceFile]) {
    let declaration =
      /\b(?:struct|enum|class|extension)\s+([A-Za-z0-9_.]+)\s*:[^{]*\b(?:Async)?ParsableCommand\b[^{]*\{/
      .wordBoundaryKind(.simple)
    var names: [String: String] = [:]
    var children: [String: [String]] = [:]
    for file in files {
      let code = blanked(file.text, strings: false)
      let matches = code.matches(of: declaration)
      for (index, match) in matches.enumerated() {
        let type = Self.lastPart(match.output.1)
        let end = index + 1 < matches.count ? matches[index + 1].range.lowerBound : code.endIndex
        let body = code[match.range.upperBound..<end]
        names[type] =
          body.firstMatch(of: /\bcommandName:\s*"([^"]+)"/).map { String($0.output.1) } ?? Self.hyphenated(type)
        let lists = body.matches(of: /\bsubcommands:\s*\[([^\]]*)\]/).map { $0.output.1 }
        children[type] = lists.flatMap { $0.matches(of: /([A-Za-z0-9_.]+)\.self/).map { Self.lastPart($0.output.1) } }
        if code[..<match.range.lowerBound].contains(/@main\s+(?:(?:public|package|internal|final)\s+)*$/) {
          root = type
        }
      }
    }
    for (type, list) in children {
      subcommands[type] = Dictionary(list.map { (names[$0] ?? Self.hyphenated($0), $0) }) { first, _ in first }
    }
  }

  /// Whether the words name a subcommand: each a child of the one before, until a command without children, whose words
  /// are arguments. No word at all names the program.
  func contains(_ words: [String]) -> Bool {
    guard var type = root else { return false }
    for word in words {
      guard let children = subcommands[type], !children.isEmpty else { return true }
      if type == root, word == "help" { return true }
      guard let child = children[word] else { return false }
      type = child
    }
    return true
  }

  private static func lastPart(_ name: Substring) -> String { String(name.split(separator: ".").last ?? name) }

  /// `DumpHelp` as `dump-help`, the name that ArgumentParser gives to a type without a `commandName`.
  private static func hyphenated(_ type: String) -> String {
    type.matches(of: /[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/).map { $0.output.lowercased() }.joined(separator: "-")
  }
}
