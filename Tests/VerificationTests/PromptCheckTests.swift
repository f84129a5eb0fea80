// Claims about finitely many prompts: computed numbers lie within the enclosures, and what is not so is refuted or left open.
import Circuits
import Constructions
import ExactArithmetic
import Tensors
import TestSupport
import Testing
import Transformers
import Verification

@Suite struct PromptCheckTests {
  /// A small decoder of random weights.
  static func model(_ random: inout SplitMix64, layers: Int, isLlama: Bool) -> Model {
    let (width, heads, size, units, vocabulary) = (8, 2, 4, 6, 5)
    var configuration = ModelConfiguration(
      vocabularySize: vocabulary, hiddenSize: width, intermediateSize: units, layerCount: layers, headCount: heads,
      keyValueHeadCount: isLlama ? 1 : 2, headSize: size, maximumPositionCount: 16)
    if isLlama {
      configuration.positions = .rotary(.init(theta: 100))
      configuration.normalization = .rootMeanSquare(epsilon: 1e-5)
    } else {
      configuration.positions = .learned
      configuration.normalization = .layer(epsilon: 1e-5)
      configuration.feedForward = .relu
    }
    func numbers(_ count: Int, _ random: inout SplitMix64) -> [Float] {
      (0..<count).map { _ in Float(Int(random.next() % 257) - 128) / (layers == 1 ? 64 : 256) }
    }
    func matrix(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> Tensor<Float> {
      Tensor(shape: [rows, columns], elements: numbers(rows * columns, &random))
    }
    func linear(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> Linear {
      Linear(weight: matrix(rows, columns, &random))
    }
    func norm(_ random: inout SplitMix64) -> NormalizationWeights {
      NormalizationWeights(gain: numbers(width, &random), bias: isLlama ? nil : numbers(width, &random))
    }
    let groups = configuration.keyValueHeadCount
    let stack = (0..<layers).map { _ in
      LayerWeights(
        attentionNormalization: norm(&random), query: linear(heads * size, width, &random),
        key: linear(groups * size, width, &random), value: linear(groups * size, width, &random),
        output: linear(width, heads * size, &random), feedForwardNormalization: norm(&random),
        gate: isLlama ? linear(units, width, &random) : nil, up: linear(units, width, &random),
        down: linear(width, units, &random))
    }
    return Model(
      configuration: configuration,
      weights: ModelWeights(
        tokenEmbedding: matrix(vocabulary, width, &random),
        positionEmbedding: isLlama ? nil : matrix(16, width, &random), layers: stack, finalNormalization: norm(&random),
        head: matrix(vocabulary, width, &random)))
  }

  @Test(arguments: [true, false], 1...3)
  func everyComputedScoreLiesWithinItsEnclosure(_ isLlama: Bool, _ layers: Int) throws {
    for seed in 0..<8 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let model = Self.model(&random, layers: layers, isLlama: isLlama)
      try model.validate()
      let text = (0..<7).map { _ in Int(random.next() % 5) }
      var real = EnclosedDecoder<DoubleInterval>(model, rounding: nil, isHard: false)
      var rounded = EnclosedDecoder<DoubleInterval>(model, rounding: .float32, isHard: false)
      var double = ReferenceDecoder(model, in: DoubleArithmetic())
      let engine = try Engine(model)
      let session = engine.makeSession()
      for token in text {
        let (exact, single) = (try real.scores(after: token), try rounded.scores(after: token))
        let (found, computed) = (try double.step(token), session.append([[token]], logits: .last))
        for t in 0..<5 {
          // The double-precision run rounds, too: some hundred roundings of numbers up to 10^4.
          let slack = 1e-9 * (1 + abs(found[t]))
          #expect(exact[t].lowerBound - slack <= found[t] && found[t] <= exact[t].upperBound + slack)
          #expect(exact[t].upperBound - exact[t].lowerBound < 1e-6 * (1 + abs(found[t])), "an enclosure of use")
          let score = Double(computed.elements[t])
          #expect(single[t].lowerBound <= score && score <= single[t].upperBound, "seed \(seed), token \(t)")
          #expect(single[t].lowerBound <= exact[t].upperBound && exact[t].lowerBound <= single[t].upperBound)
        }
      }
    }
  }

  @Test func cuttingBackForgetsWhatWasRead() throws {
    var random = SplitMix64(seed: 3)
    let model = Self.model(&random, layers: 2, isLlama: true)
    var decoder = EnclosedDecoder<DoubleInterval>(model, rounding: nil, isHard: false)
    let first = try [0, 1, 2].map { (token) throws in try decoder.scores(after: token) }
    decoder.cut(to: 1)
    let again = try [1, 2].map { (token) throws in try decoder.scores(after: token) }
    #expect(again == Array(first.dropFirst()))
    #expect(decoder.positionCount == 3)
  }

  /// Every chain of a circuit as a case.
  static func cases(_ simulation: CircuitSimulation, _ circuit: Circuit) -> [PromptCheck.Case] {
    let manifest = simulation.manifest
    return (0..<(1 << circuit.inputCount)).map { row in
      let inputs = (0..<circuit.inputCount).map { row >> $0 & 1 != 0 }
      let values = simulation.chain.wireValues(inputs)
      let steps = (manifest.inputCount..<manifest.wireCount).map { manifest.token(wire: $0, value: values[$0]) }
      return PromptCheck.Case(prompt: manifest.prompt(inputs), expected: steps + [2 * manifest.wireCount + 1])
    }
  }

  @Test func chainsOfACircuitAreProvedAsTheCheckerProvesThem() throws {
    let circuit = Circuit.rippleCarryAdder(width: 2)
    let simulation = CircuitSimulation(of: circuit)
    let model = simulation.model()
    let cases = Self.cases(simulation, circuit)
    for semantics in [Semantics.ideal, .softmax, .rounded(.float32), .rounded(.nearest(bits: 8))] {
      guard case .proved(let evidence) = PromptCheck(model).check(semantics, cases) else {
        Issue.record("\(semantics.name)")
        continue
      }
      #expect(evidence.caseCount == 16 && evidence.tokenCount == 16 * simulation.manifest.emittedTokenCount)
      #expect(evidence.tokenMargin > 0)
      let proof = try Checker(model, form: simulation.manifest.promptForm).derive(semantics)
      // All inputs at once is no sharper than one after the other.
      #expect(evidence.tokenMargin >= proof.bounds.tokenMargin.value * 0.5)
    }
    let coarse = RoundingModel(unit: 0.25)
    guard case .undecided = PromptCheck(model).check(.rounded(coarse), cases) else {
      Issue.record("nothing can be known with two digits")
      return
    }
  }

  @Test func aWrongTokenIsNamedWithItsPlace() {
    let circuit = Circuit.parity(4)
    let simulation = CircuitSimulation(of: circuit)
    var cases = Self.cases(simulation, circuit)
    let right = cases[5].expected[1]
    cases[5].expected[1] ^= 1
    let verdict = PromptCheck(simulation.model()).check(.rounded(.float32), cases)
    #expect(verdict == .refuted(number: 5, index: 1, found: right))
  }

  @Test func casesThatTheModelCannotHaveAreLeftOpenWithTheReason() {
    var random = SplitMix64(seed: 1)
    let model = Self.model(&random, layers: 1, isLlama: true)
    let wrong = PromptCheck.Case(prompt: [0], expected: [5])
    let long = PromptCheck.Case(prompt: [Int](repeating: 0, count: 16), expected: [1, 1])
    for (example, reason) in [
      (wrong, "token 5, and the model has 5 tokens"), (long, "17 positions, and the model has 16"),
    ] {
      guard case .undecided(let number, let doubt) = PromptCheck(model).check(.softmax, [example]) else {
        Issue.record("\(reason)")
        continue
      }
      #expect(number == 0 && doubt.reason == reason)
    }
    let stopped = PromptCheck(model).check(.softmax, [.init(prompt: [0], expected: [0])]) { _ in false }
    if case .proved = stopped { Issue.record("a check that was told to stop proves nothing") }
  }
}
