// `wright circuit generate`: circuits from the catalogue.
import ArgumentParser
import Circuits

/// The subcommand.
struct CircuitGenerate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generate a circuit: adders, multipliers, SHA-256, AES-128, random ones and more.",
    usage: "wright circuit generate [<name>] [--<parameter> <value> ...] [-o <output>] [--to <to>] [--json] [--quiet]",
    discussion: """
      Without a name, lists the generators with their parameters.

      EXAMPLE:
        wright circuit generate ripple-carry-adder --width 64 -o adder64.aag
      """)

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("A generator's name and its parameters, as --parameter value.", valueName: "name"),
    completion: .list(GeneratorCatalog.generators.map(\.name)))
  var words: [String] = []

  @Option(name: [.short, .long], help: "The file to write, or - for standard output.", completion: .file())
  var output: String?

  @Option(
    name: .long, help: "The format to write; by default the one that the output's extension stands for.",
    completion: .list(CircuitFormat.allCases.map(\.rawValue)))
  var to: CircuitFormat?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let (name, parameters) = try CircuitGenerate.call(words)
    guard let name else {
      guard parameters.isEmpty, output == nil else { throw Failure(.usage, "a generator's name is missing") }
      return try list()
    }
    // A wrong name or parameter is reported before a missing output.
    let circuit = try GeneratorCatalog.make(name: name, parameters: parameters)
    guard let output else {
      throw Failure(.usage, "give -o with the file to write, or -o - and --to for standard output")
    }
    try WrittenCircuit.write(circuit, to: output, as: try CircuitFormat.forWriting(to, path: output), report)
  }

  /// Takes `NAME --parameter value --parameter=value` apart, the name in any place.
  static func call(_ words: [String]) throws -> (name: String?, parameters: [String: String]) {
    var name: String?
    var parameters: [String: String] = [:]
    var rest = words[...]
    while let word = rest.popFirst() {
      if word.hasPrefix("--") {
        let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let key = String(parts[0])
        guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
          throw Failure(.usage, "the parameter --\(key) needs a value")
        }
        guard parameters.updateValue(value, forKey: key) == nil else {
          throw Failure(.usage, "the parameter --\(key) is given twice")
        }
      } else if word.hasPrefix("-") {
        throw Failure(.usage, "there is no option \(word)")
      } else if let name {
        throw Failure(.usage, "expected one generator, found \(name) and \(word)")
      } else {
        name = word
      }
    }
    return (name, parameters)
  }

  /// An entry of the list that `--json` prints.
  struct Entry: Encodable {
    struct Parameter: Encodable {
      var name: String
      var summary: String
      var values: String
      var defaultValue: String?
    }
    var name: String
    var summary: String
    var parameters: [Parameter]
  }

  private func list() throws {
    let entries = GeneratorCatalog.generators.map { generator in
      Entry(
        name: generator.name, summary: generator.summary,
        parameters: generator.parameters.map {
          Entry.Parameter(
            name: $0.name, summary: $0.summary, values: $0.values.description, defaultValue: $0.defaultValue)
        })
    }
    try report.print(["generators": entries]) {
      entries.map { entry in
        var text = "\(entry.name)\n    \(entry.summary)\n"
        for parameter in entry.parameters {
          let value = parameter.defaultValue.map { "; \($0) by default" } ?? ""
          text += "    --\(parameter.name)  \(parameter.summary): \(parameter.values)\(value)\n"
        }
        return text
      }.joined()
    }
  }
}
