// `wright mutants` on a full adder: a sample of its mutants, or all of them where tests may be slow.
import Foundation
import Testing

struct MutantsCommandTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("adder.aag", fullAdder)
  }

  func run(_ arguments: String...) throws -> Outcome { try Program.run(arguments, in: folder) }

  func construct(_ form: String, _ more: String...) throws {
    #expect(try Program.run(["construct", "adder.aag", "-o", "model", "--form", form] + more, in: folder).code == 0)
  }

  @Test(arguments: ["llama", "li"])
  func theMutantsOfAFullAdderAreRefusedOrRight(_ form: String) throws {
    try construct(form)
    let isSlow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"
    let count = isSlow ? "1000000" : "1500"
    let outcome = try run("mutants", "model", "--circuit", "adder.aag", "--count", count, "--json")
    #expect(outcome.code == 0)
    let report = try outcome.json()
    func number(_ key: String) throws -> Int { try #require(report[key] as? Int) }
    #expect(report["sound"] as? Bool == true && report["original"] as? String == "equal")
    #expect(try number("wrong") == 0 && number("notJudged") == 0)
    #expect(try number("refused") > 100 && number("equal") > 100)
    #expect(try number("mutants") == number("refused") + number("equal"))
    if isSlow { #expect(try number("mutants") + number("unchanged") == number("population")) }
    #expect(try number("assignments") == 8)
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.count == (form == "li" ? 8 : 7))
    // No other circuit is certified for the same weights: a full adder has no gate that does not matter.
    for row in rows.suffix(2) { #expect(row["refused"] as? Int == row["mutants"] as? Int) }
  }

  @Test func aSampleIsAFunctionOfTheSeed() throws {
    try construct("llama")
    func table(_ seed: String) throws -> String {
      let outcome = try run("mutants", "model", "--circuit", "adder.aag", "--count", "50", "--seed", seed)
      #expect(outcome.code == 0)
      return outcome.output
    }
    let first = try table("1")
    #expect(try table("1") == first)
    #expect(try table("2") != first)
    #expect(first.hasPrefix("mutants of"))
    #expect(first.contains("certified and equal") && first.contains("seed 1"))
  }

  @Test func weightsThatAreNotTheCircuitsAreAFalseCheck() throws {
    try construct("llama")
    try folder.write("other.aag", fullAdder.replacing("20 9 15", with: "20 9 14"))
    let outcome = try run("mutants", "model", "--circuit", "other.aag", "--count", "20", "--json")
    #expect(outcome.code == 1)
    let report = try outcome.json()
    #expect(report["sound"] as? Bool == false && report["originalIsCertified"] as? Bool == false)
    #expect((report["original"] as? String)?.contains("expected w9") == true)
    #expect(try run("mutants", "model", "--circuit", "other.aag", "--count", "20").output.contains("refused, after"))
  }

  @Test func aCircuitOfAnotherShapeAndAnotherArithmeticAreRefused() throws {
    try construct("llama")
    try folder.write("smaller.aag", "aag 3 2 0 1 1\n2\n4\n6\n6 2 4\n")
    let smaller = try run("mutants", "model", "--circuit", "smaller.aag")
    #expect(smaller.code == 65 && smaller.error.contains("2 inputs"))
    try construct("li", "--precision", "0,3", "--force")
    let finite = try run("mutants", "model", "--circuit", "adder.aag")
    #expect(finite.code == 65 && finite.error.contains("float32"))
  }
}
