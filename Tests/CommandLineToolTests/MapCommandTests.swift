// `wright circuit map`: counts, the file of tables, and what it refuses.
import Foundation
import TestSupport
import Testing

struct MapCommandTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("adder.aag", fullAdder)
  }

  func run(_ arguments: String..., input: String? = nil) throws -> Outcome {
    try Program.run(["circuit"] + arguments, input: input, in: folder)
  }

  @Test func aFullAdderIsTwoTablesOfThreeInputs() throws {
    let report = try run("map", "adder.aag", "-k", "3", "-o", "tables.blif", "--json").json()
    #expect(report["tables"] as? Int == 2 && report["depth"] as? Int == 1 && report["edges"] as? Int == 6)
    #expect(report["tablesByFanIn"] as? [Int] == [0, 0, 0, 2] && report["graphGates"] as? Int == 7)
    #expect((report["rounds"] as? [Any])?.count == 10)
    let info = try run("info", "tables.blif", "--json").json()
    #expect(info["gates"] as? Int == 2 && info["maximumFanIn"] as? Int == 3)
    let table = try run("simulate", "tables.blif", "--exhaustive").output
    #expect(table == "000 00\n100 10\n010 10\n110 01\n001 10\n101 01\n011 01\n111 11\n")
  }

  @Test func withoutAFileOnlyCountsArePrinted() throws {
    let outcome = try run("map", "adder.aag", "-k", "16")
    #expect(outcome.code == 0 && outcome.output.contains("2  (2 of 3 inputs)") && outcome.error.isEmpty)
    #expect(try folder.names == ["adder.aag"])
  }

  @Test func areaModeAndFewerRoundsAreReported() throws {
    let words = ["map", "adder.aag", "-k", "2", "--area", "--area-rounds", "0", "--flow-rounds", "0", "--json"]
    let report = try Program.run(["circuit"] + words, in: folder).json()
    #expect(report["objective"] as? String == "area" && (report["rounds"] as? [Any])?.count == 2)
  }

  @Test func tablesGoToStandardOutput() throws {
    let text = try run("map", "adder.aag", "-k", "4", "-o", "-", "--to", "blif").output
    #expect(text.hasPrefix(".model") && text.hasSuffix(".end\n"))
  }

  @Test func aFileOfTablesThatAreTooWideIsRefusedBeforeReading() throws {
    let outcome = try run("map", "missing.aag", "-k", "13", "-o", "x.blif")
    #expect(outcome.code == 64 && outcome.error.contains("at most 12 inputs a table"))
    #expect(try run("map", "missing.aag", "-k", "13").code == 65)
    #expect(try run("map", "adder.aag", "-k", "4", "-o", "tables").code == 64)
    #expect(try run("map", "adder.aag", "-k", "4", "-o", "no/tables.blif").code == 73)
  }
}
