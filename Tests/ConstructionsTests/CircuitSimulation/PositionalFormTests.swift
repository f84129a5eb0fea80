// The form of Li et al. in float32, with and without layer normalization: the circuit's values, and exactness to the last bit.
import Circuits
import Constructions
import ExactArithmetic
import Randomness
import Tensors
import Testing
import Transformers

@Suite struct PositionalFormTests {
  @Test func everyDecoderSaysTheCircuitsValues() throws {
    var random = Philox(seed: 41)
    for size in 0..<36 {
      let circuit = oddCircuit(gates: size, inputs: size % 5, fanIn: size % 6 + 1, using: &random)
      let built = ConstructedChain(circuit, form: .li)
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

  @Test func thePapersOwnFormWithoutNormalizationSaysTheSameInFloat32AndExactly() throws {
    var random = Philox(seed: 42)
    for size in 0..<24 {
      let circuit = oddCircuit(gates: size, inputs: 1 + size % 4, fanIn: size % 4 + 1, using: &random)
      let built = ConstructedChain(circuit, form: .li)
      let model = PositionalCircuitSimulation(built.chain, target: .float32).model()
      let inputs = built.assignments(atMost: 4, using: &random)
      let session = try Engine(model).makeSession(batchSize: inputs.count)
      let texts = session.generate(
        after: inputs.map(built.manifest.prompt), maximumNewTokens: built.manifest.emittedTokenCount)
      for (input, text) in zip(inputs, texts) {
        let prompt = built.manifest.prompt(input)
        #expect(prompt + text == built.expected(input))
        // Exact rationals, hard attention: no rounding anywhere.
        var exact = ReferenceDecoder(model, in: RationalArithmetic(), attention: .hard)
        #expect(try prompt + exact.generate(after: prompt, count: text.count) == built.expected(input))
      }
    }
  }

  @Test func layerNormalizationIsTheIdentityAndSoftmaxIsExactlyOneHot() throws {
    var random = Philox(seed: 43)
    for size in 0..<20 {
      let circuit = oddCircuit(gates: size, inputs: 1 + size % 4, fanIn: size % 5 + 1, using: &random)
      let built = ConstructedChain(circuit, form: .li)
      let inputs = built.assignments(atMost: 1, using: &random)[0]
      let arithmetic = RecordingArithmetic()
      #expect(try built.reference(inputs, in: arithmetic) == built.expected(inputs))
      let record = arithmetic.record
      let width = Float(built.model.configuration.hiddenSize)
      // Divisions by the width: the sum is exactly 0 for the mean and exactly the width for the mean square.
      let means = record.quotients.filter { $0.denominator == width }.map(\.numerator)
      #expect(means.allSatisfy { $0 == 0 || $0 == width })
      #expect(means.count { $0 == 0 } == means.count { $0 == width })
      #expect(record.roots.allSatisfy { $0 == 1 })
      #expect(record.exponentials.allSatisfy { $0 == 0 || $0 <= -104 })
      #expect(record.quotients.allSatisfy { $0.denominator == width || $0.denominator == 1 })
    }
  }

  @Test func everyStateIsPairedAndOfNormOne() {
    let built = ConstructedChain(.rippleCarryAdder(width: 3), form: .li)
    let (tokens, positions) = (built.model.weights.tokenEmbedding, built.model.weights.positionEmbedding)
    let width = tokens.columnCount
    for t in 0..<2 {
      for p in 0..<(positions?.rowCount ?? 0) {
        let x = (0..<width).map { tokens[t, $0] + (positions?[p, $0] ?? 0) }
        #expect(x.allSatisfy { abs($0) == 1 })
        #expect((0..<width / 2).allSatisfy { x[$0] == -x[$0 + width / 2] })
      }
    }
  }

  @Test func theLogitMarginIsTwo() throws {
    let built = ConstructedChain(.comparator(width: 3), form: .li)
    var random = Philox(seed: 44)
    let inputs = built.assignments(atMost: 1, using: &random)[0]
    let expected = built.expected(inputs)
    let session = try Engine(built.model).makeSession()
    let logits = session.append([Array(expected.dropLast())], logits: .all).elements
    for position in built.circuit.inputCount - 1..<expected.count - 1 {
      let (zero, one) = (logits[2 * position], logits[2 * position + 1])
      #expect(abs(one - zero) == 2 && (one > zero) == (expected[position + 1] == 1))
    }
  }
}
