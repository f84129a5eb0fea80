// Gates of up to twelve operands, whose 2^k rows the feedforward layer holds: every engine, the checker, and what it must refuse.
import Circuits
import Constructions
import ExactArithmetic
import Randomness
import Tensors
import Testing
import Transformers
import Verification

@Suite struct WideGateTests {
  /// Gates of the given numbers of operands over `inputs` inputs, with random tables; the last three are outputs.
  static func circuit(inputs: Int, _ fanIns: [Int], seed: UInt64) -> Circuit {
    var random = Philox(seed: seed)
    var builder = CircuitBuilder(inputCount: inputs)
    for k in fanIns {
      var wires = (0..<builder.wireCount).map { Wire($0) }
      wires.shuffle(using: &random)
      let words = (0..<TruthTable.wordCount(k)).map { _ in random.next() as UInt64 }
      builder.gate(TruthTable(words: words, inputCount: k), wires.prefix(k))
    }
    let last = (builder.wireCount - min(3, fanIns.count)..<builder.wireCount)
    return builder.circuit(outputs: last.map { Literal(Wire($0), complemented: $0 % 2 == 1) })
  }

  /// The whole function of `circuit`'s outputs, a gate each.
  static func collapsed(_ circuit: Circuit) -> Circuit {
    var builder = CircuitBuilder(inputCount: circuit.inputCount)
    let outputs = circuit.truthTables().map {
      Literal(builder.gate($0, (0..<circuit.inputCount).map { Wire($0) }))
    }
    return builder.circuit(outputs: outputs)
  }

  static let circuits: [(name: String, circuit: Circuit)] = [
    ("parity of 8 in one gate", collapsed(.parity(8))),
    ("a product of 4 and 4 bits, a gate an output", collapsed(.wallaceMultiplier(width: 4))),
    ("seven operands", circuit(inputs: 7, [7, 2, 7, 3, 7], seed: 1)),
    ("eight and fewer", circuit(inputs: 8, [8, 5, 8, 2, 6, 7, 8], seed: 2)),
    ("ten operands", circuit(inputs: 10, [10, 3, 9], seed: 3)),
  ]

  static func check(
    _ model: Model, _ simulation: CircuitSimulation, _ circuit: Circuit, _ semantics: Semantics
  ) throws -> Verdict {
    let statement = CircuitStatement(circuit)
    let witness = try #require(simulation.manifest.witness(for: statement))
    return Checker(model, form: simulation.manifest.promptForm)
      .check(semantics, circuit: statement, witness: witness, readOut: simulation.manifest.readOut)
  }

  @Test(arguments: circuits.indices)
  func everyEngineEmitsTheCircuitOnAllInputs(_ index: Int) throws {
    let (name, circuit) = Self.circuits[index]
    let simulation = CircuitSimulation(of: circuit)
    let model = simulation.model()
    for engine in [DecodingEngine.indexed, .bitsliced] {
      var runner = try ChainRunner(model, simulation.manifest, engine: engine)
      #expect(runner.engine == engine, "\(name): \(runner.fallback ?? "")")
      var random = Philox(seed: 1)
      let check = try runner.check(against: circuit, using: &random)
      #expect(check.isEqual && check.assignmentCount == 1 << circuit.inputCount, "\(name)")
    }
    var dense = try ChainRunner(model, simulation.manifest, engine: .dense)
    var indexed = try ChainRunner(model, simulation.manifest, engine: .indexed)
    let step = max(1, (1 << circuit.inputCount) / 60)
    let assignments = stride(from: 0, to: 1 << circuit.inputCount, by: step).map { row in
      (0..<circuit.inputCount).map { row >> $0 & 1 != 0 }
    }
    #expect(try dense.tokens(for: assignments) == indexed.tokens(for: assignments), "\(name)")
    #expect(try dense.outputs(for: assignments) == assignments.map { circuit($0) }, "\(name)")
  }

  @Test(arguments: circuits.indices)
  func theWeightsAreCertifiedForAllInputs(_ index: Int) throws {
    let (name, circuit) = Self.circuits[index]
    let simulation = CircuitSimulation(of: circuit)
    let model = simulation.model()
    // Sums of more than 256 squares are not exact in bfloat16's 8 digits; with fractions, wide gates take long.
    let isNarrow = simulation.chain.fanIn < 8
    let further = isNarrow ? [Semantics.ideal, .softmax, .rounded(.nearest(bits: 8))] : [.rounded(.nearest(bits: 11))]
    for semantics in [Semantics.rounded(.float32)] + further {
      guard case .proved(let proof) = try Self.check(model, simulation, circuit, semantics) else {
        Issue.record("\(name) under \(semantics.name)")
        continue
      }
      #expect(proof.program.headCount == simulation.chain.fanIn)
      #expect(proof.program.wordsPerTable == TruthTable.wordCount(simulation.chain.fanIn))
      for i in 0..<simulation.chain.stepCount {
        // Rows repeat over the operands that a smaller gate does not have.
        let table = simulation.chain.table(ofStep: i)
        let derived = TruthTable(words: proof.program.table(ofStep: i), inputCount: simulation.chain.fanIn)
        #expect((0..<derived.rowCount).allSatisfy { derived[$0] == table[$0 & (table.rowCount - 1)] }, "\(name)")
      }
    }
  }

  @Test func sizesAreThoseOfTheFormulas() {
    for (_, circuit) in Self.circuits {
      let simulation = CircuitSimulation(of: circuit)
      let model = simulation.model()
      #expect(model.parameterCount == simulation.cost.parameterCount)
      #expect(model.configuration.intermediateSize == 1 << circuit.maximumFanIn)
      #expect(model.configuration.headCount == circuit.maximumFanIn)
    }
  }

  /// One row of the table beyond the first word, in the embedding or in the circuit: found, with an assignment that shows it.
  @Test func aFlippedRowBeyondTheFirstWordIsRefuted() throws {
    let circuit = Self.circuits[3].circuit
    let simulation = CircuitSimulation(of: circuit)
    let layout = LlamaCircuitLayout(wireCount: simulation.chain.wireCount, fanIn: 8)
    let column = layout.stream.columns(layout.table).lowerBound + 200
    // The token before the first step, in both values.
    var model = simulation.model()
    for value in 0...1 {
      let row = layout.token(wire: circuit.inputCount - 1, value: value != 0)
      model.weights.tokenEmbedding.elements[row * layout.hiddenSize + column] *= -1
    }
    guard case .refuted(let counterexample) = try Self.check(model, simulation, circuit, .rounded(.float32)) else {
      Issue.record("a flipped row of the embedding was not refuted")
      return
    }
    let operands = simulation.chain.operands(ofStep: 0)
    let row = operands.enumerated().reduce(0) { $0 | (counterexample.inputs[Int($1.element)] ? 1 << $1.offset : 0) }
    #expect(row == 200 && counterexample.emittedIndex == 0)

    let mutant = Mutant(.flippedTableBit, .tableBit(gate: 0, row: 131)).applied(to: circuit)
    #expect(mutant != circuit && mutant.table(ofGate: 2) == circuit.table(ofGate: 2))
    #expect(CircuitStatement(mutant).digest != CircuitStatement(circuit).digest)
    guard case .refuted = try Self.check(simulation.model(), simulation, mutant, .rounded(.float32)) else {
      Issue.record("a flipped row of the circuit was not refuted")
      return
    }
  }

  @Test func theWitnessCheckTriesAllRowsOfWideGates() throws {
    let circuit = Self.circuits[2].circuit
    let simulation = CircuitSimulation(of: circuit)
    let statement = CircuitStatement(circuit)
    let witness = try #require(simulation.manifest.witness(for: statement))
    let proof = try Checker(simulation.model(), form: simulation.manifest.promptForm).derive(.rounded(.float32))
    func fault(_ program: LookupProgram) -> WitnessFault? {
      WitnessCheck.fault(
        circuit: statement, program: program, witness: witness, readOut: simulation.manifest.readOut)
    }
    #expect(fault(proof.program) == nil)
    for row in [0, 63, 64, 127] {
      var tables = proof.program.tables
      tables[row >> 6] ^= 1 << UInt64(row & 63)
      let program = LookupProgram(
        form: proof.program.form, headCount: 7, operands: proof.program.operands, tables: tables,
        endOperands: proof.program.endOperands)
      let found = try #require(fault(program))
      #expect(found.gate == 0 && found.row.count == 7)
      // The row that is named is the damaged one.
      let values = Dictionary(uniqueKeysWithValues: found.row.map { ($0.wire, $0.value) })
      let named = program.operands(ofStep: 0).enumerated().reduce(0) {
        $0 | (values[Int($1.element)] == true ? 1 << $1.offset : 0)
      }
      #expect(named == row)
    }
  }
}
