// The fast decoder against the scalar one, over random models of every kind.
import ExactArithmetic
import Tensors
import Testing
import TestSupport
import Transformers

@Suite struct EngineAgainstReferenceTests {
  @Test(arguments: 0..<120)
  func everyKindOfModelAgreesWithTheReference(_ seed: Int) throws {
    let model = randomModel(seed: seed)
    var random = SplitMix64(seed: ~seed)
    let v = model.configuration.vocabularySize
    let text = randomTokens(Int.random(in: 1...40, using: &random), below: v, &random)
    var reference = ReferenceDecoder(model, in: DoubleArithmetic())
    let expected = try reference.read(text)
    // What float32 itself loses on this model in the reference's order of sums; some random models amplify rounding a
    // lot.
    var scalar = ReferenceDecoder(model, in: FloatArithmetic())
    let loss = greatestDifference(try scalar.read(text).joined().map { $0 }, Array(expected.joined()))
    let tolerance = 1e-4 + 4 * loss
    #expect(loss < 0.01, "seed \(seed)")

    let engine = try Engine(model)
    let whole = engine.makeSession().append([text], logits: .all)
    #expect(greatestDifference(whole.elements, Array(expected.joined())) <= tolerance, "seed \(seed), one pass")

    // The same text in two pieces, then token by token, in a batch beside another text.
    let other = randomTokens(text.count, below: v, &random)
    let session = engine.makeSession(batchSize: 2)
    let cut = text.count / 2
    session.append([Array(other[..<cut]), Array(text[..<cut])], logits: .none)
    for i in cut..<text.count {
      let logits = session.step([other[i], text[i]])
      #expect(greatestDifference(logits.elements[v...], expected[i]) <= tolerance, "seed \(seed), position \(i)")
    }
    #expect(session.positionCount == text.count)
  }

  @Test(arguments: 0..<40)
  func compactionChangesRoundingOnly(_ seed: Int) throws {
    let model = randomModel(seed: seed)
    var random = SplitMix64(seed: seed)
    let text = randomTokens(20, below: model.configuration.vocabularySize, &random)
    let (compact, full) = (try Engine(model), try Engine(model, compacts: false))
    #expect(compact.report.multiplyAddsPerToken <= full.report.multiplyAddsPerToken)
    #expect(full.report.matrices.allSatisfy { $0.keptShare == 1 || $0.rowCount * $0.columnCount == 0 })
    #expect(full.report.cachedNumbersPerPosition == full.report.fullCachedNumbersPerPosition)
    let a = compact.makeSession().append([text], logits: .all)
    let b = full.makeSession().append([text], logits: .all)
    #expect(greatestDifference(a.elements, b.elements) <= 1e-5)
  }

  /// Sums run in an order that does not depend on the batch, so stepping a text alone or in company gives the same
  /// bits.
  @Test(arguments: 0..<40)
  func aTextsLogitsDoNotDependOnItsCompany(_ seed: Int) throws {
    let model = randomModel(seed: seed)
    let v = model.configuration.vocabularySize
    var random = SplitMix64(seed: seed)
    let batch = Int.random(in: 2...9, using: &random)
    let engine = try Engine(model)
    let (together, alone) = (engine.makeSession(batchSize: batch), engine.makeSession())
    for _ in 0..<18 {
      let tokens = randomTokens(batch, below: v, &random)
      let all = together.step(tokens)
      let one = alone.step([tokens[batch - 1]])
      #expect(Array(all.elements[((batch - 1) * v)...]) == one.elements)
    }
  }

  @Test(arguments: 0..<40)
  func theFusedGreedyStepPicksTheFirstGreatestLogit(_ seed: Int) throws {
    let model = randomModel(seed: seed)
    let v = model.configuration.vocabularySize
    var random = SplitMix64(seed: seed)
    let batch = Int.random(in: 1...5, using: &random)
    let engine = try Engine(model)
    let (fused, plain) = (engine.makeSession(batchSize: batch), engine.makeSession(batchSize: batch))
    for _ in 0..<20 {
      let tokens = randomTokens(batch, below: v, &random)
      let logits = plain.step(tokens)
      let expected = (0..<batch).map { b -> Int in
        let row = Array(logits.elements[b * v..<(b + 1) * v])
        return row.firstIndex(of: row.max()!)!
      }
      #expect(fused.stepGreedy(tokens) == expected)
    }
  }

  @Test(arguments: 0..<20)
  func generationAgreesWithTheReference(_ seed: Int) throws {
    let model = randomModel(seed: seed)
    var random = SplitMix64(seed: seed)
    let prompt = randomTokens(Int.random(in: 1...9, using: &random), below: model.configuration.vocabularySize, &random)
    var reference = ReferenceDecoder(model, in: FloatArithmetic())
    let expected = try reference.generate(after: prompt, count: 30)
    let tokens = try Engine(model).makeSession().generate(after: [prompt], maximumNewTokens: 30)[0]
    #expect(tokens == expected, "seed \(seed)")
  }

  @Test func aLongPromptReadInPassesEqualsSteps() throws {
    for seed in 0..<6 {
      let model = randomModel(seed: seed) {
        $0.maximumPositionCount = 700
        $0.positions = .rotary(.init(theta: 10_000))
        $0.layerCount = 2
      }
      var random = SplitMix64(seed: seed)
      let v = model.configuration.vocabularySize
      let texts = [randomTokens(600, below: v, &random), randomTokens(600, below: v, &random)]
      let engine = try Engine(model)
      let last = engine.makeSession(batchSize: 2).append(texts)
      let session = engine.makeSession(batchSize: 2)
      var stepped = last
      for i in 0..<600 { stepped = session.step([texts[0][i], texts[1][i]]) }
      #expect(greatestDifference(last.elements, stepped.elements) <= 1e-4, "seed \(seed)")
    }
  }
}
