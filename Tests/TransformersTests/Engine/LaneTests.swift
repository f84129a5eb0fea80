// Texts of a batch that are divided among threads come out as each comes out alone, bit for bit.
import Tensors
import TestSupport
import Testing
import Transformers

/// Models large enough for a step of 8 texts or more to be divided: whatever is dropped, half a million parameters are left.
private func laneModel(seed: Int) -> Model {
  randomModel(seed: seed) { c in
    c.vocabularySize = 64
    c.hiddenSize = 192
    c.intermediateSize = 320
    c.layerCount = 4
    c.headCount = 6
    c.keyValueHeadCount = 3
    c.headSize = 32
    c.maximumPositionCount = 64
    c.normalization = .rootMeanSquare(epsilon: 1e-5)
  }
}

struct LaneTests {
  @Test(arguments: 0..<6, [8, 9, 16])
  func logitsOfABatchAreThoseOfEachTextAlone(seed: Int, batch: Int) throws {
    let engine = try Engine(laneModel(seed: seed))
    var random = SplitMix64(seed: seed)
    let texts = (0..<batch).map { _ in randomTokens(24, below: 64, &random) }
    let session = engine.makeSession(batchSize: batch)
    let alone = texts.map { _ in engine.makeSession() }
    for i in 0..<24 {
      let logits = session.step(texts.map { $0[i] }).elements
      for (b, text) in texts.enumerated() {
        let expected = alone[b].step([text[i]]).elements
        #expect(Array(logits[b * 64..<(b + 1) * 64]) == expected, "text \(b), token \(i)")
      }
    }
  }

  @Test func stageTimesChangeNoResult() throws {
    let engine = try Engine(laneModel(seed: 1))
    let prompts = (0..<16).map { [$0, 3, $0 + 20] }
    let timed = engine.makeSession(batchSize: 16)
    timed.stageTimes = StageTimes()
    #expect(
      timed.generate(after: prompts, maximumNewTokens: 30, stopAt: [])
        == engine.makeSession(batchSize: 16).generate(after: prompts, maximumNewTokens: 30, stopAt: []))
  }
}
