// What greedy evaluation measures, against decoding one text at a time and the objective's own loss.
import Randomness
import Tensors
import Testing
import Training
import Transformers

@Suite struct GreedyEvaluationTests {
  /// A decoder with random weights, large enough to have opinions.
  private func objective() throws -> DecoderObjective {
    var shape = ModelConfiguration(
      vocabularySize: 7, hiddenSize: 16, intermediateSize: 24, layerCount: 2, headCount: 2, maximumPositionCount: 12)
    shape.endTokens = [6]
    return try DecoderObjective(shape)
  }

  /// Texts of several lengths.
  private func texts(_ count: Int, seed: UInt64) -> [TokenText] {
    var random = Philox(seed: seed)
    return (0..<count).map { _ in
      let prompt = (0..<1 + random.uniform(below: 3)).map { _ in random.uniform(below: 5) }
      let answer = (0..<1 + random.uniform(below: 3)).map { _ in random.uniform(below: 5) }
      return TokenText(begin: 5, prompt: prompt, answer: answer, end: random.bernoulli(0.5) ? 6 : nil)
    }
  }

  @Test(arguments: [1, 3, 64])
  func itIsDecodingOfOneTextAfterTheOther(_ batchSize: Int) throws {
    let objective = try objective()
    let parameters = objective.initialParameters(
      .normal(standardDeviation: 0.6), random: Philox(seed: 2), as: Float.self)
    let model = objective.model(from: parameters)
    var texts = texts(60, seed: 1)
    let engine = try Engine(model)
    // Half of the answers are what the model emits, so that some are right.
    for index in texts.indices where index.isMultiple(of: 2) {
      let answer = engine.makeSession().generate(after: [Array(texts[index].prompt)], maximumNewTokens: 2)[0]
      texts[index] = TokenText(tokens: texts[index].prompt + answer, answerStart: texts[index].answerStart)
    }
    var (matches, right, tokens) = (0, 0, 0)
    for text in texts {
      let emitted = engine.makeSession().generate(after: [Array(text.prompt)], maximumNewTokens: text.answer.count)[0]
      if emitted == Array(text.answer) { matches += 1 }
      for place in text.answer.indices {
        let next = engine.makeSession().generate(
          after: [Array(text.tokens[..<place])], maximumNewTokens: 1, stopAt: [])[0]
        if next == [text.tokens[place]] { right += 1 }
        tokens += 1
      }
    }
    let found = try GreedyEvaluation(of: model, on: texts, batchSize: batchSize, threadCount: 2)
    #expect(found.texts == 60 && found.tokens == tokens)
    #expect(found.exactMatches == matches && matches >= 30 && matches < 60)
    #expect(found.rightTokens == right)
    #expect(found == (try GreedyEvaluation(of: model, on: texts, batchSize: batchSize, threadCount: 1)))
  }

  @Test func theLossIsTheObjectives() throws {
    let objective = try objective()
    let parameters = objective.initialParameters(
      .normal(standardDeviation: 0.6), random: Philox(seed: 2), as: Double.self)
    let texts = texts(40, seed: 3)
    let batch = TokenBatch(texts, answersOnly: true)
    let engine = GradientEngine<DecoderObjective, Double>(objective, products: ReferenceProducts(), threadCount: 1)
    let loss = engine.loss(of: batch, parameters: parameters, normalization: 1 / batch.totalWeight)
    let found = try GreedyEvaluation(of: objective.model(from: parameters), on: texts)
    #expect(abs(found.loss - loss) < 1e-5 * loss, "\(found.loss) and \(loss)")
  }

  @Test func aCancelledEvaluationIsShorter() throws {
    let objective = try objective()
    let model = objective.model(from: objective.initialParameters(random: Philox(seed: 1), as: Float.self))
    let found = try GreedyEvaluation(of: model, on: texts(20, seed: 5), batchSize: 1) { true }
    #expect(found == GreedyEvaluation())
  }

  @Test func aPerceptronIsRightWhereItsSignsAre() throws {
    let objective = PerceptronObjective(PerceptronConfiguration(widths: [2, 2], hasBiases: false))
    let parameters = AlignedBuffer<Float>(count: objective.layout.bufferCount)
    // The identity.
    let weight = objective.layout.parameters[0]
    parameters.base[weight.offset] = 1
    parameters.base[weight.offset + 3] = 1
    let engine = GradientEngine<PerceptronObjective, Float>(objective, products: ReferenceProducts(), threadCount: 1)
    let batch = VectorBatch(count: 4, inputs: [1, 2, 1, -2, -1, -1, 0, 1], targets: [1, 1, 1, 1, -1, -3, 1, 1])
    let found = PerceptronEvaluation(of: engine, parameters: parameters, on: batch)
    #expect(found.examples == 4)
    #expect(found.rightExamples == 2, "a wrong sign and a zero are wrong")
    #expect(found.loss == 15.0 / 4)
  }
}
