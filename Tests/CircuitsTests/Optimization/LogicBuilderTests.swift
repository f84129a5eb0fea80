// The hashing builder: each function is what its name says, equal functions are one gate, simplification keeps functions.
import Circuits
import Testing
import TestSupport

struct LogicBuilderTests {
  /// The truth tables of some literals over the builder's inputs.
  private func tables(_ logic: LogicBuilder, _ literals: Literal...) -> [UInt64] {
    logic.finish(outputs: literals).truthTables().map(\.bits)
  }

  @Test func namedFunctionsHaveTheirTables() {
    var logic = LogicBuilder(inputCount: 3)
    let (a, b, c) = (logic.input(0), logic.input(1), logic.input(2))
    let (x, y, z): (UInt64, UInt64, UInt64) = (0xAA, 0xCC, 0xF0)
    #expect(tables(logic, a, !b) == [x, ~y & 0xFF])
    let two = [logic.and(a, b), logic.or(a, b), logic.xor(a, b), logic.nand(a, b), logic.nor(a, b), logic.xnor(a, b)]
    let expected = [x & y, x | y, x ^ y, ~(x & y), ~(x | y), ~(x ^ y)].map { $0 & 0xFF }
    #expect(logic.finish(outputs: two).truthTables().map(\.bits) == expected)
    let three = [logic.implies(a, b), logic.multiplexer(a, b, c), logic.majority(a, b, c)]
    let expectedThree = [~x | y, x & y | ~x & z, x & y | y & z | x & z].map { $0 & 0xFF }
    #expect(logic.finish(outputs: three).truthTables().map(\.bits) == expectedThree)
    let constants = [logic.constant(true), logic.constant(false)]
    #expect(logic.finish(outputs: constants).truthTables().map(\.bits) == [0xFF, 0])
  }

  @Test func compoundGatesAreRightForEveryChoiceOfOperands() {
    // Operands: constants, both polarities of three inputs.
    func operands(_ logic: inout LogicBuilder) -> [(Literal, UInt64)] {
      let inputs: [(Literal, UInt64)] = zip(0..<3, [0xAA, 0xCC, 0xF0]).map { (logic.input($0), $1) }
      return inputs + inputs.map { (!$0.0, ~$0.1 & 0xFF) } + [(logic.constant(false), 0), (logic.constant(true), 0xFF)]
    }
    var logic = LogicBuilder(inputCount: 3)
    let all = operands(&logic)
    var literals: [Literal] = []
    var expected: [UInt64] = []
    for (a, x) in all {
      for (b, y) in all {
        for bits in UInt64(0)..<16 {
          literals.append(logic.gate(bits: bits, a, b))
          let rows: [UInt64] = [~x & ~y, x & ~y, ~x & y, x & y]
          expected.append(rows.indices.reduce(0) { bits >> UInt64($1) & 1 != 0 ? $0 | rows[$1] : $0 } & 0xFF)
          // The general path reaches the same literal.
          #expect(logic.gate(TruthTable(bits: bits, inputCount: 2), [a, b]) == literals[literals.count - 1])
        }
        for (c, z) in all {
          let sum = logic.fullAdder(a, b, c)
          literals += [logic.multiplexer(a, b, c), logic.majority(a, b, c), sum.sum, sum.carry]
          let majority = x & y | y & z | x & z
          expected += [x & y | ~x & z, majority, x ^ y ^ z, majority].map { $0 & 0xFF }
        }
      }
    }
    #expect(logic.finish(outputs: literals).truthTables().map(\.bits) == expected)
  }

  @Test func equalFunctionsAreOneGate() {
    var logic = LogicBuilder(inputCount: 3)
    let (a, b, c) = (logic.input(0), logic.input(1), logic.input(2))
    let and = logic.and(a, b)
    #expect(logic.and(b, a) == and && logic.nand(a, b) == !and && logic.nor(!a, !b) == and)
    #expect(logic.or(!b, !a) == !and && !logic.implies(a, !b) == and)
    #expect(logic.xor(a, b) == logic.xnor(!a, b) && logic.xor(!a, !b) == logic.xor(b, a))
    #expect(logic.gateCount == 2)
    let majority = logic.gate(.majority, [a, b, c])
    #expect(logic.gate(.majority, [c, a, b]) == majority && logic.gate(.majority, [!a, !b, !c]) == !majority)
    #expect(logic.gateCount == 3)
  }

  @Test func gatesOfThreeInputsAreOneExactlyIfTheirFunctionsAreEqualOrOpposite() {
    var logic = LogicBuilder(inputCount: 3)
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    var literalOfFunction: [UInt64: Literal] = [:]
    for bits in UInt64(0)..<256 {
      for order in orders {
        for mask in 0..<8 {
          let operands = order.enumerated().map { j, i in
            Literal(logic.input(i).wire, complemented: mask >> j & 1 != 0)
          }
          // The function of the inputs themselves, computed row by row.
          var function: UInt64 = 0
          for row in 0..<8 {
            let inner = order.enumerated().reduce(0) { $0 | ((row >> $1.element ^ mask >> $1.offset) & 1) << $1.offset }
            function |= (bits >> UInt64(inner) & 1) << UInt64(row)
          }
          let literal = logic.gate(TruthTable(bits: bits, inputCount: 3), operands)
          #expect(literalOfFunction[function, default: literal] == literal)
          #expect(literalOfFunction[~function & 0xFF, default: !literal] == !literal)
          literalOfFunction[function] = literal
        }
      }
    }
    #expect(literalOfFunction.count == 256 && Set(literalOfFunction.values).count == 256)
    // Of 128 pairs of opposite functions one is constant, and three are inputs; the constant's gate is there too.
    #expect(logic.gateCount == 128 - 3)
  }

  @Test func constantsRepetitionsAndIrrelevantOperandsCostNothing() {
    var logic = LogicBuilder(inputCount: 2)
    let (a, b) = (logic.input(0), logic.input(1))
    let (no, yes) = (logic.constant(false), logic.constant(true))
    let gates = logic.gateCount
    #expect(logic.and(a, no) == no && logic.and(a, yes) == a && logic.or(a, no) == a && logic.or(yes, a) == yes)
    #expect(logic.xor(a, yes) == !a && logic.xor(a, a) == no && logic.xor(a, !a) == yes && logic.and(a, !a) == no)
    #expect(logic.multiplexer(a, b, b) == b && logic.multiplexer(yes, a, b) == a && logic.multiplexer(no, a, b) == b)
    #expect(logic.majority(a, a, b) == a && logic.majority(a, !a, b) == b)
    #expect(logic.gate(TruthTable.identity, [a]) == a && logic.gate(.not, [a]) == !a)
    #expect(logic.gate(TruthTable(bits: 0b1100, inputCount: 2), [a, b]) == b)
    #expect(logic.and([Literal]()) == yes && logic.or([Literal]()) == no && logic.xor([Literal]()) == no)
    #expect(logic.gateCount == gates)
    // A multi-input table shrinks to the operands that are left: majority with a constant is an and.
    #expect(logic.gate(.majority, [a, no, b]) == logic.and(a, b))
  }

  @Test func treesAreBalanced() {
    var logic = LogicBuilder(inputCount: 64)
    let inputs = logic.inputs(0..<64)
    let results = [logic.and(inputs), logic.or(inputs), logic.xor(inputs)]
    let circuit = logic.finish(outputs: results)
    #expect(circuit.depth == 6 && circuit.gateCount == 3 * 63)
  }

  @Test func finishedCircuitsHaveNoDeadGates() {
    var logic = LogicBuilder(inputCount: 2)
    let (a, b) = (logic.input(0), logic.input(1))
    let unused = logic.xor(a, b)
    _ = logic.and(unused, a)
    #expect(logic.finish(outputs: [a]).gateCount == 0)
    #expect(logic.finish(outputs: []).outputCount == 0)
    #expect(logic.finish(outputs: [!unused]).gateCount == 1)
    let yes = logic.constant(true)
    #expect(logic.finish(outputs: [yes]).truthTables() == [TruthTable(bits: 0b1111, inputCount: 2)])
  }

  @Test func simplificationKeepsTheFunctionAndNeverGrows() {
    var generator = SplitMix64(seed: 11)
    for trial in 0..<400 {
      let circuit = Circuit.wild(inputs: trial % 9, gates: 1 + trial % 50, outputs: trial % 6, using: &generator)
      let (simple, statistics) = circuit.simplified()
      #expect(simple.firstDifference(from: circuit) == nil)
      #expect(simple.gateCount <= circuit.gateCount && statistics.gatesAfter == simple.gateCount)
      #expect(statistics.gatesBefore == circuit.gateCount && statistics.deadGates >= 0)
      #expect(simple.statistics().deadGates == 0)
      var seen = Set<[UInt64]>()
      for g in 0..<simple.gateCount {
        let gate = simple.gate(g)
        #expect(gate.operands.count != 1 && gate.table.bits & 1 == 0 && gate.operands == gate.operands.sorted())
        #expect(gate.operands.indices.allSatisfy { gate.table.depends(onInput: $0) })
        #expect(seen.insert(gate.table.words + gate.operands.map { UInt64($0.rawValue) }).inserted)
      }
      // Once is enough.
      #expect(simple.simplified().circuit == simple)
    }
  }

  @Test func simplificationCountsWhatItDid() {
    var builder = CircuitBuilder(inputCount: 2)
    let (a, b) = (builder.input(0), builder.input(1))
    let first = builder.gate(.and, a, b)
    let again = builder.gate(.nand, b, a)
    let inverted = builder.gate(.not, again)
    builder.gate(.xor, a, b)
    builder.names.inputs = ["a", "b"]
    let circuit = builder.circuit(outputs: [Literal(first), Literal(inverted)])
    let (simple, statistics) = circuit.simplified()
    #expect(statistics.gatesBefore == 4 && statistics.gatesAfter == 1)
    #expect(statistics.sharedGates == 1 && statistics.foldedGates == 1 && statistics.deadGates == 1)
    #expect(simple.outputs[0] == simple.outputs[1] && simple.names.inputs == ["a", "b"])
  }

  @Test func removingDeadGatesKeepsOrderNamesAndFunction() {
    var generator = SplitMix64(seed: 12)
    for _ in 0..<50 {
      let circuit = Circuit.wild(inputs: 5, gates: 40, outputs: 2, using: &generator)
      let live = circuit.removingDeadGates()
      #expect(live.firstDifference(from: circuit) == nil && live.statistics().deadGates == 0)
      #expect(live.gateCount == circuit.gateCount - circuit.statistics().deadGates)
    }
  }
}
