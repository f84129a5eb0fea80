// Decides whether two circuits are equal: by hashing, by exhaustion, by simulation, by windows, by a satisfiability solver.

/// Compares circuits, from the cheapest argument to the dearest.
///
///     switch EquivalenceChecker().compare(circuit, shortened) {
///     case .equal(let proof): print(proof)
///     case .different(let inputs, let output): print(output, inputs)
///     case .undecided(let reason): print(reason)
///     }
///
/// Random assignments find most differences at once. Circuits that become one network by hashing are equal; so are those that agree on all
/// assignments, where the inputs are few. For others, gates that seem to be equal are proved so in windows of few wires and merged; what is left
/// is asked of an installed solver. A difference is always confirmed by evaluating both circuits, gate by gate. What a solver calls
/// unsatisfiable is believed, and the proof names it.
public struct EquivalenceChecker: Sendable {
  /// Circuits of at most as many inputs are run on all assignments.
  public var exhaustiveInputs = 20
  /// How many random assignments are tried first.
  public var randomAssignments = 4096
  /// Who is asked what neither exhaustion nor windows decide.
  public var solver: SatisfiabilitySolver?
  /// How long the solver may work in all.
  public var timeLimit: Duration = .seconds(60)
  /// Asked now and then whether to give up.
  public var isCancelled: @Sendable () -> Bool = { false }

  /// A checker with the given solver, by default the one that is installed.
  ///
  /// - Parameter solver: a solver, or `nil` to do without.
  public init(solver: SatisfiabilitySolver? = .installed()) { self.solver = solver }

  /// Whether two circuits compute the same outputs.
  ///
  /// Exact but for the word of the solver, where the proof names one. Programmer error: different numbers of inputs or of outputs.
  ///
  /// Complexity: O(gates) for hashing and windows; `2^inputs / 512` passes over the gates for exhaustion.
  ///
  /// - Parameters:
  ///   - a: a circuit.
  ///   - b: another of as many inputs and outputs.
  public func compare(_ a: Circuit, _ b: Circuit) -> EquivalenceVerdict { compare(a, b, hints: []) }

  /// The same, helped by networks whose inner gates are likely to occur in both; nothing about them is believed.
  func compare(_ a: Circuit, _ b: Circuit, hints: [EquivalenceHint]) -> EquivalenceVerdict {
    precondition(
      a.inputCount == b.inputCount && a.outputCount == b.outputCount, "circuits with as many inputs and outputs")
    if let difference = randomDifference(a, b) { return confirmed(a, b, difference) }
    var hashed = XorAndGraph(inputCount: a.inputCount)
    let (x, y) = (hashed.append(a), hashed.append(b))
    if Self.pairs(a, x, b, y).isEmpty { return .equal(by: .structure) }
    if a.inputCount <= exhaustiveInputs { return exhaustion(a, b) }
    return sweep(a, b, hints)
  }

  /// The output literals that are not the same, pair by pair.
  private static func pairs(_ a: Circuit, _ x: [UInt32], _ b: Circuit, _ y: [UInt32]) -> [(UInt32, UInt32)] {
    zip(a.outputs, b.outputs).compactMap { p, q in
      let u = x[p.wire.index] ^ (p.isComplemented ? 1 : 0)
      let v = y[q.wire.index] ^ (q.isComplemented ? 1 : 0)
      return u == v ? nil : (u, v)
    }
  }

  private func randomDifference(_ a: Circuit, _ b: Circuit) -> [Bool]? {
    var random = SplitMix64(seed: 0xD1FF)
    let simulators = (Simulator(a), Simulator(b))
    var left = randomAssignments
    while left > 0 {
      let block = AssignmentBlock.random(
        count: min(left, Simulator.lanesPerPass), signalCount: a.inputCount, using: &random)
      if let i = simulators.0.outputs(of: block).firstDifference(from: simulators.1.outputs(of: block)) {
        return block.assignment(i)
      }
      left -= block.count
    }
    return nil
  }

  /// The verdict for an assignment that is said to tell two circuits apart: evaluates both, gate by gate.
  func confirmed(_ a: Circuit, _ b: Circuit, _ inputs: [Bool]) -> EquivalenceVerdict {
    let (x, y) = (a(inputs), b(inputs))
    guard let output = x.indices.first(where: { x[$0] != y[$0] }) else {
      return .undecided(reason: "a counterexample was found under which the circuits agree")
    }
    return .different(inputs: inputs, output: output)
  }

  private func exhaustion(_ a: Circuit, _ b: Circuit) -> EquivalenceVerdict {
    let simulators = (Simulator(a), Simulator(b))
    for block in a.exhaustiveBlocks() {
      if isCancelled() { return .undecided(reason: "interrupted") }
      if let i = simulators.0.outputs(of: block).firstDifference(from: simulators.1.outputs(of: block)) {
        return confirmed(a, b, block.assignment(i))
      }
    }
    return .equal(by: .exhaustion(assignments: 1 << UInt64(a.inputCount)))
  }

  private func sweep(_ a: Circuit, _ b: Circuit, _ hints: [EquivalenceHint]) -> EquivalenceVerdict {
    // What comes first stands for what comes later, and windows look through it: which order proves more depends on the circuits.
    var best: (sweep: FunctionalSweep, outputs: [(UInt32, UInt32)])?
    for isReversed in [false, true] {
      var sweep = FunctionalSweep(inputCount: a.inputCount)
      for hint in hints { sweep.append(hint.graph, claims: hint.claims) }
      if isCancelled() { return .undecided(reason: "interrupted") }
      let early = sweep.append(isReversed ? a : b)
      if isCancelled() { return .undecided(reason: "interrupted") }
      let late = sweep.append(isReversed ? b : a)
      let outputs = Self.pairs(a, isReversed ? early : late, b, isReversed ? late : early)
      if outputs.isEmpty {
        return .equal(by: .windows(merges: sweep.merges, leaves: FunctionalSweep.windowLeaves))
      }
      if let best, best.outputs.count <= outputs.count { continue }
      best = (sweep, outputs)
    }
    guard let best else { preconditionFailure("one of two orders is the better one") }
    return ask(a, b, best.sweep, best.outputs)
  }

  private func ask(
    _ a: Circuit, _ b: Circuit, _ sweep: FunctionalSweep, _ outputs: [(UInt32, UInt32)]
  ) -> EquivalenceVerdict {
    let open = "\(outputs.count) of \(a.outputCount) outputs could not be decided in windows"
    guard let solver else {
      return .undecided(reason: "\(open), and no solver is installed (CaDiCaL, Kissat or MiniSat)")
    }
    let isNeeded = sweep.graph.cone(of: outputs.flatMap { [$0.0, $0.1] })
    var miter = SpeculativeMiter(sweep.graph, outputs: outputs, pairs: sweep.unprovedPairs(among: isNeeded))
    switch miter.decide(by: solver, deadline: .now + timeLimit, isCancelled: isCancelled) {
    case .equal(let calls):
      return .equal(by: .satisfiability(solver: solver.title, merges: sweep.merges, calls: calls))
    case .different(let inputs): return confirmed(a, b, inputs)
    case .undecided(let reason): return .undecided(reason: "\(open); \(reason)")
    }
  }
}
