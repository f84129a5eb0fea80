// The indexed path in a process of its own, so that its memory is that of nothing else.
import ArgumentParser
import Constructions
import Foundation
import Transformers

/// What the process reports.
struct IndexedReport: Codable {
  /// Reading the folder: weights and manifest.
  var readSeconds: Double
  /// Checking the structure on the weights and building the tables.
  var checkSeconds: Double
  /// The first chain, with which the cases of the feedforward layer are evaluated.
  var firstChainSeconds: Double
  /// Further chains, each of one input.
  var chainSeconds: [Double]
  var tokensPerChain: Int
  var tableBytes: Int
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
    let (checkSeconds, structure) = try timed { try IndexedStructure(checking: model) }
    var session = IndexedSession(structure)
    var times: [Double] = []
    var outputs: [String] = []
    let count = manifest.emittedTokenCount
    for assignment in randomAssignments(chains + 1, inputCount: manifest.inputCount) {
      var tokens = manifest.prompt(assignment).map { Int32($0) }
      let (seconds, stop) = timed { session.generate(after: &tokens, maximumNewTokens: count) }
      guard stop == .length else { throw BenchmarkFailure("the lookup stopped early: \(stop)") }
      times.append(seconds)
      let values = try manifest.wireValues(ofTokens: tokens.lazy.map { Int($0) })
      outputs.append(bitText(manifest.outputs(ofWireValues: values)))
    }
    let peak = try Machine.peakResidentBytes()
    let configuration = model.configuration
    let positionBytes = 4 * 2 * configuration.layerCount * configuration.keyValueHeadCount * configuration.headSize
    let positions = manifest.wireCount + manifest.leadingTokenCount
    var live = positions
    if withSchedule {
      let prompt = manifest.prompt(randomAssignments(1, inputCount: manifest.inputCount)[0])
      guard let schedule = structure.cacheSchedule(after: prompt, positionCount: positions) else {
        throw BenchmarkFailure("the cache cannot be scheduled")
      }
      live = schedule.peak
    }
    let report = IndexedReport(
      readSeconds: readSeconds, checkSeconds: checkSeconds, firstChainSeconds: times[0],
      chainSeconds: Array(times.dropFirst()), tokensPerChain: count, tableBytes: structure.tableBytes,
      wholeCacheBytes: positions * positionBytes, liveCacheBytes: live * positionBytes, peakResidentBytes: peak,
      outputs: outputs)
    FileHandle.standardOutput.write(try JSONEncoder().encode(report))
  }
}
