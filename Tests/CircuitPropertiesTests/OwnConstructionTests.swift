// The property holds for our constructions: both forms, both engines, gates of up to six operands, odd circuits.
import CircuitProperties
import Circuits
import Constructions
import PropertyTesting
import Testing
import Transformers

@Test func ourConstructionSimulatesEveryCircuit() throws {
  try forAll(circuits()) { try simulates($0) }
}

@Test(arguments: [SimulationManifest.Form.llama, .li])
func bothFormsSimulateEveryCircuitDensely(form: SimulationManifest.Form) throws {
  try forAll(circuits(), count: 40) { try simulates($0, form: form, engine: .dense) }
}

@Test func theIndexedEngineRunsThePositionalFormToo() throws {
  try forAll(circuits(), count: 40) { try simulates($0, form: .li, engine: .indexed) }
}

@Test(arguments: DecodingEngine.allCases)
func gatesOfUpToSixOperandsAreSimulated(engine: DecodingEngine) throws {
  try forAll(circuits(inputs: 0...7, gates: 0...8, operands: 0...6), count: 30) { circuit in
    cover("a gate of six operands", minimumPercent: 20, when: circuit.maximumFanIn == 6)
    try simulates(circuit, engine: engine)
  }
}

@Test func chainsThatKeepInvertersOrDropDeadGatesAreSimulated() throws {
  var options = CircuitChain.Options()
  options.foldsInverters = false
  try forAll(circuits(), count: 50) { [options] in try simulates($0, options: options) }
  options.dropsDeadGates = true
  try forAll(circuits(), count: 50) { [options] in try simulates($0, options: options) }
  options.foldsInverters = true
  try forAll(circuits(), count: 50) { [options] in try simulates($0, options: options) }
}

@Test func manyInputsAreTriedOnDrawnAssignments() throws {
  let instances = circuits(inputs: 1...40, gates: 0...60).flatMap { circuit in
    assignments(of: circuit).map { (circuit, $0) }
  }
  try forAll(instances, count: 50) { try simulates($0.0, assignments: [$0.1]) }
}
