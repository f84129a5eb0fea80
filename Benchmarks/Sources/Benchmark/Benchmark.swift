// The benchmark program; `Scripts/benchmark` builds it and runs `benchmark record`.
import ArgumentParser

/// The program: `record` measures, `table` prints a recorded run, and the others are processes that `record` starts.
@main
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Measures Wright and records the figures.",
    subcommands: [
      Record.self, LeastPrecisionRecord.self, MappingRecord.self, Table.self, IndexedProcess.self, DecoderProcess.self,
      TrainerProcess.self,
      Launch.self,
    ])
}

/// A measurement that cannot be made or that came out wrong, in a sentence.
struct BenchmarkFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
