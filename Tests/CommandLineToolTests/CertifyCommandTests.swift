// `wright certify` and `wright verify`: answers, exit codes, and files that are not what they say.
import Foundation
import Testing

struct CertifyCommandTests {
  let folder: Scratch

  init() throws {
    folder = try Scratch()
    try folder.write("adder.aag", fullAdder)
    #expect(try Program.run(["construct", "adder.aag", "-o", "model"], in: folder).code == 0)
  }

  private func certify(_ more: [String] = []) throws -> Outcome {
    try Program.run(["certify", "model", "--circuit", "adder.aag", "-o", "adder.cert"] + more, in: folder)
  }

  private func verify(_ model: String = "model", circuit: String = "adder.aag") throws -> Outcome {
    try Program.run(["verify", model, "adder.cert", "--circuit", circuit], in: folder)
  }

  @Test(arguments: ["ideal", "softmax", "nearest", "rounded"])
  func whatIsCertifiedIsAccepted(semantics: String) throws {
    let certified = try certify(["--semantics", semantics, "--json"])
    #expect(certified.code == 0)
    #expect(try certified.json()["verdict"] as? String == "proved")
    #expect(try (certified.json()["semantics"] as? [String: Any])?["name"] as? String == semantics)
    let verified = try verify()
    #expect(verified.code == 0, "\(verified.output)\(verified.error)")
    #expect(verified.output.hasPrefix("accepted: model: "))
  }

  @Test func theLargestUnitIsStatedAndTwiceAsMuchIsNotShown() throws {
    let found = try certify(["--json"])
    let unit = try #require((found.json()["semantics"] as? [String: Any])?["unit"] as? Double)
    #expect(unit > 0x1p-12 && unit < 0x1p-4)
    #expect(try certify(["--unit", "\(unit)"]).code == 0)
    let beyond = try certify(["--unit", "\(2 * unit)"])
    #expect(beyond.code == 1)
    #expect(beyond.output.hasPrefix("undecided: model: "))
  }

  @Test func theFormOfLiIsCertifiedInItsPrecision() throws {
    let construct = ["construct", "adder.aag", "-o", "li", "--form", "li", "--precision", "0,2"]
    #expect(try Program.run(construct, in: folder).code == 0)
    let certified = try Program.run(["certify", "li", "--circuit", "adder.aag", "--json"], in: folder)
    #expect(certified.code == 0)
    #expect(try (certified.json()["semantics"] as? [String: Any])?["name"] as? String == "finite-precision")
    #expect(
      try Program.run(["certify", "model", "--circuit", "adder.aag", "--semantics", "finite-precision"], in: folder)
        .code == 64)
  }

  @Test func anotherCircuitIsRefutedAndTheCounterexampleCanBeReplayed() throws {
    // The last gate is an AND of other literals.
    try folder.write("other.aag", fullAdder.replacingOccurrences(of: "20 9 15", with: "20 8 15"))
    let outcome = try Program.run(["certify", "model", "--circuit", "other.aag", "--json"], in: folder)
    #expect(outcome.code == 1)
    let json = try outcome.json()
    #expect(json["verdict"] as? String == "refuted")
    let counterexample = try #require(json["counterexample"] as? [String: Any])
    let (inputs, found) = (try #require(counterexample["inputs"] as? String), counterexample["found"] as? String)
    let step = try #require(counterexample["step"] as? Int)
    let run = try Program.run(["run", "model", "--input", inputs, "--tokens"], in: folder)
    let words = try #require(run.output.split(separator: "\n").first).split(separator: " ")
    #expect(String(words[3 + step]) == found)  // after <s> and three inputs
    #expect(found != counterexample["expected"] as? String)
  }

  @Test func aCertificateOfAnotherModelOrCircuitIsNotAccepted() throws {
    #expect(try certify().code == 0)
    try folder.write("other.aag", fullAdder.replacingOccurrences(of: "20 9 15", with: "20 8 15"))
    let circuit = try verify(circuit: "other.aag")
    #expect(circuit.code == 1)
    #expect(circuit.output.contains("other.aag: expected the certificate's circuit"))
    #expect(try Program.run(["construct", "other.aag", "-o", "other"], in: folder).code == 0)
    let model = try verify("other")
    #expect(model.code == 1)
    #expect(model.output.contains("expected the certificate's file"))
  }

  @Test func aDamagedWeightIsNotAccepted() throws {
    #expect(try certify().code == 0)
    let path = folder.path("model/model.safetensors")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count - 2] ^= 0x80
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(try verify().code == 1)
  }

  @Test(arguments: [0, 7, 8, 100, -1])
  func aCutCertificateCannotBeRead(length: Int) throws {
    #expect(try certify().code == 0)
    let url = URL(fileURLWithPath: folder.path("adder.cert"))
    let bytes = try Data(contentsOf: url)
    try bytes.prefix(length < 0 ? bytes.count + length : length).write(to: url)
    let outcome = try verify()
    #expect(outcome.code == 65)
    #expect(outcome.error.contains("adder.cert"))
  }

  /// Bit patterns of float32 that a weight of the head is set to, and what the answers then are. The token is an input's, which the chain never emits: a
  /// denormal in its row harms nothing, and the certificate is right.
  @Test(arguments: [(0x7FC0_0000, 65), (0x7F80_0000, 65), (0x0000_0001, 0), (0x7F7F_FFFF, 1)] as [(UInt32, Int32)])
  func hostileWeightsAreRefusedWithASentence(pattern: UInt32, code: Int32) throws {
    let path = folder.path("model/model.safetensors")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    // The head's first weight: the tensor's name is in the header, its place behind it.
    let header = 8 + bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let names = try #require(
      try JSONSerialization.jsonObject(with: bytes[8..<header]) as? [String: [String: Any]])
    let offsets = try #require(names["lm_head.weight"]?["data_offsets"] as? [Int])
    // A column of the code of the first token.
    for column in 0..<40 {
      let at = header + offsets[0] + 4 * column
      if bytes[at..<(at + 4)].contains(where: { $0 != 0 }) {
        for i in 0..<4 { bytes[at + i] = UInt8(pattern >> (8 * i) & 0xFF) }
        break
      }
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    let outcome = try certify()
    #expect(outcome.code == code, "\(outcome.output)\(outcome.error)")
    #expect(!(outcome.output + outcome.error).isEmpty)
    #expect(FileManager.default.fileExists(atPath: folder.path("adder.cert")) == (code == 0))
    if code == 0 {
      let check = ["check", "model", "--circuit", "adder.aag", "--engine", "dense"]
      #expect(try Program.run(check, in: folder).code == 0)
      #expect(try verify().code == 0)
    }
  }

  @Test(arguments: [["--unit", "2"], ["--unit", "x"], ["--bits", "8"], ["--semantics", "nearest", "--bits", "1"]])
  func argumentsThatMakeNoSenseAreRefused(arguments: [String]) throws {
    #expect(try certify(arguments).code == 64)
  }
}
