// `wright construct`, `run`, `check`, `export`, `info` and `demo` on models small enough to try everything.
import Foundation
import TestSupport
import Testing

struct SimulationCommandTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("adder.aag", fullAdder)
  }

  func run(_ arguments: String..., input: String? = nil) throws -> Outcome {
    try Program.run(arguments, input: input, in: folder)
  }

  func construct(_ form: String = "llama", _ more: String...) throws -> Outcome {
    let outcome = try Program.run(["construct", "adder.aag", "-o", "model", "--form", form] + more, in: folder)
    #expect(outcome.code == 0)
    return outcome
  }

  static let lines = "000\n100\n010\n110\n001\n101\n011\n111\n"
  static let sums = "00\n10\n10\n01\n10\n01\n01\n11\n"

  @Test(arguments: ["llama", "li"], ["dense", "indexed", "bitsliced", "reference"])
  func everyFormAndEngineAddsAndPassesItsCheck(_ form: String, _ engine: String) throws {
    _ = try construct(form)
    #expect(try run("run", "model", "--input", "-", "--engine", engine, input: Self.lines).output == Self.sums)
    let report = try run("run", "model", "--input", "110", "--engine", engine, "--json").json()
    #expect(report["output"] as? String == "01")
    #expect(report["engine"] as? String == engine)
    let check = try run("check", "model", "--circuit", "adder.aag", "--engine", engine, "--json")
    #expect(check.code == 0)
    #expect(try check.json()["mode"] as? String == "exhaustive")
    #expect(try check.json()["assignments"] as? Int == 8)
    #expect(try check.json()["tokensCompared"] as? Int == 8 * (form == "llama" ? 8 : 7))
  }

  @Test(arguments: ["llama", "li"])
  func aCacheOfLiveWiresGivesTheSameTokens(_ form: String) throws {
    _ = try construct(form)
    let report = try run("run", "model", "--input", "-", "--live-cache", "--json", "--tokens", input: Self.lines).json()
    let whole = try run("run", "model", "--input", "-", "--json", "--tokens", input: Self.lines).json()
    #expect(report["words"] as? [[String]] == whole["words"] as? [[String]])
    #expect(report["allocatedCacheBytes"] as? Int != nil)
    #expect(whole["liveCacheBytes"] == nil)
    let note = try run("run", "model", "--input", "110", "--live-cache").error
    #expect(note.contains("the cache held at most"))
    let (live, all) = (try #require(report["liveCacheBytes"] as? Int), try #require(report["cacheBytes"] as? Int))
    #expect(live < all)
  }

  @Test func theCostModelComesBeforeTheFolder() throws {
    let text = try construct().output
    for word in ["wires, T", "width", "parameters", "cache", "depth", "tokens/s"] { #expect(text.contains(word)) }
    let report = try run("construct", "adder.aag", "-o", "other", "--json").json()
    #expect((report["cost"] as? [String: Any])?["wireCount"] as? Int == 10)
    let dry = try run("construct", "adder.aag", "-o", "dry", "--dry-run", "--json")
    #expect(dry.code == 0)
    #expect(try dry.json()["folder"] == nil)
    #expect(try folder.names == ["adder.aag", "model", "other"])
  }

  @Test func invertersAndDeadGatesCostTokensOnRequest() throws {
    try folder.write("gates.bench", "INPUT(a)\nINPUT(b)\nOUTPUT(y)\nn = NOT(a)\ny = AND(n, b)\ndead = OR(a, b)\n")
    for (options, steps) in [([], 2), (["--keep-inverters"], 3), (["--drop-dead-gates"], 1)] {
      let arguments = ["construct", "gates.bench", "-o", "gates", "--force", "--json"] + options
      let cost = try Program.run(arguments, in: folder).json()["cost"] as? [String: Any]
      #expect(cost?["stepCount"] as? Int == steps)
      #expect(try run("check", "gates", "--circuit", "gates.bench").code == 0)
    }
  }

  @Test func theTraceNamesGateWiresAndValue() throws {
    _ = try construct()
    let lines = try run("run", "model", "--input", "110", "--trace").output.split(separator: "\n")
    #expect(lines.count == 8)
    #expect(lines[0] == "step 1  w3 = AND(w0=1, w1=1) = 1")
    #expect(lines[7] == "01")
    let report = try run("run", "model", "--input", "110", "--trace", "--json").json()
    let steps = try #require((report["trace"] as? [[[String: Any]]])?.first)
    #expect(steps[0]["operands"] as? [Int] == [0, 1])
    #expect(steps[0]["value"] as? Int == 1)
  }

  @Test func tokensArePrintedAsWords() throws {
    _ = try construct()
    let words = try run("run", "model", "--input", "110", "--tokens").output.split(separator: "\n")[0]
    #expect(words.hasPrefix("<s> w0=1 w1=1 w2=0 w3=1 "))
    #expect(words.hasSuffix(" </s>"))
  }

  @Test func aFolderIsReplacedOnlyByForce() throws {
    _ = try construct()
    let refusal = try run("construct", "adder.aag", "-o", "model")
    #expect(refusal.code == 73)
    #expect(refusal.output.isEmpty)
    _ = try construct("li", "--force")
    #expect(try run("info", "model", "--json").json()["architecture"] as? String == "gpt2")
  }

  @Test func anotherCircuitIsAFalseCheck() throws {
    _ = try construct()
    // One gate is another, so that the shape is the same.
    try folder.write("other.aag", fullAdder.replacing("20 9 15", with: "20 9 14"))
    let outcome = try run("check", "model", "--circuit", "other.aag", "--json")
    #expect(outcome.code == 1)
    #expect(try outcome.json()["equal"] as? Bool == false)
    let mismatch = try #require(try outcome.json()["mismatch"] as? [String: Any])
    #expect(mismatch["step"] as? Int == 7)
    #expect(mismatch["inputs"] as? String == "000")
    #expect(try run("check", "model", "--circuit", "other.aag").output.hasPrefix("different: step 7, wire w9"))

    try folder.write("smaller.aag", "aag 3 2 0 1 1\n2\n4\n6\n6 2 4\n")
    let smaller = try run("check", "model", "--circuit", "smaller.aag", "--json")
    #expect(smaller.code == 1)
    #expect(try smaller.json()["reason"] as? String == "the circuit has 2 inputs and the model 3")
  }

  @Test func weightsThatAreNotCertifiedAreNotRunBitByBit() throws {
    _ = try construct()
    try spoil { bytes, range in
      for i in range { bytes[i] = 0 }
    }
    for arguments in [["run", "model", "--input", "110"], ["check", "model", "--circuit", "adder.aag"]] {
      let refused = try Program.run(arguments + ["--engine", "bitsliced"], in: folder)
      #expect(refused.code == 65 && refused.output.isEmpty)
      #expect(
        refused.error.hasPrefix("wright: error: model: expected weights that the checker certifies, for --engine"))
    }
    let dense = try run("check", "model", "--circuit", "adder.aag", "--engine", "indexed", "--json")
    #expect(try dense.code == 1 && dense.json()["engine"] as? String == "dense")
    #expect(try (dense.json()["fallback"] as? String)?.isEmpty == false)
  }

  /// Changes the bytes of the numbers of the model's embedding.
  private func spoil(_ change: (inout Data, Range<Int>) -> Void) throws {
    // The embedding comes last but for the small tensors of the layer.
    let file = folder.url.appending(path: "model/model.safetensors")
    var bytes = try Data(contentsOf: file)
    let header = bytes[..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let json = try #require(try JSONSerialization.jsonObject(with: bytes[8..<(8 + header)]) as? [String: Any])
    let tensor = try #require(json["model.embed_tokens.weight"] as? [String: Any])
    let offsets = try #require(tensor["data_offsets"] as? [Int])
    let start = 8 + header + offsets[0]
    change(&bytes, start..<start + offsets[1] - offsets[0])
    try bytes.write(to: file)
  }

  @Test(arguments: ["dense", "indexed"])
  func aChangedWeightIsAFalseCheck(_ engine: String) throws {
    _ = try construct()
    // Change the sign of every number of the first quarter.
    try spoil { bytes, range in
      for byte in stride(from: range.lowerBound + 3, to: range.lowerBound + range.count / 4, by: 4) {
        bytes[byte] ^= 0x80
      }
    }
    let outcome = try run("check", "model", "--circuit", "adder.aag", "--engine", engine, "--json")
    #expect(outcome.code == 1)
    #expect(try outcome.json()["mismatch"] != nil)
  }

  @Test func aSampleSaysThatItIsOne() throws {
    _ = try construct()
    let report = try run("check", "model", "--circuit", "adder.aag", "--assignments", "5", "--seed", "7", "--json")
      .json()
    #expect(report["mode"] as? String == "sampled")
    #expect(report["assignments"] as? Int == 5)
    #expect(report["seed"] as? Int == 7)
    #expect(try run("check", "model", "--circuit", "adder.aag", "--assignments", "5").output.contains("random, seed 1"))
  }

  @Test(arguments: ["f32", "f16", "bf16"])
  func anExportedFolderRunsInEveryNumberType(_ scalar: String) throws {
    _ = try construct()
    let outcome = try run("export", "model", "-o", "copy", "--format", "huggingface", "--scalar", scalar, "--json")
    #expect(outcome.code == 0)
    #expect(try outcome.json()["scalar"] as? String == scalar)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("copy"))
    for name in ["config.json", "model.safetensors", "tokenizer.json", "wright.json"] { #expect(names.contains(name)) }
    #expect(try run("check", "copy", "--circuit", "adder.aag").code == 0)
    #expect(try run("export", "model", "-o", "copy").code == 73)
  }

  @Test func informationNamesTheDirectionsAndTheVerdict() throws {
    _ = try construct()
    let report = try run("info", "model", "--json").json()
    #expect((report["structure"] as? [String: Any])?["isIndexed"] as? Bool == true)
    let directions = try #require(report["residualStream"] as? [[String: Any]])
    #expect(directions.compactMap { $0["name"] as? String }.starts(with: ["own", "operand0", "operand1", "next"]))
    #expect(directions.allSatisfy { ($0["meaning"] as? String)?.isEmpty == false })
    let text = try run("info", "model").output
    #expect(text.contains("for all inputs in float32 or better: runs by lookup"))
    #expect(text.contains("operand1: code of operand 1 of the next wire's gate"))
  }

  @Test(arguments: ["missing", "adder.aag", "without-manifest", "wrong-manifest", "broken-manifest"])
  func aRefusedFolderExitsWith65(_ name: String) throws {
    for copy in ["without-manifest", "wrong-manifest", "broken-manifest"] {
      #expect(try run("construct", "adder.aag", "-o", copy).code == 0)
    }
    try FileManager.default.removeItem(atPath: folder.path("without-manifest/wright.json"))
    try folder.write("broken-manifest/wright.json", "{")
    let manifest = try String(contentsOfFile: folder.path("wrong-manifest/wright.json"), encoding: .utf8)
    try folder.write("wrong-manifest/wright.json", manifest.replacing("\"wireCount\" : 10", with: "\"wireCount\" : 11"))
    for arguments in [["run", name, "--input", "110"], ["check", name, "--circuit", "adder.aag"]] {
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.code == 65)
      #expect(outcome.error.hasPrefix("wright: error: \(name)/"))
      #expect(outcome.output.isEmpty)
    }
    #expect(try run("check", "model", "--circuit", "adder.aag").code == 65)
  }

  // Each of these manifests once ended the program by a trap.
  @Test(arguments: [
    ("\"size\" : 4", "\"size\" : 9223372036854775807"), ("\"size\" : 4", "\"size\" : -4"),
    ("\"inputWidths\" : [", "\"inputWidths\" : [9223372036854775807, 1"),
  ])
  func aManifestOfImpossibleSizesExitsWith65(_ old: String, _ new: String) throws {
    #expect(try run("construct", "adder.aag", "-o", "hostile").code == 0)
    let manifest = try String(contentsOfFile: folder.path("hostile/wright.json"), encoding: .utf8)
    #expect(manifest.contains(old))
    try folder.write("hostile/wright.json", manifest.replacing(old, with: new))
    for arguments in [
      ["run", "hostile", "--input", "3", "--hex"], ["run", "hostile", "--input", "110", "--trace"],
      ["check", "hostile", "--circuit", "adder.aag"], ["info", "hostile"],
    ] {
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.code == 65 && outcome.error.hasPrefix("wright: error: hostile/wright.json: "))
    }
  }

  @Test func circuitsWithoutGatesOrInputsRun() throws {
    for (text, input, output) in [
      ("aag 0 0 0 2 0\n0\n1\n", "", "01"), ("aag 2 2 0 2 0\n2\n4\n5\n2\n", "10", "11"), ("aag 0 0 0 0 0\n", "", ""),
    ] {
      try folder.write("edge.aag", text)
      for form in ["llama", "li"] {
        #expect(try run("construct", "edge.aag", "-o", "edge", "--force", "--form", form).code == 0)
        #expect(try run("run", "edge", "--input", input).output == output + "\n")
        #expect(try run("check", "edge", "--circuit", "edge.aag").code == 0)
      }
    }
  }

  @Test(.enabled(if: sharedData != nil))
  func everySharedCircuitConstructsAndPasses() throws {
    let data = try #require(sharedData)
    let sequential: Set = ["cnt1.aag", "toggle.aag", "toggle-re.aag", "s27.bench"]
    // The tests of the library cover the large ones, which take seconds each.
    let large = 200_000
    for kind in ["aiger", "bench", "blif", "bristol"] {
      let path = data.appending(path: "circuits/\(kind)")
      for name in try FileManager.default.contentsOfDirectory(atPath: path.path).sorted() {
        let file = path.appending(path: name).path
        if sequential.contains(name) {
          #expect(try run("construct", file, "-o", "model", "--force").code == 65)
          continue
        }
        let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
        if size > large { continue }
        #expect(try run("construct", file, "-o", "model", "--force").code == 0, "\(name)")
        let check = try run("check", "model", "--circuit", file, "--assignments", "128", "--json")
        #expect(check.code == 0, "\(name): \(check.output)\(check.error)")
      }
    }
  }

  @Test func theDemoFindsTheDigestOfTheMessage() throws {
    let report = try run("demo", "--json").json()
    #expect(
      report["digest"] as? String == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(report["equal"] as? Bool == true)
    let outcome = try run(
      "demo", "--", "--a message of more than one block, which begins with hyphens and needs chaining")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("2 blocks"))
    #expect(!outcome.output.contains("DIFFERENT"))
    #expect(outcome.error.isEmpty)
  }
}
