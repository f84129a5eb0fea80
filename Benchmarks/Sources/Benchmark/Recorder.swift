// What all measurements share: the programs, the circuits, and the list of results.
import Constructions
import Foundation

/// A run in progress. Each group of measurements is an extension in a file of its own.
struct Recorder {
  /// The program `wright`.
  let program: String
  /// A Python with torch and transformers.
  let python: String
  /// The folder for model folders and files of this run.
  let work: String
  let isQuick: Bool
  let transformers: TransformersProcess
  let adder64: BenchmarkCircuit
  let mult64: BenchmarkCircuit
  let sha256: BenchmarkCircuit
  /// Of `productPeaks()`, once they have been measured.
  var knownPeaks: [TrainingPrecision: Double]?
  private(set) var measurements: [Measurement] = []

  init(
    program: String, python: String, work: String, isQuick: Bool, transformers: TransformersProcess,
    adder64: BenchmarkCircuit,
    mult64: BenchmarkCircuit, sha256: BenchmarkCircuit
  ) {
    self.program = program
    self.python = python
    self.work = work
    self.isQuick = isQuick
    self.transformers = transformers
    self.adder64 = adder64
    self.mult64 = mult64
    self.sha256 = sha256
  }

  mutating func add(_ measurement: Measurement) {
    measurements.append(measurement)
    note("  \(measurement.name): \(Figure.text(measurement.median, measurement.unit))")
  }

  /// `full` repetitions in a run that is recorded, fewer in a quick one.
  func repetitions(_ full: Int) -> Int { isQuick ? min(2, full) : full }

  /// The seconds of each of `count` calls after one that does not count, which warms caches up; each result is checked.
  func samples<Result>(
    _ count: Int, _ body: () throws -> Result, check: (Result) throws -> Bool
  ) throws -> [Double] {
    var samples: [Double] = []
    for i in 0...count {
      let (seconds, result) = try timed(body)
      guard try check(result) else { throw BenchmarkFailure("a measured call came out wrong") }
      if i > 0 { samples.append(seconds) }
    }
    return samples
  }

  /// The model folder of a circuit, written when it is first asked for.
  func folder(of circuit: BenchmarkCircuit) throws -> String {
    let path = "\(work)/\(circuit.name)-llama"
    if !FileManager.default.fileExists(atPath: path) { try circuit.simulation.write(to: path) }
    return path
  }

  /// Runs the program `wright` from a small process.
  func launch(_ words: [String]) throws -> LaunchedRun {
    let data = try output(of: [CommandLine.arguments[0], "launch", "--", program] + words)
    return try JSONDecoder().decode(LaunchedRun.self, from: data)
  }
}
