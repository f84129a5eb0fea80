// Folders whose weights are right and whose other files make other software decode otherwise.
import Foundation
import Testing

struct DeviationTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("adder.aag", fullAdder)
    #expect(try Program.run(["construct", "adder.aag", "-o", "model"], in: folder).code == 0)
  }

  private func check() throws -> Outcome {
    try Program.run(["check", "model", "--circuit", "adder.aag", "--json"], in: folder)
  }

  private func replace(_ old: String, by new: String, in file: String) throws {
    let text = try String(contentsOfFile: folder.path("model/\(file)"), encoding: .utf8)
    #expect(text.contains(old))
    try folder.write("model/\(file)", text.replacingOccurrences(of: old, with: new))
  }

  @Test func aFolderAsItWasWrittenHasNone() throws {
    let outcome = try check()
    #expect(outcome.code == 0)
    #expect(try outcome.json()["deviations"] as? [String] == [])
  }

  static let generation: [(old: String, new: String, reason: String)] = [
    (#""do_sample": false"#, #""do_sample": true,"temperature": 9.0"#, "do_sample"),
    (#""do_sample": false"#, #""do_sample": false,"suppress_tokens": [9]"#, "suppress_tokens"),
    (#""eos_token_id": 21"#, #""eos_token_id": 9"#, "eos_token_id"),
    (#""max_new_tokens": 8"#, #""max_new_tokens": 3"#, "max_new_tokens"),
    (#""max_new_tokens": 8"#, #""max_length": 5"#, "max_length"),
  ]

  @Test(arguments: generation.indices)
  func settingsOfGenerationThatChangeTheChainAreFound(index: Int) throws {
    let (old, new, reason) = Self.generation[index]
    try replace(old, by: new, in: "generation_config.json")
    let outcome = try check()
    #expect(outcome.code == 1)
    #expect(try outcome.json()["equal"] as? Bool == false)
    let deviations = try #require(try outcome.json()["deviations"] as? [String])
    #expect(deviations.count == 1 && deviations[0].contains(reason), "\(deviations)")
    let text = try Program.run(["check", "model", "--circuit", "adder.aag"], in: folder).output
    #expect(text.hasPrefix("different for other software") && text.contains(reason))
  }

  @Test func aTokenizerThatSwapsWordsIsFound() throws {
    try replace(#""w0=0":0"#, by: #""w0=0":-7"#, in: "tokenizer.json")
    try replace(#""w0=1":1"#, by: #""w0=1":0"#, in: "tokenizer.json")
    try replace(#""w0=0":-7"#, by: #""w0=0":1"#, in: "tokenizer.json")
    let outcome = try check()
    #expect(outcome.code == 1)
    let deviations = try #require(try outcome.json()["deviations"] as? [String])
    #expect(deviations == [#"tokenizer.json: token 0 is "w0=1" instead of "w0=0""#])
  }

  @Test(arguments: [
    #""sliding_window": 2"#, #""attention_chunk_size": 2"#, #""layer_types": ["sliding_attention"]"#,
  ])
  func attentionThatForgetsPositionsIsRefused(key: String) throws {
    try replace(#""model_type": "llama""#, by: #""model_type": "llama",\#(key)"#, in: "config.json")
    let outcome = try check()
    #expect(outcome.code == 65)
    #expect(outcome.error.contains("config.json, key \(key.split(separator: "\"")[0])"))
  }

  @Test func manyLinesArePrintedInOrder() throws {
    let lines = (0..<200).map { i in (0..<3).map { i * 5 >> $0 & 1 == 1 ? "1" : "0" }.joined() }
    let run = try Program.run(
      ["run", "model", "--input", "-"], input: lines.joined(separator: "\n") + "\n", in: folder)
    let sums = lines.map { line in
      let sum = line.filter { $0 == "1" }.count
      return "\(sum & 1)\(sum >> 1)"
    }
    #expect(run.output == sums.joined(separator: "\n") + "\n")
    let json = try Program.run(
      ["run", "model", "--input", "-", "--json"], input: lines.joined(separator: "\n") + "\n", in: folder)
    #expect(try json.json()["outputs"] as? [String] == sums)
  }

  @Test func namesWithControlCharactersDoNotReachTheTerminal() throws {
    try folder.write("bell.blif", ".model \u{1B}[2Jm\n.inputs a\n.outputs y\n.names a y\n1 1\n.end\n")
    let output = try Program.run(["circuit", "info", "bell.blif"], in: folder).output
    #expect(!output.contains("\u{1B}") && output.contains("\\u{1B}[2J"))
  }
}
