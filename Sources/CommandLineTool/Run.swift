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
      Prints one line of output bits for each assignment, read off the tokens. The indexed engine runs where the weights pass its check; \
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
    /// Bytes of a float32 cache of all positions, every coordinate counted.
    var cacheBytes: Int
    /// The same for the positions that the cache held at most, where it was cut to those that a head will still look up.
    var liveCacheBytes: Int?
    /// The numbers of positions behind both.
    var positions: Int
    var livePositions: Int?
    /// Bytes that the engine allocated for the cut cache; coordinates that the weights leave zero are not stored.
    var allocatedCacheBytes: Int?
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
    /// What the truth table says on the fetched values, where the token says otherwise.
    var tableValue: Int?

    var text: String {
      let fetched = zip(operands, operandValues).map { "w\($0)=\($1)" }.joined(separator: ", ")
      let doubt = tableValue.map { ", but the table says \($0)" } ?? ""
      return "step \(step)  w\(wire) = \(function)(\(fetched)) = \(value)\(doubt)"
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
    let reading = trace ? try simulation.reading() : nil

    let total = assignments.count * simulation.manifest.emittedTokenCount
    var bar = ProgressBar("running", total: total, unit: "tokens", isQuiet: report.quiet)
    let clock = ContinuousClock.now
    var live: ChainRunner.LiveCacheRun?
    var texts: [[Int32]] = []
    if liveCache {
      for assignment in assignments {
        let done = texts.count * simulation.manifest.emittedTokenCount
        let run: ChainRunner.LiveCacheRun
        do {
          run = try runner.tokensWithLiveCache(for: assignment) { bar.update(done + $0) }
        } catch let refusal as StructureRefusal {
          throw Failure.refused(
            folder, expected: "weights for --live-cache that look positions up", found: refusal.reason)
        }
        texts.append(run.tokens)
        if run.heldPositionCount >= live?.heldPositionCount ?? 0 { live = run }
      }
    } else {
      texts = try runner.tokens(for: assignments) { bar.update($0) }
    }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    bar.finish()
    if let fallback = runner.fallback { report.note("running \(runner.engine.adverb): \(fallback)") }
    if let live {
      let perPosition = simulation.model.cacheNumbersPerPosition * 4
      report.note(
        "the cache held at most \(Quantity.exact(live.heldPositionCount)) of \(Quantity.exact(live.positionCount)) positions: "
          + "\(Quantity.bytes(live.heldPositionCount * perPosition)) instead of "
          + "\(Quantity.bytes(live.positionCount * perPosition)) in float32")
    }
    let outputs = try texts.map { try runner.outputs(ofTokens: $0) }
    try show(simulation, runner, reading, assignments, texts, outputs, seconds: seconds, live: live)
  }

  private func show(
    _ simulation: SimulationFolder, _ runner: ChainRunner, _ reading: ChainReading?, _ assignments: [[Bool]],
    _ texts: [[Int32]], _ outputs: [[Bool]], seconds: Double, live: ChainRunner.LiveCacheRun?
  ) throws {
    let manifest = simulation.manifest
    let inputText = simulation.inputText(isHexadecimal: bits.hex)
    let outputText = simulation.outputText(isHexadecimal: bits.hex)
    let steps = trace ? try texts.map { try self.steps(manifest, reading, $0) } : nil
    if report.json {
      let perPosition = simulation.model.cacheNumbersPerPosition * 4
      let positions = manifest.wireCount + manifest.leadingTokenCount
      let lines = outputs.map(outputText.text)
      return try StandardOutput.print(
        ReportOptions.json(
          Report(
            engine: runner.engine, fallback: runner.fallback, inputs: assignments.map(inputText.text), outputs: lines,
            output: lines.count == 1 ? lines[0] : nil, tokens: runner.emittedTokenCount, seconds: seconds,
            tokensPerSecond: Double(runner.emittedTokenCount) / max(seconds, 1e-9), cacheBytes: positions * perPosition,
            liveCacheBytes: live.map { $0.heldPositionCount * perPosition }, positions: positions,
            livePositions: live?.heldPositionCount, allocatedCacheBytes: live?.allocatedBytes, trace: steps,
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
      var row = 0
      for (j, operand) in operands.enumerated() where values[operand] { row |= 1 << j }
      let says = table.bits >> UInt64(row) & 1 != 0
      return Step(
        step: i + 1, wire: wire, function: table.functionName, table: table.bits, operands: operands,
        operandValues: operands.map { values[$0] ? 1 : 0 }, value: values[wire] ? 1 : 0,
        tableValue: says == values[wire] ? nil : says ? 1 : 0)
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
