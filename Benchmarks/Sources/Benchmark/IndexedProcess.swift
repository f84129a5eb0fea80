// The indexed path in a process of its own, so that its memory is that of nothing else.
import ArgumentParser
import Constructions
import Foundation
import Transformers
import Verification

/// What the process reports.
struct IndexedReport: Codable {
  /// Reading the folder: weights and manifest.
  var readSeconds: Double
  /// Deriving from the weights what they compute.
  var deriveSeconds: Double
  /// The first chain.
  var firstChainSeconds: Double
  /// Further chains, each of one input.
  var chainSeconds: [Double]
  var tokensPerChain: Int
  var programBytes: Int
  /// Bytes of a float32 cache of all positions, and of the most that are live at once.
  var wholeCacheBytes: Int
  var liveCacheBytes: Int
  var peakResidentBytes: Int
  /// The circuit's outputs in each chain, the first included.
  var outputs: [String]
}

/// `benchmark indexed FOLDER --chains N`.
struct IndexedProcess: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "indexed", abstract: "Run the indexed path in this process and print what it took, as JSON.",
    shouldDisplay: false)

  @Argument var folder: String
  @Option var chains: Int
  /// Left to a second process: the schedule's memory is not the path's.
  @Flag var withSchedule = false

  func run() throws {
    let (readSeconds, (manifest, model)) = try timed {
      let folder = try ModelFolder(folder)
      guard let bytes = try folder.file(SimulationManifest.fileName) else {
        throw BenchmarkFailure("the folder has no \(SimulationManifest.fileName)")
      }
      return (try JSONDecoder().decode(SimulationManifest.self, from: Data(bytes)), try folder.model())
    }
    let (deriveSeconds, proof) = try timed {
      try Checker(model, form: manifest.promptForm).derive(.rounded(.float32))
    }
    let lookup = SequentialLookup(proof)
    var times: [Double] = []
    var outputs: [String] = []
    let count = manifest.emittedTokenCount
    for assignment in randomAssignments(chains + 1, inputCount: manifest.inputCount) {
      let (seconds, tokens) = timed { lookup.tokens(for: assignment) }
      guard tokens.count == manifest.leadingTokenCount + manifest.inputCount + count else {
        throw BenchmarkFailure("a chain of \(tokens.count) tokens")
      }
      times.append(seconds)
      let values = try manifest.wireValues(ofTokens: tokens.lazy.map { Int($0) })
      outputs.append(bitText(manifest.outputs(ofWireValues: values)))
    }
    let peak = try Machine.peakResidentBytes()
    let configuration = model.configuration
    let positionBytes = 4 * 2 * configuration.layerCount * configuration.keyValueHeadCount * configuration.headSize
    let positions = manifest.wireCount + manifest.leadingTokenCount
    let live = withSchedule ? CacheSchedule(proof.program).peak : positions
    let report = IndexedReport(
      readSeconds: readSeconds, deriveSeconds: deriveSeconds, firstChainSeconds: times[0],
      chainSeconds: Array(times.dropFirst()), tokensPerChain: count, programBytes: lookup.byteCount,
      wholeCacheBytes: positions * positionBytes, liveCacheBytes: live * positionBytes, peakResidentBytes: peak,
      outputs: outputs)
    FileHandle.standardOutput.write(try JSONEncoder().encode(report))
  }
}
