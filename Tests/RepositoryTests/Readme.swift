// The check that what README tells its reader to type and to open exists.
import Testing

/// The targets of a Makefile: names before a colon at the start of a line, patterns and variables left out.
func makeTargets(_ makefile: String) -> Set<String> {
  Set(makefile.matches(of: /(?m)^([A-Za-z][A-Za-z0-9_-]*)\s*:(?!=)/).map { String($0.output.1) })
}

/// What a text refers to and is not there.
///
/// - Parameters:
///   - paths: the repository's files; a link to a folder of one of them is good too.
func readmeFaults(_ readme: SourceFile, makeTargets: Set<String>, commands: CommandTree, paths: [String]) -> [String] {
  let references = readmeReferences(readme.text)
  let folder = readme.path.split(separator: "/").dropLast()
  let targets = references.makeTargets.filter { !makeTargets.contains($0) }.map { "make \($0): no such target" }
  let subcommands = references.subcommands.filter { !commands.contains($0) }
    .map { "wright \($0.joined(separator: " ")): no such subcommand" }
  let links = references.paths.filter { link in
    var parts = folder
    for part in link.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    let path = parts.joined(separator: "/")
    return !paths.contains { $0 == path || $0.hasPrefix(path + "/") }
  }.map { "\($0): no such file or folder" }
  return (targets + subcommands + links).map { "\(readme.path): \($0)" }
}

@Suite struct ReadmeTests {
  static let makefile = "SHELL := /bin/bash\n.PHONY: demo\ndemo: build ## Show\n\t@run x: y\nbuild:\n"
  static let commands = CommandTree(files: [
    SourceFile(
      path: "Sources/CommandLineTool/Wright.swift",
      text: """
        @main
        struct Wright: AsyncParsableCommand {
          static let configuration = CommandConfiguration(
            commandName: "wright", subcommands: [CircuitCommand.self, Demo.self, ShowAll.self])  // and more
        }
        struct CircuitCommand: ParsableCommand {
          static let configuration = CommandConfiguration(commandName: "circuit", subcommands: [Info.self])
        }
        extension CircuitCommand { struct Info: ParsableCommand {} }
        """),
    SourceFile(
      path: "Sources/CommandLineTool/Demo.swift",
      text: "package struct Demo: Tracing, ArgumentParser.ParsableCommand, Sendable {}"),
    SourceFile(
      path: "Sources/CommandLineTool/ShowAll.swift", text: "struct ShowAll {}\nextension ShowAll: ParsableCommand {}"),
  ])
  static let paths = ["README.md", "Makefile", "Tests/README.md", "Sources/A/A.swift"]

  static func faults(_ text: String, path: String = "README.md") -> [String] {
    readmeFaults(
      SourceFile(path: path, text: text), makeTargets: makeTargets(makefile), commands: commands, paths: paths)
  }

  @Test func whatReadmeNamesExists() throws {
    let makefile = try #require(Checkout.current.text("Makefile"))
    let commands = CommandTree(
      files: Checkout.current.files { $0.hasPrefix("Sources/CommandLineTool/") && $0.hasSuffix(".swift") })
    let texts = Checkout.current.files { $0.hasSuffix(".md") && !$0.contains(".docc/") }
    #expect(texts.contains { $0.path == "README.md" })
    let faults = texts.flatMap {
      readmeFaults($0, makeTargets: makeTargets(makefile), commands: commands, paths: Checkout.current.paths)
    }
    #expect(faults == [])
  }

  @Test func readmeNamesTheTwoCommands() throws {
    let references = readmeReferences(try #require(Checkout.current.text("README.md")))
    #expect(Set(references.makeTargets).isSuperset(of: ["demo", "test"]))
  }

  @Test(arguments: [
    "```sh\nmake demo\nmake demo MESSAGE=\"a b\"  # about a minute\nmake\n```",
    "```console\n$ make demo\nmake it so\n```",
    "```sh\nwright circuit info a.aag --json\nwright --help\nwright help circuit\n```",
    "```sh\ncat a | wright demo - && .build/release/wright show-all x\n```",
    "```sh\nswift run -c release wright demo abc\n```",
    "```swift\nmake.nothing()\nwright nothing\n```", "Run `wright nothing` or [x](y:z) and `[a](b)`.", "make nothing",
    "[a](Makefile), [b](Sources/A), [c](./Tests/README.md#where), [d](#below), [e](https://a.example/b \"t\")",
  ])
  func aTextThatNamesWhatExistsIsAccepted(text: String) {
    #expect(Self.faults(text) == [])
  }

  @Test(arguments: [
    ("```sh\nmake dome\n```", "make dome: no such target"),
    ("```console\n$ make dome\n```", "make dome: no such target"),
    ("```sh\nA=1 make -j2 dome\n```", "make dome: no such target"),
    ("```sh\nwright circus info a.aag\n```", "wright circus info: no such subcommand"),
    ("```sh\nwright circuit inform a.aag\n```", "wright circuit inform: no such subcommand"),
    ("```bash\ncd a && ./wright dome | cat\n```", "wright dome: no such subcommand"),
    ("```sh\nswift run -c release wright dome\n```", "wright dome: no such subcommand"),
    ("See [the guide](GUIDE.md).", "GUIDE.md: no such file or folder"),
    ("[a](Makefile) [b](Sources/B#c)", "Sources/B: no such file or folder"),
  ])
  func aTextThatNamesWhatDoesNotExistIsRejected(text: String, fault: String) {
    #expect(Self.faults(text) == ["README.md: \(fault)"])
  }

  @Test func linksStartFromTheTextsOwnFolder() {
    #expect(Self.faults("[a](README.md) [b](../Makefile)", path: "Tests/README.md") == [])
    #expect(
      Self.faults("[a](Makefile)", path: "Tests/README.md") == ["Tests/README.md: Makefile: no such file or folder"])
  }
}
