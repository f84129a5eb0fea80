// `wright eval`: how good a trained model is.
import ArgumentParser
import Tensors
import Training
import Transformers

/// The subcommand.
struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measure a trained model on the examples of its task.",
    discussion: """
      Of a decoder: the share of texts whose whole answer greedy decoding emits, with a cache of keys and values, the share of tokens that would be \
      predicted, and the mean loss of the answers' tokens. Of a perceptron: the share of examples with the right signs, and the mean loss. A folder \
      that wright train wrote knows its examples; any other model folder needs a configuration whose data its vocabulary has. Circuits are not \
      sampled: wright check and wright certify are for those.

      EXAMPLE:
        wright eval addition
        wright eval addition --split training --examples 500
        wright eval some-folder --config Configurations/addition.yaml
      """)

  /// A side of the split.
  enum Side: String, ExpressibleByArgument, CaseIterable {
    case training, validation
  }

  @Argument(help: "A folder that wright train wrote, or a model folder.", completion: .directory)
  var folder: String

  @Option(name: .long, help: "The configuration that says what the examples are.", completion: .file())
  var config: String?

  @Option(name: .long, help: "Which examples: those that training saw, or (by default, where some are) those held out.")
  var split: Side?

  @Option(name: .long, help: "How many examples; all by default, and 1,000 where they do not end.")
  var examples: Int?

  @Option(name: .long, help: "How many texts are decoded side by side.")
  var batch = 256

  @Option(name: .long, help: "The most threads; as many as there are processors by default.")
  var threads: Int?

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var model: String
    var split: String
    var examples: Int
    @FiniteOrNull var loss: Double
    /// Of a decoder.
    var exactMatch: Double?
    var exactMatches: Int?
    var tokenAccuracy: Double?
    var emittedTokens: Int?
    /// Of a perceptron.
    var accuracy: Double?
    var seconds: Double
  }

  func validate() throws {
    if let examples, examples < 1 { throw ValidationError("--examples is at least 1.") }
    if batch < 1 { throw ValidationError("--batch is at least 1.") }
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1.") }
  }

  func run() throws {
    if isThere("\(folder)/wright.json") {
      throw Failure.refused(
        folder, expected: "a model that was trained",
        found: "one that was constructed: wright check \(folder) --circuit FILE compares it with its circuit, "
          + "wright certify proves it")
    }
    let run = RunFolder(folder)
    guard config != nil || run.holdsRun else {
      throw Failure.refused(
        folder, expected: "a folder that wright train wrote, or --config CONFIG beside a model folder",
        found: "neither")
    }
    let model = run.holdsRun ? run.model : run.path
    let file = try ConfigurationFile(path: config ?? run.configuration)
    let configuration = file.configuration
    if config == nil, configuration.seeds != nil || !configuration.replicas.isEmpty {
      throw Failure.refused(
        folder, expected: "the folder of one replica, such as \(folder)/replica-0", found: "that of all")
    }
    if run.holdsRun && !isThere(model) {
      throw Failure.refused(
        folder, expected: "a model in it",
        found:
          "a run without one, which has not ended or could not write it: wright train --resume \(folder) goes on with it"
      )
    }
    if config == nil {
      do {
        try file.checkDataFiles(of: run)
      } catch let failure as Failure where failure.status == .refusedInput {
        StandardError.note("the examples are not those of the run: \(failure.description)")
      }
    }
    let clock = ContinuousClock.now
    var result = try file.configuration.model.isPerceptron ? perceptron(model, file) : decoder(model, file)
    result.seconds = (ContinuousClock.now - clock) / .seconds(1)
    try report.print(result) { Eval.text(result) }
  }

  private func decoder(_ path: String, _ file: ConfigurationFile) throws -> Report {
    let folder = try ModelFolder(path)
    guard let tokenizer = try folder.tokenizer() else {
      throw Failure.refused(path, expected: "a model with a tokenizer.json", found: "none")
    }
    let data = try TokenData(file.configuration.data, vocabulary: tokenizer, faults: file.faults)
    let (side, texts) = try choose(data.training, data.validation, file.configuration)
    let most = folder.configuration.maximumPositionCount
    if let longest = texts.map(\.tokens.count).max(), longest > most {
      throw Failure.refused(path, expected: "room for texts of \(longest) tokens", found: "\(most) positions")
    }
    let ends = Set([tokenizer.roles.end].compactMap(\.self))
    let found = try GreedyEvaluation(
      of: folder.model(), on: texts, batchSize: batch, endTokens: ends, threadCount: threads ?? processorCount())
    return Report(
      model: path, split: side.rawValue, examples: found.texts, loss: found.loss, exactMatch: found.exactMatch,
      exactMatches: found.exactMatches, tokenAccuracy: found.tokenAccuracy, emittedTokens: found.emittedTokens,
      seconds: 0)
  }

  private func perceptron(_ path: String, _ file: ConfigurationFile) throws -> Report {
    var configuration = file.configuration
    configuration.model.from = path
    let subject = try PerceptronSubject(configuration, faults: file.faults)
    let (side, examples) = try choose(subject.data.training, subject.data.validation, configuration)
    let (objective, parameters) = try PerceptronFolder.read(path)
    _ = objective
    let engine = GradientEngine<PerceptronObjective, Float>(
      subject.objective, products: NativeProducts(precision: .float32), threadCount: threads ?? processorCount())
    let found = PerceptronEvaluation(of: engine, parameters: parameters, on: VectorData.batch(examples))
    return Report(
      model: path, split: side.rawValue, examples: found.examples, loss: found.loss, accuracy: found.accuracy,
      seconds: 0)
  }

  /// The examples that are asked for.
  private func choose<Example>(
    _ training: ExampleSet<Example>, _ validation: ExampleSet<Example>, _ configuration: TrainingConfiguration
  ) throws -> (Side, [Example]) {
    let side = split ?? (validation.isEmpty ? .training : .validation)
    let set = side == .training ? training : validation
    if set.isEmpty {
      throw Failure.refused("--split validation", expected: "data with examples held out", found: "none")
    }
    let count = examples ?? (set.count == nil ? 1000 : nil)
    return (side, set.sample(count, random: configuration.evaluationRandom(side.rawValue)))
  }

  private static func text(_ report: Report) -> String {
    var rows = [("examples", "\(Quantity.exact(report.examples)) of the \(report.split) split")]
    if let share = report.exactMatch, let count = report.exactMatches {
      rows.append(("exact match", "\(TrainingResult.number(share)) (\(Quantity.exact(count)))"))
    }
    if let accuracy = report.tokenAccuracy { rows.append(("token accuracy", TrainingResult.number(accuracy))) }
    if let accuracy = report.accuracy { rows.append(("accuracy", TrainingResult.number(accuracy))) }
    rows.append(("loss", TrainingResult.number(report.loss)))
    rows.append(("time", Quantity.seconds(report.seconds)))
    return table(rows)
  }
}
