// The LLaMA form: every way to decode it says the circuit's values, and the exactness that its documentation claims holds to the last bit.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Randomness
import Tensors
import Testing
import Transformers
import Verification

@Suite struct LlamaFormTests {
  @Test func everyDecoderSaysTheCircuitsValues() throws {
    var random = Philox(seed: 31)
    for size in 0..<36 {
      let circuit = oddCircuit(gates: size, inputs: size % 5, fanIn: size % 6 + 1, using: &random)
      let built = ConstructedChain(circuit)
      let inputs = built.assignments(atMost: 16, using: &random)
      let expected = inputs.map(built.expected)
      #expect(try built.dense(inputs) == expected)
      #expect(try built.dense(inputs, compacts: false) == expected)
      #expect(try built.indexed(inputs) == expected)
      for (input, tokens) in zip(inputs, expected).prefix(3) {
        #expect(try built.reference(input, in: FloatArithmetic()) == tokens)
        #expect(try built.reference(input, in: FloatArithmetic(), attention: .hard) == tokens)
        #expect(try built.reference(input, in: DoubleArithmetic()) == tokens)
      }
    }
  }

  @Test func batchesOfManyInputsSayWhatSinglesSay() throws {
    let built = ConstructedChain(.rippleCarryAdder(width: 4))
    var random = Philox(seed: 0)
    let inputs = built.assignments(atMost: 256, using: &random)
    #expect(inputs.count == 256)
    let expected = inputs.map(built.expected)
    #expect(try built.dense(inputs) == expected)
    #expect(try built.indexed(inputs) == expected)
    for i in stride(from: 0, to: 256, by: 51) { #expect(try built.dense([inputs[i]]) == [expected[i]]) }
    for tokens in expected {
      // 4-bit addition in integers: inputs are a, then b, least bit first.
      let values = try built.manifest.wireValues(ofTokens: tokens)
      func number(_ bits: some Sequence<Bool>) -> Int { bits.reversed().reduce(0) { 2 * $0 + ($1 ? 1 : 0) } }
      #expect(number(built.manifest.outputs(ofWireValues: values)) == number(values[0..<4]) + number(values[4..<8]))
    }
  }

  @Test func aCacheCutToLivePositionsSaysTheSame() throws {
    var random = Philox(seed: 33)
    for size in [0, 1, 5, 20, 60] {
      let circuit = oddCircuit(gates: size, inputs: 6, fanIn: 3, using: &random)
      let built = ConstructedChain(circuit)
      let schedule = CacheSchedule(try built.proof().program)
      let engine = try Engine(built.model)
      for inputs in built.assignments(atMost: 3, using: &random) {
        let expected = built.expected(inputs)
        let prompt = built.manifest.prompt(inputs)
        let (whole, cut) = (engine.makeSession(), engine.makeSession())
        var tokens = prompt
        var peak = 0
        for position in 0..<expected.count - 1 {
          let logits = whole.step([expected[position]])
          #expect(cut.step([expected[position]]) == logits, "logits at position \(position)")
          if position >= prompt.count - 1 {
            let elements = logits.elements
            tokens.append(elements.indices.reduce(0) { elements[$1] > elements[$0] ? $1 : $0 })
          }
          peak = max(peak, cut.cachedPositionCount)
          for dropped in schedule.evictions[position] { #expect(cut.evict(position: Int(dropped))) }
        }
        #expect(tokens == expected)
        #expect(peak == schedule.peak)
        #expect(whole.cachedPositionCount == expected.count - 1)
      }
    }
  }

  @Test func aCacheThatLostANeededPositionSaysSomethingElse() throws {
    // What the test above compares can differ: without its first operand, an XOR of (true, false) has other logits.
    var builder = CircuitBuilder(inputCount: 2)
    let gate = builder.gate(.xor, Wire(0), Wire(1))
    let built = ConstructedChain(builder.circuit(outputs: [Literal(gate)]))
    let prompt = built.manifest.prompt([true, false])
    let (whole, cut) = (try Engine(built.model).makeSession(), try Engine(built.model).makeSession())
    for session in [whole, cut] { session.append([Array(prompt.dropLast())], logits: .none) }
    #expect(cut.evict(position: 1))
    #expect(cut.step([prompt[2]]).elements != whole.step([prompt[2]]).elements)
  }

  @Test func normalizationIsTheIdentityAndSoftmaxIsExactlyOneHot() throws {
    var random = Philox(seed: 34)
    for size in 0..<24 {
      let circuit = oddCircuit(gates: size, inputs: 1 + size % 4, fanIn: size % 6 + 1, using: &random)
      let built = ConstructedChain(circuit)
      let inputs = built.assignments(atMost: 1, using: &random)[0]
      let arithmetic = RecordingArithmetic()
      #expect(try built.reference(inputs, in: arithmetic) == built.expected(inputs))
      let record = arithmetic.record
      // RMSNorm: the mean square is exactly 1 at all three places of every token, so its factor is exactly 1.
      #expect(!record.roots.isEmpty && record.roots.allSatisfy { $0 == 1 })
      // exp is asked for 0 by the winner, for less than -104 by every other position, and by SiLU for multiples of the gates' slope.
      let slope: Float = 128
      #expect(record.exponentials.allSatisfy { $0 == 0 || $0 <= -104 || $0.remainder(dividingBy: slope) == 0 })
      let float = FloatArithmetic()
      #expect(record.exponentials.filter { $0 <= -104 }.allSatisfy { float.exponential($0) == 0 })
      // Every softmax sums to exactly 1: divisions are by it, by the width, or by SiLU's denominator 1 or infinity.
      let width = Float(built.model.configuration.hiddenSize)
      #expect(record.quotients.allSatisfy { [1, width, .infinity].contains($0.denominator) })
    }
  }

  @Test func theScoreGapAndTheLogitMarginAreAsDocumented() throws {
    #expect(LlamaCircuitSimulation.scoreGap == 512)
    var random = Philox(seed: 35)
    for size in [1, 3, 10, 40, 100] {
      let circuit = oddCircuit(gates: size, inputs: 5, fanIn: 4, using: &random)
      let built = ConstructedChain(circuit)
      let gap = try built.proof().bounds.layers[0].scoreGap.value
      #expect(gap > 508 && gap <= 512, "\(gap)")
      let expected = built.expected(built.assignments(atMost: 1, using: &random)[0])
      let session = try Engine(built.model).makeSession()
      let logits = session.append([Array(expected.dropLast())], logits: .all)
      let v = built.model.configuration.vocabularySize
      for position in circuit.inputCount..<expected.count - 1 {
        let row = logits.elements[position * v..<(position + 1) * v]
        let best = row.max() ?? 0
        let second = row.enumerated().filter { $0.offset != expected[position + 1] }.map(\.element).max() ?? 0
        #expect(row[row.startIndex + expected[position + 1]] == best)
        // The value wins by 2; </s> carries no value and wins by 4 - 1.
        #expect(best - second == (position + 1 < expected.count - 1 ? 2 : 3))
      }
    }
  }

  @Test(arguments: [3, 4, 5, 6])
  func codesWorkWhereTheirLengthChanges(_ power: Int) throws {
    var random = Philox(seed: UInt64(power))
    // Two codes are for <s> and </s>, so the length changes between T = 2^k - 2 and 2^k - 1.
    for wires in (1 << power) - 3...(1 << power) + 2 {
      let circuit = Circuit.random(size: wires - 2, inputs: 2, fanIn: 2...2, using: &random)
      let built = ConstructedChain(circuit)
      #expect(built.chain.wireCount == wires)
      let length = wires <= (1 << power) - 2 ? power : power + 1
      #expect(LlamaCircuitLayout(wireCount: wires, fanIn: 2).code.length == length)
      let inputs = built.assignments(atMost: 4, using: &random)
      let expected = inputs.map(built.expected)
      #expect(try built.dense(inputs) == expected)
      #expect(try built.indexed(inputs) == expected)
      let li = ConstructedChain(circuit, form: .li)
      #expect(try li.dense(inputs) == inputs.map(li.expected))
      #expect(try li.indexed(inputs) == inputs.map(li.expected))
    }
  }

  @Test func headsAreWideEnoughForTheirCodesAtEveryLength() {
    // L = 5 and 20 are the last of heads of 16 and 64: T + 2 = 32 and 2^20.
    let sizes = [(30, 16), (31, 64), (1 << 20 - 2, 64), (1 << 20 - 1, 256)]
    for (wires, headSize) in sizes { #expect(LlamaCircuitLayout(wireCount: wires, fanIn: 2).headSize == headSize) }
    for power in 0..<30 {
      for wires in [max(0, 1 << power - 3), 1 << power, 1 << power + 1] {
        let layout = LlamaCircuitLayout(wireCount: wires, fanIn: 2)
        #expect(layout.code.length <= layout.headSize / 2)
        let root = Double(layout.headSize).squareRoot()
        #expect(root.rounded() == root && Int(root).nonzeroBitCount == 1, "1/sqrt(D) is a power of two")
        // The fastest pair that holds a code turns by so little that no score changes by 1.
        let frequencies = ModelConfiguration.RotaryEncoding(theta: 1e37).inverseFrequencies(headSize: layout.headSize)
        let fastest = frequencies[layout.headSize / 2 - layout.code.length] * Double(wires + 2)
        let loss = 64 * Double(layout.code.length) * (1 - cos(fastest))
        #expect(loss < 1e-3, "T = \(wires): rotation takes \(loss) from the score")
      }
    }
  }

  @Test(arguments: [FloatFormat.bfloat16, .binary16])
  func halfPrecisionSaysTheSame(_ format: FloatFormat) throws {
    var random = Philox(seed: 37)
    for size in [0, 2, 8, 16] {
      let circuit = oddCircuit(gates: size, inputs: 3, fanIn: 2, using: &random)
      let built = ConstructedChain(circuit)
      for inputs in built.assignments(atMost: 2, using: &random) {
        let tokens = try built.reference(inputs, in: FiniteArithmetic(format), subtractsMaximum: true)
        #expect(tokens == built.expected(inputs))
      }
    }
  }
}
