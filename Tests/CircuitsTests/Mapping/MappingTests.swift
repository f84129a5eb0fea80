// Mappings against their circuits: all small circuits, random ones, the catalogue's, both trivial ends.
import Circuits
import Testing
import TestSupport

struct MappingTests {
  /// Circuits with what is known of their best mapping: tables and depth for table inputs.
  @Test(arguments: [
    ("full adder", 2, 5, 3), ("full adder", 3, 2, 1), ("parity 16", 2, 15, 4), ("parity 16", 4, 5, 2),
    ("parity 16", 16, 1, 1), ("and 16", 4, 5, 2), ("constant", 5, 1, 0), ("inverter", 2, 0, 0), ("two names", 2, 1, 1),
  ])
  func knownCircuitsHaveTheirBestMappings(name: String, tableInputs: Int, tables: Int, depth: Int) throws {
    var logic = LogicBuilder(inputCount: 16)
    let inputs = logic.inputs(0..<16)
    var outputs: [Literal]
    switch name {
    case "full adder":
      let bit = logic.fullAdder(inputs[0], inputs[1], inputs[2])
      outputs = [bit.sum, bit.carry]
    case "parity 16": outputs = [logic.xor(inputs)]
    case "and 16": outputs = [logic.and(inputs)]
    case "constant": outputs = [logic.constant(true), logic.constant(true)]
    case "inverter": outputs = [!inputs[3]]
    default: outputs = [logic.and(inputs[0], inputs[1]), logic.nand(inputs[0], inputs[1])]
    }
    let circuit = logic.finish(outputs: outputs)
    let network = circuit.mapped(MappingParameters(tableInputs: tableInputs)).network
    #expect(network.tableCount == tables && network.depth == depth, "\(network.tableCount), \(network.depth)")
    #expect(difference(network, circuit) == nil)
  }

  @Test func allCircuitsOfTwoAndThreeGatesMapToThemselves() {
    for (inputs, gates, step) in [(3, 2, 1), (2, 3, 1), (3, 3, 97)] {
      for number in stride(from: 0, to: Circuit.smallCircuitCount(inputs: inputs, gates: gates), by: step) {
        let circuit = Circuit.small(inputs: inputs, gates: gates, number: number)
        let tables = circuit.truthTables()
        for k in 2...3 {
          let network = circuit.mapped(MappingParameters(tableInputs: k)).network
          let rows = (0..<(1 << inputs)).map { row in network((0..<inputs).map { row >> $0 & 1 != 0 }) }
          let isRight = rows.indices.allSatisfy { row in rows[row] == tables.map { $0[row] } }
          #expect(isRight && network.violatedInvariant == nil, "\(inputs) inputs, \(gates) gates, \(number), k \(k)")
          #expect(network.tableCount <= gates + 1 && network.largestFanIn <= k)
        }
      }
    }
  }

  @Test(arguments: 2...16)
  func randomCircuitsOfEveryKindOfGateKeepTheirFunctions(tableInputs: Int) throws {
    var random = SplitMix64(seed: tableInputs)
    for trial in 0..<24 {
      let circuit = Circuit.wild(
        inputs: Int.random(in: 0...10, using: &random), gates: Int.random(in: 1...60, using: &random),
        outputs: Int.random(in: 0...8, using: &random), using: &random)
      for objective in MappingParameters.Objective.allCases {
        let parameters = MappingParameters(
          tableInputs: tableInputs, objective: objective, cutsPerNode: [1, 2, 8, 64][trial % 4],
          areaFlowRounds: trial % 3, exactAreaRounds: trial % 5)
        let (network, statistics) = circuit.mapped(parameters)
        #expect(difference(network, circuit) == nil, "seed \(tableInputs), trial \(trial), \(parameters)")
        #expect(network.violatedInvariant == nil && network.largestFanIn <= tableInputs)
        let last = try #require(statistics.rounds.last)
        #expect(network.tableCount <= last.tables + 1 && network.depth <= last.depth)
      }
    }
  }

  @Test func everyGeneratorOfTheCatalogueKeepsItsFunctions() throws {
    for generator in GeneratorCatalog.generators where !["sha256", "aes128"].contains(generator.name) {
      let circuit = try GeneratorCatalog.make(name: generator.name)
      for k in [2, 4, 6, 9] {
        let (network, statistics) = circuit.mapped(MappingParameters(tableInputs: k))
        #expect(difference(network, circuit) == nil, "\(generator.name), k \(k)")
        #expect(network.depth <= (statistics.rounds.first?.depth ?? 0), "area is recovered at no cost in depth")
        #expect(network.names.inputs == circuit.names.inputs && network.names.outputs == circuit.names.outputs)
      }
    }
  }

  @Test func withAsManyTableInputsAsInputsEveryOutputIsOneTable() {
    var random = SplitMix64(seed: 11)
    for trial in 0..<60 {
      let inputs = 2 + trial % 11
      let circuit = Circuit.wild(inputs: inputs, gates: 40, outputs: 6, using: &random)
      for k in [inputs, min(16, inputs + 3)] {
        let network = circuit.mapped(MappingParameters(tableInputs: k)).network
        #expect(network.tableCount == circuit.distinctOutputFunctions && network.depth <= 1, "trial \(trial), k \(k)")
      }
    }
    let multiplier = Circuit.arrayMultiplier(width: 4)
    #expect(multiplier.mapped(MappingParameters(tableInputs: 8)).network.tableCount == 8)
    #expect(difference(multiplier.mapped(MappingParameters(tableInputs: 8)).network, multiplier) == nil)
  }

  @Test(arguments: [7, 12, 16])
  func inputsThatCancelLeaveTheTable(inputs: Int) {
    var random = SplitMix64(seed: inputs)
    for trial in 0..<40 {
      // The parity of all inputs and the parity of some, as chains from opposite ends, so that no two gates are equal.
      var builder = CircuitBuilder(inputCount: inputs)
      let cancelled = (0..<inputs).filter { _ in Int.random(in: 0..<2 + trial % 3, using: &random) == 0 }
      var parity = builder.input(0)
      for i in 1..<inputs { parity = builder.gate(.xor, parity, builder.input(i)) }
      for i in cancelled.reversed() { parity = builder.gate(trial % 2 == 0 ? .xor : .xnor, parity, builder.input(i)) }
      let circuit = builder.circuit(outputs: [Literal(parity)])
      let network = circuit.mapped(MappingParameters(tableInputs: inputs)).network
      let rest = (0..<inputs).filter { !cancelled.contains($0) }
      #expect(network.firstDifference(from: circuit) == nil, "trial \(trial)")
      if rest.count > 1 {
        #expect(network.tableCount == 1 && (0..<rest.count).map { network.operand($0, ofTable: 0).index } == rest)
      } else {
        #expect(network.tableCount == 1 - rest.count)
      }
    }
  }

  /// A gate's depth is the least over all of its cuts, one more than the deepest leaf: J. Cong and Y. Ding's FlowMap (1994) finds it by
  /// flows, this by listing all cuts.
  private func leastDepth(_ circuit: Circuit, _ k: Int) -> Int {
    var cuts: [Set<Set<Int>>] = (0..<circuit.inputCount).map { [[$0]] }
    var depths = [Int](repeating: 0, count: circuit.inputCount)
    for g in 0..<circuit.gateCount {
      let (a, b) = (circuit.operand(0, ofGate: g).index, circuit.operand(1, ofGate: g).index)
      var own: Set<Set<Int>> = []
      for x in cuts[a] { for y in cuts[b] where x.union(y).count <= k { own.insert(x.union(y)) } }
      depths.append(own.map { 1 + ($0.map { depths[$0] }.max() ?? 0) }.min() ?? 0)
      cuts.append(own.union([[circuit.inputCount + g]]))
    }
    return circuit.outputs.map { depths[$0.wire.index] }.max() ?? 0
  }

  @Test func theDepthIsTheLeastOfAllCuts() {
    var random = SplitMix64(seed: 12)
    var shallower = 0
    for trial in 0..<120 {
      let circuit = Circuit.randomAnds(inputs: 8, gates: 8 + trial % 20, outputs: 3, using: &random)
      for k in 2...5 {
        let least = leastDepth(circuit, k)
        let (network, statistics) = circuit.mapped(MappingParameters(tableInputs: k, cutsPerNode: 64))
        // Equal gates are shared before, and functions that simplify are after, so the network may be better.
        #expect(network.depth <= least, "trial \(trial), k \(k)")
        if (statistics.rounds.last?.depth ?? 0) < least { shallower += 1 }
      }
    }
    #expect(shallower < 48, "random gates are seldom equal: \(shallower)")
  }

  @Test func roundsNeverMakeAMappingDeeperAndExactAreaNeverLarger() {
    var random = SplitMix64(seed: 13)
    for trial in 0..<40 {
      let circuit = Circuit.randomAnds(inputs: 12, gates: 300, outputs: 20, using: &random)
      let rounds = circuit.mapped(MappingParameters(tableInputs: 3 + trial % 4, exactAreaRounds: 4)).statistics.rounds
      #expect(rounds.count == 14)
      for (before, after) in zip(rounds, rounds.dropFirst()) {
        #expect(after.depth <= before.depth)
        if ["exact area", "expansion"].contains(after.name) { #expect(after.tables <= before.tables, "\(rounds)") }
      }
    }
  }

  @Test func areaModeTakesNoMoreTablesThanDepthModeOnAdders() {
    for width in [8, 16, 32] {
      let circuit = Circuit.prefixAdder(width: width)
      let depth = circuit.mapped(MappingParameters(tableInputs: 4)).network
      let area = circuit.mapped(MappingParameters(tableInputs: 4, objective: .area)).network
      #expect(area.tableCount <= depth.tableCount && depth.depth <= area.depth)
      #expect(difference(area, circuit) == nil)
    }
  }

  @Test func longChainsTakeLinearTimeAndNoStack() {
    let circuit = Circuit.parity(30_000, shape: .chain)
    let network = circuit.mapped(MappingParameters(tableInputs: 6)).network
    #expect(network.tableCount == 6000 && network.depth == 6000)
    #expect(difference(network, circuit) == nil)
  }

  @Test func gatesThatNoOutputNeedsGetNoTable() {
    var builder = CircuitBuilder(inputCount: 3)
    let used = builder.gate(.and, builder.input(0), builder.input(1))
    builder.gate(.xor, used, builder.input(2))
    let network = builder.circuit(outputs: [Literal(used)]).mapped(MappingParameters(tableInputs: 2)).network
    #expect(network.tableCount == 1)
    let nothing = CircuitBuilder(inputCount: 2).circuit(outputs: []).mapped(MappingParameters(tableInputs: 4)).network
    #expect(nothing.tableCount == 0 && nothing.outputCount == 0 && nothing.inputCount == 2)
  }

  @Test func outputsAreComplementedOnlyWhereBothPolaritiesAreRead() {
    var logic = LogicBuilder(inputCount: 4)
    let x = logic.inputs(0..<4)
    let a = logic.nand(x[0], x[1])
    let b = logic.nor(x[2], x[3])
    let c = logic.nand(a, b)
    let network = logic.finish(outputs: [a, b, c]).mapped(MappingParameters(tableInputs: 2)).network
    #expect(network.outputs.allSatisfy { !$0.isComplemented } && network.tableCountWithPlainOutputs == 3)
    let both = logic.finish(outputs: [a, !a, !x[3]]).mapped(MappingParameters(tableInputs: 2)).network
    #expect(both.tableCount == 1 && both.tableCountWithPlainOutputs == 3)
    for (constants, tables) in [([true, true], 1), ([false], 1), ([true, false, true], 2)] {
      let outputs = constants.map { logic.constant($0) }
      let network = logic.finish(outputs: outputs).mapped(MappingParameters(tableInputs: 2)).network
      #expect(network.tableCount == 1 && network.tableCountWithPlainOutputs == tables)
      #expect(network([false, true, false, true]) == constants)
    }
  }

  @Test(arguments: [
    (MappingParameters(tableInputs: 1), "a table has 2 to 16 inputs"),
    (MappingParameters(tableInputs: 17), "a table has 2 to 16 inputs"),
    (MappingParameters(tableInputs: 4, cutsPerNode: 0), "a node keeps 1 to 64 cuts"),
    (MappingParameters(tableInputs: 4, cutsPerNode: 65), "a node keeps 1 to 64 cuts"),
    (MappingParameters(tableInputs: 4, areaFlowRounds: -1), "a number of rounds is not negative"),
    (MappingParameters(tableInputs: 4, exactAreaRounds: -1), "a number of rounds is not negative"),
  ])
  func badParametersBreakARule(parameters: MappingParameters, rule: String) {
    #expect(parameters.violatedRule == rule)
    for k in [2, 16] { #expect(MappingParameters(tableInputs: k).violatedRule == nil) }
  }

  @Test func mappingWithBadParametersTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = Circuit.parity(3).mapped(MappingParameters(tableInputs: 17))
    }
  }
}
