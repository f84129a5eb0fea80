// Truth tables: every operation against its meaning row by row, for functions of one word and of many.
import Circuits
import Foundation
import TestSupport
import Testing

struct TruthTableTests {
  /// A random function of `inputs` inputs, and sometimes one of little structure left: constant on a half, or independent of an input.
  static func random(_ inputs: Int, _ random: inout SplitMix64) -> TruthTable {
    var table = TruthTable(
      words: (0..<TruthTable.wordCount(inputs)).map { _ in random.next() }, inputCount: inputs)
    if inputs > 0, random.next() % 3 == 0 {
      table = table.cofactor(Int(random.next() % UInt64(inputs)), random.next() % 2 == 0)
    }
    return table
  }

  /// The row of a function of one input less that `row` becomes when input `j` is taken out.
  static func without(_ j: Int, _ row: Int) -> Int { row & (1 << j - 1) | (row >> (j + 1)) << j }

  @Test(arguments: 1...12)
  func operationsMeanWhatTheySayRowByRow(_ inputs: Int) {
    var random = SplitMix64(seed: UInt64(inputs))
    for _ in 0..<(inputs > 9 ? 2 : 12) {
      let table = Self.random(inputs, &random)
      let rows = 0..<(1 << inputs)
      #expect(table.rowCount == rows.count && table.words.count == TruthTable.wordCount(inputs))
      #expect(rows.allSatisfy { table.complemented[$0] == !table[$0] })
      #expect(table.complemented.complemented == table)
      for j in 0..<inputs {
        let depends = rows.contains { table[$0] != table[$0 ^ 1 << j] }
        #expect(table.depends(onInput: j) == depends)
        let inverted = table.complementingInput(j)
        #expect(rows.allSatisfy { inverted[$0] == table[$0 ^ 1 << j] })
        for value in [false, true] {
          let bit = value ? 1 << j : 0
          let cofactor = table.cofactor(j, value)
          #expect(rows.allSatisfy { cofactor[$0] == table[$0 & ~(1 << j) | bit] })
          let fewer = table.removingInput(j, fixedTo: value)
          #expect(fewer.inputCount == inputs - 1)
          #expect(rows.allSatisfy { $0 & 1 << j != bit || fewer[Self.without(j, $0)] == table[$0] })
        }
        for onto in 0..<inputs where onto != j {
          let merged = table.mergingInput(j, onto: onto)
          #expect(merged.inputCount == inputs - 1)
          #expect(
            rows.allSatisfy {
              ($0 >> j ^ $0 >> onto) & 1 != 0 || merged[Self.without(j, $0)] == table[$0]
            })
        }
      }
      let other = Self.random(inputs, &random)
      #expect(rows.allSatisfy { table.symmetricDifference(other)[$0] == (table[$0] != other[$0]) })
      #expect(table.implies(other) == rows.allSatisfy { !table[$0] || other[$0] })
      #expect(table.implies(table))
      #expect(table.constantValue == (rows.allSatisfy { table[$0] == table[0] } ? table[0] : nil))
    }
  }

  @Test(arguments: 0...12)
  func constantsAndNamedFunctionsAreRecognized(_ inputs: Int) {
    let all = 1 << inputs
    for value in [false, true] {
      #expect(TruthTable(inputCount: inputs, rows: { _ in value }).constantValue == value)
    }
    guard inputs > 2 else { return }
    let named: [(String, (Int) -> Bool)] = [
      ("AND", { $0 == all - 1 }), ("NAND", { $0 != all - 1 }), ("OR", { $0 != 0 }), ("NOR", { $0 == 0 }),
      ("XOR", { $0.nonzeroBitCount % 2 == 1 }), ("XNOR", { $0.nonzeroBitCount % 2 == 0 }),
      ("LUT", { $0 == 3 || $0 == all - 1 }),
    ]
    for (name, value) in named {
      let table = TruthTable(inputCount: inputs, rows: value)
      #expect(table.functionName == "\(name)\(inputs)" && table.constantValue == nil)
    }
  }

  @Test func tablesAreReadBackFromJSONAndDamagedOnesAreRefused() throws {
    var random = SplitMix64(seed: 9)
    for inputs in 0...12 {
      let table = Self.random(inputs, &random)
      let text = try JSONEncoder().encode(table)
      #expect(try JSONDecoder().decode(TruthTable.self, from: text) == table)
    }
    for text in [
      #"{"bits":1,"inputCount":7}"#, #"{"bits":1,"inputCount":13}"#, #"{"bits":1,"inputCount":-1}"#,
      #"{"bits":1,"inputCount":6,"upperWords":[1]}"#, #"{"bits":1,"inputCount":8,"upperWords":[1,2]}"#,
    ] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(TruthTable.self, from: Data(text.utf8)) }
    }
  }

  /// Circuits of gates of up to twelve operands, some read by others.
  static func wideCircuit(_ random: inout SplitMix64) -> Circuit {
    var builder = CircuitBuilder(inputCount: 12)
    for k in [7, 12, 3, 9, 8, 7, 10, 2, 11] {
      let operands = (0..<k).map { _ in Wire(Int(random.next() % UInt64(builder.wireCount))) }
      builder.gate(Self.random(k, &random), operands)
    }
    return builder.circuit(
      outputs: (12..<builder.wireCount).map { Literal(Wire($0), complemented: random.next() % 2 == 0) })
  }

  @Test func wideGatesComputeTheSameInEveryWayOfRunningThem() {
    for seed in 0..<6 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let circuit = Self.wideCircuit(&random)
      #expect(circuit.maximumFanIn == 12)
      let tables = circuit.truthTables()
      for row in stride(from: Int(seed), to: 1 << 12, by: 37) {
        let expected = circuit((0..<12).map { row >> $0 & 1 != 0 })
        #expect(tables.map { $0[row] } == expected)
      }
      let (simplified, statistics) = circuit.simplified()
      #expect(simplified.truthTables() == tables && statistics.gatesAfter <= circuit.gateCount)
      #expect(circuit.removingDeadGates().truthTables() == tables)
    }
  }

  @Test func equalWideGatesAreMadeOnce() {
    var random = SplitMix64(seed: 4)
    let table = TruthTable(words: (0..<4).map { _ in random.next() }, inputCount: 8)
    var logic = LogicBuilder(inputCount: 8)
    let inputs = (0..<8).map { logic.input($0) }
    let first = logic.gate(table, inputs)
    // The same gate with its operands turned by one place, so that bit j of a row is bit j - 1 of the table's, and input 2 complemented.
    func source(_ row: Int) -> Int {
      let turned = row >> 1 | (row & 1) << 7
      return turned ^ 0b100
    }
    let turned = TruthTable(inputCount: 8, rows: { row in table[source(row)] })
    let operands = (0..<8).map { j -> Literal in
      let i = (j + 7) % 8
      return i == 2 ? !inputs[2] : inputs[i]
    }
    let second = logic.gate(turned, operands)
    #expect(first == second && logic.sharedGateCount == 1 && logic.gateCount == 1)
    // Enough gates for the hash table to grow.
    func variant(_ i: Int) -> TruthTable { table.symmetricDifference(TruthTable(inputCount: 8, rows: { $0 == i })) }
    var many: Set<Literal> = []
    for i in 0..<100 { many.insert(logic.gate(variant(i), inputs)) }
    #expect(many.count == 100 && many.contains(logic.gate(variant(7), inputs)))
  }

  @Test func wideGatesStayGatesInBLIFAndComeBackAsTheSameFunctionFromEveryFormat() throws {
    for seed in 0..<4 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let circuit = Self.wideCircuit(&random)
      for format in CircuitFormat.allCases {
        let again = try Circuit(reading: circuit.bytes(as: format), format: format)
        #expect(again.truthTables() == circuit.truthTables(), "\(format), seed \(seed)")
        if format == .blif {
          let wide = (0..<circuit.gateCount).filter { circuit.fanIn(ofGate: $0) > 6 }
          #expect(wide.allSatisfy { again.table(ofGate: $0) == circuit.table(ofGate: $0) })
        }
      }
    }
  }

  @Test func coversOfUpToTwelveInputsAreOneGateInAnyOrderOfLines() throws {
    let text = """
      .model m
      .inputs a b c d e f g h
      .outputs y z
      .names w a b c d e f g h y
      1-------- 1
      -1111111- 1
      -0000000- 1
      .names a b c d e f g h w
      11111111 0
      00000000 0
      .names a b c d e f g z
      1111111 1
      .end
      """
    let circuit = try Circuit(reading: Array(text.utf8), format: .blif)
    #expect(circuit.gateCount == 3 && circuit.maximumFanIn == 9)
    for row in 0..<256 {
      let inputs = (0..<8).map { row >> $0 & 1 != 0 }
      let w = row != 255 && row != 0
      // Column 0 is w, the others a to h: the second and third row ask for seven of the eight.
      let isUniform = row & 127 == 127 || row & 127 == 0
      #expect(circuit(inputs) == [w || isUniform, row & 127 == 127])
    }
  }
}
