// Random circuits certify; a random change to the circuit does not, and what refutes it can be replayed.
import CircuitProperties
import Circuits
import Constructions
import ExactArithmetic
import PropertyTesting
import Testing
import Transformers
import Verification

private let float32 = Semantics.rounded(.float32)

@Test(arguments: [Semantics.ideal, .softmax, .rounded(.nearest(bits: 8)), float32])
func everyCircuitIsCertified(semantics: Semantics) throws {
  try forAll(circuits()) { try certifies($0, under: semantics) }
}

@Test(arguments: [Semantics.ideal, .softmax, float32])
func thePositionalFormIsCertified(semantics: Semantics) throws {
  try forAll(circuits(), count: 50) { try certifies($0, under: semantics, form: .li) }
}

@Test func gatesOfUpToSixOperandsAreCertified() throws {
  try forAll(circuits(inputs: 0...7, gates: 0...8, operands: 0...6), count: 50) {
    try certifies($0, under: .rounded(.nearest(bits: 8)))
  }
}

@Test func theFormOfLiIsCertifiedAtConstantPrecision() throws {
  let format = FloatFormat(exponentBits: 0, significandBits: 2)
  try forAll(circuits(), count: 50) { circuit in
    let simulation = try CircuitSimulation(of: circuit, target: .finitePrecision(format))
    try certifies(circuit, under: .finitePrecision(format), model: simulation.model(), manifest: simulation.manifest)
  }
}

private struct Broken: Error { let reason: String }

private func demand(_ holds: Bool, _ reason: String) throws {
  if !holds { throw Broken(reason: reason) }
}

/// A circuit and the same with one row of one gate's table, or one operand, or one output changed.
private let changed = circuits(inputs: 1...5, gates: 1...15, operands: 1...3, outputs: 1...3).flatMap { circuit in
  integers(in: 0...(1 << 30)).map { number in (circuit, change(circuit, number)) }
}

private func change(_ circuit: Circuit, _ number: Int) -> Circuit {
  var builder = CircuitBuilder(inputCount: circuit.inputCount)
  for i in 0..<circuit.inputCount { _ = builder.input(i) }
  let target = number % circuit.gateCount
  let detail = number / circuit.gateCount
  for g in 0..<circuit.gateCount {
    var operands = (0..<circuit.fanIn(ofGate: g)).map { circuit.operand($0, ofGate: g) }
    var table = circuit.table(ofGate: g)
    if g == target {
      if detail % 3 == 0, !operands.isEmpty {
        operands[detail / 3 % operands.count] = Wire(detail / 64 % (circuit.inputCount + g))
      } else {
        table = TruthTable(
          bits: table.bits ^ 1 << UInt64(detail / 3 % (1 << operands.count)), inputCount: operands.count)
      }
    }
    _ = builder.gate(table, operands)
  }
  return builder.circuit(outputs: circuit.outputs)
}

extension CircuitChain.Options {
  /// All ways to lower a circuit to a chain.
  fileprivate static var all: [CircuitChain.Options] {
    [(true, false), (true, true), (false, false), (false, true)].map { folds, drops in
      var options = CircuitChain.Options()
      (options.foldsInverters, options.dropsDeadGates) = (folds, drops)
      return options
    }
  }
}

/// Whether two chains say the same, and outputs are read off them alike.
private func isSame(_ a: CircuitChain, _ b: CircuitChain, _ inputs: [[Bool]]) -> Bool {
  a.wireCount == b.wireCount
    && inputs.allSatisfy { inputs in
      let values = (a.wireValues(inputs), b.wireValues(inputs))
      return values.0 == values.1 && a.outputs(ofWireValues: values.0) == b.outputs(ofWireValues: values.1)
    }
}

@Test func aChangedCircuitIsNotCertifiedUnlessItIsTheSame() throws {
  try forAll(changed, count: 200) { (pair: (Circuit, Circuit)) in
    let (circuit, other) = pair
    let simulation = CircuitSimulation(of: circuit)
    let (model, manifest) = (simulation.model(), simulation.manifest)
    let inputs = assignmentsToTry(circuit)
    // What folding leaves without a token nobody sees: a changed circuit may have the same chain of thought.
    let isEqual = isSame(simulation.chain, CircuitChain(other), inputs)
    let isEqualSomehow = CircuitChain.Options.all.contains {
      isSame(simulation.chain, CircuitChain(other, options: $0), inputs)
    }
    cover("a change that some input shows", minimumPercent: 20, when: !isEqual)
    do {
      try certifies(other, under: float32, model: model, manifest: manifest)
      try demand(isEqualSomehow, "a changed circuit was certified")
    } catch let fault as CertificationFault {
      guard let counterexample = fault.counterexample else { return }
      // Replay it by dense attention: the weights do emit the token that the circuit does not have.
      var runner = try ChainRunner(model, manifest, engine: .dense)
      let text = try runner.tokens(for: [counterexample.inputs])[0]
      let index = manifest.leadingTokenCount + manifest.inputCount + counterexample.emittedIndex
      try demand(Int(text[index]) == counterexample.found, "the counterexample cannot be replayed")
      try demand(counterexample.found != counterexample.expected, "the counterexample shows nothing")
      try demand(!isEqual, "a circuit was refuted that no input tells from the model's")
    }
  }
}

/// An inverter that is read, and a gate that nothing reads: folding the one or dropping the other gives chains of equal length.
private let ambiguous = {
  var builder = CircuitBuilder(inputCount: 2)
  let (a, b) = (builder.input(0), builder.input(1))
  let inverted = builder.gate(.not, [a])
  _ = builder.gate(TruthTable(bits: 0b0110, inputCount: 2), [a, b])
  let read = builder.gate(TruthTable(bits: 0b1000, inputCount: 2), [inverted, b])
  return builder.circuit(outputs: [Literal(read, complemented: false)])
}()

@Test(arguments: CircuitChain.Options.all.indices)
func everyWayToFoldIsCertifiedAsItWasFolded(index: Int) throws {
  let options = CircuitChain.Options.all[index]
  try certifies(ambiguous, under: float32, options: options)
  // By the witness of another folding the claim is not shown, and not refuted where that is no folding at all.
  let simulation = CircuitSimulation(of: ambiguous, options: options)
  let checker = Checker(simulation.model(), form: simulation.manifest.promptForm)
  let statement = CircuitStatement(ambiguous)
  guard var forged = simulation.manifest.witness(for: statement) else { return }
  forged.sources[4] ^= 1
  let verdict = checker.check(
    float32, circuit: statement, witness: forged, readOut: simulation.manifest.readOut)
  guard case .undecided = verdict else {
    Issue.record("a forged witness decided the claim: \(verdict)")
    return
  }
}
