// `wright circuit`: what can be done with circuits alone.
public import ArgumentParser
public import Circuits

/// The group of subcommands.
struct CircuitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "circuit",
    abstract: "Read, write, generate, simulate, draw, map, shorten and compare Boolean circuits.",
    discussion: """
      EXAMPLE:
        wright circuit info adder.aag
      """,
    subcommands: [
      CircuitInfo.self, CircuitConvert.self, CircuitGenerate.self, CircuitSimulate.self, CircuitDraw.self,
      CircuitMap.self, CircuitShorten.self, CircuitMinimum.self, CircuitEquivalent.self,
    ])
}

/// The argument that names a circuit file, and the option that says its format.
struct CircuitSource: ParsableArguments {
  @Argument(
    help: "A circuit file, or - for standard input.",
    completion: .file(extensions: ["aag", "aig", "blif", "bench", "txt"]))
  var file: String

  @Option(
    name: .long, help: "The file's format; by default it is recognized by content, then by extension.",
    completion: .list(CircuitFormat.allCases.map(\.rawValue)))
  var format: CircuitFormat?

  /// Reads the circuit.
  func circuit() throws -> Circuit { try CircuitSource.read(file, format: format).circuit }

  /// Reads the circuit of `file`, where `-` stands for standard input, and says in which format it was.
  static func read(_ file: String, format: CircuitFormat?) throws -> (circuit: Circuit, format: CircuitFormat?) {
    if file == "-" {
      let bytes = try readStandardInput()
      let circuit = try Circuit(reading: bytes, format: format, path: "standard input")
      return (circuit, format ?? CircuitFormat.recognize(bytes: bytes))
    }
    let (circuit, found) = try Circuit.read(file, format: format)
    return (circuit, found)
  }
}

extension CircuitFormat: ExpressibleByArgument {}

extension CircuitFormat {
  /// The format to write a file in: the one asked for, or the one that the extension of `path` stands for.
  static func forWriting(_ format: CircuitFormat?, path: String) throws -> CircuitFormat {
    // Without content there is nothing but the extension to tell the format by.
    if let format = format ?? recognize(path: path, bytes: []) { return format }
    throw Failure(
      .usage,
      "\(path): the name does not tell the format; give --to with one of "
        + allCases.map(\.rawValue).joined(separator: ", "))
  }
}
