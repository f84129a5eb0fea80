// The examples of the documentation comments and of the module's page, word for word, so that they compile and say what is true.
import CircuitProperties
import Circuits
import Constructions
import PropertyTesting
import Testing
import Transformers

// circuits, simulates, the page: the one line.
@Test func ourConstructionIsRight() throws {
  try forAll(circuits()) { try simulates($0) }
  try forAll(circuits(operands: 0...2)) { try simulates($0, form: .li, engine: .dense) }
}

// assignments
@Test func theExampleOfAssignments() throws {
  let instances = circuits(inputs: 1...40).flatMap { circuit in assignments(of: circuit).map { (circuit, $0) } }
  try forAll(instances) { try simulates($0.0, assignments: [$0.1]) }
}

// simulates with weights
@Test func theExampleOfYourWeights() throws {
  try forAll(circuits()) { try simulates($0, model: { LlamaCircuitSimulation($0).model() }) }

  func myModel(of chain: CircuitChain) -> Model { LlamaCircuitSimulation(chain).model() }
  try forAll(circuits(), count: 10) { try simulates($0, model: { chain in myModel(of: chain) }) }
}

// simulates with a decoder
@Test func theExampleOfYourDecoder() throws {
  try forAll(circuits()) { circuit in
    try simulates(circuit) { CircuitDecoder(of: $0, wireValues: $0.wireValues) }
  }
}

/// Stands for somebody's evaluator.
private struct MyEvaluator {
  let circuit: Circuit
  init(_ circuit: Circuit) { self.circuit = circuit }
  func run(_ assignment: [Bool]) -> [Bool] { circuit.wireValues(assignment) }
}

@Test func theDecoderOfThePage() throws {
  try forAll(circuits()) { circuit in
    try simulates(circuit) { CircuitDecoder(of: $0, wireValues: MyEvaluator($0).run) }
  }
}

// CircuitDecoder
private struct MyTransformer {
  let circuit: Circuit
  func run(_ assignment: [Bool]) -> [Int] { circuit.wireValues(assignment).map { $0 ? 1 : 0 } }
}

@Test func theExampleOfCircuitDecoder() throws {
  try forAll(circuits()) { circuit in
    let myTransformer = MyTransformer(circuit: circuit)
    let decoder = CircuitDecoder(
      expected: { wireValues in wireValues.map { $0 ? 1 : 0 } },
      emitted: { assignments in assignments.map { myTransformer.run($0) } })
    try simulates(circuit) { _ in decoder }
  }
}

@Test func theReportOfThePage() throws {
  func andTakenForOr(_ circuit: Circuit) -> CircuitDecoder {
    CircuitDecoder(of: circuit) { inputs in
      var values = inputs
      for g in 0..<circuit.gateCount {
        let gate = circuit.gate(g)
        let row = gate.operands.enumerated().reduce(0) { $0 | (values[$1.element.index] ? 1 << $1.offset : 0) }
        values.append((gate.table == .and ? TruthTable.or : gate.table)[row])
      }
      return values
    }
  }
  let failure = #expect(throws: PropertyFailure.self) {
    try forAll(circuits()) { try simulates($0, by: andTakenForOr) }
  }
  #expect(failure?.minimal == "Circuit(inputs: 2, gates: [w2 = 1000(w0, w1)], outputs: [])")
  #expect(
    failure?.description.contains("with inputs 10, token 0 (wire w2 of the circuit): expected 0, found 1") == true)
  #expect(failure?.seed == "choices-1-1.0.1.0.1*3.0.1.1.0.8.0.0")
}
