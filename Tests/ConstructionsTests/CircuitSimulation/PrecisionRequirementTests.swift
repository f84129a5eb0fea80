// How much precision the positional simulation needs: the answer of the trial against whole runs of the transformer.
import Circuits
import Constructions
import ExactArithmetic
import Testing
import Transformers

@Suite struct PrecisionRequirementTests {
  /// For every row of a K-input truth table, a gate that is false in that row alone: the hardest that K operands offer, every unit of the
  /// feedforward layer in turn.
  static func rows(_ fanIn: Int) -> Circuit {
    var builder = CircuitBuilder(inputCount: fanIn)
    let inputs = (0..<fanIn).map { builder.input($0) }
    let outputs = (0..<(1 << fanIn)).map { row in
      Literal(builder.gate(TruthTable(bits: ~(1 << UInt64(row)) & TruthTable.mask(fanIn), inputCount: fanIn), inputs))
    }
    return builder.circuit(outputs: outputs)
  }

  /// Whether runs of the transformer in `format`, every gate a token, built without asking whether the precision suffices, emit the circuit's values.
  static func isRight(_ circuit: Circuit, in format: FloatFormat, assignments: [[Bool]]) -> Bool {
    var options = CircuitChain.Options()
    options.foldsInverters = false
    let simulation = PositionalCircuitSimulation(
      CircuitChain(circuit, options: options), target: .finitePrecision(format))
    let decoder = ReferenceDecoder(simulation.model(), in: FiniteArithmetic(format))
    return assignments.allSatisfy { inputs in
      var decoder = decoder
      let values = simulation.chain.wireValues(inputs).map { $0 ? 1 : 0 }
      do {
        let emitted = try decoder.generate(after: inputs.map { $0 ? 1 : 0 }, count: simulation.chain.stepCount)
        return inputs.map { $0 ? 1 : 0 } + emitted == values
      } catch {
        return false
      }
    }
  }

  static func assignments(_ fanIn: Int) -> [[Bool]] {
    stride(from: 0, to: 1 << fanIn, by: max(1, (1 << fanIn) / (fanIn > 4 ? 3 : 16))).map { n in
      (0..<fanIn).map { n >> $0 & 1 != 0 }
    }
  }

  @Test func theLeastPrecisionIsConstantAndKnown() {
    // By exponent bits e, the least s for K = 1 ... 6.
    let table: [(e: Int, least: [Int?])] = [
      (0, [2, 2, 2, 3, 3, 3])
    ]
    for (e, least) in table {
      let found = (1...6).map { PositionalCircuitLayout.leastSignificandBits(exponentBits: e, fanIn: $0) }
      #expect(found == least, "e = \(e)")
    }
    for fanIn in 1...6 {
      let sufficient = PositionalCircuitLayout.requiredSignificandBits(fanIn: fanIn)
      let format = FloatFormat(exponentBits: 0, significandBits: sufficient)
      #expect(PositionalCircuitLayout.insufficiency(of: format, fanIn: fanIn) == nil)
    }
  }

  @Test(arguments: 1...6, [0, 1, 2, 3, 5])
  func theTrialsAnswerIsThatOfWholeRuns(fanIn: Int, e: Int) {
    if fanIn == 6, e % 2 != 0 { return }  // seconds each
    let circuit = Self.rows(fanIn)
    for s in 1...(fanIn > 4 ? 3 : 4) {
      let format = FloatFormat(exponentBits: e, significandBits: s)
      let suffices = PositionalCircuitLayout.insufficiency(of: format, fanIn: fanIn) == nil
      #expect(
        Self.isRight(circuit, in: format, assignments: Self.assignments(fanIn)) == suffices,
        "K = \(fanIn), F_{\(e),\(s)}: the trial says \(suffices)")
    }
  }

  @Test(arguments: [(0, 2), (2, 1), (4, 2), (12, 30)])
  func theSamePrecisionServesAnyLength(e: Int, s: Int) {
    let format = FloatFormat(exponentBits: e, significandBits: s)
    for count in [2, 9, 70, 200] {
      let circuit = Circuit.parity(count, shape: .chain)
      let inputs = [(0..<count).map { $0 % 5 != 1 }, [Bool](repeating: true, count: count)]
      #expect(Self.isRight(circuit, in: format, assignments: inputs), "\(count) inputs")
    }
  }

  @Test(arguments: FloatFormat.Ties.allCasesForTests)
  func everyFormatThatIsAcceptedIsRight(ties: FloatFormat.Ties) {
    let circuit = Circuit.rippleCarryAdder(width: 2)
    let all = (0..<16).map { n in (0..<4).map { n >> $0 & 1 != 0 } }
    for e in 0...4 {
      for s in 1...4 {
        let format = FloatFormat(exponentBits: e, significandBits: s, ties: ties)
        if PositionalCircuitLayout.insufficiency(of: format, fanIn: 2) == nil {
          #expect(Self.isRight(circuit, in: format, assignments: all), "F_{\(e),\(s)}")
        }
      }
    }
  }

  @Test func tooLittlePrecisionIsRefusedWithTheReason() {
    let format = FloatFormat(exponentBits: 0, significandBits: 1)
    let error = #expect(throws: InsufficientPrecision.self) {
      try CircuitSimulation(of: .parity(2), target: .finitePrecision(format))
    }
    #expect(error?.leastSignificandBits == 2 && error?.fanIn == 2)
    #expect(error?.description.contains("F_{0,2} or finer") == true)
    #expect(error?.description.contains("-2 is -3/2") == true)
    let coarse = FloatFormat(exponentBits: 1, significandBits: 1)
    let reason = PositionalCircuitLayout.insufficiency(of: coarse, fanIn: 2)?.reason
    #expect(reason?.hasPrefix("exp(-3/2) rounds to 1/4 instead of 0") == true)
    let shifted = FloatFormat(precision: 2, minimumExponent: 1, maximumExponent: 4, ties: .towardZero)
    #expect(PositionalCircuitLayout.insufficiency(of: shifted, fanIn: 1)?.reason == "1 rounds to 0")
  }

  @Test func theCostModelSaysWhichEngineItExpects() throws {
    let circuit = Circuit.rippleCarryAdder(width: 8)
    let fixed = try CircuitSimulation(
      of: circuit, target: .finitePrecision(FloatFormat(exponentBits: 0, significandBits: 2)))
    let floating = try CircuitSimulation(
      of: circuit, target: .finitePrecision(FloatFormat(exponentBits: 8, significandBits: 8)))
    #expect(fixed.cost.expectedDenseTokensPerSecond == nil && fixed.cost.expectedIndexedTokensPerSecond == nil)
    let rates = (
      try #require(fixed.cost.expectedFiniteTokensPerSecond), try #require(floating.cost.expectedFiniteTokensPerSecond)
    )
    #expect(rates.0 > rates.1 && rates.1 > 0)
    let llama = CircuitSimulation(of: circuit).cost
    #expect(llama.expectedFiniteTokensPerSecond == nil && llama.expectedDenseTokensPerSecond ?? 0 > rates.0)
    #expect(fixed.cost.parameterCount == fixed.model().parameterCount)
    #expect(fixed.cost.hiddenSize == fixed.model().configuration.hiddenSize)
  }
}

extension FloatFormat.Ties {
  fileprivate static let allCasesForTests: [FloatFormat.Ties] = [.towardZero, .toEven]
}
