// Several levels of tables in a token: the same function, certified, in a chain that is no longer; and what the checker must refuse of deep models.
import Circuits
import Constructions
import ExactArithmetic
import Randomness
import Tensors
import Testing
import Transformers
import Verification

@Suite struct TableTreeTests {
  static let sizes = [(2, 1), (2, 2), (2, 3), (3, 1), (3, 2)]

  static let circuits: [(name: String, circuit: Circuit)] = [
    ("parity", .parity(8)), ("adder", .rippleCarryAdder(width: 3)), ("product", .wallaceMultiplier(width: 3)),
    ("comparator", .comparator(width: 4)), ("majority", .majority(7)),
    ("an input, a constant and an inverter", wires()),
  ]

  /// Outputs that no gate drives, and one that is a constant.
  static func wires() -> Circuit {
    var logic = LogicBuilder(inputCount: 3)
    let (a, b) = (logic.input(0), logic.input(1))
    let (both, never) = (logic.and(a, b), logic.constant(false))
    return logic.finish(outputs: [a, !both, never, !logic.input(2), both])
  }

  @Test(arguments: sizes)
  func chainsOfTreesComputeTheCircuitAndAreNoLonger(_ k: Int, _ levels: Int) {
    for (name, circuit) in Self.circuits {
      let tables = Circuit(circuit.mapped(MappingParameters(tableInputs: k, objective: .area)).network)
      let trees = TreeChain(tables, tableInputs: k, levels: levels)
      #expect(trees.circuit.truthTables() == circuit.truthTables(), "\(name)")
      #expect(trees.trees.count == trees.circuit.gateCount)
      #expect(trees.circuit.gateCount <= max(tables.gateCount, 1), "\(name)")
      if levels == 1 { #expect(trees.circuit.gateCount == tables.simplified().circuit.gateCount) }
      for (g, tree) in trees.trees.enumerated() {
        #expect(tree.tables.count == levels && tree.tables[levels - 1].count == 1)
        #expect(tree.leaves.allSatisfy { $0.map { $0 < trees.circuit.inputCount + g } ?? true })
      }
    }
  }

  @Test func parityOfEightTakesOneTokenOfThreeLevelsAndThreeOfTwo() {
    let parity = Circuit.parity(8)
    let lengths = (1...3).map { TreeChain(parity, tableInputs: 2, levels: $0).circuit.gateCount }
    #expect(lengths == [7, 3, 1])
  }

  @Test(arguments: sizes)
  func everyTokenIsCertifiedAndRunsRight(_ k: Int, _ levels: Int) throws {
    for (name, circuit) in Self.circuits {
      let tables = Circuit(circuit.mapped(MappingParameters(tableInputs: k, objective: .area)).network)
      let trees = TreeChain(tables, tableInputs: k, levels: levels)
      let simulation = CircuitSimulation(of: trees)
      let model = simulation.model()
      #expect(model.parameterCount == simulation.cost.parameterCount)
      #expect(model.configuration.layerCount == levels)
      let statement = CircuitStatement(trees.circuit)
      let witness = try #require(simulation.manifest.witness(for: statement))
      let verdict = Checker(model, form: simulation.manifest.promptForm)
        .check(.rounded(.float32), circuit: statement, witness: witness, readOut: simulation.manifest.readOut)
      guard case .proved = verdict else {
        Issue.record("\(name): \(verdict)")
        continue
      }
      var runner = try ChainRunner(model, simulation.manifest)
      #expect(runner.engine == .indexed)
      var random = Philox(seed: 1)
      #expect(try runner.check(against: trees.circuit, using: &random).isEqual, "\(name)")
      var dense = try ChainRunner(model, simulation.manifest, engine: .dense)
      let assignments = (0..<16).map { row in
        (0..<circuit.inputCount).map { (row * 11) >> $0 & 1 != 0 }
      }
      #expect(try dense.outputs(for: assignments) == assignments.map { circuit($0) }, "\(name)")
    }
  }

  /// A deep model and what the checker says of it after a change.
  private func verdict(_ change: (inout Model, LlamaCircuitLayout) -> Void) throws -> Verdict {
    let trees = TreeChain(.parity(8), tableInputs: 2, levels: 2)
    let simulation = CircuitSimulation(of: trees)
    var model = simulation.model()
    let layout = LlamaCircuitLayout(wireCount: simulation.chain.wireCount, tableInputs: 2, levels: 2)
    change(&model, layout)
    let statement = CircuitStatement(trees.circuit)
    let witness = try #require(simulation.manifest.witness(for: statement))
    return Checker(model, form: simulation.manifest.promptForm)
      .check(.rounded(.float32), circuit: statement, witness: witness, readOut: simulation.manifest.readOut)
  }

  @Test func damagedDeepModelsAreRefusedOrRefuted() throws {
    // A table of the second level says AND in the place of XOR.
    let wrong = try verdict { model, layout in
      let table = layout.stream.columns(layout.table(level: 2, 0)).lowerBound
      for value in 0...1 {
        let row = layout.token(wire: 7, value: value != 0) * layout.hiddenSize
        for (r, bit) in [-1, -1, -1, 1].enumerated() {
          model.weights.tokenEmbedding.elements[row + table + r] = Float(bit)
        }
      }
    }
    guard case .refuted = wrong else {
      Issue.record("a wrong table of the second level: \(wrong)")
      return
    }
    // A single weight of the second layer's attention: it might matter, and nothing is known of it.
    let attending = try verdict { model, _ in model.weights.layers[1].value.weight.elements[0] = 1 }
    guard case .undecided(let doubt) = attending else {
      Issue.record("attention in the second layer: \(attending)")
      return
    }
    #expect(doubt.reason == "layer 2 attends; this checker follows the attention of the first layer alone")
    // A unit of the second layer that is huge at every position but never read where tokens are emitted: infinite times 0 is no number.
    let huge = try verdict { model, layout in
      let one = layout.stream.column(layout.one[0])
      let filling = layout.stream.size - 1
      let own = layout.stream.columns(layout.ownCode)
      // Input 0, whose code is all -1, alone has the unit on.
      let size = layout.hiddenSize
      let unit = layout.intermediateSize - 1
      for c in 0..<size {
        model.weights.layers[0].gate?.weight.elements[unit * size + c] = own.contains(c) ? -1e18 : 0
        model.weights.layers[0].up.weight.elements[unit * size + c] = c == one ? 1e18 : 0
        model.weights.layers[0].down.weight.elements[c * layout.intermediateSize + unit] = c == filling ? 1e10 : 0
      }
      model.weights.layers[0].gate?.weight.elements[unit * size + one] = -1e18 * Float(own.count - 1)
    }
    if case .proved = huge { Issue.record("numbers beyond float32's range at a position of the prompt were not seen") }
  }
}
