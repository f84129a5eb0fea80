// A row of lookup tables: construct, certify, run, measure.
package import Circuits
import ExactArithmetic
import Transformers
import Verification

extension FrontierRow {
  /// The row of `tables`, a circuit that is to compute what `circuit` does.
  init(
    _ circuit: Circuit, _ tables: Circuit, _ k: Int, _ construction: Construction, options: Frontier.Options,
    using generator: inout some RandomNumberGenerator
  ) throws {
    try self.init(
      circuit, tables, k, construction, CircuitSimulation(of: tables), options: options, using: &generator)
  }

  /// The row of trees of tables, several levels a token.
  init(
    _ circuit: Circuit, _ trees: TreeChain, options: Frontier.Options, using generator: inout some RandomNumberGenerator
  ) throws {
    try self.init(
      circuit, trees.circuit, trees.tableInputs, .lookupTables, CircuitSimulation(of: trees), options: options,
      using: &generator)
  }

  private init(
    _ circuit: Circuit, _ tables: Circuit, _ k: Int, _ construction: Construction, _ simulation: CircuitSimulation,
    options: Frontier.Options, using generator: inout some RandomNumberGenerator
  ) throws {
    let model = simulation.model()
    let parameters = ParameterStatistics(model)
    let cost = simulation.cost
    tableInputs = k
    self.construction = construction
    stepCount = cost.stepCount
    depth = tables.depth
    layerCount = cost.layerCount
    headCount = cost.headCount
    hiddenUnitCount = cost.intermediateSize
    hiddenSize = cost.hiddenSize
    vocabularySize = cost.vocabularySize
    parameterCount = parameters.count
    nonZeroParameterCount = parameters.nonZero
    distinctParameterCount = parameters.distinct
    parameterBits = parameters.bits
    largestParameterBits = parameters.largestBits

    let plan = AssignmentPlan(
      inputCount: circuit.inputCount,
      maximumCount: circuit.inputCount <= AssignmentPlan.exhaustiveInputCount ? nil : options.sampledAssignments)
    isExhaustive = plan.mode == .exhaustive
    assignmentCount = plan.count
    mapping = Check(mapping: tables, of: circuit, plan)
    (certificate, certifiedUnit) = FrontierRow.certify(model, simulation, tables, options)
    var runner = try ChainRunner(model, simulation.manifest)
    let check = try runner.check(against: tables, on: plan, using: &generator)
    switch check.verdict {
    case .equal:
      run = Check(true, "\(check.tokensCompared) tokens of \(check.assignmentCount) chains, \(runner.engine.rawValue)")
    case .different(let counterexample):
      run = Check(false, "expected \(counterexample.expected), found \(counterexample.found)")
    case .anotherCircuit(let reason): run = Check(false, reason)
    }
    var sample: [[Bool]] = []
    let count = min(plan.count, ChainRunner.denseBatchSize)
    for lane in 0..<max(1, count) {
      sample.append((0..<circuit.inputCount).map { (lane &* 0x9E37 >> ($0 % 16)) & 1 != 0 })
    }
    var dense = try ChainRunner(model, simulation.manifest, engine: .dense)
    tokensPerSecond = try FrontierRow.rate(options.measuredSeconds) {
      _ = try dense.tokens(for: sample)
      return sample.count * max(1, cost.stepCount)
    }
  }

  /// What the checker says of the weights, for all inputs.
  private static func certify(
    _ model: Model, _ simulation: CircuitSimulation, _ tables: Circuit, _ options: Frontier.Options
  ) -> (Check, unit: Double?) {
    let statement = CircuitStatement(tables)
    guard let witness = simulation.manifest.witness(for: statement) else {
      return (Check(false, "no chain comes of the tables"), nil)
    }
    let checker = Checker(model, form: simulation.manifest.promptForm)
    let readOut = simulation.manifest.readOut
    if options.searchesUnit, simulation.cost.intermediateSize <= 256, let found = try? checker.largestUnit(),
      WitnessCheck.fault(circuit: statement, program: found.proof.program, witness: witness, readOut: readOut) == nil,
      case .rounded(let rounding) = found.semantics
    {
      return (Check(true, "proved for all inputs"), rounding.unit)
    }
    switch checker.check(.rounded(.float32), circuit: statement, witness: witness, readOut: readOut) {
    case .proved: return (Check(true, "proved for all inputs"), RoundingModel.float32.unit)
    case .refuted: return (Check(false, "refuted"), nil)
    case .undecided(let doubt): return (Check(false, doubt.reason), nil)
    }
  }

  /// How much `body` does a second: it is repeated until the time is over.
  static func rate(_ seconds: Double, _ body: () throws -> Int) rethrows -> Double {
    let start = ContinuousClock.now
    var done = 0
    var elapsed = 0.0
    repeat {
      done += try body()
      elapsed = (ContinuousClock.now - start) / .seconds(1)
    } while elapsed < seconds
    return Double(done) / max(elapsed, 1e-9)
  }
}

extension FrontierRow.Check {
  /// Whether `tables` computes the outputs of `circuit`: all assignments are compared where these are run, otherwise it is proved.
  package init(mapping tables: Circuit, of circuit: Circuit, _ plan: AssignmentPlan) {
    if tables == circuit {
      self.init(true, "the circuit as it was given")
      return
    }
    if plan.mode == .exhaustive {
      let difference = tables.firstDifference(from: circuit)
      self.init(
        difference == nil,
        difference == nil ? "equal on all 2^\(circuit.inputCount) inputs" : "another function than the circuit")
      return
    }
    switch EquivalenceChecker().compare(tables, circuit) {
    case .equal(let proof): self.init(true, "equal to the circuit: \(proof)")
    case .different: self.init(false, "another function than the circuit")
    case .undecided(let reason): self.init(false, "not shown to be equal to the circuit: \(reason)")
    }
  }
}
