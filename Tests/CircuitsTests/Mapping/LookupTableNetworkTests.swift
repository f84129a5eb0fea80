// Networks of tables: simulation against the definition, conversion, and a check that finds every wrong bit.
import Circuits
import Testing
import TestSupport

struct LookupTableNetworkTests {
  @Test func simulationOf64AssignmentsAgreesWithLookingUpEveryTable() {
    var random = SplitMix64(seed: 21)
    for k in 2...16 {
      let circuit = Circuit.randomAnds(inputs: 18, gates: 200, outputs: 9, using: &random)
      let network = circuit.mapped(MappingParameters(tableInputs: k)).network
      let block = AssignmentBlock.random(count: 130, signalCount: 18, using: &random)
      let outputs = network.simulate(block)
      for i in 0..<block.count { #expect(outputs.assignment(i) == network(block.assignment(i)), "k \(k), \(i)") }
      #expect(outputs == circuit.simulate(block))
    }
  }

  @Test func aCircuitOfTheTablesIsTheNetworkWireForWire() {
    var random = SplitMix64(seed: 22)
    for k in 2...12 {
      let source = Circuit.wild(inputs: 13, gates: 80, outputs: 12, using: &random)
      let network = source.mapped(MappingParameters(tableInputs: k)).network
      let circuit = Circuit(network)
      #expect(circuit.violatedInvariant == nil && circuit.firstDifference(from: source) == nil)
      #expect(circuit.gateCount == network.tableCount && circuit.depth == network.depth)
      #expect(circuit.maximumFanIn == network.largestFanIn)
      #expect((0..<circuit.gateCount).map { circuit.fanIn(ofGate: $0) }.reduce(0, +) == network.edgeCount)
    }
  }

  @Test func tablesWiderThanAGateDoNotConvert() async {
    await #expect(processExitsWith: .failure) {
      _ = Circuit(Circuit.parity(13).mapped(MappingParameters(tableInputs: 13)).network)
    }
  }

  /// A mutation check of the equivalence check: whichever bit of a table is wrong, the difference is found, unless no assignment reaches it.
  @Test func aCorruptedBitIsFoundWhereverItCanBeReached() {
    for (circuit, k) in [(Circuit.rippleCarryAdder(width: 3), 3), (.arrayMultiplier(width: 3), 4), (.majority(7), 7)] {
      let network = circuit.mapped(MappingParameters(tableInputs: k)).network
      #expect(network.firstDifference(from: circuit) == nil)
      var found = 0
      for t in 0..<network.tableCount {
        for row in 0..<(1 << network.fanIn(ofTable: t)) {
          let corrupted = network.corrupted(table: t, row: row)
          guard let assignment = corrupted.firstDifference(from: circuit) else { continue }
          found += 1
          #expect(corrupted(assignment) != circuit(assignment))
        }
        // A table at an output is seen on every row that its operands can take.
        if network.outputs.contains(where: { $0.wire.index == network.inputCount + t }) {
          let rows = reachableRows(network, t)
          for row in 0..<(1 << network.fanIn(ofTable: t)) {
            let isFound = network.corrupted(table: t, row: row).firstDifference(from: circuit) != nil
            #expect(isFound == rows.contains(row))
          }
        }
      }
      #expect(found > network.tableCount)
    }
  }

  /// The rows that the operands of a table take.
  private func reachableRows(_ network: LookupTableNetwork, _ t: Int) -> Set<Int> {
    var rows: Set<Int> = []
    for number in 0..<(1 << network.inputCount) {
      var values = number.bits(network.inputCount)
      var row = 0
      for u in 0...t {
        row = (0..<network.fanIn(ofTable: u)).reduce(0) {
          $0 | (values[network.operand($1, ofTable: u).index] ? 1 << $1 : 0)
        }
        values.append(network.value(ofTable: u, row: row))
      }
      rows.insert(row)
    }
    return rows
  }

  /// Networks of two inputs, one rule broken in each; the first is whole.
  @Test(
    arguments: [
      ([0, 2], [0, 1], [0, 1], [8], 2, nil),
      ([0, 1], [0, 1], [0, 1], [8], 2, "offsets delimit the operands and words of each table"),
      ([0, 2], [0, 1], [0, 2], [8], 2, "offsets delimit the operands and words of each table"),
      ([0, 2], [0, 1], [0, 1], [16], 2, "table 0 has no bits past its rows"),
      ([0, 2], [0, 2], [0, 1], [8], 2, "table 0 reads only earlier wires"),
      ([0, 2], [0, 1], [0, 2], [8, 0], 2, "table 0 has 2^k bits"),
      ([0, 17], Array(repeating: 0, count: 17), [0, 1], [8], 2, "table 0 has at most 16 operands"),
      ([0, 2], [0, 1], [0, 1], [8], 3, "outputs read existing wires"),
    ] as [([UInt32], [UInt32], [Int], [UInt64], Int, String?)])
  func brokenNetworksAreNoticed(
    offsets: [UInt32], operands: [UInt32], wordOffsets: [Int], words: [UInt64], output: Int, rule: String?
  ) {
    let network = LookupTableNetwork(
      inputCount: 2, offsets: offsets, operands: operands, wordOffsets: wordOffsets, words: words,
      outputs: [Literal(Wire(output))], names: Circuit.Names())
    #expect(network.violatedInvariant == rule)
  }

  @Test func countsAreThoseOfTheTables() {
    let network = Circuit.rippleCarryAdder(width: 4).mapped(MappingParameters(tableInputs: 5)).network
    #expect(network.tablesByFanIn.reduce(0, +) == network.tableCount)
    #expect(network.tablesByFanIn.enumerated().map { $0.offset * $0.element }.reduce(0, +) == network.edgeCount)
    #expect(network.wireCount == 8 + network.tableCount && network.levels().count == network.wireCount)
    #expect(network.words(ofTable: 0).count == 1)
    let wide = Circuit.parity(10).mapped(MappingParameters(tableInputs: 10)).network
    #expect(wide.words(ofTable: 0).count == 16 && wide.tablesByFanIn == Array(repeating: 0, count: 10) + [1])
    for row in 0..<1024 { #expect(wide.value(ofTable: 0, row: row) == (row.nonzeroBitCount % 2 == 1)) }
  }
}
