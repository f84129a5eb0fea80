// Help texts, usage errors and shell completions.
import Foundation
import Testing

struct HelpTests {
  /// Every command by its words.
  static let commands = [
    [], ["circuit"], ["circuit", "info"], ["circuit", "convert"], ["circuit", "generate"], ["circuit", "simulate"],
    ["circuit", "draw"], ["circuit", "map"], ["construct"], ["run"], ["check"], ["mutants"], ["export"], ["info"],
    ["train"], ["eval"], ["demo"],
  ]

  @Test(arguments: commands)
  func everyHelpTextHasAnExampleOfItsOwnCommand(_ command: [String]) throws {
    let outcome = try Program.run(command + ["--help"], in: Scratch())
    #expect(outcome.code == 0)
    #expect(outcome.error.isEmpty)
    let example = try #require(outcome.output.range(of: "EXAMPLE:\n"))
    let line = outcome.output[example.upperBound...].prefix { $0 != "\n" }
    #expect(line.trimmingPrefix("  ").hasPrefix((["wright"] + command).joined(separator: " ")))
  }

  @Test func theHelpListsTheExitCodes() throws {
    let text = try Program.run(["--help"], in: Scratch()).output
    for code in ["0 ", "1 ", "64", "65", "70", "73", "74", "130"] { #expect(text.contains("\n  \(code)")) }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsAreGenerated(_ shell: String) throws {
    let outcome = try Program.run(["--generate-completion-script", shell], in: Scratch())
    #expect(outcome.code == 0)
    for word in ["circuit", "construct", "export", "demo"] { #expect(outcome.output.contains(word)) }
  }

  @Test(arguments: commands.filter { !$0.isEmpty && $0 != ["circuit"] })
  func everySubcommandTakesJSONAndQuiet(_ command: [String]) throws {
    let text = try Program.run(command + ["--help"], in: Scratch()).output
    #expect(text.contains("--json"))
    #expect(text.contains("--quiet"))
  }

  @Test(arguments: [
    ["no-such-command"], ["circuit", "no-such-command"], ["circuit", "info"],
    ["circuit", "info", "--no-such-option", "x"],
    ["run", "folder"], ["check", "folder"], ["construct", "file"], ["export", "folder"],
    ["construct", "file", "-o", "folder", "--form", "other"], ["run", "folder", "--input", "1", "--engine", "other"],
    ["run", "folder", "--input", "1", "--engine", "indexed", "--live-cache"],
    ["check", "folder", "--circuit", "x", "--assignments", "0"], ["circuit", "info", "x", "--format", "vhdl"],
    ["circuit", "map", "x"], ["circuit", "map", "x", "-k", "1"], ["circuit", "map", "x", "-k", "17"],
    ["circuit", "map", "x", "-k", "13", "-o", "x.blif"], ["circuit", "map", "x", "-k", "4", "-o", "-", "--json"],
    ["mutants", "folder", "--circuit", "x", "--count", "0"], ["mutants", "folder", "--circuit", "x", "--bits", "25"],
    ["export", "folder", "-o", "x", "--format", "onnx"], ["circuit", "simulate", "x"],
    ["circuit", "simulate", "-", "--input", "-"], ["circuit", "generate", "no-such-generator", "-o", "x.aag"],
    ["circuit", "generate", "parity", "--inputs", "0", "-o", "x.aag"],
    ["circuit", "generate", "parity", "--no-such-parameter", "1", "-o", "x.aag"],
    ["circuit", "generate", "parity", "--inputs"], ["circuit", "generate", "parity"],
    ["circuit", "generate", "parity", "majority", "-o", "x.aag"],
    ["circuit", "generate", "parity", "--inputs", "3", "--inputs", "4", "-o", "x.aag"],
    ["circuit", "generate", "parity", "-o", "no-extension"], ["circuit", "generate", "parity", "-o", "-"],
  ])
  func aUsageErrorExitsWith64AndWritesNothing(_ arguments: [String]) throws {
    let folder = try Scratch()
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.code == 64)
    #expect(outcome.output.isEmpty)
    #expect(!outcome.error.isEmpty)
    #expect(try folder.names == [])
  }
}
