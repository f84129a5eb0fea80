// `wright check`: the chain of thought against the circuit, token by token.
import ArgumentParser
import Circuits
import Constructions
import Randomness

/// The subcommand.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare every token of a model's chains with the circuit.",
    discussion: """
      All assignments are tried where there are at most 2^20 of them, or at most --assignments; otherwise corner assignments and \
      random ones, 256 unless told otherwise. Every emitted token and every output is compared with a bit-parallel simulation of the circuit. \
      Exits with 0 only when all are equal, with 1 when one differs or the circuit is not the folder's.

      With --engine bitsliced no attention runs and no token is written: the values that the program derived from the weights gives all wires are \
      compared, 512 assignments at once, and the token that ends a chain is the derivation's.

      EXAMPLE:
        wright check adder64-llama --circuit adder64.txt --assignments 1000
      """)

  @Argument(help: "A folder that wright construct wrote.", completion: .directory)
  var folder: String

  @OptionGroup var claimed: ClaimedCircuit

  @Option(name: .long, help: "How many assignments to try at most.")
  var assignments: Int?

  @Option(name: .long, help: DecodingEngine.help)
  var engine: DecodingEngine?

  @Option(name: .long, help: "The seed of the random assignments.")
  var seed: UInt64 = 1

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var equal: Bool
    /// Why the circuit cannot be the folder's, where it cannot.
    var reason: String?
    /// What other files of the folder say that would make other software decode otherwise.
    var deviations: [String]
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
    var engine: DecodingEngine
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
    let circuit = try claimed.read()
    let plan = AssignmentPlan(inputCount: circuit.inputCount, maximumCount: assignments)
    var runner = try ChainRunner(simulation, engine: engine, of: folder)
    if let fallback = runner.fallback { report.note("running \(runner.engine.adverb): \(fallback)") }
    var generator = Philox(seed: seed)
    let (product, overflow) = plan.count.multipliedReportingOverflow(by: simulation.manifest.emittedTokenCount)
    let total = overflow ? Int.max : product
    var bar = ProgressBar("checking", total: total, unit: "tokens", isQuiet: report.quiet)
    let clock = ContinuousClock.now
    let check = try runner.check(against: circuit, on: plan, using: &generator) { bar.update($0) }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    bar.finish()
    let result = Report(
      check, runner, deviations: try simulation.deviations(), seed: plan.mode == .sampled ? seed : nil, seconds: seconds
    )
    try report.print(result) { text(result) }
    if !result.equal { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }

  private func count(_ number: Int, _ thing: String) -> String {
    "\(Quantity.exact(number)) \(thing)\(number == 1 ? "" : "s")"
  }

  private func text(_ result: Report) -> String {
    if let reason = result.reason { return "\(folder): not the model of \(claimed.circuit): \(reason)\n" }
    let planned = count(result.plannedAssignments, "assignment")
    let others = result.plannedAssignments > result.cornerAssignments ? ", the others random, seed \(seed)" : ""
    let how =
      result.mode == .exhaustive
      ? "all \(planned)" : "\(planned) (\(count(result.cornerAssignments, "corner"))\(others))"
    let deviations = result.deviations.map { "\(folder)/\($0)\n" }.joined()
    if let mismatch = result.mismatch {
      let place =
        mismatch.output.map { "output \($0)" }
        ?? mismatch.step.map {
          "step \($0), wire w\(mismatch.wire ?? 0) (wire \(mismatch.circuitWire ?? 0) of the circuit)"
        }
        ?? "the end of the chain"
      return "different: \(place): expected \(mismatch.expected), found \(mismatch.found)\n"
        + "inputs \(mismatch.inputs)\nafter \(Quantity.exact(result.assignments)) of \(how)\n\(deviations)"
    }
    let verdict = deviations.isEmpty ? "equal" : "different for other software, equal by the weights alone"
    return
      "\(verdict): \(count(result.tokensCompared, "token")) and \(count(result.outputsCompared, "output")) under "
      + "\(how)\n\(result.engine.rawValue), \(Quantity.text(result.tokensPerSecond)) tokens/s\n"
      + deviations
  }
}

extension Check.Report {
  /// The report of `check`, which `runner` ran.
  fileprivate init(
    _ check: SimulationCheck, _ runner: ChainRunner, deviations: [String], seed: UInt64?, seconds: Double
  ) {
    let plan = check.plan
    self.init(
      equal: check.isEqual && deviations.isEmpty, deviations: deviations, mode: plan.mode,
      assignments: check.assignmentCount, plannedAssignments: plan.count,
      cornerAssignments: plan.cornerCount, seed: seed, tokensCompared: check.tokensCompared,
      outputsCompared: check.outputsCompared, engine: runner.engine, fallback: runner.fallback, seconds: seconds,
      tokensPerSecond: Double(runner.emittedTokenCount) / max(seconds, 1e-9))
    switch check.verdict {
    case .equal: break
    case .anotherCircuit(let difference): reason = difference
    case .different(let counterexample): mismatch = Check.Mismatch(counterexample)
    }
  }
}

extension Check.Mismatch {
  fileprivate init(_ counterexample: SimulationCheck.Counterexample) {
    self.init(
      inputs: BitText(widths: [], count: counterexample.inputs.count, isHexadecimal: false).text(counterexample.inputs),
      expected: counterexample.expected, found: counterexample.found)
    switch counterexample.place {
    case .step(let number, let chainWire, let source): (step, wire, circuitWire) = (number, chainWire, source)
    case .end: break
    case .output(let index): output = index
    }
  }
}
