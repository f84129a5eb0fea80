// Fewer two-input gates for the same outputs: the passes, their order, and the proof of each.

extension Circuit {
  /// An equal circuit of two-input gates with as few gates as the passes find, and what was done.
  ///
  ///     let (shorter, report) = circuit.shortened()
  ///     print(report.tokensBefore, report.tokensAfter, report.verdict)
  ///
  /// Every two-input function costs one gate, that is one token of a chain of thought; complements are free. The result never has more gates
  /// than `twoInputForm()`. Inputs and outputs keep their number, order and names.
  ///
  /// Exact: each pass is proved equal to what it began with before it is kept, and where the inputs are few the result is run against the source
  /// on all assignments; see `EquivalenceProof` for what each proof rests on. A pass without a proof is thrown away.
  ///
  /// Complexity: some hundred microseconds a gate at the default effort.
  ///
  /// - Parameter options: how much work is done, and who proves.
  /// - Returns: the circuit, and the report on the passes.
  public func shortened(
    _ options: ShorteningOptions = ShorteningOptions()
  ) -> (circuit: Circuit, report: ShorteningReport) {
    var shortening = Shortening(self, options)
    shortening.run()
    return shortening.result
  }
}

/// A circuit on its way.
private struct Shortening {
  private let source: Circuit
  private let options: ShorteningOptions
  private let deadline: ContinuousClock.Instant
  /// The last network that is proved equal to the source, as a network and as a circuit.
  private var graph: XorAndGraph
  private var circuit: Circuit
  private var report: ShorteningReport

  init(_ source: Circuit, _ options: ShorteningOptions) {
    self.source = source
    self.options = options
    deadline = .now + options.timeLimit
    // Taking gates apart with and without the library are two ways to the same outputs; the proof compares them.
    let plain = XorAndGraph(source)
    graph = plain
    circuit = plain.circuit(names: source.names)
    report = ShorteningReport(
      sourceGates: source.gateCount, tokensBefore: circuit.gateCount, tokensAfter: circuit.gateCount, proof: .structure,
      passes: [])
  }

  /// The shortest proved circuit.
  var result: (circuit: Circuit, report: ShorteningReport) { (circuit, report) }

  mutating func run() {
    attempt("two-input form") { _, source in (XorAndGraph(twoInputFormOf: source), []) }
    report.tokensBefore = circuit.gateCount
    if source.inputCount <= 4, source.outputCount == 1 {
      attempt("optimum chain") { _, source in
        (XorAndGraph(twoInputFormOf: Circuit.gate(of: source.truthTables()[0])), [])
      }
      return
    }
    attempt("merging") { graph, _ in (graph.merged(), []) }
    guard options.effort > 0 else { return }
    let rounds = [0, 1, 8, 24][options.effort]
    var idle = 0
    for round in 0..<rounds where idle < 2 {
      if shouldStop() { return }
      let before = graph.gateCount
      rewrite(allowsEven: round % 2 == 1)
      resubstitute(large: options.effort == 3 && round % 2 == 1)
      if round % 4 == 3 { attempt("merging") { graph, _ in (graph.merged(), []) } }
      idle = graph.gateCount < before ? 0 : idle + 1
    }
  }

  private func shouldStop() -> Bool { ContinuousClock.now >= deadline || options.isCancelled() }

  private mutating func rewrite(allowsEven: Bool) {
    let shouldStop = shouldStop
    attempt(allowsEven ? "rewriting, even exchanges too" : "rewriting", keepsEven: allowsEven) { graph, _ in
      let result = CutRewriting.run(graph.numberedByLevel(), allowsEven: allowsEven, shouldStop: shouldStop)
      return (result.graph, [EquivalenceHint(graph: result.graph, claims: result.claims)])
    }
  }

  private mutating func resubstitute(large: Bool) {
    let shouldStop = shouldStop
    var limits = Window.Limits()
    if large {
      limits = Window.Limits(leaves: 11, readerLevels: 5, readers: 24, divisors: 90, gates: 220)
    } else if options.effort == 1 {
      limits.readerLevels = 0
    }
    let gates = options.effort == 1 ? 1 : 2
    attempt(large ? "resubstitution in large windows" : "resubstitution") { graph, _ in
      let result = Resubstitution.run(
        graph.numberedByLevel(), limits: limits, maximumGates: gates, shouldStop: shouldStop)
      return (result, [EquivalenceHint(graph: result, claims: [])])
    }
  }

  /// Does a pass, proves it, and keeps it if it is proved and has fewer gates, or no more where `keepsEven`.
  private mutating func attempt(
    _ name: String, keepsEven: Bool = false,
    _ pass: (XorAndGraph, Circuit) -> (graph: XorAndGraph, hints: [EquivalenceHint])
  ) {
    let start = ContinuousClock.now
    let (next, hints) = pass(graph, source)
    let limit = keepsEven ? graph.gateCount : graph.gateCount - 1
    guard next.gateCount <= limit else { return }
    let candidate = next.circuit(names: source.names)
    let middle = ContinuousClock.now
    // Few inputs: against the source itself. Otherwise a step at a time, because small differences are easy to prove.
    var checker = options.checker
    checker.isCancelled = options.isCancelled
    checker.timeLimit = min(checker.timeLimit, max(.seconds(1), deadline - start))
    let isDirect = source.inputCount <= checker.exhaustiveInputs
    let verdict: EquivalenceVerdict
    if let rule = next.violatedRule {
      verdict = .undecided(reason: "a fault of the pass: \(rule)")
    } else {
      verdict = checker.compare(isDirect ? source : circuit, candidate, hints: hints)
    }
    let end = ContinuousClock.now
    report.passes.append(
      ShorteningReport.Pass(
        name: name, gates: next.gateCount, verdict: verdict, seconds: (middle - start) / .seconds(1),
        proofSeconds: (end - middle) / .seconds(1)))
    guard case .equal(let proof) = verdict else { return }
    report.proof = isDirect ? proof : report.proof.followed(by: proof)
    graph = next
    circuit = candidate
    report.tokensAfter = circuit.gateCount
  }
}

extension XorAndGraph {
  /// The network without gates that are proved equal to earlier ones.
  func merged() -> XorAndGraph {
    var sweep = FunctionalSweep(inputCount: inputCount)
    let leveled = numberedByLevel()
    let images = sweep.append(leveled)
    var result = sweep.graph
    for output in leveled.outputs { result.add(output: images[Int(output >> 1)] ^ output & 1) }
    result.releaseUnread()
    return result
  }
}
