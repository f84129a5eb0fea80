// The form of Li et al. in the finite-precision arithmetic of the paper, every rounding run: constant precision is enough, and less is not.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Randomness
import Tensors
import Testing
import Transformers

/// The tokens of the finite-precision form run in `format`.
private func tokens(
  of chain: CircuitChain, _ manifest: SimulationManifest, _ inputs: [Bool], in format: FloatFormat
) throws -> [Int] {
  let model = PositionalCircuitSimulation(chain, target: .finitePrecision(format)).model()
  var decoder = ReferenceDecoder(model, in: FiniteArithmetic(format))
  let prompt = manifest.prompt(inputs)
  return prompt + (try decoder.generate(after: prompt, count: manifest.emittedTokenCount))
}

/// One gate of each of the 2^2^K functions, or of some of them, that depends on all K inputs.
private func gates(fanIn k: Int, using random: inout Philox) -> [Circuit] {
  let tables =
    k <= 2
    ? (0..<UInt64(1) << UInt64(1 << k)).map { TruthTable(bits: $0, inputCount: k) }
    : (0..<12).map { _ in TruthTable.random(dependingOnAll: k, using: &random) }
  return tables.map { table in
    var builder = CircuitBuilder(inputCount: k)
    let gate = builder.gate(table, (0..<k).map { Wire($0) })
    return builder.circuit(outputs: [Literal(gate)])
  }
}

private let unfolded = {
  var options = CircuitChain.Options()
  options.foldsInverters = false
  return options
}()

@Suite struct FinitePrecisionTests {
  @Test func theRequiredPrecisionDependsOnTheFanInAlone() {
    #expect((1...6).map { PositionalCircuitLayout.requiredSignificandBits(fanIn: $0) } == [2, 2, 3, 3, 3, 3])
    #expect(
      (1...6).map { PositionalCircuitLayout.leastSignificandBits(exponentBits: 0, fanIn: $0) } == [2, 2, 2, 3, 3, 3])
  }

  @Test(arguments: [0, 1, 2, 3], [1, 2, 3, 4])
  func aFormatIsRefusedExactlyWhereSomeGateIsWrong(_ exponentBits: Int, _ fanIn: Int) throws {
    var random = Philox(seed: UInt64(10 * exponentBits + fanIn))
    let circuits = gates(fanIn: fanIn, using: &random)
    for significandBits in 1...3 {
      let format = FloatFormat(exponentBits: exponentBits, significandBits: significandBits)
      var wrong = 0
      for circuit in circuits {
        let built = ConstructedChain(circuit, form: .li, options: unfolded)
        for inputs in built.assignments(atMost: 16, using: &random) {
          let found = try? tokens(of: built.chain, built.manifest, inputs, in: format)
          if found != built.expected(inputs) { wrong += 1 }
        }
      }
      let insufficiency = PositionalCircuitLayout.insufficiency(of: format, fanIn: fanIn)
      #expect((insufficiency != nil) == (wrong > 0), "\(format): \(wrong) wrong, \(insufficiency.debugDescription)")
    }
  }

  @Test func aCircuitIsNotConstructedInAFormatThatIsTooCoarse() throws {
    let circuit = Circuit.rippleCarryAdder(width: 2)
    let coarse = FloatFormat(exponentBits: 0, significandBits: 1)
    let error = try #require(throws: InsufficientPrecision.self) {
      try CircuitSimulation(of: circuit, target: .finitePrecision(coarse))
    }
    #expect(error.fanIn == 2 && error.leastSignificandBits == 2)
    let enough = FloatFormat(exponentBits: 0, significandBits: 2)
    #expect(try CircuitSimulation(of: circuit, target: .finitePrecision(enough)).chain.stepCount > 0)
  }

  @Test(arguments: [(0, 2), (0, 3), (0, 5), (1, 2), (2, 2), (3, 1), (3, 2), (4, 4)])
  func twoInputGatesAreExact(_ format: (e: Int, s: Int)) throws {
    let arithmetic = FloatFormat(exponentBits: format.e, significandBits: format.s)
    var random = Philox(seed: 51)
    for circuit in gates(fanIn: 2, using: &random) + [.rippleCarryAdder(width: 3)] {
      let built = ConstructedChain(circuit, form: .li, options: unfolded)
      for inputs in built.assignments(atMost: 4, using: &random) {
        #expect(try tokens(of: built.chain, built.manifest, inputs, in: arithmetic) == built.expected(inputs))
      }
    }
  }

  @Test(arguments: 1...6)
  func theRequiredPrecisionIsEnoughForEveryFanIn(_ fanIn: Int) throws {
    let s = PositionalCircuitLayout.requiredSignificandBits(fanIn: fanIn)
    var random = Philox(seed: UInt64(fanIn))
    for circuit in gates(fanIn: fanIn, using: &random) {
      let built = ConstructedChain(circuit, form: .li, options: unfolded)
      for ties in [FloatFormat.Ties.towardZero, .toEven] {
        let format = FloatFormat(exponentBits: 0, significandBits: s, ties: ties)
        for inputs in built.assignments(atMost: fanIn <= 3 ? 8 : 6, using: &random) {
          #expect(try tokens(of: built.chain, built.manifest, inputs, in: format) == built.expected(inputs))
        }
      }
    }
  }

  @Test func constantPrecisionAddressesChainsOfEveryLength() throws {
    // 4 significand digits and no exponent, 5 to 8 code coordinates (10 in the slow tier): the precision does not grow with T.
    let format = FloatFormat(exponentBits: 0, significandBits: 2)
    var random = Philox(seed: 53)
    let isSlow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"
    for size in isSlow ? [20, 60, 130, 270, 530] : [20, 60, 130] {
      let circuit = Circuit.random(size: size, inputs: 6, using: &random)
      let built = ConstructedChain(circuit, form: .li)
      let inputs = built.assignments(atMost: 1, using: &random)[0]
      #expect(try tokens(of: built.chain, built.manifest, inputs, in: format) == built.expected(inputs))
    }
  }

  @Test(arguments: [1, 2, 4, 5, 6])
  func oneDigitPairLessIsWrongForSomeGate(_ fanIn: Int) throws {
    let s = PositionalCircuitLayout.requiredSignificandBits(fanIn: fanIn)
    let format = FloatFormat(exponentBits: 0, significandBits: s - 1)
    var random = Philox(seed: UInt64(fanIn))
    var wrong = 0
    for circuit in gates(fanIn: fanIn, using: &random) {
      let built = ConstructedChain(circuit, form: .li, options: unfolded)
      for inputs in built.assignments(atMost: 8, using: &random) {
        if try tokens(of: built.chain, built.manifest, inputs, in: format) != built.expected(inputs) { wrong += 1 }
      }
    }
    #expect(wrong > 0)
  }

  @Test func threeOperandsLoseExactnessBeforeTheyLoseTokens() throws {
    // K = 3 at s = 2: 4 saturates to 15/4, a unit that should be 1 is 3/4, and the result is -1/2 where it should be -1; its sign is right.
    var random = Philox(seed: 54)
    for (s, margins) in [(2, [1.0, 2]), (3, [2])] {
      let format = FloatFormat(exponentBits: 0, significandBits: s)
      var found: Set<Double> = []
      for circuit in gates(fanIn: 3, using: &random) {
        let built = ConstructedChain(circuit, form: .li)
        let model = PositionalCircuitSimulation(built.chain, target: .finitePrecision(format)).model()
        for inputs in built.assignments(atMost: 8, using: &random) {
          var decoder = ReferenceDecoder(model, in: FiniteArithmetic(format))
          let logits = try decoder.read(built.manifest.prompt(inputs))[2].map { Double($0) }
          found.insert(abs(logits[1] - logits[0]))
          #expect((logits[1] > logits[0]) == (built.expected(inputs)[3] == 1))
        }
      }
      #expect(found == Set(margins))
    }
  }

  @Test func keysThatAreNotInterleavedWithTheirConstantAreWrong() throws {
    // The order of additions is essential: with each head's pairs taken apart, codes first and constants after, the running sum saturates
    // on the way and comes back, so that wrong positions score as the right one does.
    let format = FloatFormat(exponentBits: 0, significandBits: 2)
    let built = ConstructedChain(.rippleCarryAdder(width: 3), form: .li)
    let simulation = PositionalCircuitSimulation(built.chain, target: .finitePrecision(format))
    var model = simulation.model()
    let (length, d) = (simulation.layout.code.length, simulation.layout.headSize)
    func apart(_ map: Linear) -> Linear {
      var result = map
      for row in 0..<map.weight.rowCount {
        let (head, i) = row.quotientAndRemainder(dividingBy: d)
        let target = head * d + (i % 2 == 0 ? i / 2 : length + i / 2)
        for c in 0..<map.weight.columnCount { result.weight[target, c] = map.weight[row, c] }
      }
      return result
    }
    model.weights.layers[0].query = apart(model.weights.layers[0].query)
    model.weights.layers[0].key = apart(model.weights.layers[0].key)
    var random = Philox(seed: 55)
    var wrong = 0
    for inputs in built.assignments(atMost: 64, using: &random).prefix(8) {
      let prompt = built.manifest.prompt(inputs)
      var finite = ReferenceDecoder(model, in: FiniteArithmetic(format))
      let text = try? finite.generate(after: prompt, count: built.manifest.emittedTokenCount)
      if text.map({ prompt + $0 }) != built.expected(inputs) { wrong += 1 }
      // In arithmetic that does not round, the order does not matter.
      var exact = ReferenceDecoder(model, in: RationalArithmetic(), attention: .hard)
      #expect(
        try prompt + exact.generate(after: prompt, count: built.manifest.emittedTokenCount) == built.expected(inputs))
    }
    #expect(wrong > 0)
  }
}
