// Memorizers within a LLaMA: every label in one token, certified, and networks that have no place there.
import Circuits
import Constructions
import ExactArithmetic
import Randomness
import Tensors
import Testing
import Transformers
import Verification

@Suite struct MemorizingTransformerTests {
  /// The label that dense decoding says after each point.
  static func labels(_ transformer: MemorizingTransformer, _ points: [[Int]]) throws -> [Int?] {
    let engine = try Engine(transformer.model())
    return points.map { point in
      let token = engine.makeSession().generate(
        after: [transformer.prompt(point)], maximumNewTokens: 1, stopAt: [])[0][0]
      return transformer.label(ofToken: token)
    }
  }

  static func cases(_ transformer: MemorizingTransformer, _ points: [[Int]], _ labels: [Int]) -> [PromptCheck.Case] {
    zip(points, labels).map {
      PromptCheck.Case(prompt: transformer.prompt($0), expected: [transformer.token(label: $1) ?? 0])
    }
  }

  static func cube(_ n: Int) -> [[Int]] { (0..<(1 << n)).map { row in (0..<n).map { row >> $0 & 1 } } }

  @Test func everyFunctionOfThreeInputsTakesTheRarerValuesUnits() throws {
    for bits in 0..<256 as Range<UInt64> {
      var builder = CircuitBuilder(inputCount: 3)
      let gate = builder.gate(TruthTable(bits: bits, inputCount: 3), (0..<3).map { Wire($0) })
      let memorizer = try CircuitMemorizer(builder.circuit(outputs: [Literal(gate)]))
      let ones = bits.nonzeroBitCount
      #expect(memorizer.transformer.hiddenUnitCount == max(1, min(ones, 8 - ones)))
      let expected = (0..<8).map { Int(bits >> UInt64($0) & 1) }
      for (point, label) in zip(Self.cube(3), expected) {
        #expect(memorizer.network.outputs(at: point.map { Rational($0) }) == [Rational(label)])
      }
      if bits % 16 == 6 || bits == 0 || bits == 255 {
        #expect(try Self.labels(memorizer.transformer, Self.cube(3)) == expected)
      }
    }
  }

  @Test(arguments: [
    Circuit.wallaceMultiplier(width: 2), .parity(6), .rippleCarryAdder(width: 3), .comparator(width: 2), .majority(5),
  ])
  func allOutputsOfACircuitAreOneCertifiedToken(_ circuit: Circuit) throws {
    let memorizer = try CircuitMemorizer(circuit)
    let points = Self.cube(circuit.inputCount)
    let words = points.map { CircuitMemorizer.word(circuit($0.map { $0 != 0 })) }
    #expect(memorizer.words == Set(words).sorted())
    let cases = Self.cases(memorizer.transformer, points, words)
    let model = memorizer.transformer.model()
    for semantics in [Semantics.ideal, .softmax, .rounded(.float32), .rounded(.nearest(bits: 8))] {
      let verdict = PromptCheck(model).check(semantics, cases)
      guard case .proved = verdict else {
        Issue.record("\(semantics.name): \(verdict)")
        continue
      }
    }
    #expect(try Self.labels(memorizer.transformer, points) == words)
  }

  @Test func aChangedWeightIsSeen() throws {
    let circuit = Circuit.majority(5)
    let memorizer = try CircuitMemorizer(circuit)
    let points = Self.cube(5)
    let words = points.map { CircuitMemorizer.word(circuit($0.map { $0 != 0 })) }
    let cases = Self.cases(memorizer.transformer, points, words)
    var random = Philox(seed: 3)
    let width = memorizer.transformer.stream.size
    for _ in 0..<20 {
      var model = memorizer.transformer.model()
      let unit = Int.random(in: 0..<memorizer.transformer.hiddenUnitCount, using: &random)
      let column = memorizer.transformer.stream.columns(memorizer.transformer.stream.subspaces[3]).lowerBound
      model.weights.layers[0].gate?.weight.elements[unit * width + column + Int.random(in: 0..<5, using: &random)] *= -1
      guard case .refuted = PromptCheck(model).check(.rounded(.float32), cases) else {
        Issue.record("a unit that looks for another row")
        return
      }
    }
  }

  @Test func tablesOverMoreValuesAndIntegerLabelsAreInstalled() throws {
    var random = Philox(seed: 5)
    var (points, labels): ([[Int]], [Int]) = ([], [])
    for a in -1...2 {
      for b in -1...2 {
        points.append([a, b])
        labels.append(Int.random(in: -3...3, using: &random))
      }
    }
    let data = try MemorizationData(
      integerPoints: points.map { $0.map { Integer($0) } }, labels: labels.map { Rational($0) })
    let network = try ZhangMemorizer.memorize(data, using: &random).network
    let transformer = try MemorizingTransformer(network, values: -1...2, readOut: .number(Set(labels).sorted()))
    #expect(try Self.labels(transformer, points) == labels)
    let verdict = PromptCheck(transformer.model()).check(.rounded(.float32), Self.cases(transformer, points, labels))
    guard case .proved = verdict else {
      Issue.record("\(verdict)")
      return
    }
    let words = try transformer.tokenizer().words
    #expect(words.count == transformer.vocabularySize)
  }

  @Test func networksOfAnotherFormAreRefusedWithWhatWasExpected() throws {
    typealias Row = IntegerNetwork.Row<Integer>
    func unit(_ weight: Integer) -> Row { Row([IntegerNetwork.Term(0, weight)], bias: 0) }
    func network(_ layers: [IntegerNetwork.Layer], outputs: Int = 1, bias: Rational = 0) throws -> IntegerNetwork {
      try IntegerNetwork(
        inputCount: 1, hiddenLayers: layers,
        outputs: (0..<outputs).map { _ in IntegerNetwork.Row([IntegerNetwork.Term(0, Rational(1))], bias: bias) })
    }
    let relu = IntegerNetwork.Layer(.relu, [unit(1)])
    let cases: [(IntegerNetwork, MemorizingTransformer.ReadOut, ClosedRange<Int>, String)] = [
      (
        try network([relu, relu]), .number([0, 1]), 0...1,
        "expected a network of one hidden layer, found 2 hidden layers"
      ),
      (
        try network([IntegerNetwork.Layer(.threshold, [unit(1)])]), .number([0, 1]), 0...1,
        "expected ReLU units, found threshold units"
      ),
      (
        try network([IntegerNetwork.Layer(.relu, [unit(Integer(1) << 40 + 1)])]), .number([0, 1]), 0...1,
        "expected weights that float32 has exactly, found others in hidden unit 1"
      ),
      (try network([relu]), .number([1, 0]), 0...1, "expected labels in ascending order, found [1, 0]"),
      (
        try network([relu]), .number([0, 5000]), 0...1,
        "expected labels whose squares have 22 binary digits, found [5000]"
      ),
      (try network([relu], outputs: 2), .number([0]), 0...1, "expected one output, found 2"),
      (try network([relu]), .bits([0, 2]), 0...1, "expected labels of 1 binary digits, 1 to 24, found [2]"),
      (
        try network([relu], bias: 3), .bits([0, 1]), 0...1,
        "expected outputs that are 0 or 1 where no unit is on, found other ones"
      ),
      (
        try network([relu]), .number([0]), 0...70_000,
        "expected values of a coordinate that differ by at most 65535, found values from 0 to 70000"
      ),
    ]
    for (network, readOut, values, message) in cases {
      let error = #expect(throws: InstallationError.self) {
        try MemorizingTransformer(network, values: values, readOut: readOut)
      }
      #expect(error?.description == message)
    }
    #expect(throws: InstallationError.self) { try CircuitMemorizer(.parity(13)) }
  }
}
