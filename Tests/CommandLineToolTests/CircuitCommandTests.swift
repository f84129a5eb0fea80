// `wright circuit`: information, conversion, generation, simulation, drawing.
import Foundation
import TestSupport
import Testing

struct CircuitCommandTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("adder.aag", fullAdder)
  }

  func run(_ arguments: String..., input: String? = nil) throws -> Outcome {
    try Program.run(["circuit"] + arguments, input: input, in: folder)
  }

  @Test func informationIsJSONWithTheFixedKeys() throws {
    let report = try run("info", "adder.aag", "--json").json()
    #expect(report["inputs"] as? Int == 3)
    #expect(report["outputs"] as? Int == 2)
    #expect(report["gates"] as? Int == 7)
    #expect(report["depth"] as? Int == 4)
    #expect(report["format"] as? String == "aag")
    #expect(report["gatesByFunction"] as? [String: Int] != nil)
  }

  @Test func theKeysOfJSONAreSorted() throws {
    let text = try run("info", "adder.aag", "--json").output
    let keys = text.split(separator: "\n").filter { $0.hasPrefix("  \"") }.map { $0.prefix { $0 != ":" } }
    #expect(keys.count > 5)
    #expect(keys == keys.sorted())
  }

  @Test func aCircuitIsReadFromStandardInput() throws {
    #expect(try run("info", "-", "--json", input: fullAdder).json()["gates"] as? Int == 7)
  }

  @Test(arguments: ["aag", "aig", "blif", "bench", "bristol", "bristol-old"])
  func everyFormatKeepsTheFunction(_ format: String) throws {
    // The older Bristol format has two input values and one output value, which any circuit can be called.
    let outcome = try run("convert", "adder.aag", "-o", "copy", "--to", format, "--json")
    #expect(outcome.code == 0)
    #expect(try outcome.json()["format"] as? String == format)
    let table = try run("simulate", "copy", "--format", format, "--exhaustive").output
    #expect(table == "000 00\n100 10\n010 10\n110 01\n001 10\n101 01\n011 01\n111 11\n")
  }

  @Test func conversionGoesToStandardOutput() throws {
    let text = try run("convert", "adder.aag", "-o", "-", "--to", "blif").output
    #expect(text.hasPrefix(".model"))
    #expect(try run("info", "-", "--json", input: text).json()["inputs"] as? Int == 3)
  }

  @Test func aFormatThatIsForcedIsBelieved() throws {
    #expect(try run("info", "adder.aag", "--format", "blif").code == 65)
  }

  @Test func theListOfGeneratorsHasTheirParameters() throws {
    let generators = try #require(try run("generate", "--json").json()["generators"] as? [[String: Any]])
    #expect(generators.contains { $0["name"] as? String == "sha256" })
    #expect(try run("generate").output.contains("ripple-carry-adder"))
  }

  @Test(arguments: [["--width", "3"], ["--width=3"]])
  func parametersAreGivenInEitherForm(_ parameters: [String]) throws {
    let outcome = try Program.run(
      ["circuit", "generate"] + parameters + ["ripple-carry-adder", "-o", "a.aag"], in: folder)
    #expect(outcome.code == 0)
    #expect(try run("simulate", "a.aag", "--input", "111100").output == "0001\n")
  }

  @Test(arguments: zip(["110", "1", ""], [0, 65, 65] as [Int32]))
  func bitsAreAsManyAsInputs(_ bits: String, _ code: Int32) throws {
    let outcome = try run("simulate", "adder.aag", "--input", bits)
    #expect(outcome.code == code)
    if code == 65 { #expect(outcome.error.contains("expected 3 bits, found \(bits.count)")) }
  }

  @Test func linesComeFromAFileAndAFaultNamesItsLine() throws {
    try folder.write("lines", "000\r\n110\n111")
    #expect(try run("simulate", "adder.aag", "--input", "lines").output == "00\n01\n11\n")
    try folder.write("bad", "000\n1x0\n")
    let outcome = try run("simulate", "adder.aag", "--input", "bad")
    #expect(outcome.code == 65)
    #expect(outcome.error == "wright: error: bad, line 2, column 2: expected 0 or 1, found \"x\"\n")
  }

  @Test(.enabled(if: sharedData != nil))
  func hexadecimalNumbersAreOneForEachGroup() throws {
    let data = try #require(sharedData)
    let file = data.appending(path: "circuits/bristol/adder64.txt").path
    #expect(try run("simulate", file, "--hex", "--input", "ff,1").output == "0000000000000100\n")
    #expect(try run("simulate", file, "--hex", "--input", "ffffffffffffffff,0x2").output == "0000000000000001\n")
    for (input, fault) in [
      ("1", "expected 2 numbers separated by commas, found 1"), ("1,10000000000000000", "at most 64 bits"),
      (",1", "at most 64 bits"),
    ] {
      let outcome = try run("simulate", file, "--hex", "--input", input)
      #expect(outcome.code == 65)
      #expect(outcome.error.contains(fault))
    }
  }

  @Test(.enabled(if: sharedData != nil))
  func hexadecimalAES128MatchesItsStandard() throws {
    let data = try #require(sharedData)
    // FIPS 197, appendix C.1; Bristol's AES takes the key first.
    let outcome = try run(
      "simulate", data.appending(path: "circuits/bristol/aes_128.txt").path, "--hex", "--input",
      "000102030405060708090a0b0c0d0e0f,00112233445566778899aabbccddeeff")
    #expect(outcome.output == "69c4e0d86a7b0430d8cdb78070b4c55a\n")
  }

  @Test func simulationPrintsJSON() throws {
    let report = try run("simulate", "adder.aag", "--exhaustive", "--json").json()
    #expect((report["outputs"] as? [String])?.count == 8)
    #expect((report["inputs"] as? [String])?[3] == "110")
  }

  @Test func tooManyInputsForATableAreRefused() throws {
    #expect(try run("generate", "parity", "--inputs", "21", "-o", "p.aag").code == 0)
    #expect(try run("simulate", "p.aag", "--exhaustive").code == 65)
  }

  @Test func drawingsAreRecognizedByExtension() throws {
    #expect(try run("draw", "adder.aag", "-o", "a.svg").code == 0)
    #expect(try String(contentsOfFile: folder.path("a.svg"), encoding: .utf8).contains("<svg"))
    #expect(try run("draw", "adder.aag", "-o", "-", "--to", "dot").output.hasPrefix("digraph"))
    #expect(try run("draw", "adder.aag", "-o", "a.svg", "--limit", "3").code == 65)
    #expect(try run("draw", "adder.aag", "-o", "a.gv", "--json").json()["format"] as? String == "dot")
    #expect(try run("draw", "adder.aag", "-o", "picture").code == 64)
  }

  @Test(arguments: [
    ("missing.aag", "No such file or directory"), (".", "a directory"), ("sequential.aag", "1 latch"),
    ("truncated.aag", "the end of the file"), ("empty", "the end of the file"),
  ])
  func aRefusedCircuitExitsWith65AndSaysWhy(_ file: String, _ reason: String) throws {
    try folder.write("sequential.aag", "aag 1 0 1 1 0\n2 3\n2\n")
    try folder.write("truncated.aag", "aag 3 2 0 1 1\n2\n4\n6\n")
    try folder.write("empty", "")
    for command in [["circuit", "info", file], ["construct", file, "-o", "folder"]] {
      let outcome = try Program.run(command, in: folder)
      #expect(outcome.code == 65)
      #expect(outcome.output.isEmpty)
      #expect(outcome.error.hasPrefix("wright: error: \(file)"))
      #expect(outcome.error.contains(reason))
    }
    #expect(try folder.names.contains("folder") == false)
  }

  @Test func outputsThatCannotBeMadeAreToldApart() throws {
    #expect(try run("convert", "adder.aag", "-o", "no/folder.aag").code == 73)
    #expect(try run("convert", "adder.aag", "-o", ".", "--to", "aag").code == 73)
    #expect(try run("convert", "adder.aag", "-o", "/dev/full", "--to", "aag").code == 74)
    #expect(try folder.names == ["adder.aag"])
  }

  @Test func aLinkStaysAndItsFileIsReplaced() throws {
    try folder.write("real.aag", "old")
    try FileManager.default.createSymbolicLink(atPath: folder.path("link.aag"), withDestinationPath: "real.aag")
    #expect(try run("convert", "adder.aag", "-o", "link.aag").code == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link.aag")) == "real.aag")
    #expect(try run("info", "real.aag").code == 0)
  }
}
