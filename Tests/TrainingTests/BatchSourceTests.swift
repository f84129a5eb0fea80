// Sources of batches: any place is one number away.
import Randomness
import Testing
import Training

@Suite struct BatchSourceTests {
  private static func stream(_ count: Int?) -> BatchStream<[UInt64]> {
    BatchStream(random: Philox(seed: 5), count: count) { random, index in
      [UInt64(index)] + (0..<index % 3).map { _ in random.next() }
    }
  }
  private static func epochs(_ size: Int, drops: Bool = false, seed: UInt64? = 4) -> EpochBatches<[Int]> {
    EpochBatches(
      exampleCount: 10, batchSize: size, random: seed.map { Philox(seed: $0) }, epochCount: 3, dropsRemainder: drops
    ) { $0 }
  }

  private func all<Source: BatchSource>(_ source: Source) throws -> [Source.Batch] {
    var source = source
    var batches: [Source.Batch] = []
    while batches.count < 50, let batch = try source.next() {
      batches.append(batch)
      #expect(source.position == batches.count)
    }
    return batches
  }

  private func expectSeekable<Source: BatchSource>(_ source: Source) throws where Source.Batch: Equatable {
    let batches = try all(source)
    #expect(batches.count >= 3)
    for place in (0...batches.count).reversed() {
      var moved = source
      try moved.seek(to: batches.count / 2)
      _ = try moved.next()
      try moved.seek(to: place)
      #expect(moved.position == place)
      #expect(try moved.next() == (place < batches.count ? batches[place] : nil) || place == 50)
    }
  }

  @Test func aPlaceIsReachedBySeekingAsByWalking() throws {
    try expectSeekable(Self.stream(8))
    try expectSeekable(Self.stream(nil))
    for size in [1, 3, 10, 11] { try expectSeekable(Self.epochs(size == 11 ? 7 : size)) }
    try expectSeekable(Self.epochs(4, drops: true))
    try expectSeekable(Self.epochs(4, seed: nil))
    try expectSeekable(SequenceBatches(["a", "b", "c", "d", "e"]))
  }

  @Test(arguments: [1, 3, 4, 10, 12]) func anEpochHasEachExampleOnce(size: Int) throws {
    let batches = try all(Self.epochs(size))
    let perEpoch = (9 + size) / size
    #expect(batches.count == 3 * perEpoch)
    let epochs = (0..<3).map { Array(batches[$0 * perEpoch..<($0 + 1) * perEpoch].joined()) }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<10)) }
    #expect(epochs[0] != epochs[1] && epochs[1] != epochs[2])
    #expect(try all(Self.epochs(size, seed: nil)).joined().elementsEqual((0..<30).map { $0 % 10 }))
  }

  @Test func aRemainderIsLeftOutWhereThatIsAskedFor() throws {
    #expect(try all(Self.epochs(4, drops: true)).map(\.count) == [4, 4, 4, 4, 4, 4])
    #expect(try all(Self.epochs(4)).map(\.count) == [4, 4, 2, 4, 4, 2, 4, 4, 2])
  }
}
