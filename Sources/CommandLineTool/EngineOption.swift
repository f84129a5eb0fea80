// `--engine`: the library's engines by the names that the command line uses.
public import ArgumentParser
public import Constructions

extension DecodingEngine: ExpressibleByArgument {}

extension DecodingEngine {
  /// What help texts say.
  static let help: ArgumentHelp =
    "How attention is computed; by default indexed, or else dense, or reference in finite precision."

  /// How this engine runs, in a note.
  var adverb: String {
    switch self {
    case .dense: "densely"
    case .indexed: "by lookup"
    case .reference: "scalar by scalar"
    }
  }
}
