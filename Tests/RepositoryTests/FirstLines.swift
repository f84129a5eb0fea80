// The check that a source file opens by saying what it is for.
import Testing

/// The files whose first line (after `#!` or a manifest's tools version) is not a comment of at least three words.
func firstLineFaults(_ files: [SourceFile]) -> [String] {
  files.compactMap { file in
    var lines = file.text.numberedLines.map(\.text)[...]
    if let first = lines.first, first.hasPrefix("#!") || first.hasPrefix("// swift-tools-version") {
      lines.removeFirst()
    }
    let line = lines.first ?? ""
    let opening = ["//", "/*", "\"\"\"", "#"].first { line.hasPrefix($0) }
    // In C a line with # is a directive and no comment.
    let isDirective = opening == "#" && [".swift", ".c", ".h"].contains(where: file.path.hasSuffix)
    let words = line.drop { !$0.isLetter && !$0.isNumber && $0 != "`" }.split(separator: " ").count
    return opening == nil || isDirective || words < 3
      ? "\(file.path) does not open with a comment on what it is for" : nil
  }
}

@Suite struct FirstLinesTests {
  @Test func everySourceFileSaysWhatItIsFor() {
    let files = Checkout.current.files(where: SourceFile.isSource)
    #expect(!files.isEmpty)
    #expect(firstLineFaults(files) == [])
  }

  @Test(arguments: [
    ("A.swift", "// Circuits as values.\nimport B\n"), ("A.h", "// Wrappers over GMP.\n#define A\n"),
    ("A.c", "/* Wrappers over GMP. */\n"), ("a.py", "#!/usr/bin/env python3\n# Counts the tests.\n"),
    ("b.py", "\"\"\"Counts the tests.\"\"\"\n"), ("run", "#!/usr/bin/env bash\n# Runs the tests.\n"),
    ("Package.swift", "// swift-tools-version: 6.2\n// The benchmarks' own package.\n"),
  ])
  func aFileThatSaysWhatItIsForIsAccepted(name: String, text: String) {
    #expect(firstLineFaults([SourceFile(path: "Sources/\(name)", text: text)]).isEmpty)
  }

  @Test(arguments: [
    ("A.swift", "import B\n"), ("A.swift", ""), ("A.swift", "\n// Circuits as values.\n"),
    ("A.swift", "// Circuit.swift\n"),
    ("A.swift", "//\n"), ("A.swift", "# Circuits as values.\n"), ("A.c", "#include \"A.h\" and so on\n"),
    ("a.py", "#!/usr/bin/env python3\nimport sys\n"), ("Package.swift", "// swift-tools-version: 6.2\nimport A\n"),
  ])
  func aFileThatDoesNotIsRejected(name: String, text: String) {
    #expect(firstLineFaults([SourceFile(path: "Sources/\(name)", text: text)]).count == 1)
  }
}
