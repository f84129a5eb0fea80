// `wright run`: evaluates a circuit by the chain of thought of its transformer.
import ArgumentParser
import Circuits
import Constructions
import Transformers
import Verification

/// The subcommand.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a constructed model on inputs and print the circuit's outputs.",
    discussion: """
      Prints one line of output bits for each assignment, read off the tokens. The indexed engine runs no attention but the program that the \
      checker derived from the weights: what greedy decoding emits, for all inputs and any rounding no worse than float32's. Where \
      it derives none, the dense engine runs, and a note says why. The bitsliced engine runs that program on 512 inputs at once; weights \
      from which none is derived are refused. A model in finite precision runs scalar by scalar in that precision, unless one of these two \
      engines is asked for: the program is then derived in that precision.

      \(BitText.documentation)

      EXAMPLE:
        wright run adder4-llama --input 10001000
      """)

  @Argument(help: "A folder that wright construct wrote.", completion: .directory)
  var folder: String

  @OptionGroup var bits: InputOptions

  @Option(name: .long, help: DecodingEngine.help)
  var engine: DecodingEngine?

  @Flag(
    name: .long,
    help: "Print each step: the gate, the wires that the embedding names for it and their values, its value.")
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
    /// The truth table, the row of false operands in the lowest bit; of more than 6 operands in words of 64 rows.
    var table: UInt64?
    var tableWords: [UInt64]?
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

  /// How many chains are decoded before their outputs are printed: 64, or as many as are decoded side by side where their tokens fit some hundred
  /// megabytes.
  private func chainsHeld(_ runner: ChainRunner) -> Int {
    guard runner.engine == .bitsliced else { return 64 }
    return max(64, min(Simulator.lanesPerPass, (1 << 25) / (runner.manifest.wireCount + 1)))
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
    var runner = try ChainRunner(simulation, engine: liveCache ? .dense : engine, of: folder)
    let reading = trace ? try simulation.reading() : nil

    let manifest = simulation.manifest
    let (inputText, outputText) = (
      simulation.inputText(isHexadecimal: bits.hex), simulation.outputText(isHexadecimal: bits.hex)
    )
    let total = assignments.count * manifest.emittedTokenCount
    var bar = ProgressBar("running", total: total, unit: "tokens", isQuiet: report.quiet)
    var output = StandardOutput()
    var lines: [String] = []
    var traces: [[Step]] = []
    var words: [[String]] = []
    var live: ChainRunner.LiveCacheRun?
    var seconds = 0.0
    // A chain of thought may be long and assignments many: no more chains are held than are decoded side by side.
    let held = chainsHeld(runner)
    for start in stride(from: 0, to: assignments.count, by: held) {
      let part = Array(assignments[start..<min(start + held, assignments.count)])
      let clock = ContinuousClock.now
      let texts: [[Int32]]
      if liveCache {
        let runs = try liveRuns(part, &runner) { bar.update(start * manifest.emittedTokenCount + $0) }
        live = (runs + [live].compactMap(\.self)).max { $0.heldPositionCount < $1.heldPositionCount }
        texts = runs.map(\.tokens)
      } else {
        texts = try runner.tokens(for: part) { bar.update(start * manifest.emittedTokenCount + $0) }
      }
      seconds += (ContinuousClock.now - clock) / .seconds(1)
      if start == 0, let reading { noteFetches(&runner, reading) }
      for text in texts {
        let line = outputText.text(try runner.outputs(ofTokens: text))
        let steps = try reading.map { try self.steps(manifest, $0, text) } ?? []
        let spoken = tokens ? text.map { manifest.word(ofToken: Int($0)) } : []
        if report.json {
          lines.append(line)
          traces.append(steps)
          words.append(spoken)
        } else {
          if tokens { try output.writeLine(spoken.joined(separator: " ")) }
          for step in steps { try output.writeLine(step.text) }
          try output.writeLine(line)
        }
      }
      if !report.json {
        ProgressBar.clear()
        try output.flush()
      }
    }
    bar.finish()
    if let fallback = runner.fallback { report.note("running \(runner.engine.adverb): \(fallback)") }
    let perPosition = simulation.model.cacheNumbersPerPosition * 4
    let positions = manifest.wireCount + manifest.leadingTokenCount
    if let live {
      report.note(
        "the cache held at most \(Quantity.exact(live.heldPositionCount)) of \(Quantity.exact(positions)) positions: "
          + "\(Quantity.bytes(live.heldPositionCount * perPosition)) instead of \(Quantity.bytes(positions * perPosition)) in float32"
      )
    }
    guard report.json else { return }
    try StandardOutput.print(
      ReportOptions.json(
        Report(
          engine: runner.engine, fallback: runner.fallback, inputs: assignments.map(inputText.text), outputs: lines,
          output: lines.count == 1 ? lines[0] : nil, tokens: runner.emittedTokenCount, seconds: seconds,
          tokensPerSecond: Double(runner.emittedTokenCount) / max(seconds, 1e-9), cacheBytes: positions * perPosition,
          liveCacheBytes: live.map { $0.heldPositionCount * perPosition }, positions: positions,
          livePositions: live?.heldPositionCount, allocatedCacheBytes: live?.allocatedBytes,
          trace: trace ? traces : nil, words: tokens ? words : nil)) + "\n")
  }

  /// Decodes one chain after another from a cache of live positions.
  private func liveRuns(
    _ assignments: [[Bool]], _ runner: inout ChainRunner, progress: (Int) -> Void
  ) throws -> [ChainRunner.LiveCacheRun] {
    var runs: [ChainRunner.LiveCacheRun] = []
    for assignment in assignments {
      let done = runs.count * runner.manifest.emittedTokenCount
      do {
        runs.append(try runner.tokensWithLiveCache(for: assignment) { progress(done + $0) })
      } catch let refusal as EngineRefusal {
        throw Failure.refused(
          folder, expected: "weights for --live-cache that the checker certifies", found: refusal.reason)
      }
    }
    return runs
  }

  /// Says where a trace may not be what the heads do: it is read off the embedding; what heads look up, the other weights say.
  private func noteFetches(_ runner: inout ChainRunner, _ reading: ChainReading) {
    guard runner.manifest.precision == nil else { return }
    guard case .success(let proof) = runner.derived() else {
      return report.note(
        "the trace shows the wires that the embedding names; the checker does not certify that heads look them up")
    }
    if let step = reading.stepThatFetchesOtherWires(proof.program) {
      report.note("the trace shows the wires that the embedding names; in step \(step + 1) a head looks another one up")
    }
  }

  private func steps(_ manifest: SimulationManifest, _ reading: ChainReading, _ tokens: [Int32]) throws -> [Step] {
    let values = try manifest.wireValues(ofTokens: tokens.lazy.map { Int($0) })
    return (0..<manifest.stepCount).map { i in
      let (table, operands) = reading.gate(ofStep: i)
      let wire = manifest.inputCount + i
      var row = 0
      for (j, operand) in operands.enumerated() where values[operand] { row |= 1 << j }
      let says = table[row]
      let isWide = table.inputCount > TruthTable.wordInputCount
      return Step(
        step: i + 1, wire: wire, function: table.functionName, table: isWide ? nil : table.bits,
        tableWords: isWide ? table.words : nil, operands: operands,
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
