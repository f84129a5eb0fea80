// `--circuit` and `--format`: the circuit that a model is held against.
import ArgumentParser
import Circuits

/// The circuit that a claim, a check or a study is about.
struct ClaimedCircuit: ParsableArguments {
  @Option(
    name: .long, help: "The circuit file, or - for standard input.",
    completion: .file(extensions: ["aag", "aig", "blif", "bench", "txt"]))
  var circuit: String

  @Option(
    name: .long, help: "The circuit file's format; by default it is recognized.",
    completion: .list(CircuitFormat.allCases.map(\.rawValue)))
  var format: CircuitFormat?

  /// The circuit.
  func read() throws -> Circuit { try CircuitSource.read(circuit, format: format).0 }
}
