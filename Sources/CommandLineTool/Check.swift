// `wright check`: the chain of thought against the circuit, token by token.
import ArgumentParser
import Circuits
import Constructions

/// The subcommand.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare every token of a model's chains with the circuit.",
    discussion: """
      All assignments are tried where there are at most 2^20 of them, or at most --assignments; otherwise corner assignments and
      random ones, 256 unless told otherwise. Every emitted token and every output is compared with a bit-parallel simulation of the circuit.
      Exits with 0 only when all are equal, with 1 when one differs or the circuit is not the folder's.

      EXAMPLE:
        wright check adder64-llama --circuit adder64.txt --assignments 1000
      """)

  @Argument(help: "A folder that wright construct wrote.", completion: .directory)
  var folder: String

  @Option(
    name: .long, help: "The circuit file, or - for standard input.",
    completion: .file(extensions: ["aag", "aig", "blif", "bench", "txt"]))
  var circuit: String

  @Option(
    name: .long, help: "The circuit file's format; by default it is recognized.",
    completion: .list(CircuitFormat.allCases.map(\.rawValue)))
  var format: CircuitFormat?

  @Option(name: .long, help: "How many assignments to try at most.")
  var assignments: Int?

  @Option(name: .long, help: "How attention is computed; by default indexed, or else dense.")
  var engine: EngineChoice?

  @Option(name: .long, help: "The seed of the random assignments.")
  var seed: UInt64 = 1

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var equal: Bool
    /// Why the circuit cannot be the folder's, where it cannot.
    var reason: String?
    var mode: AssignmentPlan.Mode
    /// How many assignments were tried, and how many were to be.
    var assignments: Int
    var plannedAssignments: Int
    /// How many of a sample are corners.
    var cornerAssignments: Int
    var seed: UInt64?
    var tokensCompared: Int
    var outputsCompared: Int
    var mismatch: Mismatch?
    var engine: EngineChoice
    var fallback: String?
    var seconds: Double
    var tokensPerSecond: Double
  }

  /// The first difference.
  struct Mismatch: Encodable {
    var inputs: String
    /// The step whose token differs, from 1, and the chain wire and the circuit's wire that it stands for; none for the end token
    /// and for an output.
    var step: Int?
    var wire: Int?
    var circuitWire: Int?
    /// The output that differs although all tokens are equal.
    var output: Int?
    var expected: String
    var found: String
  }

  func validate() throws {
    if let assignments, assignments < 1 { throw ValidationError("--assignments is at least 1.") }
  }

  func run() throws {
    let simulation = try SimulationFolder(folder)
    let (circuit, _) = try CircuitSource.read(circuit, format: format)
    let manifest = simulation.manifest
    let plan = AssignmentPlan(inputCount: circuit.inputCount, wanted: assignments, seed: seed)
    var runner = try ChainRunner(simulation.model, manifest, engine: engine)
    if let fallback = runner.fallback { report.note("running densely: \(fallback)") }
    var result = Report(
      equal: false, mode: plan.mode, assignments: 0, plannedAssignments: plan.count,
      cornerAssignments: plan.cornerCount,
      seed: plan.mode == .sampled ? seed : nil, tokensCompared: 0, outputsCompared: 0, engine: runner.engine,
      seconds: 0,
      tokensPerSecond: 0)

    var options = CircuitChain.Options()
    options.foldsInverters = manifest.foldsInverters
    options.dropsDeadGates = manifest.dropsDeadGates
    let chain = CircuitChain(circuit, options: options)
    if let reason = Check.difference(chain, circuit, manifest) {
      result.reason = reason
    } else {
      try compare(circuit, chain, plan, &runner, &result)
    }
    result.engine = runner.engine
    result.fallback = runner.fallback
    try report.print(result) { text(result) }
    if !result.equal { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }

  /// Why `circuit` cannot be the one that the folder was made from, or `nil`.
  private static func difference(
    _ chain: CircuitChain, _ circuit: Circuit, _ manifest: SimulationManifest
  ) -> String? {
    for (thing, mine, theirs) in [
      ("inputs", circuit.inputCount, manifest.inputCount), ("outputs", circuit.outputCount, manifest.outputCount),
      ("steps", chain.stepCount, manifest.stepCount),
    ] where mine != theirs {
      return "the circuit has \(Quantity.exact(mine)) \(thing) and the folder \(Quantity.exact(theirs))"
    }
    for (i, source) in chain.readOut.enumerated() {
      let code =
        switch source {
        case .constant(let value): value ? -2 : -1
        case .wire(let wire, let isComplemented): 2 * wire + (isComplemented ? 1 : 0)
        }
      if code != manifest.readOut[i] { return "output \(i) is read at another place than the circuit says" }
    }
    return nil
  }

  private func compare(
    _ circuit: Circuit, _ chain: CircuitChain, _ plan: AssignmentPlan, _ runner: inout ChainRunner,
    _ result: inout Report
  ) throws {
    let manifest = runner.manifest
    let simulator = Simulator(circuit, keepsAllWires: true)
    let count = manifest.emittedTokenCount
    // Some tens of megabytes of tokens and wire values at a time; early chunks are small so that a wrong model is found early.
    let chunk = max(1, min(512, (1 << 23) / (circuit.wireCount + 1)))
    var bar = ProgressBar("checking", total: plan.count * count, unit: "tokens", isQuiet: report.quiet)
    let clock = ContinuousClock.now
    var start = 0
    while start < plan.count, result.mismatch == nil {
      let inputs = plan.assignments(start..<min(start + (start == 0 ? min(chunk, 16) : chunk), plan.count))
      let texts = try runner.tokens(for: inputs) { bar.update(start * count + $0) }
      let wires = simulator.wireValues(of: AssignmentBlock(inputs, signalCount: circuit.inputCount))
      for (a, text) in texts.enumerated() where result.mismatch == nil {
        result.mismatch = Check.mismatch(text, a, wires, circuit, chain, manifest, &result)
        result.assignments += 1
        result.mismatch?.inputs = BitText(widths: [], count: circuit.inputCount, isHexadecimal: false).text(inputs[a])
      }
      start += inputs.count
    }
    bar.finish()
    result.seconds = (ContinuousClock.now - clock) / .seconds(1)
    result.tokensPerSecond = Double(result.tokensCompared) / max(result.seconds, 1e-9)
    result.equal = result.mismatch == nil
  }

  /// Compares the tokens of one run, and the outputs read off them, with the values of the circuit's wires under assignment `a`.
  private static func mismatch(
    _ tokens: [Int32], _ a: Int, _ wires: AssignmentBlock, _ circuit: Circuit, _ chain: CircuitChain,
    _ manifest: SimulationManifest, _ result: inout Report
  ) -> Mismatch? {
    let first = manifest.leadingTokenCount + manifest.inputCount
    for step in 0..<manifest.stepCount {
      let wire = manifest.inputCount + step
      let expected = manifest.token(wire: wire, value: wires[a, chain.sourceWires[wire].index])
      let found = first + step < tokens.count ? Int(tokens[first + step]) : nil
      result.tokensCompared += 1
      if found != expected {
        return Mismatch(
          inputs: "", step: step + 1, wire: wire, circuitWire: chain.sourceWires[wire].index,
          expected: manifest.word(expected), found: found.map(manifest.word) ?? "nothing")
      }
    }
    if manifest.emittedTokenCount > manifest.stepCount {
      result.tokensCompared += 1
      let (expected, found) = (2 * manifest.wireCount + 1, tokens.last.map { Int($0) })
      if found != expected || tokens.count != first + manifest.emittedTokenCount {
        return Mismatch(
          inputs: "", expected: manifest.word(expected), found: found.map(manifest.word) ?? "nothing")
      }
    }
    let values = tokens[manifest.leadingTokenCount..<(first + manifest.stepCount)].map { $0 & 1 != 0 }
    for (i, value) in manifest.outputs(ofWireValues: values).enumerated() {
      result.outputsCompared += 1
      let output = circuit.outputs[i]
      let expected = wires[a, output.wire.index] != output.isComplemented
      if value != expected {
        return Mismatch(inputs: "", output: i, expected: expected ? "1" : "0", found: value ? "1" : "0")
      }
    }
    return nil
  }

  private func text(_ result: Report) -> String {
    if let reason = result.reason { return "\(folder): not the model of \(circuit): \(reason)\n" }
    let how =
      result.mode == .exhaustive
      ? "all \(Quantity.exact(result.plannedAssignments)) assignments"
      : "\(Quantity.exact(result.plannedAssignments)) assignments (\(Quantity.exact(result.cornerAssignments)) corners, "
        + "the others random, seed \(seed))"
    if let mismatch = result.mismatch {
      let place =
        mismatch.output.map { "output \($0)" }
        ?? mismatch.step.map {
          "step \($0), wire w\(mismatch.wire ?? 0) (wire \(mismatch.circuitWire ?? 0) of the circuit)"
        }
        ?? "the end of the chain"
      return "different: \(place): expected \(mismatch.expected), found \(mismatch.found)\n"
        + "inputs \(mismatch.inputs)\nafter \(Quantity.exact(result.assignments)) of \(how)\n"
    }
    return
      "equal: \(Quantity.exact(result.tokensCompared)) tokens and \(Quantity.exact(result.outputsCompared)) outputs under "
      + "\(how)\n\(result.engine.rawValue), \(Quantity.text(result.tokensPerSecond)) tokens/s\n"
  }
}
