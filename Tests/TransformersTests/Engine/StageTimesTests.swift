// The timers of a session's stages: they measure every stage, no more time than there was, and change no token.
import Testing
import Transformers

@Suite struct StageTimesTests {
  private static func engine() throws -> Engine {
    try Engine(
      randomModel(seed: 7) {
        $0.positions = .rotary(.init(theta: 10_000))
        $0.layerCount = 2
        $0.vocabularySize = 20
      })
  }

  @Test func aSessionReadsNoClockUnlessItIsAskedTo() throws {
    let session = try Self.engine().makeSession()
    _ = session.generate(after: [[1, 2, 3]], maximumNewTokens: 5, stopAt: [])
    #expect(session.stageTimes == nil)
  }

  @Test(arguments: [1, 3])
  func everyStageTakesTimeAndAllOfThemNoMoreThanTheWhole(batchSize: Int) throws {
    let session = try Self.engine().makeSession(batchSize: batchSize)
    session.stageTimes = StageTimes()
    let start = ContinuousClock.now
    _ = session.generate(
      after: Array(repeating: [1, 2, 3], count: batchSize), maximumNewTokens: 200, stopAt: [])
    let whole = ContinuousClock.now - start
    let times = try #require(session.stageTimes)
    for stage in [times.attention, times.feedForward, times.head, times.other] { #expect(stage > .zero) }
    #expect(times.total == times.attention + times.feedForward + times.head + times.other)
    #expect(times.total <= whole)
  }

  @Test func readingWithoutLogitsTakesNoTimeInTheHead() throws {
    let session = try Self.engine().makeSession()
    session.stageTimes = StageTimes()
    session.append([[1, 2, 3]], logits: .none)
    #expect(session.stageTimes?.head == .zero)
    session.append([[1]], logits: .last)
    #expect((session.stageTimes?.head ?? .zero) > .zero)
  }

  @Test func timeBetweenStepsBelongsToNoStage() throws {
    let session = try Self.engine().makeSession()
    session.stageTimes = StageTimes()
    let start = ContinuousClock.now
    _ = session.stepGreedy(1)
    let pauseStart = ContinuousClock.now
    while ContinuousClock.now < pauseStart + .milliseconds(20) {}
    let pause = ContinuousClock.now - pauseStart
    _ = session.stepGreedy(1)
    let whole = ContinuousClock.now - start
    #expect((session.stageTimes?.total ?? whole) <= whole - pause)
  }

  @Test func timersChangeNoToken() throws {
    let engine = try Self.engine()
    let (plain, timed) = (engine.makeSession(), engine.makeSession())
    timed.stageTimes = StageTimes()
    #expect(
      plain.generate(after: [[1, 2]], maximumNewTokens: 50, stopAt: [])
        == timed.generate(after: [[1, 2]], maximumNewTokens: 50, stopAt: []))
  }
}
