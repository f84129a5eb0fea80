// `wright export`: a model folder for other people's software.
import ArgumentParser
import Constructions
import Transformers

/// The subcommand.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a model folder for other software, in the number type of choice.",
    discussion: """
      Reads a model folder and writes it anew: a LLaMA or GPT-2 with its tokenizer, which AutoModelForCausalLM and AutoTokenizer load. A \
      number that the type cannot hold exactly is refused, and so is a model that transformers has no architecture for.

      EXAMPLE:
        wright export adder64-llama -o adder64-bf16 --format huggingface --scalar bf16
      """)

  /// The kinds of folder.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case huggingface
  }

  @Argument(help: "A model folder.", completion: .directory)
  var folder: String

  @Option(name: [.short, .long], help: "The folder to write.", completion: .directory)
  var output: String

  @Option(name: .long, help: "The kind of folder.")
  var format: Format = .huggingface

  @OptionGroup var options: FolderOptions

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var folder: String
    var format: String
    var architecture: String
    var scalar: String
    var parameters: Int
    var seconds: Double
  }

  func run() throws {
    let clock = ContinuousClock.now
    let source = try ModelFolder(folder)
    guard source.format.isOfTransformers else {
      throw Failure.refused(
        "\(folder)/config.json, key model_type",
        expected:
          "an architecture of transformers, which knows neither decoders without normalization nor finite precision "
          + "(wright construct --form li without --precision writes the same circuit as a GPT-2)",
        found: source.format.rawValue)
    }
    try options.checkPlace(output)
    let manifest = try SimulationFolder.manifest(of: source) == nil ? nil : source.file(SimulationManifest.fileName)
    let model = try source.model()
    let tokenizer = try source.tokenizer()
    var writing = options.writeOptions()
    writing.extraFiles[SimulationManifest.fileName] = manifest
    _ = try Interruption.deferring {
      try Failure.writingFolder {
        try ModelFolder.write(
          model, to: output, options: writing, tokenizer: tokenizer, generation: source.generation)
      }
    }
    let written = Report(
      folder: output, format: format.rawValue, architecture: source.format.rawValue, scalar: options.scalar.rawValue,
      parameters: model.parameterCount, seconds: (ContinuousClock.now - clock) / .seconds(1))
    try report.print(written) {
      "\(output): \(written.architecture) of \(Quantity.exact(written.parameters)) parameters in \(written.scalar)\n"
    }
  }
}
