// Bit-parallel simulation against the definition, assignment by assignment.
import Circuits
import Testing
import TestSupport

struct SimulatorTests {
  @Test func everyTwoInputFunctionAgreesWithItsTable() {
    for bits in UInt64(0)..<16 {
      var builder = CircuitBuilder(inputCount: 2)
      let wire = builder.gate(TruthTable(bits: bits, inputCount: 2), builder.input(0), builder.input(1))
      let circuit = builder.circuit(outputs: [Literal(wire), Literal(wire, complemented: true)])
      #expect(circuit.truthTables().map(\.bits) == [bits, ~bits & 15])
    }
  }

  @Test func everyThreeInputFunctionAgreesWithItsTable() {
    for bits in UInt64(0)..<256 {
      var builder = CircuitBuilder(inputCount: 3)
      let wire = builder.gate(TruthTable(bits: bits, inputCount: 3), (0..<3).map { builder.input($0) })
      #expect(builder.circuit(outputs: [Literal(wire)]).truthTables() == [TruthTable(bits: bits, inputCount: 3)])
    }
  }

  @Test func randomTablesOfUpToSixInputsAgree() {
    var generator = SplitMix64(seed: 1)
    for trial in 0..<1200 {
      let k = trial % 7
      let sparse = trial % 3 == 0 ? generator.next() & generator.next() & generator.next() : generator.next()
      let table = TruthTable(bits: sparse, inputCount: k)
      var builder = CircuitBuilder(inputCount: k)
      let wire = builder.gate(table, (0..<k).map { builder.input($0) })
      #expect(builder.circuit(outputs: [Literal(wire)]).truthTables() == [table])
    }
  }

  @Test func wildCircuitsAgreeWithTheDefinition() {
    var generator = SplitMix64(seed: 2)
    for trial in 0..<150 {
      let inputs = trial % 11
      let circuit = Circuit.wild(inputs: inputs, gates: 1 + trial % 60, outputs: trial % 9, using: &generator)
      // Counts around the edges of words and passes.
      let count = [0, 1, 63, 64, 65, 511, 512, 513, 700][trial % 9]
      let block = AssignmentBlock.random(count: count, signalCount: inputs, using: &generator)
      let simulator = Simulator(circuit, keepsAllWires: true)
      let outputs = simulator.outputs(of: block)
      let wires = simulator.wireValues(of: block)
      #expect(outputs.count == count && outputs.signalCount == circuit.outputCount)
      for i in 0..<count {
        let assignment = block.assignment(i)
        #expect(outputs.assignment(i) == circuit(assignment))
        #expect(wires.assignment(i) == circuit.wireValues(assignment))
      }
      let expected = (0..<count).map { circuit(block.assignment($0)) }
      #expect(outputs == AssignmentBlock(expected, signalCount: circuit.outputCount))
    }
  }

  @Test func slotsAreReusedSoThatMemoryFollowsLiveWires() {
    let circuit = Circuit.sha256Compression()
    let live = circuit.maximumLiveWires()
    // One destination is taken before its operands' slots are given back.
    #expect(Simulator(circuit).workingBytes <= (live + 2) * 64)
  }

  @Test func exhaustiveBlocksCountThroughAllAssignments() {
    for (inputs, blockSize) in [(0, 4096), (1, 1), (5, 7), (10, 100), (13, 4096), (7, 64)] {
      let circuit = Circuit(identityOf: inputs)
      var next: UInt64 = 0
      for block in circuit.exhaustiveBlocks(of: blockSize) {
        #expect(block.count <= blockSize)
        for i in 0..<block.count {
          #expect(block.assignment(i).integer == next)
          next += 1
        }
      }
      #expect(next == 1 << UInt64(inputs))
    }
  }

  @Test func twoToTheTwentyAssignmentsAreComparedQuickly() {
    let ripple = Circuit.rippleCarryAdder(width: 10)
    for kind in AdderKind.allCases { #expect(ripple.firstDifference(from: .prefixAdder(width: 10, kind: kind)) == nil) }
  }

  @Test func aDifferenceInOneAssignmentIsFound() throws {
    // The and of 20 inputs differs from false in the last of 2^20 assignments only.
    var logic = LogicBuilder(inputCount: 20)
    let all = logic.and((0..<20).map { logic.input($0) })
    let and = logic.finish(outputs: [all])
    var nothing = LogicBuilder(inputCount: 20)
    let never = nothing.constant(false)
    let difference = try #require(and.firstDifference(from: nothing.finish(outputs: [never])))
    #expect(difference == [Bool](repeating: true, count: 20))
  }

  @Test func blocksPackAndUnpack() {
    var generator = SplitMix64(seed: 3)
    let rows = (0..<130).map { _ in (0..<7).map { _ in Bool.random(using: &generator) } }
    var block = AssignmentBlock(rows, signalCount: 7)
    #expect((0..<130).map { block.assignment($0) } == rows && block.wordsPerSignal == 3)
    #expect(block == AssignmentBlock(count: 130, signalCount: 7, words: block.words.map { $0 }))
    let other = block
    block[129, 6].toggle()
    #expect(block != other && block.firstDifference(from: other) == 129)
    block[129, 6].toggle()
    #expect(block.firstDifference(from: other) == nil)
    // Padding is cleared, so equality is equality of the assignments.
    #expect(
      AssignmentBlock(count: 3, signalCount: 1, words: [.max]) == AssignmentBlock(count: 3, signalCount: 1, words: [7]))
  }
}

extension Circuit {
  /// The circuit whose outputs are its inputs.
  init(identityOf inputs: Int) {
    self = CircuitBuilder(inputCount: inputs).circuit(outputs: (0..<inputs).map { Literal(Wire($0)) })
  }
}
