// Dense attention, the scalar reference, and the derived program one by one and bit by bit: token by token the same, on right weights and on
// weights that compute another circuit; and what is not certified has no fast path.
import Circuits
import Constructions
import ExactArithmetic
import Randomness
import Tensors
import Testing
import Transformers
import Verification

/// A circuit of gates given as a table and operands each; the last two wires are outputs.
private func circuit(inputs: Int, _ gates: [(table: TruthTable, operands: [Int])]) -> Circuit {
  var builder = CircuitBuilder(inputCount: inputs)
  for gate in gates { builder.gate(gate.table, gate.operands.map { Wire($0) }) }
  let last = (max(0, builder.wireCount - 2)..<builder.wireCount).map { Literal(Wire($0), complemented: $0 % 2 == 1) }
  return builder.circuit(outputs: last)
}

private func constant(_ value: Bool) -> TruthTable { TruthTable(bits: value ? 1 : 0, inputCount: 0) }

@Suite struct EveryPathTests {
  static let table: [(name: String, circuit: Circuit)] = [
    ("no wires", circuit(inputs: 0, [])),
    ("no gates", circuit(inputs: 3, [])),
    ("no inputs", circuit(inputs: 0, [(constant(true), []), (.not, [0]), (.and, [0, 1]), (.or, [2, 0])])),
    ("one constant", circuit(inputs: 0, [(constant(false), [])])),
    ("constants beside inputs", circuit(inputs: 2, [(constant(true), []), (.xor, [0, 2]), (constant(false), [])])),
    ("repeated operands", circuit(inputs: 2, [(.xor, [1, 1]), (.nand, [0, 0]), (.and, [3, 3]), (.xor, [4, 0])])),
    (
      "operands that do not matter",
      circuit(inputs: 2, [(TruthTable(bits: 0b1010, inputCount: 2), [0, 1]), (.or, [1, 2])])
    ),
    (
      "six operands",
      circuit(inputs: 6, [(TruthTable(bits: 0x8000_0F3A_1234_5601, inputCount: 6), [5, 0, 3, 1, 4, 2])])
    ),
    ("adder", .rippleCarryAdder(width: 3)), ("majority", .majority(5)), ("decoder", .decoder(width: 2)),
    ("multiplexer", .multiplexer(selectWidth: 1)),
  ]

  /// Every form, also with every gate a step.
  static func simulations(_ circuit: Circuit) throws -> [CircuitSimulation] {
    var unfolded = CircuitChain.Options()
    unfolded.foldsInverters = false
    var simulations: [CircuitSimulation] = []
    for options in [CircuitChain.Options(), unfolded] {
      simulations += SimulationManifest.Form.allCases.map { CircuitSimulation(of: circuit, form: $0, options: options) }
      let format = FloatFormat(exponentBits: 3, significandBits: 8)
      for target in [PositionalTarget.float32, .finitePrecision(format)] {
        simulations.append(try CircuitSimulation(of: circuit, target: target, options: options))
      }
    }
    return simulations
  }

  /// The tokens that say `values` of the chain's wires, prompt included.
  static func text(_ values: [Bool], _ manifest: SimulationManifest) -> [Int32] {
    let prompt = manifest.prompt(Array(values.prefix(manifest.inputCount)))
    let steps = (manifest.inputCount..<manifest.wireCount).map { manifest.token(wire: $0, value: values[$0]) }
    return (prompt + steps + (manifest.form == .llama ? [2 * manifest.wireCount + 1] : [])).map { Int32($0) }
  }

  /// Expects that every engine emits the tokens that say `values(inputs)`; in finite precision there is no dense one.
  static func expectEveryEngine(
    _ model: Model, _ manifest: SimulationManifest, _ assignments: [[Bool]], _ name: String, values: ([Bool]) -> [Bool]
  ) throws {
    let expected = assignments.map { text(values($0), manifest) }
    for engine in DecodingEngine.allCases where manifest.precision == nil || engine != .dense {
      var runner = try ChainRunner(model, manifest, engine: engine)
      #expect(runner.engine == engine && runner.fallback == nil, "\(name), \(manifest.form): \(runner.fallback ?? "")")
      #expect(try runner.tokens(for: assignments) == expected, "\(name), \(manifest.form), \(engine)")
      #expect(runner.emittedTokenCount == assignments.count * manifest.emittedTokenCount)
    }
  }

  static func all(_ inputCount: Int) -> [[Bool]] {
    (0..<1 << inputCount).map { number in (0..<inputCount).map { number >> $0 & 1 != 0 } }
  }

  @Test(arguments: table.indices)
  func everyPathEmitsTheCircuitsTokens(_ index: Int) throws {
    let (name, circuit) = Self.table[index]
    for simulation in try Self.simulations(circuit) {
      let chain = simulation.chain
      try Self.expectEveryEngine(simulation.model(), simulation.manifest, Self.all(circuit.inputCount), name) {
        inputs in
        let wires = circuit.wireValues(inputs)
        return chain.sourceWires.map { wires[$0.index] }
      }
    }
  }

  @Test(arguments: 1...6)
  func everyPathEmitsTheTokensOfRandomCircuits(fanIn: Int) throws {
    var random = Philox(seed: 140 + UInt64(fanIn))
    for size in [0, 1, 2, 3, 5, 9, 17, 40] {
      let circuit = oddCircuit(gates: size, inputs: size % 5, fanIn: fanIn, using: &random)
      for simulation in try Self.simulations(circuit) {
        let chain = simulation.chain
        let assignments = Array(Self.all(circuit.inputCount).shuffled(using: &random).prefix(4))
        try Self.expectEveryEngine(simulation.model(), simulation.manifest, assignments, "\(circuit)") { inputs in
          let wires = circuit.wireValues(inputs)
          return chain.sourceWires.map { wires[$0.index] }
        }
      }
    }
  }

  @Test(arguments: [0, 1, 63, 64, 65, 511, 512, 513, 1100])
  func anyNumberOfInputsMayRunSideBySide(count: Int) throws {
    let circuit = Circuit.wallaceMultiplier(width: 8)
    let simulation = CircuitSimulation(of: circuit)
    var random = Philox(seed: 150)
    let assignments = (0..<count).map { _ in (0..<16).map { _ in Bool.random(using: &random) } }
    var runner = try ChainRunner(simulation, engine: .bitsliced)
    let expected = assignments.map { Self.text(simulation.chain.wireValues($0), simulation.manifest) }
    #expect(try runner.tokens(for: assignments) == expected)
  }

  // MARK: Weights that compute another circuit

  /// `model` with the entries of `step`'s truth table negated in the rows `rows`.
  static func negating(
    _ rows: [Int], ofStep step: Int, _ simulation: CircuitSimulation, _ model: Model
  ) throws -> Model {
    let manifest = simulation.manifest
    let table = try #require(manifest.residualStream.firstIndex { $0.name == "table" })
    let start = manifest.residualStream[..<table].reduce(0) { $0 + $1.size }
    var model = model
    let before = manifest.inputCount + step - 1
    for row in rows {
      if manifest.form == .llama {
        let tokens = before < 0 ? [2 * manifest.wireCount] : [2 * before, 2 * before + 1]
        for token in tokens { model.weights.tokenEmbedding[token, start + row] *= -1 }
      } else {
        let position = before + manifest.leadingTokenCount
        model.weights.positionEmbedding?[position, start + row] *= -1
        let half = manifest.residualStream.reduce(0) { $0 + $1.size }
        if half < model.configuration.hiddenSize {
          model.weights.positionEmbedding?[position, half + start + row] *= -1
        }
      }
    }
    return model
  }

  /// The values of the chain's wires where some rows of a step's table are negated.
  static func values(_ chain: CircuitChain, _ inputs: [Bool], negating rows: [Int], ofStep step: Int) -> [Bool] {
    var values = inputs
    for i in 0..<chain.stepCount {
      var row = 0
      for (j, operand) in chain.operands(ofStep: i).enumerated() where values[Int(operand)] { row |= 1 << j }
      values.append((chain.tables[i] >> UInt64(row) & 1 != 0) != (i == step && rows.contains(row)))
    }
    return values
  }

  @Test func weightsOfAnotherCircuitEmitThatCircuitsTokensOnEveryPath() throws {
    for circuit in [Circuit.rippleCarryAdder(width: 2), .majority(3), .comparator(width: 2)] {
      for simulation in try Self.simulations(circuit) {
        let chain = simulation.chain
        for step in 0..<chain.stepCount {
          // All rows, and one alone.
          for rows in [Array(0..<1 << chain.fanIn), [0]] {
            let model = try Self.negating(rows, ofStep: step, simulation, simulation.model())
            var runner = try ChainRunner(model, simulation.manifest, engine: .indexed)
            let program = try runner.derived().get().program
            let inputs = Self.all(circuit.inputCount)
            #expect(inputs.contains { program.wireValues($0) != chain.wireValues($0) })
            try Self.expectEveryEngine(model, simulation.manifest, inputs, "step \(step), rows \(rows)") {
              Self.values(chain, $0, negating: rows, ofStep: step)
            }
          }
        }
      }
    }
  }

  @Test func everyEngineFindsTheSameFirstDifference() throws {
    let circuit = Circuit.rippleCarryAdder(width: 5)
    let simulation = CircuitSimulation(of: circuit)
    var places: Set<Int> = []
    for step in 0..<simulation.chain.stepCount {
      for row in 0..<4 {
        let model = try Self.negating([row], ofStep: step, simulation, simulation.model())
        let checks = try [DecodingEngine.indexed, .bitsliced].map { engine in
          var runner = try ChainRunner(model, simulation.manifest, engine: engine)
          var generator = Philox(seed: 1)
          return try runner.check(against: circuit, using: &generator)
        }
        #expect(checks[0] == checks[1], "step \(step), row \(row)")
        places.insert(checks[0].assignmentCount)
      }
    }
    // Some are found at once, some late or never: the comparison above has something to compare.
    #expect(places.contains(1) && places.contains { $0 > 512 })
  }

  @Test func aSampleIsTheSameOnEveryPath() throws {
    let circuit = Circuit.rippleCarryAdder(width: 32)
    let simulation = CircuitSimulation(of: circuit)
    let step = simulation.chain.stepCount - 3
    for model in [simulation.model(), try Self.negating([1], ofStep: step, simulation, simulation.model())] {
      let checks = try [DecodingEngine.indexed, .bitsliced].map { engine in
        var runner = try ChainRunner(model, simulation.manifest, engine: engine)
        var generator = Philox(seed: 7)
        return try runner.check(against: circuit, maximumAssignments: 1_000, using: &generator)
      }
      #expect(checks[0] == checks[1] && checks[0].plan.mode == .sampled)
    }
  }

  // MARK: Weights that are not certified

  @Test(arguments: SimulationManifest.Form.allCases)
  func weightsThatAreNotCertifiedRunDenselyOrNotAtAll(_ form: SimulationManifest.Form) throws {
    let simulation = CircuitSimulation(of: .rippleCarryAdder(width: 2), form: form)
    var model = simulation.model()
    // A head that half looks for its wire.
    for i in model.weights.layers[0].query.weight.elements.indices {
      model.weights.layers[0].query.weight.elements[i] *= 0x1p-9
    }
    var runner = try ChainRunner(model, simulation.manifest)
    #expect(runner.engine == .dense)
    let reason = try #require(runner.fallback)
    guard case .failure(let doubt) = runner.derived() else {
      Issue.record("a program was derived")
      return
    }
    #expect(reason == doubt.reason && !reason.isEmpty)
    let inputs = Self.all(4)
    var dense = try ChainRunner(model, simulation.manifest, engine: .dense)
    #expect(try runner.tokens(for: inputs) == dense.tokens(for: inputs))
    let refusal = #expect(throws: EngineRefusal.self) {
      try ChainRunner(model, simulation.manifest, engine: .bitsliced)
    }
    #expect(refusal?.engine == .bitsliced && refusal?.reason == reason)
    #expect(throws: EngineRefusal.self) { try dense.tokensWithLiveCache(for: inputs[0]) }
  }

  @Test func numbersThatAreNotFiniteAreNoReasonToRunAnything() throws {
    let simulation = CircuitSimulation(of: .parity(2))
    var model = simulation.model()
    model.weights.tokenEmbedding[1, 1] = .nan
    #expect(throws: ModelError.self) { try ChainRunner(model, simulation.manifest) }
    #expect(throws: EngineRefusal.self) { try ChainRunner(model, simulation.manifest, engine: .bitsliced) }
  }
}
