// simulates: whether every token of a chain of thought is the circuit's value, on all or the given assignments.
public import Circuits
public import Constructions
import Randomness
public import Transformers

/// Checks that our construction evaluates `circuit`: every token of its chain of thought, and every output, is the circuit's value.
///
/// ```swift
/// @Test func ourConstructionIsRight() throws {
///   try forAll(circuits()) { try simulates($0) }
///   try forAll(circuits(operands: 0...2)) { try simulates($0, form: .li, engine: .dense) }
/// }
/// ```
///
/// - Parameters:
///   - circuit: the circuit.
///   - form: the construction.
///   - engine: how its attention is computed.
///   - options: what lowering the circuit to a chain leaves out.
///   - assignments: the inputs' values to try; by default ``assignmentsToTry(_:)``.
/// - Throws: ``SimulationFault``, which names the assignment and the token; `ModelError` or `EngineRefusal` where the engine cannot run the
///   weights.
public func simulates(
  _ circuit: Circuit, form: SimulationManifest.Form = .llama, engine: DecodingEngine = .indexed,
  options: CircuitChain.Options = .init(), assignments: [[Bool]]? = nil
) throws {
  try simulates(circuit, assignments: assignments) { circuit in
    try CircuitDecoder(CircuitSimulation(of: circuit, form: form, options: options), engine: engine)
  }
}

/// Checks that *your* weights evaluate `circuit`, in the token conventions of one of our forms.
///
/// ```swift
/// try forAll(circuits()) { try simulates($0, model: { LlamaCircuitSimulation($0).model() }) }
/// ```
///
/// - Parameters:
///   - circuit: the circuit.
///   - form: whose tokens the model has; see `SimulationManifest`.
///   - engine: how attention is computed; `dense` runs all weights.
///   - options: what lowering the circuit to a chain leaves out.
///   - assignments: the inputs' values to try; by default ``assignmentsToTry(_:)``.
///   - model: the weights for a chain.
/// - Throws: ``SimulationFault``, and what `model` or the engine throws.
public func simulates(
  _ circuit: Circuit, form: SimulationManifest.Form = .llama, engine: DecodingEngine = .dense,
  options: CircuitChain.Options = .init(), assignments: [[Bool]]? = nil, model: (CircuitChain) throws -> Model
) throws {
  try simulates(circuit, assignments: assignments) { circuit in
    let simulation = CircuitSimulation(of: circuit, form: form, options: options)
    return try CircuitDecoder(simulation, model: model(simulation.chain), engine: engine)
  }
}

/// Checks that *your* construction evaluates `circuit`, whatever its tokens are.
///
/// ```swift
/// try forAll(circuits()) { circuit in
///   try simulates(circuit) { CircuitDecoder(of: $0, wireValues: $0.wireValues) }
/// }
/// ```
///
/// - Parameters:
///   - circuit: the circuit.
///   - assignments: the inputs' values to try; by default ``assignmentsToTry(_:)``.
///   - construct: makes the decoder for a circuit.
/// - Throws: ``SimulationFault``, which names the assignment and the token, and what `construct` or the decoder throws.
public func simulates(
  _ circuit: Circuit, assignments: [[Bool]]? = nil, by construct: (Circuit) throws -> CircuitDecoder
) throws {
  if let fault = try simulationFault(of: construct(circuit), on: circuit, assignments: assignments) { throw fault }
}

/// The first difference between a decoder's chains of thought and the circuit's values, or `nil` where there is none.
///
/// Assignments are compared in order, and of each the tokens in order, then the outputs, so that the answer is the same however the
/// decoder batches them.
///
/// - Parameters:
///   - decoder: what is tested.
///   - circuit: what it claims to evaluate; its plain definition (`Circuit.wireValues`) says what is right.
///   - assignments: the inputs' values to try; by default ``assignmentsToTry(_:)``.
/// - Throws: what the decoder throws.
public func simulationFault(
  of decoder: CircuitDecoder, on circuit: Circuit, assignments: [[Bool]]? = nil
) throws -> SimulationFault? {
  let assignments = assignments ?? assignmentsToTry(circuit)
  let chains = try decoder.emitted(assignments)
  guard chains.count == assignments.count else {
    return SimulationFault(
      assignment: assignments.first ?? [], place: .chainCount, expected: "\(assignments.count)",
      found: "\(chains.count)")
  }
  for (assignment, tokens) in zip(assignments, chains) {
    let values = circuit.wireValues(assignment)
    let expected = decoder.expected(values)
    for i in 0..<max(expected.count, tokens.count) {
      let (due, found) = (i < expected.count ? expected[i] : nil, i < tokens.count ? tokens[i] : nil)
      if due == found { continue }
      return SimulationFault(
        assignment: assignment, place: .token(i, wire: i < decoder.wires.count ? decoder.wires[i] : nil),
        expected: due.map(decoder.word) ?? "the end", found: found.map(decoder.word) ?? "the end")
    }
    guard let outputs = decoder.outputs else { continue }
    let read = try outputs(assignment, tokens)
    let right = circuit.outputs.map { values[$0.wire.index] != $0.isComplemented }
    for i in 0..<max(right.count, read.count) {
      let (due, found) = (i < right.count ? right[i] : nil, i < read.count ? read[i] : nil)
      if due == found { continue }
      return SimulationFault(
        assignment: assignment, place: .output(i), expected: due.map { $0 ? "1" : "0" } ?? "no such output",
        found: found.map { $0 ? "1" : "0" } ?? "no such output")
    }
  }
  return nil
}

/// The assignments that `simulates` tries unless told otherwise: all of at most 8 inputs, in counting order; of more inputs the corners
/// and 64 random ones, the same every time.
///
/// The corners are all false, all true, and each input alone true and alone false (of the first 64 inputs).
public func assignmentsToTry(_ circuit: Circuit) -> [[Bool]] {
  let n = circuit.inputCount
  if n <= 8 { return (0..<1 << n).map { number in (0..<n).map { number >> $0 & 1 != 0 } } }
  var tried = [[Bool](repeating: false, count: n), [Bool](repeating: true, count: n)]
  for i in 0..<min(n, 64) {
    for value in [true, false] {
      var corner = [Bool](repeating: !value, count: n)
      corner[i] = value
      tried.append(corner)
    }
  }
  var random = Philox(seed: UInt64(n)).split("assignments to try")
  for _ in 0..<64 { tried.append((0..<n).map { _ in random.next() & 1 != 0 }) }
  return tried
}
