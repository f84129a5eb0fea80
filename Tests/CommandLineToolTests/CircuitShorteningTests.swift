// `wright circuit shorten`, `minimum` and `equivalent`: reports, exit codes, refusals.
import Foundation
import TestSupport
import Testing

struct CircuitShorteningTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("adder.aag", fullAdder)
  }

  func run(_ arguments: String...) throws -> Outcome { try Program.run(["circuit"] + arguments, in: folder) }

  @Test func aFullAdderOfSevenAndGatesBecomesFiveGates() throws {
    let outcome = try run("shorten", "adder.aag", "-o", "short.blif", "--json")
    #expect(outcome.code == 0)
    let report = try outcome.json()
    #expect(report["tokensBefore"] as? Int == 7 && report["tokensAfter"] as? Int == 5)
    let verdict = try #require(report["verdict"] as? [String: Any])
    #expect(verdict["verdict"] as? String == "equal" && verdict["proof"] as? String == "exhaustion")
    #expect(try run("info", "short.blif", "--json").json()["logicGates"] as? Int == 5)
    let equal = try run("equivalent", "adder.aag", "short.blif")
    #expect(equal.code == 0 && equal.output == "equal: all 8 assignments\n")
  }

  @Test func differentCircuitsGiveACounterexampleAndCode1() throws {
    // The carry complemented: literal 21 becomes 20.
    try folder.write("damaged.aag", fullAdder.replacingOccurrences(of: "\n21\n", with: "\n20\n"))
    let outcome = try run("equivalent", "adder.aag", "damaged.aag", "--json")
    #expect(outcome.code == 1)
    let report = try outcome.json()
    #expect(report["verdict"] as? String == "different" && report["output"] as? Int == 1)
    let inputs = try #require(report["counterexample"] as? String)
    let values = try ["adder.aag", "damaged.aag"].map { file in
      try run("simulate", file, "--input", inputs).output
    }
    #expect(values[0] != values[1])
  }

  @Test func anUndecidedComparisonSaysWhyAndHasCode1() throws {
    let generated = try [("ripple-carry-adder", "a.blif"), ("prefix-adder", "b.blif")].map { generator, file in
      try run("generate", generator, "--width", "24", "-o", file).code
    }
    #expect(generated == [0, 0])
    let outcome = try run("equivalent", "a.blif", "b.blif", "--solver", "none")
    #expect(outcome.code == 1 && outcome.output.hasPrefix("undecided: ") && outcome.output.contains("solver"))
  }

  @Test func circuitsOfOtherShapesAreRefused() throws {
    #expect(try run("generate", "ripple-carry-adder", "--width", "8", "-o", "a.blif").code == 0)
    let outcome = try run("equivalent", "adder.aag", "a.blif")
    #expect(outcome.code == 65 && outcome.error.contains("3 inputs"))
    #expect(try run("equivalent", "adder.aag", "nowhere.aag").code == 65)
    #expect(try run("equivalent", "-", "-").code == 64)
  }

  @Test func argumentsThatMakeNoSenseAreRefused() throws {
    #expect(try run("shorten", "adder.aag", "-o", "x.blif", "--effort", "4").code == 64)
    #expect(try run("shorten", "adder.aag", "-o", "x.blif", "--time-limit", "0").code == 64)
    #expect(try run("shorten", "adder.aag", "-o", "x.blif", "--solver", "/nowhere/solver").code == 64)
    #expect(try run("shorten", "adder.aag", "-o", "x.unknown").code == 64)
    #expect(try run("shorten", "adder.aag", "-o", "-", "--json").code == 64)
    #expect(try run("minimum", "adder.aag", "--up-to", "-1").code == 64)
    #expect(try folder.names == ["adder.aag"])
  }

  @Test func theMinimumOfOneOutputNeedsNoSolver() throws {
    try folder.write("odd.bench", "INPUT(a)\nINPUT(b)\nINPUT(c)\nOUTPUT(y)\ny = XOR(a, b, c)\n")
    let outcome = try run("minimum", "odd.bench", "--solver", "none", "-o", "odd.blif", "--json")
    #expect(outcome.code == 0)
    let report = try outcome.json()
    #expect(report["result"] as? String == "minimum" && report["gates"] as? Int == 2)
    #expect(try run("equivalent", "odd.bench", "odd.blif").code == 0)
    let none = try run("minimum", "odd.bench", "--up-to", "1")
    #expect(none.code == 0 && none.output.hasPrefix("more than 1 gates"))
    let adder = try run("minimum", "adder.aag", "--solver", "none")
    #expect(adder.code == 1 && adder.output.contains("undecided"))
    #expect(try run("generate", "ripple-carry-adder", "--width", "8", "-o", "a.blif").code == 0)
    #expect(try run("minimum", "a.blif").code == 65)
  }
}
