// The check that the product does not trap where it should throw: no fatalError, try! or as! outside an allow-list.
import Foundation
import Testing

/// A construct that the house does without, where it stands.
struct ForbiddenConstruct: Equatable {
  let path: String
  let line: Int
  let construct: String
  /// The line as it is written.
  let code: String
}

/// Every `fatalError(`, `try!` and `as!` in a file's code; its comments and the insides of its strings do not count.
func forbiddenConstructs(in file: SourceFile) -> [ForbiddenConstruct] {
  let written = file.text.numberedLines
  return blanked(file.text, strings: true).numberedLines.flatMap { line -> [ForbiddenConstruct] in
    // Simple word boundaries: Unicode's own take `Swift.fatalError` for a single word.
    let patterns: [(String, Regex<Substring>)] = [
      ("fatalError", /\bfatalError\s*\(/.wordBoundaryKind(.simple)), ("try!", /\btry!/.wordBoundaryKind(.simple)),
      ("as!", /\bas\s*!/.wordBoundaryKind(.simple)),
    ]
    return patterns.flatMap { construct, pattern in
      line.text.matches(of: pattern).map { _ in
        ForbiddenConstruct(
          path: file.path, line: line.number, construct: construct, code: String(written[line.number - 1].text))
      }
    }
  }
}

/// A line of the allow-list: `PATH | FRAGMENT OF THE LINE | REASON`.
struct AllowedConstruct: Equatable {
  let path: String
  let fragment: String

  func covers(_ construct: ForbiddenConstruct) -> Bool {
    construct.path == path && construct.code.contains(fragment)
  }
}

/// Reads an allow-list. Empty lines and lines that start with `#` are comments; what is not in the form is a fault.
func allowList(_ text: String) -> (entries: [AllowedConstruct], faults: [String]) {
  var entries: [AllowedConstruct] = []
  var faults: [String] = []
  for line in text.numberedLines where !line.text.isEmpty && !line.text.hasPrefix("#") {
    let fields = line.text.split(separator: " | ", maxSplits: 2, omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    if fields.count == 3, fields.allSatisfy({ !$0.isEmpty }) {
      entries.append(AllowedConstruct(path: fields[0], fragment: fields[1]))
    } else {
      faults.append("line \(line.number) is not `PATH | FRAGMENT | REASON`: \(line.text)")
    }
  }
  return (entries, faults)
}

/// Every forbidden construct that the allow-list does not cover, and every entry of it that covers nothing (any more).
func forbiddenConstructFaults(files: [SourceFile], allowList text: String) -> [String] {
  let list = allowList(text)
  let found = files.flatMap(forbiddenConstructs(in:))
  let surplus = found.filter { construct in !list.entries.contains { $0.covers(construct) } }
  let stale = list.entries.filter { entry in !found.contains(where: entry.covers) }
  return list.faults.map { "allow-list: \($0)" }
    + surplus.map {
      "\($0.path):\($0.line): \($0.construct): throw a typed error, or trap with precondition and a sentence"
    }
    + stale.map { "allow-list: nothing in \($0.path) matches `\($0.fragment)` any more" }
}

@Suite struct ForbiddenConstructsTests {
  @Test func theProductTrapsOnlyWhereTheAllowListGivesAReason() throws {
    let list = try #require(Checkout.current.text("Tests/RepositoryTests/allow-list"))
    let files = Checkout.current.files { $0.hasPrefix("Sources/") && $0.hasSuffix(".swift") }
    #expect(!files.isEmpty)
    #expect(forbiddenConstructFaults(files: files, allowList: list) == [])
  }

  @Test(arguments: [
    "let a = try? f()", "let a = b as? C", "precondition(a, \"b\")", "// fatalError(\"no\")", "/* try! f() */",
    "let text = \"use try! or as!\"", "let retry = !a", "let was = !b", "myfatalError()", "a.basis != b",
  ])
  func codeThatThrowsIsAccepted(code: String) {
    #expect(forbiddenConstructFaults(files: [SourceFile(path: "Sources/A/A.swift", text: code)], allowList: "").isEmpty)
  }

  @Test(arguments: [
    ("fatalError(\"no\")", "fatalError"), ("let a = try! f()", "try!"), ("let a = b as! C", "as!"),
    ("print(\"\\(b as! C)\")", "as!"), ("/* ok */ fatalError (\"no\")", "fatalError"),
    ("Swift.fatalError()", "fatalError"),
  ])
  func codeThatTrapsIsRejected(code: String, construct: String) {
    let file = SourceFile(path: "Sources/A/A.swift", text: "// A.\n\(code)\n")
    let faults = forbiddenConstructFaults(files: [file], allowList: "# Nothing.\n")
    #expect(faults.count == 1 && faults[0].hasPrefix("Sources/A/A.swift:2: \(construct): "))
  }

  @Test func anEntryOfTheAllowListCoversItsLineAlone() {
    let file = SourceFile(path: "Sources/A/A.swift", text: "let a = b as! C  // why\nlet d = e as! F\n")
    let list = "Sources/A/A.swift | let a = b as! C | the reason\n"
    let faults = forbiddenConstructFaults(files: [file], allowList: list)
    #expect(faults.count == 1 && faults[0].hasPrefix("Sources/A/A.swift:2: as!: "))
  }

  @Test(arguments: [
    "Sources/A/A.swift | as! D | the reason", "Sources/B/B.swift | as! C | the reason", "Sources/A/A.swift | as! C | ",
    "Sources/A/A.swift | as! C", "Sources/A/A.swift",
  ])
  func anEntryThatIsStaleOrGivesNoReasonIsRejected(entry: String) {
    let file = SourceFile(path: "Sources/A/A.swift", text: "let a = b as! C\n")
    let faults = forbiddenConstructFaults(files: [file], allowList: entry)
    #expect(faults.contains { $0.hasPrefix("allow-list: ") })
  }
}
