// `--engine`: the library's engines by the names that the command line uses.
public import ArgumentParser
public import Constructions

extension DecodingEngine: ExpressibleByArgument {}

extension DecodingEngine {
  /// What help texts say.
  static let help: ArgumentHelp = """
    dense: softmax attention. indexed: the program that the checker derived from the weights; where it derived none, dense. bitsliced: the \
    same program on 512 inputs at once, or an error. reference: scalar by scalar. By default indexed; in finite precision reference.
    """

  /// How this engine runs, in a note.
  var adverb: String {
    switch self {
    case .dense: "densely"
    case .indexed: "by lookup"
    case .bitsliced: "by lookup, 512 inputs at once"
    case .reference: "scalar by scalar"
    }
  }
}

extension ChainRunner {
  /// Prepares the model of `folder`; an engine that does not run its weights is a refused input.
  init(_ simulation: SimulationFolder, engine: DecodingEngine?, of folder: String) throws {
    do { try self.init(simulation, engine: engine) } catch let refusal as EngineRefusal {
      throw Failure.refused(
        folder, expected: "weights that the checker certifies, for --engine \(refusal.engine.rawValue)",
        found: refusal.reason)
    }
  }
}
