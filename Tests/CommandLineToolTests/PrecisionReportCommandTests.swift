// `certify --report`: the table of formats, as text and as JSON, and what it does not do.
import Foundation
import Testing

struct PrecisionReportCommandTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("adder.aag", fullAdder)
  }

  func run(_ arguments: String...) throws -> Outcome { try Program.run(arguments, input: nil, in: folder) }

  @Test(arguments: [["--form", "llama"], ["--form", "li"], ["--form", "li", "--precision", "0,2"]])
  func everyFormHasItsTable(_ form: [String]) throws {
    #expect(try Program.run(["construct", "adder.aag", "-o", "model"] + form, input: nil, in: folder).code == 0)
    let text = try run("certify", "model", "--circuit", "adder.aag", "--report")
    #expect(text.code == 0, "\(text.error)")
    let names = [
      "format", "rounding", "certified", "score gap", "leak bound", "head margin", "least gain", "fails from T",
    ]
    for name in names { #expect(text.output.contains(name)) }
    let report = try run("certify", "model", "--circuit", "adder.aag", "--report", "--json").json()
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.count == (form.contains("0,2") ? 11 : 7))
    #expect(rows.first?["format"] as? String == "float32" && rows.first?["isCertified"] as? Bool == true)
    for row in rows { #expect(text.output.contains(row["format"] as? String ?? "no format")) }
  }

  @Test func anotherCircuitIsCertifiedInNoFormat() throws {
    #expect(try run("construct", "adder.aag", "-o", "model").code == 0)
    try folder.write("small.aag", "aag 3 2 0 1 1\n2\n4\n6\n6 2 4\n")
    let outcome = try run("certify", "model", "--circuit", "small.aag", "--report")
    #expect(outcome.code == 1 && outcome.output.contains("is it the model's?"))
  }

  @Test func aReportWritesNoCertificate() throws {
    #expect(try run("construct", "adder.aag", "-o", "model").code == 0)
    let outcome = try run("certify", "model", "--circuit", "adder.aag", "--report", "-o", "adder.cert")
    #expect(outcome.code == 64 && outcome.error.contains("--report writes no certificate"))
  }
}
