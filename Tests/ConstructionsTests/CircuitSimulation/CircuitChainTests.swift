// circuit -> chain: what costs a token and what does not, and that the chain says what the circuit says.
import Circuits
import Constructions
import Randomness
import Testing

private let unfolded = {
  var options = CircuitChain.Options()
  options.foldsInverters = false
  return options
}()

private let withoutDeadGates = {
  var options = CircuitChain.Options()
  options.dropsDeadGates = true
  return options
}()

/// A circuit with the number of tokens that its chain costs, folded and not.
struct ChainCase: Sendable, CustomTestStringConvertible {
  let name: String
  let circuit: Circuit
  let folded: Int
  let kept: Int
  let readOut: [CircuitChain.Source]

  var testDescription: String { name }

  init(
    _ name: String, inputs: Int, folded: Int, kept: Int, readOut: [CircuitChain.Source],
    _ build: (inout CircuitBuilder) -> [Literal]
  ) {
    var builder = CircuitBuilder(inputCount: inputs)
    let outputs = build(&builder)
    self.name = name
    circuit = builder.circuit(outputs: outputs)
    self.folded = folded
    self.kept = kept
    self.readOut = readOut
  }
}

let chainCases: [ChainCase] = [
  ChainCase("no inputs, no gates, no outputs", inputs: 0, folded: 0, kept: 0, readOut: []) { _ in [] },
  ChainCase(
    "one input that is the output, its complement too", inputs: 1, folded: 0, kept: 0,
    readOut: [.wire(0, isComplemented: false), .wire(0, isComplemented: true)]
  ) { _ in [Literal(Wire(0)), Literal(Wire(0), complemented: true)] },
  ChainCase(
    "the same output three times", inputs: 2, folded: 1, kept: 1,
    readOut: [Bool](repeating: false, count: 3).map { .wire(2, isComplemented: $0) }
  ) { builder in [Literal](repeating: Literal(builder.gate(.and, Wire(0), Wire(1))), count: 3) },
  ChainCase(
    "constants only", inputs: 0, folded: 0, kept: 2, readOut: [.constant(false), .constant(true), .constant(false)]
  ) { builder in
    let (zero, one) = (builder.gate(.false), builder.gate(.true))
    return [Literal(zero), Literal(one), Literal(one, complemented: true)]
  },
  ChainCase(
    "an inverter of an inverter", inputs: 1, folded: 0, kept: 2, readOut: [.wire(0, isComplemented: false)]
  ) { builder in [Literal(builder.gate(.not, builder.gate(.not, Wire(0))))] },
  ChainCase(
    "a buffer of an inverter, read complemented", inputs: 1, folded: 0, kept: 2,
    readOut: [.wire(0, isComplemented: false)]
  ) { builder in
    [Literal(builder.gate(.identity, builder.gate(.not, Wire(0))), complemented: true)]
  },
  ChainCase(
    "an AND with an inverted operand", inputs: 2, folded: 1, kept: 2, readOut: [.wire(2, isComplemented: false)]
  ) { builder in [Literal(builder.gate(.and, Wire(0), builder.gate(.not, Wire(1))))] },
  ChainCase(
    "x AND x is x", inputs: 1, folded: 0, kept: 1, readOut: [.wire(0, isComplemented: false)]
  ) { builder in [Literal(builder.gate(.and, Wire(0), Wire(0)))] },
  ChainCase(
    "x XOR x is false", inputs: 1, folded: 0, kept: 1, readOut: [.constant(false)]
  ) { builder in [Literal(builder.gate(.xor, Wire(0), Wire(0)))] },
  ChainCase(
    "x AND NOT x is false", inputs: 1, folded: 0, kept: 2, readOut: [.constant(false)]
  ) { builder in [Literal(builder.gate(.and, Wire(0), builder.gate(.not, Wire(0))))] },
  ChainCase(
    "x NAND x is NOT x", inputs: 1, folded: 0, kept: 1, readOut: [.wire(0, isComplemented: true)]
  ) { builder in [Literal(builder.gate(.nand, Wire(0), Wire(0)))] },
  ChainCase(
    "an OR with a constant true", inputs: 1, folded: 0, kept: 2, readOut: [.constant(true)]
  ) { builder in [Literal(builder.gate(.or, Wire(0), builder.gate(.true)))] },
  ChainCase(
    "an XOR with a constant true is an inverter", inputs: 1, folded: 0, kept: 2,
    readOut: [.wire(0, isComplemented: true)]
  ) { builder in [Literal(builder.gate(.xor, builder.gate(.true), Wire(0)))] },
  ChainCase(
    "a function of two that reads only its second operand", inputs: 2, folded: 0, kept: 1,
    readOut: [.wire(1, isComplemented: false)]
  ) { builder in [Literal(builder.gate(TruthTable(bits: 0b1100, inputCount: 2), Wire(0), Wire(1)))] },
  ChainCase(
    "a majority of x, x and y is x", inputs: 2, folded: 0, kept: 1, readOut: [.wire(0, isComplemented: false)]
  ) { builder in [Literal(builder.gate(.majority, Wire(0), Wire(0), Wire(1)))] },
  ChainCase(
    "a multiplexer of a constant choice", inputs: 2, folded: 0, kept: 2, readOut: [.wire(1, isComplemented: false)]
  ) { builder in
    let choices = (0..<8).filter { TruthTable.multiplexer[$0] }
    precondition(choices.count == 4)
    let one = builder.gate(.true)
    // Whichever operand chooses: with all three equal to y or true, only y is left.
    return [Literal(builder.gate(TruthTable(bits: 0b1000_0000, inputCount: 3), one, Wire(1), one))]
  },
  ChainCase(
    "a lookup table of six inputs", inputs: 6, folded: 1, kept: 1, readOut: [.wire(6, isComplemented: true)]
  ) { builder in
    let parity = TruthTable(inputCount: 6) { $0.count { $0 } % 2 == 1 }
    return [Literal(builder.gate(parity, (0..<6).map { Wire($0) }), complemented: true)]
  },
  ChainCase(
    "a parity of six, all of them the same two wires, is false", inputs: 2, folded: 0, kept: 1,
    readOut: [.constant(true)]
  ) { builder in
    let parity = TruthTable(inputCount: 6) { $0.count { $0 } % 2 == 1 }
    let operands = [0, 1, 0, 0, 1, 0].map { Wire($0) }
    return [Literal(builder.gate(parity, operands), complemented: true)]
  },
  ChainCase(
    "unused inputs and a gate that nothing reads", inputs: 5, folded: 2, kept: 2,
    readOut: [.wire(5, isComplemented: false)]
  ) { builder in
    let used = builder.gate(.or, Wire(1), Wire(3))
    builder.gate(.xor, Wire(1), used)
    return [Literal(used)]
  },
]

/// All assignments of `count` inputs.
private func allAssignments(_ count: Int) -> [[Bool]] {
  (0..<1 << count).map { number in (0..<count).map { number >> $0 & 1 != 0 } }
}

private func expectSameMeaning(_ chain: CircuitChain, _ circuit: Circuit, _ inputs: [Bool]) {
  let values = circuit.wireValues(inputs)
  let chainValues = chain.wireValues(inputs)
  #expect(chainValues == chain.sourceWires.map { values[$0.index] })
  #expect(chain.outputs(ofWireValues: chainValues) == circuit(inputs))
}

@Suite struct CircuitChainTests {
  @Test(arguments: chainCases)
  func aChainCostsTheTokensOfItsCase(_ example: ChainCase) {
    let chain = CircuitChain(example.circuit)
    #expect(chain.stepCount == example.folded)
    #expect(chain.readOut == example.readOut)
    let kept = CircuitChain(example.circuit, options: unfolded)
    #expect(kept.stepCount == example.kept)
    #expect(kept.stepCount == example.circuit.gateCount)
    for inputs in allAssignments(example.circuit.inputCount) {
      expectSameMeaning(chain, example.circuit, inputs)
      expectSameMeaning(kept, example.circuit, inputs)
    }
  }

  @Test func deadGatesAreDroppedOnRequestAlone() {
    var builder = CircuitBuilder(inputCount: 2)
    let dead = builder.gate(.xor, Wire(0), Wire(1))
    builder.gate(.and, dead, Wire(0))
    let live = builder.gate(.nor, Wire(0), Wire(1))
    let circuit = builder.circuit(outputs: [Literal(live)])
    #expect(CircuitChain(circuit).stepCount == 3)
    let chain = CircuitChain(circuit, options: withoutDeadGates)
    #expect(chain.stepCount == 1)
    #expect(chain.sourceWires == [Wire(0), Wire(1), live])
    for inputs in allAssignments(2) { expectSameMeaning(chain, circuit, inputs) }
  }

  @Test func everyStepOfAFoldedChainDependsOnTwoOrMoreDifferentOperands() {
    var random = Philox(seed: 21)
    for size in 0..<200 {
      let circuit = oddCircuit(gates: size % 40, inputs: size % 6, fanIn: 6, using: &random)
      let chain = CircuitChain(circuit)
      for i in 0..<chain.stepCount {
        let operands = chain.operands(ofStep: i)
        #expect(operands.count >= 2 && Set(operands).count == operands.count)
        #expect((0..<operands.count).allSatisfy { chain.table(ofStep: i).depends(onInput: $0) })
        #expect(operands.allSatisfy { Int($0) < chain.inputCount + i }, "operands come before their step")
      }
    }
  }

  @Test func allSixteenFunctionsOfTwoInputsMeanWhatTheirCircuitsMean() {
    for table in TruthTable.allOfTwo {
      for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        for complemented in [false, true] {
          var builder = CircuitBuilder(inputCount: 2)
          let gate = builder.gate(table, Wire(a), Wire(b))
          let circuit = builder.circuit(outputs: [Literal(gate, complemented: complemented)])
          let chain = CircuitChain(circuit)
          // Of two different operands, 10 of the 16 functions depend on both; of one twice, none does.
          let isStep = a != b && table.depends(onInput: 0) && table.depends(onInput: 1)
          #expect(chain.stepCount == (isStep ? 1 : 0))
          for inputs in allAssignments(2) { expectSameMeaning(chain, circuit, inputs) }
        }
      }
    }
  }

  @Test func allCircuitsOfTwoGatesMeanWhatTheirChainsMean() {
    let circuits = allCircuitsOfTwoGates()
    #expect(circuits.count == 9216)
    for circuit in circuits {
      for options in [CircuitChain.Options(), unfolded, withoutDeadGates] {
        let chain = CircuitChain(circuit, options: options)
        for inputs in allAssignments(2) {
          let values = circuit.wireValues(inputs)
          let chainValues = chain.wireValues(inputs)
          guard
            chain.outputs(ofWireValues: chainValues)
              == circuit.outputs.map({ values[$0.wire.index] != $0.isComplemented }),
            chainValues == chain.sourceWires.map({ values[$0.index] })
          else {
            Issue.record("the chain of \(circuit) differs for \(inputs)")
            return
          }
        }
      }
    }
  }

  @Test func randomOddCircuitsMeanWhatTheirChainsMean() {
    var random = Philox(seed: 22)
    for size in 0..<300 {
      let circuit = oddCircuit(gates: size % 60, inputs: size % 7, fanIn: size % 6 + 1, using: &random)
      for options in [CircuitChain.Options(), unfolded, withoutDeadGates] {
        let chain = CircuitChain(circuit, options: options)
        for _ in 0..<4 {
          expectSameMeaning(chain, circuit, (0..<circuit.inputCount).map { _ in Bool.random(using: &random) })
        }
      }
    }
  }

  @Test func aChainWithAWrongTableIsSeenToDiffer() {
    // The comparison of these tests can fail: an OR does not mean what an AND means.
    var (and, or) = (CircuitBuilder(inputCount: 2), CircuitBuilder(inputCount: 2))
    let a = and.gate(.and, Wire(0), Wire(1))
    let b = or.gate(.or, Wire(0), Wire(1))
    let chain = CircuitChain(and.circuit(outputs: [Literal(a)]))
    let circuit = or.circuit(outputs: [Literal(b)])
    #expect(allAssignments(2).contains { chain.outputs(ofWireValues: chain.wireValues($0)) != circuit($0) })
  }
}
