// `wright frontier`, and deep folders of `wright construct`: tables, pictures, exit codes.
import Foundation
import TestSupport
import Testing

struct FrontierCommandTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("adder.aag", fullAdder)
  }

  func run(_ arguments: String...) throws -> Outcome { try Program.run(arguments, in: folder) }

  @Test func theRowsAreTabulatedAndDrawn() throws {
    let report = try run("frontier", "adder.aag", "--plot", "adder.svg", "--json", "--quiet").json()
    #expect(report["sound"] as? Bool == true)
    let frontier = try #require(report["frontier"] as? [String: Any])
    let rows = try #require(frontier["rows"] as? [[String: Any]])
    #expect(
      rows.compactMap { $0["construction"] as? String } == ["lookupTables", "lookupTables", "memorizer"]
        || rows.compactMap { $0["construction"] as? String } == ["circuit", "lookupTables", "memorizer"])
    #expect(rows.compactMap { $0["stepCount"] as? Int }.suffix(2) == [2, 1])
    #expect(rows.allSatisfy { $0["isExhaustive"] as? Bool == true })
    let picture = try String(contentsOf: folder.url.appending(path: "adder.svg"), encoding: .utf8)
    #expect(picture.hasPrefix("<svg ") && picture.contains(">token<"))
    let text = try run("frontier", "adder.aag", "--sizes", "2,3", "--layers", "1", "--no-search", "--quiet").output
    #expect(text.split(separator: "\n").count == 4 && text.contains("all 2^3"))
  }

  @Test func argumentsThatMakeNoSenseAreRefused() throws {
    #expect(try run("frontier", "adder.aag", "--sizes", "1,2").code == 64)
    #expect(try run("frontier", "adder.aag", "--sizes", "3,2").code == 64)
    #expect(try run("frontier", "adder.aag", "--sizes", "13").code == 64)
    #expect(try run("frontier", "adder.aag", "--layers", "9").code == 64)
    #expect(try run("frontier", "missing.aag").code == 65)
    try folder.write("none.aag", "aag 0 0 0 0 0\n")
    let outcome = try run("frontier", "none.aag")
    #expect(outcome.code == 65 && outcome.error.contains("a circuit with inputs and outputs"))
    #expect(try run("frontier", "adder.aag", "--plot", "no/adder.svg", "--quiet").code == 73)
  }

  @Test func aDeepFolderIsCertifiedAgainstTheCircuitThatItHolds() throws {
    #expect(try run("circuit", "generate", "parity", "--inputs", "8", "-o", "parity.blif").code == 0)
    let report = try run("construct", "parity.blif", "-o", "deep", "--layers", "3", "--json").json()
    let cost = try #require(report["cost"] as? [String: Any])
    #expect(cost["stepCount"] as? Int == 1 && cost["layerCount"] as? Int == 3)
    #expect(try run("certify", "deep", "--circuit", "deep/circuit.blif", "--quiet").code == 0)
    #expect(try run("check", "deep", "--circuit", "deep/circuit.blif", "--quiet").code == 0)
    #expect(try run("run", "deep", "--input", "10110000").output == "1\n")
    #expect(try run("construct", "parity.blif", "-o", "deeper", "--layers", "4").code == 65)
    #expect(try run("construct", "parity.blif", "-o", "li", "--layers", "2", "--form", "li").code == 64)
  }

  @Test func wideGatesAreRefusedByTheFormThatHasNoRoomForThem() throws {
    try folder.write(
      "and.blif", ".model m\n.inputs a b c d e f g\n.outputs y\n.names a b c d e f g y\n1111111 1\n.end\n")
    let outcome = try run("construct", "and.blif", "-o", "li", "--form", "li")
    #expect(outcome.code == 65 && outcome.error.contains("gates of at most 6 operands for the form li"))
    #expect(try run("construct", "and.blif", "-o", "llama").code == 0)
    #expect(try run("certify", "llama", "--circuit", "and.blif", "--quiet").code == 0)
    #expect(try run("run", "llama", "--input", "1111111", "--trace").output.contains("= AND7("))
    #expect(try run("certify", "llama", "--circuit", "and.blif", "--report", "--quiet").code == 0)
  }
}
