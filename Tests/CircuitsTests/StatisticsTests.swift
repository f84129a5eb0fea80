// Statistics against a second, plain computation, and against published circuits' known numbers.
import Circuits
import Foundation
import Testing
import TestSupport

struct StatisticsTests {
  @Test func aFullAddersNumbersAreThoseCountedByHand() {
    var builder = CircuitBuilder(inputCount: 3)
    let (a, b, c) = (builder.input(0), builder.input(1), builder.input(2))
    let half = builder.gate(.xor, a, b)  // w3
    let sum = builder.gate(.xor, half, c)  // w4
    let both = builder.gate(.and, a, b)  // w5
    let rest = builder.gate(.and, half, c)  // w6
    let carry = builder.gate(.or, both, rest)  // w7
    builder.gate(.not, sum)  // w8, dead
    let statistics = builder.circuit(outputs: [Literal(sum), Literal(carry)]).statistics()
    #expect(statistics.inputs == 3 && statistics.outputs == 2 && statistics.gates == 6 && statistics.wires == 9)
    #expect(statistics.logicGates == 5 && statistics.gatesByFanIn == [0, 1, 5, 0, 0, 0, 0])
    #expect(statistics.gatesByFunction == ["XOR": 2, "AND": 2, "OR": 1, "NOT": 1])
    #expect(statistics.depth == 3 && statistics.depthOfOutputs == [2, 3] && statistics.deadGates == 1)
    // Reads: a 2, b 2, c 2, w3 2, w4 2 (gate and output), w5 1, w6 1, w7 1, w8 0.
    #expect(statistics.maximumFanOut == 2 && statistics.fanOutHistogram == [0: 1, 1: 3, 2: 5])
    #expect(abs(statistics.meanFanOut - 13.0 / 9) < 1e-12)
    // After w3: a, b, c, w3. After w4: also w4. After w5: c, w3, w4, w5. After w6: w4, w5, w6.
    #expect(statistics.maximumLiveWires == 5)
    // Distances: w3 3 2, w4 1 2, w5 5 4, w6 3 4, w7 2 1, w8 4: sorted 1 1 2 2 2 3 3 4 4 4 5.
    #expect(statistics.medianOperandDistance == 3 && statistics.operandDistance99 == 5)
    #expect(abs(statistics.meanOperandDistance - 31.0 / 11) < 1e-12)
  }

  @Test func emptyCircuitsHaveStatistics() {
    let nothing = CircuitBuilder(inputCount: 0).circuit(outputs: []).statistics()
    #expect(
      nothing.depth == 0 && nothing.maximumLiveWires == 0 && nothing.meanFanOut == 0 && nothing.fanOutHistogram.isEmpty)
    let wires = CircuitBuilder(inputCount: 2).circuit(outputs: [Literal(Wire(1)), Literal(Wire(1))]).statistics()
    #expect(wires.maximumLiveWires == 1 && wires.maximumFanOut == 2 && wires.depth == 0)
  }

  @Test func liveWiresAgreeWithTheDefinition() {
    var generator = SplitMix64(seed: 21)
    for trial in 0..<300 {
      let circuit = Circuit.wild(inputs: trial % 7, gates: 1 + trial % 30, outputs: trial % 5, using: &generator)
      var most = 0
      for t in 0..<circuit.wireCount {
        most = max(
          most,
          (0...t).count { wire in
            circuit.outputs.contains { $0.wire.index == wire }
              || (0..<circuit.gateCount).contains { g in
                circuit.inputCount + g > t && circuit.gate(g).operands.contains { $0.index == wire }
              }
          })
      }
      #expect(circuit.maximumLiveWires() == most)
    }
  }

  @Test func functionsAreNamed() {
    let named: [(TruthTable, String)] = [
      (.false, "CONST0"), (.true, "CONST1"), (.identity, "BUF"), (.not, "NOT"), (.and, "AND"), (.nand, "NAND"),
      (.or, "OR"), (.nor, "NOR"), (.xor, "XOR"), (.xnor, "XNOR"), (.multiplexer, "MUX"), (.majority, "MAJ"),
      (TruthTable(inputCount: 2) { $0[0] && !$0[1] }, "ANDNOT"),
      (TruthTable(inputCount: 2) { !$0[0] || $0[1] }, "ORNOT"),
      (TruthTable(inputCount: 6) { $0.allSatisfy { $0 } }, "AND6"),
      (TruthTable(inputCount: 5) { $0.contains(true) }, "OR5"),
      (TruthTable(inputCount: 4) { !$0.allSatisfy { $0 } }, "NAND4"),
      (TruthTable(inputCount: 3) { !$0.contains(true) }, "NOR3"),
      (TruthTable(inputCount: 6) { $0.count { $0 } % 2 == 1 }, "XOR6"),
      (TruthTable(inputCount: 3) { $0.count { $0 } % 2 == 0 }, "XNOR3"),
      (TruthTable(bits: 0b1010, inputCount: 2), "LUT2"), (TruthTable(bits: 0x1234, inputCount: 4), "LUT4"),
    ]
    for (table, name) in named { #expect(table.functionName == name) }
  }

  /// Name, gates, depth, most live wires, median and 99th percentile of distance: measured with an independent program on the public
  /// Bristol Fashion files.
  @Test(
    .enabled(if: sharedData != nil),
    arguments: [
      ("adder64", 376, 188, 190, 5, 405), ("mult64", 13_675, 309, 2_142, 7, 12_669),
      ("aes_128", 36_663, 308, 1_493, 11, 16_109), ("sha256", 135_073, 5_332, 1_502, 12, 33_411),
    ])
  func publishedCircuitsHaveTheirKnownNumbers(
    name: String, gates: Int, depth: Int, live: Int, median: Int, distance99: Int
  ) throws {
    let circuit = try #require(try Self.bristol(name))
    let statistics = circuit.statistics()
    #expect(statistics.gates == gates && statistics.depth == depth && statistics.maximumLiveWires == live)
    #expect(statistics.medianOperandDistance == median && statistics.deadGates == 0)
    #expect(statistics.operandDistance99 == distance99)
  }

  @Test(.enabled(if: sharedData != nil))
  func generatedCircuitsComputeWhatThePublishedOnesCompute() throws {
    var generator = SplitMix64(seed: 22)
    let pairs: [(String, Circuit)] = [
      ("adder64", .rippleCarryAdder(width: 64, carryOut: false)), ("adder64", .prefixAdder(width: 64, carryOut: false)),
      ("mult64", .arrayMultiplier(width: 64, productWidth: 64)),
      ("mult64", .wallaceMultiplier(width: 64, productWidth: 64)), ("aes_128", .aes128Encryption()),
      ("sha256", .sha256Compression()),
    ]
    for (name, generated) in pairs {
      let published = try #require(try Self.bristol(name))
      let block = AssignmentBlock.random(count: 512, signalCount: published.inputCount, using: &generator)
      #expect(generated.simulate(block) == published.simulate(block), "\(name)")
      #expect(published.simplified().circuit.simulate(block) == published.simulate(block))
    }
  }

  /// A Bristol Fashion circuit of the shared data: a reader for trusted files only.
  private static func bristol(_ name: String) throws -> Circuit? {
    guard let folder = sharedData else { return nil }
    let file = folder.appending(path: "circuits/bristol/\(name).txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let widths = (1...2).map { lines[$0].split(separator: " ").dropFirst().compactMap { Int($0) }.reduce(0, +) }
    let wireCount = Int(lines[0].split(separator: " ")[1]) ?? 0
    var builder = CircuitBuilder(inputCount: widths[0])
    var wires = [Wire](repeating: Wire(0), count: wireCount)
    for i in 0..<widths[0] { wires[i] = Wire(i) }
    for line in lines.dropFirst(3) {
      let fields = line.split(separator: " ")
      let numbers = fields.dropLast().compactMap { Int($0) }
      let table: TruthTable =
        switch fields.last {
        case "XOR": .xor
        case "AND": .and
        case "INV": .not
        default: .identity
        }
      wires[numbers[numbers.count - 1]] = builder.gate(table, numbers[2..<2 + numbers[0]].map { wires[$0] })
    }
    return builder.circuit(outputs: wires.suffix(widths[1]).map { Literal($0) })
  }
}
