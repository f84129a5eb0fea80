// `wright memorize`: folders, checks, other forms, and refusals that name the hypothesis and the rows.
import Foundation
import TestSupport
import Testing

struct MemorizeCommandTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("xor.csv", "a,b,label\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
    try folder.write("line.csv", "0,1/2\n1,3\n2.5,-1\n4,0\n")
    let points = (0..<40).map { i in "\(i * i % 97),\(i * 7919 % 101),\(i * i * i % 89),\(i % 2)\n" }
    try folder.write("plane.csv", points.joined())
  }

  func run(_ arguments: String...) throws -> Outcome { try Program.run(["memorize"] + arguments, in: folder) }

  @Test(arguments: [
    ("xor.csv", "truth-table"), ("line.csv", "zhang"), ("line.csv", "two-layer"), ("line.csv", "vardi"),
    ("plane.csv", "baum"), ("plane.csv", "bubeck"),
  ])
  func everyConstructionIsWrittenAndChecked(_ data: String, _ construction: String) throws {
    let report = try run(data, "--construction", construction, "-o", "net", "--json").json()
    #expect(report["predictionHolds"] as? Bool == true)
    let check = try run("check", "net", data, "--json", "--quiet").json()
    #expect(check["exact"] as? Bool == true && check["asWritten"] as? Bool == true)
    #expect(try run("check", "net", data).code == 0)
    // A label that was flipped is the one that is found.
    var lines = try String(contentsOf: folder.url.appending(path: data), encoding: .utf8).split(separator: "\n")
    var fields = lines[2].split(separator: ",")
    fields[fields.count - 1] = "17"
    lines[2] = Substring(fields.joined(separator: ","))
    try folder.write("other.csv", lines.joined(separator: "\n") + "\n")
    let wrong = try run("check", "net", "other.csv")
    let row = data == "xor.csv" ? 2 : 3
    #expect(wrong.code == 1 && wrong.output.contains("wrong: 1 of") && wrong.output.contains("row \(row): expected 17"))
  }

  @Test func aChangedNetworkIsFound() throws {
    #expect(try run("line.csv", "--construction", "zhang", "-o", "net").code == 0)
    let path = folder.url.appending(path: "net/network.txt")
    let text = try String(contentsOf: path, encoding: .utf8)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let output = lines.count - 3
    lines[output] = lines[output].replacing(" 0:", with: " 0:1", maxReplacements: 1)
    try folder.write("net/network.txt", lines.joined(separator: "\n"))
    let outcome = try run("check", "net", "line.csv")
    #expect(outcome.code == 1 && outcome.output.contains("not the file that was written"))
    try folder.write("net/network.txt", text + "more\n")
    #expect(try run("check", "net", "line.csv").code == 65)
    try folder.write("net/network.txt", text)
    try folder.write("net/memorizer.json", "{}")
    let manifest = try run("check", "net", "line.csv")
    #expect(manifest.code == 65 && manifest.error.contains("memorizer.json"))
  }

  @Test func violatedHypothesesAreNamedWithTheirRows() throws {
    try folder.write("twice.csv", "1,2,0\n3,4,1\n1,2,1\n")
    let twice = try run("twice.csv", "--construction", "zhang", "-o", "net")
    #expect(twice.code == 65 && twice.error.contains("distinct points violated (rows 1, 3)"))
    let cube = (0..<8).map { "\($0 & 1),\($0 >> 1 & 1),\($0 >> 2 & 1),\($0 % 2)\n" }.joined()
    try folder.write("cube.csv", cube)
    let flat = try run("cube.csv", "--construction", "baum", "-o", "net")
    #expect(flat.code == 65 && flat.error.contains("general position violated"))
    let labels = try run("line.csv", "--construction", "baum", "-o", "net")
    #expect(labels.code == 65 && labels.error.contains("binary labels violated"))
    try folder.write("odd.csv", "1,2,0\n3,x,1\n")
    let odd = try run("odd.csv", "--construction", "zhang", "-o", "net")
    #expect(odd.code == 65 && odd.error.contains("odd.csv, line 2, column 3"))
    #expect(try run("missing.csv", "--construction", "zhang", "-o", "net").code == 65)
    #expect(try run("xor.csv", "--construction", "none", "-o", "net").code == 64)
    #expect(try !folder.names.contains("net"))
  }

  @Test func theOtherFormsAreExactOrRefusedBeforeAnythingIsWritten() throws {
    let report = try run(
      "xor.csv", "--construction", "truth-table", "-o", "net", "--mlp", "mlp", "--llama", "llama", "--json"
    ).json()
    let (mlp, llama) = (report["mlp"] as? [String: Any], report["llama"] as? [String: Any])
    #expect(mlp?["right"] as? Int == 4 && mlp?["greatestError"] as? Double == 0)
    #expect(llama?["certified"] as? Bool == true)
    #expect(try Program.run(["info", "llama"], in: folder).code == 0)
    let again = try run("xor.csv", "--construction", "truth-table", "-o", "net")
    #expect(again.code == 73)
    #expect(try run("xor.csv", "--construction", "truth-table", "-o", "net", "--force").code == 0)
    let vardi = try run("plane.csv", "--construction", "vardi", "-o", "deep", "--llama", "no")
    #expect(vardi.code == 65 && vardi.error.contains("a network of one hidden layer"))
    #expect(try !folder.names.contains("deep"))
    #expect(try run("xor.csv", "--construction", "truth-table", "-o", "same", "--mlp", "same").code == 64)
  }
}
