// `--precision`: folders of the paper's transformer, constructed, run and checked in constant precision, and refused where they do not belong.
import Foundation
import Testing

struct FinitePrecisionCommandTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("adder.aag", fullAdder)
  }

  func run(_ arguments: String..., input: String? = nil) throws -> Outcome {
    try Program.run(arguments, input: input, in: folder)
  }

  func construct(_ precision: String, to name: String = "model") throws -> Outcome {
    let outcome = try run("construct", "adder.aag", "-o", name, "--form", "li", "--precision", precision)
    #expect(outcome.code == 0, "\(outcome.error)")
    return outcome
  }

  @Test(arguments: ["0,2", "0,5", "2,1", "8,8", "11,26", "float32"])
  func everyPrecisionEmitsTheTokensOfTheGPT2(_ precision: String) throws {
    _ = try construct(precision)
    #expect(try run("construct", "adder.aag", "-o", "gpt2", "--form", "li").code == 0)
    let lines = SimulationCommandTests.lines
    let plain = try run("run", "model", "--input", "-", "--tokens", input: lines)
    #expect(plain.error.isEmpty)
    #expect(plain.output == (try run("run", "gpt2", "--input", "-", "--tokens", input: lines).output))
    let check = try run("check", "model", "--circuit", "adder.aag", "--json")
    #expect(check.code == 0)
    #expect(try check.json()["tokensCompared"] as? Int == 56)
    #expect(try check.json()["engine"] as? String == (precision == "float32" ? "indexed" : "reference"))
    for engine in ["indexed", "bitsliced"] {
      let derived = try run("run", "model", "--input", "-", "--tokens", "--engine", engine, input: lines)
      #expect(derived.output == plain.output && derived.error.isEmpty)
    }
  }

  @Test func theTraceAndHexadecimalBitsWorkInFinitePrecision() throws {
    _ = try construct("0,2")
    let text = try run("run", "model", "--input", "3", "--hex", "--trace").output
    #expect(text.contains("step 1  w3 = AND(w0=1, w1=1) = 1"))
    #expect(text.hasSuffix("\n2\n"))
  }

  @Test func thePrecisionIsNamed() throws {
    let text = try construct("0,2").output
    #expect(text.contains("F_{0,2}; s = 2 is the least that is right, for any T"))
    #expect(text.contains("expected, finite precision"))
    #expect(!text.contains("expected, dense"))
    let report = try run("construct", "adder.aag", "--dry-run", "--form", "li", "--precision", "3,4", "--json").json()
    #expect(report["precision"] as? String == "F_{3,4}")
    #expect(report["leastSignificandBits"] as? Int == 1)
    #expect(report["folder"] == nil)
    #expect(
      (try run("info", "model", "--json").json()["circuit"] as? [String: Any])?["precision"] as? String == "F_{0,2}")
    #expect(try run("info", "model").output.contains("for all inputs in F_{0,2}: runs by lookup"))
  }

  @Test(arguments: [("0,1", "F_{0,2} or finer"), ("1,1", "F_{1,2} or finer")])
  func tooLittlePrecisionIsRefusedWithWhatSuffices(_ precision: String, _ least: String) throws {
    let outcome = try run("construct", "adder.aag", "-o", "model", "--form", "li", "--precision", precision)
    #expect(outcome.code == 65)
    #expect(outcome.output.isEmpty)
    #expect(
      outcome.error.hasPrefix("wright: error: adder.aag: expected a precision in which gates of fan-in 2 are right"))
    #expect(outcome.error.contains(least))
    #expect(try folder.names == ["adder.aag"])
  }

  @Test(arguments: [
    ["--precision", "0,2"], ["--form", "llama", "--precision", "0,2"], ["--form", "li", "--precision", "8"],
    ["--form", "li", "--precision", "0,0"], ["--form", "li", "--precision", "31,1"],
    ["--form", "li", "--precision", "0,31"], ["--form", "li", "--precision", "-1,2"],
    ["--form", "li", "--precision", "1,2,3"], ["--form", "li", "--precision", "float16"],
  ])
  func aPrecisionThatIsNoneIsAUsageError(_ arguments: [String]) throws {
    let outcome = try Program.run(["construct", "adder.aag", "-o", "model"] + arguments, in: folder)
    #expect(outcome.code == 64)
    #expect(try folder.names == ["adder.aag"])
  }

  @Test func aFolderThatTransformersWouldMisreadIsNotExported() throws {
    _ = try construct("0,2")
    let outcome = try run("export", "model", "-o", "copy", "--format", "huggingface")
    #expect(outcome.code == 65)
    #expect(
      outcome.error.hasPrefix(
        "wright: error: model/config.json, key model_type: expected an architecture of transformers"))
    #expect(outcome.error.contains("wright construct --form li without --precision"))
    #expect(try folder.names == ["adder.aag", "model"])
  }

  @Test func theFloat32EnginesSayThatTheyStandBack() throws {
    _ = try construct("0,2")
    let outcome = try run("run", "model", "--input", "110", "--engine", "dense")
    #expect(outcome.output == "01\n")
    #expect(
      outcome.error
        == "wright: running scalar by scalar: the model is written for F_{0,2}; dense computes in float32\n")
    #expect(try run("run", "model", "--input", "110", "--live-cache").code == 65)
    #expect(try run("run", "model", "--input", "110", "--live-cache", "--engine", "reference").code == 64)
  }

  /// The same weights in a coarser arithmetic are no simulation any more, and the check finds it.
  @Test func theCheckRejectsAPrecisionThatDoesNotSuffice() throws {
    _ = try construct("0,2")
    let path = folder.path("model/wright.json")
    let manifest = try String(contentsOfFile: path, encoding: .utf8)
    let coarse = manifest.replacing("\"precision\" : 4", with: "\"precision\" : 2")
    #expect(coarse != manifest)
    try folder.write("model/wright.json", coarse)
    let outcome = try run("check", "model", "--circuit", "adder.aag", "--json")
    #expect(outcome.code == 1)
    #expect(try outcome.json()["mismatch"] != nil)
  }

  @Test(arguments: [
    ("\"precision\" : 4", "\"precision\" : 61", ", byte 247: expected a precision in 1...60"),
    ("\"form\" : \"li\"", "\"form\" : \"llama\"", ": expected what wright construct writes"),
  ])
  func aDamagedPrecisionIsRefused(_ part: String, _ replacement: String, _ message: String) throws {
    _ = try construct("0,2")
    let manifest = try String(contentsOfFile: folder.path("model/wright.json"), encoding: .utf8)
    try folder.write("model/wright.json", manifest.replacing(part, with: replacement))
    let outcome = try run("run", "model", "--input", "110")
    #expect(outcome.code == 65)
    #expect(outcome.error.hasPrefix("wright: error: model/wright.json\(message)"))
  }

  @Test func aPrecisionOfAModelWithNormalizationIsRefused() throws {
    _ = try construct("0,2")
    #expect(try run("construct", "adder.aag", "-o", "gpt2", "--form", "li").code == 0)
    let manifest = try String(contentsOfFile: folder.path("model/wright.json"), encoding: .utf8)
    try folder.write("gpt2/wright.json", manifest)
    let outcome = try run("run", "gpt2", "--input", "110")
    #expect(outcome.code == 65)
    #expect(outcome.error.contains("expected no precision for a model with normalization, found F_{0,2}"))
  }
}
