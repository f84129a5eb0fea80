// The check in finite precision on models that no construction makes, and on what it has to refuse.
import Circuits
import Constructions
import ExactArithmetic
import Tensors
import TestSupport
import Testing
import Transformers
import Verification

private let format = FloatFormat(exponentBits: 0, significandBits: 2)

/// c17's weights: the own wire is not always looked up, every wire but the outputs is.
private let base = FinitePrecisionChain(c17, for: format)

/// What the check says of `model`.
private func derive(_ model: Model, _ form: PromptForm = base.form) -> Swift.Result<(LookupProgram, Bounds), Doubt> {
  do {
    let (program, bounds) = try FinitePrecisionCheck.derive(model, form, format: format)
    return .success((program, bounds))
  } catch {
    return .failure(error)
  }
}

/// A change to a model, and words of the doubt that it has to raise.
private struct Refusal: Sendable {
  let words: String
  let form: PromptForm
  let change: @Sendable (inout Model) -> Void

  init(_ words: String, form: PromptForm = base.form, change: @escaping @Sendable (inout Model) -> Void = { _ in }) {
    (self.words, self.form, self.change) = (words, form, change)
  }
}

private func changedForm(_ change: (inout PromptForm) -> Void) -> PromptForm {
  var form = base.form
  change(&form)
  return form
}

private let refusals: [Refusal] = [
  Refusal("one layer, and this has 2") { model in
    model.configuration.layerCount = 2
    model.weights.layers.append(model.weights.layers[0])
  },
  Refusal("one layer, and this has 0") { model in
    model.configuration.layerCount = 0
    model.weights.layers = []
  },
  Refusal("without normalization") { model in
    model.configuration.normalization = .rootMeanSquare(epsilon: 0)
    let gain = NormalizationWeights(gain: [Float](repeating: 1, count: model.configuration.hiddenSize))
    model.weights.layers[0].attentionNormalization = gain
    model.weights.layers[0].feedForwardNormalization = gain
    model.weights.finalNormalization = gain
  },
  Refusal("learned positions") { model in
    model.configuration.positions = .rotary(.init(theta: 10_000))
    model.weights.positionEmbedding = nil
  },
  Refusal("ReLU") { $0.configuration.feedForward = .geluTanh },
  Refusal("key.weight: expected finite numbers") { $0.weights.layers[0].key.weight[3, 4] = .nan },
  Refusal("positionEmbedding: expected finite numbers") { $0.weights.positionEmbedding?[1, 2] = -.infinity },
  Refusal("up.weight: expected shape") { $0.weights.layers[0].up.weight = Tensor(shape: [1, 1], elements: [0]) },
  Refusal("attentionScale") { $0.configuration.attentionScale = .infinity },
  Refusal("maximumPositionCount: expected a positive number") { $0.configuration.maximumPositionCount = -1 },
  Refusal("positions, and the model has", form: changedForm { $0.wireCount = 40 }),
  Refusal("token 5, and the model has 2 tokens", form: changedForm { $0.leadingTokens = [5] }),
  Refusal("impossible wire counts", form: changedForm { $0.inputCount = 12 }),
  Refusal("a prompt of no tokens", form: changedForm { $0.inputCount = 0 }),
  Refusal(
    "may stand where the chain ends",
    form: changedForm { form in
      form.wireCount -= 1
      form.endToken = 1
    }),
  Refusal("head 0 at position 4 cannot tell position 0 from 1") { $0.zero(\.key) },
  Refusal("attends to both position 0 and position 1") { model in
    model.weights.layers[0].query.weight.elements = model.weights.layers[0].query.weight.elements.map { -$0 }
  },
  Refusal("no position up to 4 has the key") { $0.setOperand(0, at: 4, to: 7) },
  Refusal("no position has the key") { $0.setOperand(0, at: 4, to: 15) },
  Refusal("position 6 has the key that head 0 at position 7 looks for with one token, and not") { model in
    // From wire 5 on the token takes from the lowest digit of the key what the match needs.
    let value = column(base.simulation.layout.value)
    for position in 0..<5 { model.weights.positionEmbedding?[position, value] = position % 2 == 0 ? -2 : 2 }
    model.weights.layers[0].key.weight[0, value] = 2.25
  },
  Refusal("head 0 at position 4 selects position 0 or 1, as the token there is") { model in
    // The token overrules the lowest digit of head 0's code, except at the positions of the prompt, where it is larger.
    let digit = column(base.simulation.layout.operandCode(0))
    for position in 0..<4 { model.weights.positionEmbedding?[position, digit] *= 3 }
    model.weights.layers[0].query.weight[0, column(base.simulation.layout.value)] = 2
  },
  Refusal("depends on the token before it") { model in
    model.weights.head?[1, column(base.simulation.layout.value)] = 3
    model.weights.head?[0, column(base.simulation.layout.value)] = -3
  },
]

/// The first column of a part of c17's residual stream.
private func column(_ part: Subspace) -> Int { base.simulation.layout.stream.column(part[0]) }

extension Model {
  /// Makes head `h` at a position of c17 look for another one.
  fileprivate mutating func setOperand(_ h: Int, at position: Int, to operand: Int) {
    for b in 0..<4 {
      weights.positionEmbedding?[position, column(base.simulation.layout.operandCode(h)) + b] =
        operand >> b & 1 != 0 ? 1 : -1
    }
  }

  fileprivate mutating func zero(_ path: WritableKeyPath<LayerWeights, Linear>) {
    let shape = weights.layers[0][keyPath: path].weight.shape
    weights.layers[0][keyPath: path].weight = Tensor(shape: shape, repeating: 0)
  }
}

@Suite struct FinitePrecisionFormTests {
  @Test(arguments: refusals.indices)
  func whatIsNotCoveredIsRefusedWithASentence(_ index: Int) {
    var model = base.model
    refusals[index].change(&model)
    switch derive(model, refusals[index].form) {
    case .success: Issue.record("accepted, where \(refusals[index].words) was expected")
    case .failure(let doubt): #expect(doubt.reason.contains(refusals[index].words), "\(doubt)")
    }
  }

  @Test func moreThanSixHeadsAreRefused() {
    var model = base.model
    let d = model.configuration.headSize
    model.configuration.headCount = 8
    model.configuration.keyValueHeadCount = 2
    let width = model.configuration.hiddenSize
    model.weights.layers[0].query = Linear(weight: Tensor(shape: [8 * d, width], repeating: 0))
    model.weights.layers[0].output = Linear(weight: Tensor(shape: [width, 8 * d], repeating: 0))
    #expect(throws: Doubt("finite precision is shown for up to 6 heads, and this model has 8")) {
      try derive(model).get()
    }
  }

  @Test func aFormatWithoutOneIsRefused() {
    let even = FloatFormat(precision: 4, minimumExponent: 1, maximumExponent: 1, ties: .towardZero)
    #expect(throws: Doubt.self) { try FinitePrecisionCheck.derive(base.model, base.form, format: even) }
  }

  @Test func softmaxMustExistInThePromptToo() throws {
    // Position 0 of c17 answers nothing; it looks up itself. Where no position has the key that it looks for, the decoder has no result.
    let code = column(base.simulation.layout.operandCode(0))
    var model = base.model
    model.weights.positionEmbedding?[0, code] = 1
    var decoder = ReferenceDecoder(model, in: FiniteArithmetic(format))
    #expect(throws: ArithmeticError.divisionByZero) { try decoder.generate(after: [0, 0, 0, 0, 0], count: 1) }
    switch derive(model) {
    case .success: Issue.record("accepted")
    case .failure(let doubt):
      #expect(
        doubt.reason == "exp of every score of head 0 at position 0 may round to 0, so that softmax divides by 0 there")
    }
    // Position 1 looking up position 0 is another matter.
    model = base.model
    model.weights.positionEmbedding?[1, code] = -1
    let (program, _) = try derive(model).get()
    #expect(difference(program, model, format, on: allAssignments(5)) == nil)
  }

  @Test func headsMayShareKeysAndValues() throws {
    var model = base.model
    let d = model.configuration.headSize
    model.configuration.keyValueHeadCount = 1
    for path in [\LayerWeights.key, \LayerWeights.value] {
      let weight = model.weights.layers[0][keyPath: path].weight
      model.weights.layers[0][keyPath: path] = Linear(
        weight: Tensor(shape: [d, weight.columnCount], elements: Array(weight.elements[..<(d * weight.columnCount)])))
    }
    let (program, bounds) = try derive(model).get()
    #expect(!bounds.layers[0].comparesAllPairs)
    #expect(allAssignments(5).allSatisfy { program.wireValues($0) == base.chain.wireValues($0) })
    #expect(difference(program, model, format, on: allAssignments(5)) == nil)
  }

  @Test func biasesTakeTheirPlaceInTheSums() throws {
    // What came from the constant direction comes from biases; in sums where the constant was not last this order is another one.
    let one = column(base.simulation.layout.one)
    // Half the threshold of the units is enough; with the wrong sign it is another function.
    for scale in [Float(1), 0.5, -1] {
      var model = base.model
      model.configuration.hasAttentionBiases = true
      model.configuration.hasFeedForwardBiases = true
      for path in [\LayerWeights.query, \.key, \.value, \.output, \.up, \.down] {
        var map = model.weights.layers[0][keyPath: path]
        map.bias = [Float](repeating: 0, count: map.weight.rowCount)
        if path != \LayerWeights.output && path != \LayerWeights.down {
          for row in 0..<map.weight.rowCount {
            map.bias?[row] = map.weight[row, one] * (path == \LayerWeights.up ? scale : 1)
            map.weight[row, one] = 0
          }
        }
        model.weights.layers[0][keyPath: path] = map
      }
      let (program, _) = try derive(model).get()
      let isChain = allAssignments(5).allSatisfy { program.wireValues($0) == base.chain.wireValues($0) }
      #expect(isChain == (scale > 0))
      #expect(difference(program, model, format, on: allAssignments(5)) == nil)
    }
  }

  @Test func aLargerVocabularyAndAnEndTokenAreCovered() throws {
    // The last gate is constantly true; as an end token it is no wire. Token 2 is never emitted.
    var builder = CircuitBuilder(inputCount: 2)
    let gate = builder.gate(.nand, Wire(0), Wire(1))
    builder.gate(.true)
    let built = FinitePrecisionChain(builder.circuit(outputs: [Literal(gate)]), for: format, foldsInverters: false)
    var model = built.model
    let width = model.configuration.hiddenSize
    model.configuration.vocabularySize = 3
    model.weights.tokenEmbedding = Tensor(
      shape: [3, width], elements: model.weights.tokenEmbedding.elements + [Float](repeating: 0, count: width))
    let head = try #require(model.weights.head)
    model.weights.head = Tensor(shape: [3, width], elements: head.elements + [Float](repeating: 0, count: width))
    var form = built.form
    form.wireCount = 3
    form.endToken = 1
    let (program, _) = try derive(model, form).get()
    #expect(program.stepCount == 1)
    #expect(allAssignments(2).allSatisfy { program.wireValues($0)[2] == !($0[0] && $0[1]) })
    #expect(difference(program, model, format, on: allAssignments(2)) == nil)
    // A head that scores token 2 above the others is no chain.
    let result = built.simulation.layout.stream.column(built.simulation.layout.result[0])
    model.weights.head?[2, result] = 2
    switch derive(model, form) {
    case .success: Issue.record("accepted")
    case .failure(let doubt): #expect(doubt.reason.contains("token 2 may stand for wire 2"))
    }
  }

  @Test func tokensMayNameTheirWires() throws {
    // c17 with tokens 2w + v: a direction for each wire says at the position before it which tokens are meant.
    let (old, wires) = (base.model.configuration.hiddenSize, base.chain.wireCount)
    let width = old + wires
    func widened(_ table: Tensor<Float>) -> Tensor<Float> {
      var result = Tensor<Float>(shape: [table.rowCount, width], repeating: 0)
      for r in 0..<table.rowCount { for c in 0..<table.columnCount { result[r, c] = table[r, c] } }
      return result
    }
    var model = base.model
    model.configuration.hiddenSize = width
    model.configuration.vocabularySize = 2 * wires
    for path in [\LayerWeights.query, \.key, \.value, \.up] {
      model.weights.layers[0][keyPath: path].weight = widened(base.model.weights.layers[0][keyPath: path].weight)
    }
    for path in [\LayerWeights.output, \.down] {
      let map = base.model.weights.layers[0][keyPath: path].weight
      model.weights.layers[0][keyPath: path].weight = Tensor(
        shape: [width, map.columnCount],
        elements: map.elements + [Float](repeating: 0, count: wires * map.columnCount))
    }
    var positions = widened(try #require(base.model.weights.positionEmbedding))
    var tokens = Tensor<Float>(shape: [2 * wires, width], repeating: 0)
    var head = tokens
    for wire in 0..<wires {
      if wire > 0 { positions[wire - 1, old + wire] = 1 }
      for v in 0..<2 {
        tokens[2 * wire + v, column(base.simulation.layout.value)] = v == 1 ? 1 : -1
        head[2 * wire + v, column(base.simulation.layout.result)] = v == 1 ? 1 : -1
        head[2 * wire + v, old + wire] = 2
      }
    }
    model.weights.positionEmbedding = positions
    model.weights.tokenEmbedding = tokens
    model.weights.head = head
    let form = changedForm { $0.tokens = .wiresWithValues }
    let (program, bounds) = try derive(model, form).get()
    #expect(allAssignments(5).allSatisfy { program.wireValues($0) == base.chain.wireValues($0) })
    #expect(difference(program, model, format, on: allAssignments(5)) == nil)
    #expect(bounds.tokenMargin.value == 2)
    // Where the direction names another wire, the check says which token stands for which.
    positions[6, old + 7] = 0
    positions[6, old + 8] = 1
    model.weights.positionEmbedding = positions
    switch derive(model, form) {
    case .success: Issue.record("accepted")
    case .failure(let doubt):
      #expect(doubt.reason.contains("may stand for wire 7, and is none of 14 and 15") && doubt.step == 2, "\(doubt)")
    }
  }

  @Test func aPromptWithoutStepsNeedsOnlySoftmax() throws {
    let form = changedForm { $0.wireCount = 5 }
    let (program, bounds) = try derive(base.model, form).get()
    #expect(program.stepCount == 0 && bounds.caseCount == 0)
    #expect(bounds.layers[0].scoreGap.value == 2 * Double(format.maximum))
  }

  // MARK: All pairs

  /// A head that ignores the high digit of the codes, where its operand is still the only position with the low ones.
  private func withTies() -> (FinitePrecisionChain, Model) {
    var builder = CircuitBuilder(inputCount: 3)
    let gate = builder.gate(.xor, Wire(1), Wire(2))
    let built = FinitePrecisionChain(builder.circuit(outputs: [Literal(gate)]), for: format)
    var model = built.model
    for c in 0..<model.configuration.hiddenSize {
      for row in 2..<4 { model.weights.layers[0].query.weight[row, c] = 0 }
    }
    return (built, model)
  }

  @Test func keysThatOneQueryDoesNotTellApartAreComparedPairByPair() throws {
    let (built, model) = withTies()
    let (program, bounds) = try derive(model, built.form).get()
    #expect(bounds.layers[0].comparesAllPairs)
    #expect(allAssignments(3).allSatisfy { program.wireValues($0) == built.chain.wireValues($0) })
    #expect(difference(program, model, format, on: allAssignments(3)) == nil)
    let (_, structured) = try derive(built.model, built.form).get()
    #expect(!structured.layers[0].comparesAllPairs)
    #expect(structured.layers[0].scoreGap.value <= bounds.layers[0].scoreGap.value)
  }

  @Test(arguments: [10, 40])
  func oneQueryInOtherUnitsIsComparedPairByPair(_ length: Int) throws {
    // The last query is half of what it was, code and constant: it matches as before, and mixed with the other queries' coordinates it
    // would not.
    var builder = CircuitBuilder(inputCount: 4)
    var gate = Wire(0)
    for i in 0..<length { gate = builder.gate(.xor, gate, Wire(1 + i % 3)) }
    builder.gate(.nand, Wire(1), Wire(2))
    let built = FinitePrecisionChain(builder.circuit(outputs: [Literal(gate)]), for: format)
    var model = built.model
    let layout = built.simulation.layout
    let last = built.form.readPositionCount - 1
    for part in [layout.operandCode(0), layout.operandCode(1), layout.one] {
      for c in layout.stream.columns(part) { model.weights.positionEmbedding?[last, c] *= 0.5 }
    }
    // Nothing looks up the last position; with a key of half a constant and whole digits it would match by mistake.
    for c in layout.stream.columns(layout.ownCode) { model.weights.positionEmbedding?[last, c] = 0 }
    let (program, bounds) = try derive(model, built.form).get()
    #expect(bounds.layers[0].comparesAllPairs)
    #expect(allAssignments(4).allSatisfy { program.wireValues($0) == built.chain.wireValues($0) })
    #expect(difference(program, model, format, on: allAssignments(4)) == nil)
  }

  @Test func whatComparingAllPairsCannotShowIsRefused() throws {
    let (built, model) = withTies()
    let layout = built.simulation.layout
    let columns = (
      value: layout.stream.column(layout.value[0]),
      digit: layout.stream.column(layout.operandCode(0)[0])
    )
    let changes: [(String, (inout Model) -> Void)] = [
      ("rounds to 0, so that softmax divides by 0", { $0.weights.positionEmbedding?[2, columns.digit] = 0 }),
      ("attends to both position 0 and position 2", { $0.weights.positionEmbedding?[2, columns.digit] = -1 }),
      (
        "attends to position 1 with one token there, and not with another",
        {
          $0.weights.layers[0].key.weight[0, columns.value] = 3.75
          $0.weights.positionEmbedding?[0, columns.value] = -2
          $0.weights.positionEmbedding?[1, columns.digit] = -1
        }
      ),
    ]
    for (words, change) in changes {
      var model = model
      change(&model)
      switch derive(model, built.form) {
      case .success: Issue.record("accepted, where \(words) was expected")
      case .failure(let doubt): #expect(doubt.reason.contains(words), "\(doubt)")
      }
    }
  }

  @Test func tooManyPairsAreRefusedWithTheirNumber() {
    let built = FinitePrecisionChain(.rippleCarryAdder(width: 1500), for: format)
    var model = built.model
    for c in 0..<model.configuration.hiddenSize {
      for row in 0..<2 { model.weights.layers[0].query.weight[row, c] = 0 }
    }
    switch derive(model, built.form) {
    case .success: Issue.record("accepted")
    case .failure(let doubt): #expect(doubt.reason.contains("comparing all pairs of"), "\(doubt)")
    }
  }
}
