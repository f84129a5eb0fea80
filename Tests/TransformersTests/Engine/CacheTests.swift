// The cache: growth with the text, removal of positions, memory.
import Tensors
import Testing
import TestSupport
import Transformers

@Suite struct CacheTests {
  @Test func theCacheGrowsWithTheTextAndNotWithTheMaximum() throws {
    let model = randomModel(seed: 1) {
      $0.positions = .rotary(.init(theta: 10_000))
      $0.layerCount = 2
      $0.maximumPositionCount = 1 << 24
    }
    let engine = try Engine(model)
    let session = engine.makeSession()
    #expect(session.cacheBytes == 0)
    for count in 1...1000 {
      _ = session.stepGreedy(1)
      let needed = count * (engine.report.cachedNumbersPerPosition + 1) * 4
      #expect(session.cacheBytes >= needed)
      #expect(session.cacheBytes <= 2 * needed + 64 * (engine.report.cachedNumbersPerPosition + 1) * 4)
    }
  }

  @Test func droppedCoordinatesTakeNoMemory() throws {
    let model = lookupModel(targets: [0, 0, 1, 2], gain: 64)
    let report = try Engine(model).report
    #expect(report.fullCachedNumbersPerPosition == 8)
    // Keys of width 4 and a single value coordinate.
    #expect(report.cachedNumbersPerPosition == 5)
  }

  /// Where attention is exactly one-hot, positions that are no later target may go without any change.
  @Test func evictingPositionsOfWeightZeroChangesNoBit() throws {
    var random = SplitMix64(seed: 4)
    let count = 300
    let targets = (0..<count).map { max(0, $0 - Int.random(in: 0...25, using: &random)) }
    let text = randomTokens(count, below: 2, &random)
    let engine = try Engine(lookupModel(targets: targets, gain: 64))
    let (whole, cut) = (engine.makeSession(), engine.makeSession())
    var lastUse = Array(repeating: 0, count: count)
    for (i, target) in targets.enumerated() { lastUse[target] = i }
    var most = 0
    for i in 0..<count {
      let expected = whole.step([text[i]])
      #expect(expected.elements[1] == Float(text[targets[i]]))
      #expect(cut.step([text[i]]) == expected)
      for position in cut.cachedPositions where lastUse[position] <= i { #expect(cut.evict(position: position)) }
      most = max(most, cut.cachedPositionCount)
    }
    #expect(most <= 26)
    #expect(cut.cacheBytes * 4 < whole.cacheBytes)
    #expect(cut.positionCount == count)
  }

  @Test func evictingATargetIsSeen() throws {
    let engine = try Engine(lookupModel(targets: [0, 1, 0], gain: 64))
    let session = engine.makeSession()
    session.append([[1, 0]])
    #expect(session.evict(position: 0))
    #expect(session.step([0]).elements[1] == 0)  // position 0 held a 1
  }

  /// In one layer without positions, forgetting a token is the same as never having read it.
  @Test(arguments: 0..<20)
  func anEvictedTokenIsForgotten(_ seed: Int) throws {
    var model = randomModel(seed: seed) {
      $0.positions = .learned
      $0.layerCount = 1
    }
    model.weights.positionEmbedding = Tensor(shape: [64, model.configuration.hiddenSize], repeating: 0)
    var random = SplitMix64(seed: seed)
    let text = randomTokens(40, below: model.configuration.vocabularySize, &random)
    let gone = Set((0..<12).map { _ in Int.random(in: 0..<39, using: &random) })
    let engine = try Engine(model)
    let (cut, short) = (engine.makeSession(), engine.makeSession())
    cut.append([Array(text.dropLast())], logits: .none)
    for position in gone { #expect(cut.evict(position: position)) }
    #expect(Set(cut.cachedPositions) == Set(0..<39).subtracting(gone))
    short.append([text.dropLast().indices.filter { !gone.contains($0) }.map { text[$0] }], logits: .none)
    let (a, b) = (cut.step([text[39]]), short.step([text[39]]))
    #expect(greatestDifference(a.elements, b.elements) < 1e-4)
  }

  /// Slots end up in another order, which changes rounding at most; prompts read afterwards see what is left.
  @Test(arguments: 0..<20)
  func theOrderOfEvictionsDoesNotMatter(_ seed: Int) throws {
    let model = randomModel(seed: seed)
    var random = SplitMix64(seed: seed)
    let v = model.configuration.vocabularySize
    let texts = [randomTokens(30, below: v, &random), randomTokens(30, below: v, &random)]
    let more = [randomTokens(9, below: v, &random), randomTokens(9, below: v, &random)]
    let engine = try Engine(model)
    let gone = [3, 29, 17, 0, 8, 28]
    let logits = [gone, gone.reversed(), gone.sorted()].map { order in
      let session = engine.makeSession(batchSize: 2)
      session.append(texts, logits: .none)
      for position in order { session.evict(position: position) }
      return session.append(more, logits: .all)
    }
    #expect(greatestDifference(logits[0].elements, logits[1].elements) < 1e-3)
    #expect(greatestDifference(logits[0].elements, logits[2].elements) < 1e-3)
  }

  @Test func onlyCachedPositionsCanBeEvicted() throws {
    let session = try Engine(lookupModel(targets: [0, 0, 0], gain: 64)).makeSession()
    #expect(!session.evict(position: 0))
    session.append([[1, 1]])
    #expect(session.evict(position: 1))
    #expect(!session.evict(position: 1))
    #expect(!session.evict(position: -1))
    #expect(!session.evict(position: 1 << 40))
    #expect(session.cachedPositions == [0])
  }

  @Test func aResetSessionStartsAnew() throws {
    let engine = try Engine(randomModel(seed: 8))
    let session = engine.makeSession()
    let first = session.append([[1, 0, 1, 1]], logits: .all)
    session.reset()
    #expect(session.positionCount == 0 && session.cachedPositionCount == 0)
    #expect(session.append([[1, 0, 1, 1]], logits: .all) == first)
  }
}
