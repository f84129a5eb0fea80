// Comparing the chains of thought of a model with a bit-parallel simulation of the circuit, token by token.
public import Circuits
public import Transformers

extension ChainRunner {
  /// Compares every emitted token and every output with `circuit`: under all assignments where there are at most 2^20 of them or at most
  /// `maximumAssignments`, otherwise under corners and random ones.
  ///
  ///     var generator = Philox(key: 1)
  ///     let check = try runner.check(against: circuit, using: &generator)
  ///     if case .different(let counterexample) = check.verdict { print(counterexample) }
  public mutating func check(
    against circuit: Circuit, maximumAssignments: Int? = nil, using generator: inout some RandomNumberGenerator
  ) throws(ModelError) -> SimulationCheck {
    let plan = AssignmentPlan(inputCount: circuit.inputCount, maximumCount: maximumAssignments)
    return try check(against: circuit, on: plan, using: &generator)
  }

  /// Compares every emitted token and every output with `circuit` under the assignments of `plan`; stops at the first difference.
  ///
  /// - Parameters:
  ///   - circuit: the circuit that the model was written from.
  ///   - plan: which assignments are tried.
  ///   - generator: where random assignments come from.
  ///   - progress: is told how many tokens were emitted.
  public mutating func check(
    against circuit: Circuit, on plan: AssignmentPlan, using generator: inout some RandomNumberGenerator,
    progress: (Int) -> Void = { _ in }
  ) throws(ModelError) -> SimulationCheck {
    var result = SimulationCheck(plan: plan)
    let chain = CircuitChain(circuit, options: manifest.chainOptions)
    if let reason = manifest.difference(from: chain, circuit) {
      result.verdict = .anotherCircuit(reason: reason)
      return result
    }
    precondition(plan.inputCount == circuit.inputCount, "a plan has the circuit's inputs")
    if let lookup = bitslicedLookup {
      let comparison = BitslicedComparison(manifest: manifest, circuit: circuit, chain: chain, lookup: lookup)
      comparison.run(on: plan, using: &generator, into: &result) { progress($0.count(ofEmitted: manifest)) }
      noteEmitted(result.count(ofEmitted: manifest))
      return result
    }
    let comparison = ChainComparison(manifest: manifest, circuit: circuit, chain: chain)
    let simulator = Simulator(circuit, keepsAllWires: true)
    let count = manifest.emittedTokenCount
    // Some tens of megabytes of tokens and wire values at a time; early chunks are small so that a wrong model is found early.
    let chunk = max(1, min(512, (1 << 23) / (circuit.wireCount + 1)))
    var start = 0
    while start < plan.count, result.isEqual {
      let end = min(start + (start == 0 ? min(chunk, 16) : chunk), plan.count)
      let inputs = plan.assignments(start..<end, using: &generator)
      let texts = try tokens(for: inputs) { progress(start * count + $0) }
      let wires = simulator.wireValues(of: AssignmentBlock(inputs, signalCount: circuit.inputCount))
      for (a, text) in texts.enumerated() where result.isEqual {
        comparison.compare(text, under: a, of: wires, inputs: inputs[a], into: &result)
      }
      start = end
    }
    return result
  }
}

extension SimulationManifest {
  /// How the circuit was lowered to the chain.
  var chainOptions: CircuitChain.Options {
    var options = CircuitChain.Options()
    options.foldsInverters = foldsInverters
    options.dropsDeadGates = dropsDeadGates
    return options
  }

  /// Why `circuit`, whose chain is `chain`, cannot be the one that the model was made from, or `nil`.
  func difference(from chain: CircuitChain, _ circuit: Circuit) -> String? {
    for (thing, circuits, models) in [
      ("inputs", circuit.inputCount, inputCount), ("outputs", circuit.outputCount, outputCount),
      ("steps", chain.stepCount, stepCount),
    ] where circuits != models {
      return "the circuit has \(circuits) \(thing) and the model \(models)"
    }
    for (i, (circuits, models)) in zip(chain.readOut.map(\.code), readOut).enumerated() where circuits != models {
      return "output \(i) is read at another place than the circuit says"
    }
    return nil
  }
}

/// What the tokens of a model are compared with.
private struct ChainComparison {
  let manifest: SimulationManifest
  let circuit: Circuit
  let chain: CircuitChain

  /// Compares the tokens of one run, and the outputs read off them, with the values of the circuit's wires under assignment `a`.
  func compare(
    _ tokens: [Int32], under a: Int, of wires: AssignmentBlock, inputs: [Bool], into result: inout SimulationCheck
  ) {
    func differ(_ place: SimulationCheck.Counterexample.Place, expected: String, found: String) {
      result.verdict = .different(.init(inputs: inputs, place: place, expected: expected, found: found))
    }
    result.assignmentCount += 1
    let first = manifest.leadingTokenCount + manifest.inputCount
    func word(at index: Int) -> String { index < tokens.count ? manifest.word(ofToken: Int(tokens[index])) : "nothing" }
    for step in 0..<manifest.stepCount {
      let wire = manifest.inputCount + step
      let source = chain.sourceWires[wire].index
      let expected = manifest.token(wire: wire, value: wires[a, source])
      result.tokensCompared += 1
      if first + step >= tokens.count || Int(tokens[first + step]) != expected {
        return differ(
          .step(step + 1, wire: wire, circuitWire: source), expected: manifest.word(ofToken: expected),
          found: word(at: first + step))
      }
    }
    if manifest.emittedTokenCount > manifest.stepCount {
      result.tokensCompared += 1
      let (expected, end) = (2 * manifest.wireCount + 1, first + manifest.stepCount)
      if tokens.count != first + manifest.emittedTokenCount || Int(tokens[end]) != expected {
        return differ(.end, expected: manifest.word(ofToken: expected), found: word(at: end))
      }
    }
    let values = tokens[manifest.leadingTokenCount..<(first + manifest.stepCount)].map { $0 & 1 != 0 }
    for (i, value) in manifest.outputs(ofWireValues: values).enumerated() {
      result.outputsCompared += 1
      let output = circuit.outputs[i]
      let expected = wires[a, output.wire.index] != output.isComplemented
      if value != expected { return differ(.output(i), expected: expected ? "1" : "0", found: value ? "1" : "0") }
    }
  }
}
