// Comparing a program that was derived from weights with a simulation of the circuit, 512 assignments at once.
import Circuits

/// What the values of a derived program are compared with.
struct BitslicedComparison {
  let manifest: SimulationManifest
  let circuit: Circuit
  let chain: CircuitChain
  let lookup: BitslicedLookup

  /// Compares the values of all wires, and the outputs read off them, with the circuit's, under the assignments of `plan`; stops at the first
  /// assignment under which something differs, and names the first step there. The end token is the derivation's.
  func run(
    on plan: AssignmentPlan, using generator: inout some RandomNumberGenerator, into result: inout SimulationCheck,
    progress: (SimulationCheck) -> Void
  ) {
    let simulator = Simulator(circuit, keepsAllWires: true)
    // A pass has 512 lanes; several passes are taken together where the values of all wires then still fit a cache.
    let passes = max(1, (1 << 15) / (circuit.wireCount + 1))
    var start = 0
    while start < plan.count, result.isEqual {
      let end = min(start + passes * Simulator.lanesPerPass, plan.count)
      let inputs = plan.block(start..<end, using: &generator)
      compare(lookup.wireValues(of: inputs), simulator.wireValues(of: inputs), inputs, into: &result)
      progress(result)
      start = end
    }
  }

  /// Compares the chain's wires under `inputs` with those of the circuit.
  private func compare(
    _ values: AssignmentBlock, _ wires: AssignmentBlock, _ inputs: AssignmentBlock, into result: inout SimulationCheck
  ) {
    guard let a = firstDifference(values, wires) else {
      result.assignmentCount += inputs.count
      result.tokensCompared += inputs.count * manifest.emittedTokenCount
      result.outputsCompared += inputs.count * circuit.outputCount
      return
    }
    result.assignmentCount += a + 1
    result.tokensCompared += a * manifest.emittedTokenCount
    result.outputsCompared += a * circuit.outputCount
    func differ(_ place: SimulationCheck.Counterexample.Place, expected: String, found: String) {
      result.verdict = .different(
        .init(inputs: inputs.assignment(a), place: place, expected: expected, found: found))
    }
    for step in 0..<manifest.stepCount {
      let wire = manifest.inputCount + step
      let source = chain.sourceWires[wire].index
      result.tokensCompared += 1
      if values[a, wire] != wires[a, source] {
        func word(_ value: Bool) -> String { manifest.word(ofToken: manifest.token(wire: wire, value: value)) }
        return differ(
          .step(step + 1, wire: wire, circuitWire: source), expected: word(wires[a, source]),
          found: word(values[a, wire]))
      }
    }
    result.tokensCompared += manifest.emittedTokenCount - manifest.stepCount
    for (i, output) in circuit.outputs.enumerated() {
      result.outputsCompared += 1
      let found = manifest.outputs(ofWireValues: values.assignment(a))[i]
      let expected = wires[a, output.wire.index] != output.isComplemented
      if found != expected { return differ(.output(i), expected: expected ? "1" : "0", found: found ? "1" : "0") }
    }
  }

  /// The first assignment under which a step or an output differs, or `nil`.
  private func firstDifference(_ values: AssignmentBlock, _ wires: AssignmentBlock) -> Int? {
    let stride = values.wordsPerSignal
    let first = values.words.withUnsafeBufferPointer { values in
      wires.words.withUnsafeBufferPointer { wires in
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: stride) { difference -> Int? in
          difference.initialize(repeating: 0)
          for wire in manifest.inputCount..<manifest.wireCount {
            let (a, b) = (wire * stride, chain.sourceWires[wire].index * stride)
            for w in 0..<stride { difference[w] |= values[a + w] ^ wires[b + w] }
          }
          for (code, output) in zip(manifest.readOut, circuit.outputs) {
            let b = output.wire.index * stride
            let flip: UInt64 = output.isComplemented != (code < 0 ? code == -2 : code & 1 != 0) ? .max : 0
            for w in 0..<stride {
              difference[w] |= (code < 0 ? 0 : values[(code >> 1) * stride + w]) ^ wires[b + w] ^ flip
            }
          }
          for w in 0..<stride where difference[w] != 0 { return 64 * w + difference[w].trailingZeroBitCount }
          return nil
        }
      }
    }
    // Complements set the lanes past the last assignment.
    return first.flatMap { $0 < values.count ? $0 : nil }
  }
}

extension SimulationCheck {
  /// How many tokens were emitted for the assignments that were tried.
  func count(ofEmitted manifest: SimulationManifest) -> Int { assignmentCount * manifest.emittedTokenCount }
}
