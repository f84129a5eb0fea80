// `wright run`: evaluates a circuit by the chain of thought of its transformer.
import ArgumentParser
import Circuits
import Constructions
import Transformers

/// The subcommand.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a constructed model on inputs and print the circuit's outputs.",
    discussion: """
      Prints one line of output bits for each assignment, read off the tokens. The indexed engine runs where the weights pass its check;
      otherwise the dense engine does, and a note says why. A model in finite precision runs scalar by scalar in that precision.

      \(BitText.documentation)

      EXAMPLE:
        wright run adder4-llama --input 10001000
      """)

  @Argument(help: "A folder that wright construct wrote.", completion: .directory)
  var folder: String

  @OptionGroup var bits: InputOptions

  @Option(name: .long, help: DecodingEngine.help)
  var engine: DecodingEngine?

  @Flag(name: .long, help: "Print each step: the gate, the wires fetched, the value.")
  var trace = false

  @Flag(name: .long, help: "Print the words of all tokens.")
  var tokens = false

  @Flag(name: .long, help: "Run densely and drop keys and values that no later step looks for.")
  var liveCache = false

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    /// The engine that ran.
    var engine: DecodingEngine
    /// Why the dense engine ran although the other was wanted.
    var fallback: String?
    var inputs: [String]
    var outputs: [String]
    /// The output of a single assignment.
    var output: String?
    /// Tokens emitted.
    var tokens: Int
    var seconds: Double
    var tokensPerSecond: Double
    /// Bytes of a float32 cache of all positions, and of one cut to those that a head will still look for.
    var cacheBytes: Int
    var liveCacheBytes: Int
    /// The largest number of bytes that the cache took, where it was cut.
    var measuredCacheBytes: Int?
    var trace: [[Step]]?
    var words: [[String]]?
  }

  /// One step of a trace.
  struct Step: Encodable {
    var step: Int
    var wire: Int
    var function: String
    /// The truth table, the row of false operands in the lowest bit.
    var table: UInt64
    var operands: [Int]
    var operandValues: [Int]
    var value: Int

    var text: String {
      let fetched = zip(operands, operandValues).map { "w\($0)=\($1)" }.joined(separator: ", ")
      return "step \(step)  w\(wire) = \(function)(\(fetched)) = \(value)"
    }
  }

  func validate() throws {
    if bits.input == nil { throw ValidationError("Missing expected argument '--input <input>'.") }
    if liveCache, engine ?? .dense != .dense { throw ValidationError("--live-cache needs the dense engine.") }
  }

  func run() throws {
    let simulation = try SimulationFolder(folder)
    let assignments = try bits.assignments(simulation.inputText(isHexadecimal: bits.hex))
    if liveCache, let precision = simulation.manifest.precisionName {
      throw Failure.refused(folder, expected: "a model in float32 for --live-cache", found: "one in \(precision)")
    }
    var runner = try ChainRunner(simulation, engine: liveCache ? .dense : engine)
    let needsReading = trace || liveCache || report.json
    let reading = needsReading ? try simulation.reading() : nil

    let total = assignments.count * simulation.manifest.emittedTokenCount
    var bar = ProgressBar("running", total: total, unit: "tokens", isQuiet: report.quiet)
    let clock = ContinuousClock.now
    var measured: Int?
    var texts: [[Int32]] = []
    if liveCache, let reading {
      for assignment in assignments {
        let done = texts.count * simulation.manifest.emittedTokenCount
        let (text, bytes) = try runner.tokensWithLiveCache(for: assignment, reading: reading) { bar.update(done + $0) }
        texts.append(text)
        measured = max(measured ?? 0, bytes)
      }
    } else {
      texts = try runner.tokens(for: assignments) { bar.update($0) }
    }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    bar.finish()
    if let fallback = runner.fallback { report.note("running \(runner.engine.adverb): \(fallback)") }
    let outputs = try texts.map { try runner.outputs(ofTokens: $0) }
    try show(simulation, runner, reading, assignments, texts, outputs, seconds: seconds, measured: measured)
  }

  private func show(
    _ simulation: SimulationFolder, _ runner: ChainRunner, _ reading: ChainReading?, _ assignments: [[Bool]],
    _ texts: [[Int32]], _ outputs: [[Bool]], seconds: Double, measured: Int?
  ) throws {
    let manifest = simulation.manifest
    let inputText = simulation.inputText(isHexadecimal: bits.hex)
    let outputText = simulation.outputText(isHexadecimal: bits.hex)
    let steps = trace ? try texts.map { try self.steps(manifest, reading, $0) } : nil
    if report.json {
      let perPosition = simulation.model.cacheNumbersPerPosition * 4
      let positions = manifest.wireCount + manifest.leadingTokenCount
      let live = reading?.wiresDone(inputCount: manifest.inputCount).largestLiveCount ?? manifest.wireCount
      let lines = outputs.map(outputText.text)
      return try StandardOutput.print(
        ReportOptions.json(
          Report(
            engine: runner.engine, fallback: runner.fallback, inputs: assignments.map(inputText.text), outputs: lines,
            output: lines.count == 1 ? lines[0] : nil, tokens: runner.emittedTokenCount, seconds: seconds,
            tokensPerSecond: Double(runner.emittedTokenCount) / max(seconds, 1e-9), cacheBytes: positions * perPosition,
            liveCacheBytes: min(positions, live + manifest.leadingTokenCount) * perPosition,
            measuredCacheBytes: measured, trace: steps,
            words: tokens ? texts.map { $0.map { manifest.word(ofToken: Int($0)) } } : nil)) + "\n")
    }
    var output = StandardOutput()
    for i in texts.indices {
      if tokens { try output.writeLine(texts[i].map { manifest.word(ofToken: Int($0)) }.joined(separator: " ")) }
      for step in steps?[i] ?? [] { try output.writeLine(step.text) }
      try output.writeLine(outputText.text(outputs[i]))
    }
    try output.flush()
  }

  private func steps(_ manifest: SimulationManifest, _ reading: ChainReading?, _ tokens: [Int32]) throws -> [Step] {
    guard let reading else { return [] }
    let values = try manifest.wireValues(ofTokens: tokens.lazy.map { Int($0) })
    return (0..<manifest.stepCount).map { i in
      let (table, operands) = reading.gate(ofStep: i)
      let wire = manifest.inputCount + i
      return Step(
        step: i + 1, wire: wire, function: table.functionName, table: table.bits, operands: operands,
        operandValues: operands.map { values[$0] ? 1 : 0 }, value: values[wire] ? 1 : 0)
    }
  }
}

extension SimulationFolder {
  /// How the inputs of the circuit are written.
  func inputText(isHexadecimal: Bool) -> BitText {
    BitText(widths: manifest.inputWidths, count: manifest.inputCount, isHexadecimal: isHexadecimal)
  }

  /// How the outputs of the circuit are written.
  func outputText(isHexadecimal: Bool) -> BitText {
    BitText(widths: manifest.outputWidths, count: manifest.outputCount, isHexadecimal: isHexadecimal)
  }
}

extension Model {
  /// The numbers that a cache of all key and value coordinates holds for a position.
  var cacheNumbersPerPosition: Int {
    2 * configuration.layerCount * configuration.keyValueHeadCount * configuration.headSize
  }
}
