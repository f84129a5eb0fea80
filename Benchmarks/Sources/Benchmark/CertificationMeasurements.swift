// `wright certify` and `wright verify` as whole processes: time and memory for all inputs at once.
import Circuits
import Constructions
import Foundation

extension Recorder {
  mutating func measureCertification() throws {
    let group = "Certifying, all inputs at once"
    struct Answer: Decodable {
      struct Meaning: Decodable { var unit: Double? }
      var verdict: String
      var semantics: Meaning
    }
    let aes = try BenchmarkCircuit(
      "aes_128", collection: (sha256.path as NSString).deletingLastPathComponent, folder: work
    ) { .aes128Encryption() }
    for (name, circuit) in [("AES-128", aes), ("SHA-256", sha256)] {
      let folder = try folder(of: circuit)
      let claims: [(words: [String], title: String)] = [
        (["--semantics", "ideal"], "ideal"), (["--semantics", "softmax"], "softmax"),
        (["--semantics", "nearest", "--bits", "8"], "nearest, 8 digits"),
        (["--semantics", "rounded", "--unit", "2^-24"], "rounded, 2^-24"),
        (["--semantics", "rounded"], "rounded, the largest unit"),
      ]
      for (words, title) in claims {
        let all = ["certify", folder, "--circuit", circuit.path, "-o", "\(work)/cert", "--json", "--quiet"] + words
        let runs = try (0...repetitions(5)).map { _ in try launch(all) }.dropFirst()
        let answers = try runs.map { try JSONDecoder().decode(Answer.self, from: Data($0.output.utf8)) }
        guard answers.allSatisfy({ $0.verdict == "proved" }) else {
          throw BenchmarkFailure("\(name) was not certified under \(title)")
        }
        let unit = title.hasSuffix("unit") ? answers.first?.semantics.unit : nil
        add(
          Measurement(
            group, "\(name), \(title)", .seconds, runs.map(\.seconds), target: name == "SHA-256" ? .below(60) : nil,
            note: unit.map { "Found: \($0)." }))
        guard title.hasSuffix("unit") else { continue }
        add(
          Measurement(
            group, "\(name), peak memory of that", .bytes, runs.map { Double($0.peakResidentBytes) },
            target: name == "SHA-256" ? .below(Double(4 << 30)) : nil))
        let verify = ["verify", folder, "\(work)/cert", "--circuit", circuit.path, "--json", "--quiet"]
        let checks = try (0...repetitions(5)).map { _ in try launch(verify) }.dropFirst()
        add(Measurement(group, "\(name), `wright verify` of that", .seconds, checks.map(\.seconds)))
      }
    }
  }
}
