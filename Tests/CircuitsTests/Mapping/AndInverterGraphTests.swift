// The hashed graph: it computes what the circuit does, holds no gate twice, and keeps a graph as it is.
import Circuits
import Foundation
import Testing
import TestSupport

struct AndInverterGraphTests {
  /// The circuit that a graph writes as AIGER.
  private func written(_ circuit: Circuit) throws -> Circuit {
    try Circuit(reading: circuit.bytes(as: .aigerASCII), format: .aigerASCII)
  }

  @Test func everyTableOfThreeInputsIsTakenApartRightly() throws {
    for bits in UInt64(0)..<256 {
      var builder = CircuitBuilder(inputCount: 3)
      let wire = builder.gate(TruthTable(bits: bits, inputCount: 3), (0..<3).map { builder.input($0) })
      let circuit = builder.circuit(outputs: [Literal(wire)])
      #expect(try written(circuit).firstDifference(from: circuit) == nil, "table \(bits)")
      #expect(AndInverterGraph(circuit).gateCount <= 7, "table \(bits)")
    }
  }

  @Test func randomTablesOfUpToSixInputsAreTakenApartRightly() throws {
    var random = SplitMix64(seed: 31)
    for trial in 0..<400 {
      let k = 1 + trial % 6
      var builder = CircuitBuilder(inputCount: k)
      // ANDs, ORs and XORs of a random rest come often; dense random tables seldom split.
      var bits = random.next()
      for j in 0..<(trial / 6 % 4) {
        let pattern = TruthTable.pattern(ofInput: j)
        bits = [bits & pattern, bits | pattern, bits ^ pattern, bits & ~pattern][Int.random(in: 0..<4, using: &random)]
      }
      let wire = builder.gate(TruthTable(bits: bits, inputCount: k), (0..<k).map { builder.input($0) })
      let circuit = builder.circuit(outputs: [Literal(wire, complemented: true)])
      #expect(try written(circuit).firstDifference(from: circuit) == nil, "trial \(trial)")
    }
  }

  @Test func equalGatesAreOneAndTrivialOnesNone() {
    var builder = CircuitBuilder(inputCount: 2)
    let (a, b) = (builder.input(0), builder.input(1))
    let first = builder.gate(.and, a, b)
    let second = builder.gate(.and, b, a)
    let nand = builder.gate(.nand, a, b)
    let same = builder.gate(.and, first, second)
    let never = builder.gate(.and, first, nand)
    let circuit = builder.circuit(outputs: [same, never, nand].map { Literal($0) })
    let graph = AndInverterGraph(circuit)
    #expect(graph.gateCount == 1 && graph.depth == 1 && graph.outputs == [6, 0, 7])
  }

  @Test func depthCountsAndGates() {
    #expect(AndInverterGraph(.parity(8, shape: .chain)).depth == 14)
    #expect(AndInverterGraph(.parity(8)).depth == 6)
    #expect(AndInverterGraph(.decoder(width: 4)).depth == 2)
  }

  /// ANDs and levels as `print_stats` gives them after `read FILE; strash` (berkeley-abc 1.01+20221019git70cb339 of Debian 12).
  @Test(
    .enabled(if: sharedData != nil),
    arguments: [
      ("aiger/epfl-cavlc.aig", 693, 16), ("aiger/epfl-ctrl.aig", 174, 10), ("aiger/epfl-max.aig", 2865, 287),
      ("aiger/epfl-voter.aig", 13758, 70), ("bench/c432.bench", 209, 42), ("bench/c499.bench", 400, 20),
      ("bench/c880.bench", 327, 24), ("bench/c1355.bench", 504, 26), ("blif/adder.blif", 1020, 255),
      ("blif/int2float.blif", 260, 16),
    ])
  func graphsAreThoseThatABCMakes(name: String, gates: Int, depth: Int) throws {
    let graph = AndInverterGraph(
      try Circuit(contentsOf: try #require(sharedData).appending(path: "circuits/\(name)").path))
    #expect(graph.gateCount == gates && graph.depth == depth)
  }
}
