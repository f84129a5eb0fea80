// Circuits to weights, and to folders.
import Constructions
import Foundation
import Tensors
import Transformers

extension Recorder {
  mutating func measureConstruction() throws {
    let group = "Constructing SHA-256's LLaMA"
    let cost = sha256.simulation.cost
    let constructed = try samples(repetitions(7)) {
      CircuitSimulation(of: sha256.circuit).model()
    } check: { model in
      model.weights.tokenEmbedding.elements.count == cost.vocabularySize * cost.hiddenSize
        && model.weights.tokenEmbedding.elements.last.map(abs) == 1
    }
    add(
      Measurement(
        group, "Circuit to model in memory, \(Figure.grouped(cost.parameterCount)) parameters", .seconds, constructed,
        target: .below(2), note: "Everything after reading the file: chain, layout, weights."))
    let path = "\(work)/constructed"
    var sizes: Set<Int> = []
    let written = try samples(repetitions(5)) {
      try sha256.simulation.write(to: path)
    } check: {
      try sizes.insert(removeFolder(path))
      return sizes.count == 1
    }
    add(
      Measurement(
        group, "Simulation to a Hugging Face folder", .seconds, written,
        note: "Weights made anew and written into the page cache; not synced to disk."))
    let program = try (0...repetitions(5)).map { _ in
      let run = try launch(["construct", sha256.path, "-o", path, "--json", "--quiet"])
      try sizes.insert(removeFolder(path))
      return run
    }.dropFirst()
    guard sizes.count == 1 else { throw BenchmarkFailure("folders of one circuit differ in size: \(sizes.sorted())") }
    add(
      Measurement(
        group, "`wright construct`, the whole process", .seconds, program.map(\.seconds),
        note: "Reads the file, constructs, writes the folder."))
    add(Measurement(group, "`wright construct`, peak memory", .bytes, program.map { Double($0.peakResidentBytes) }))
    add(Measurement(group, "Bytes of the folder", .bytes, sizes.map { Double($0) }))
  }

  /// Removes a folder of plain files and returns how many bytes they had.
  private func removeFolder(_ path: String) throws -> Int {
    let bytes = try FileManager.default.contentsOfDirectory(atPath: path).reduce(0) { sum, name in
      sum + (try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.size] as? Int ?? 0)
    }
    try FileManager.default.removeItem(atPath: path)
    return bytes
  }
}
