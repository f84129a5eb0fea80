// Circuit files to circuits.
import Circuits
import Foundation

extension Recorder {
  mutating func measureParsing() throws {
    let group = "Reading a circuit"
    let generated = "\(work)/sha256-generated.txt"
    let aiger = "\(work)/sha256.aig"
    let ours = Circuit.sha256Compression()
    try ours.write(to: generated, as: .bristolFashion)
    try sha256.circuit.write(to: aiger, as: .aigerBinary)
    let files: [(name: String, path: String, target: Target?)] = [
      ("SHA-256 (\(sha256.source)), Bristol Fashion", sha256.path, .below(0.3)),
      ("SHA-256 as Wright generates it, Bristol Fashion", generated, nil),
      ("SHA-256 (\(sha256.source)), binary AIGER", aiger, nil),
    ]
    for file in files {
      let gateCount = try Circuit(contentsOf: file.path).gateCount
      let samples = try samples(repetitions(15)) {
        try Circuit(contentsOf: file.path)
      } check: {
        $0.gateCount == gateCount
      }
      let bytes = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
      add(
        Measurement(
          group, "\(file.name): \(Figure.grouped(gateCount)) gates, \(Figure.text(Double(bytes), .bytes))", .seconds,
          samples, target: file.target, note: "From an open file in the page cache to a `Circuit` in memory."))
    }
  }
}
