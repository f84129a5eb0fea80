// Sets of examples: what is sampled, and which batches training sees.
import Randomness
import Testing
import Training

@Suite struct ExampleSetTests {
  private let random = Philox(seed: 3)
  private let list = ExampleSet.listed(Array(0..<10))
  private let drawn = ExampleSet<Int>.drawn { Int($0.uniform(below: 100 as UInt64)) }

  private func batches(
    _ set: ExampleSet<Int>, size: Int?, _ sampling: ExampleSampling, seed: UInt64 = 3
  ) -> ExampleBatches<[Int]> {
    ExampleBatches(set, batchSize: size, sampling: sampling, random: Philox(seed: seed)) { $0 }
  }

  private func first(_ count: Int, of batches: ExampleBatches<[Int]>) throws -> [[Int]] {
    var batches = batches
    return try (0..<count).compactMap { _ in try batches.next() }
  }

  @Test func aSampleIsAPartInTheListsOrderAndAlwaysTheSame() {
    let sample = list.sample(4, random: random)
    #expect(sample == sample.sorted() && Set(sample).count == 4)
    #expect(sample == list.sample(4, random: random))
    #expect(sample != list.sample(4, random: Philox(seed: 4)))
    #expect(list.sample(nil, random: random) == Array(0..<10))
    #expect(list.sample(11, random: random) == Array(0..<10))
    #expect(drawn.sample(50, random: random).count == 50)
    #expect(drawn.sample(50, random: random) == drawn.sample(50, random: random))
  }

  @Test func anEpochHasEachExampleOnceInANewOrder() throws {
    let batches = try first(6, of: batches(list, size: 4, .epochs))
    #expect(batches.map(\.count) == [4, 4, 2, 4, 4, 2])
    let epochs = [batches[..<3], batches[3...]].map { $0.flatMap(\.self) }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<10)) }
    #expect(epochs[0] != epochs[1])
  }

  @Test func withReplacementEachIsDrawnAnew() throws {
    let all = try first(200, of: batches(list, size: 5, .withReplacement)).flatMap(\.self)
    for example in 0..<10 {
      let count = all.count { $0 == example }
      #expect((60...140).contains(count), "of 1,000 draws about 100 are \(example), found \(count)")
    }
    #expect(try first(50, of: batches(list, size: 5, .withReplacement)).contains { Set($0).count < 5 })
  }

  @Test func aFullBatchIsAllOfThemEachTime() throws {
    for size in [nil, 10, 99] {
      #expect(try first(3, of: batches(list, size: size, .epochs)) == Array(repeating: Array(0..<10), count: 3))
    }
  }

  @Test(arguments: [ExampleSampling.epochs, .withReplacement])
  func anyPlaceIsOneSeekAway(_ sampling: ExampleSampling) throws {
    for set in [list, drawn] {
      let expected = try first(9, of: batches(set, size: 4, sampling))
      for place in 0..<9 {
        var other = batches(set, size: 4, sampling)
        other.seek(to: place)
        #expect(other.position == place)
        #expect(try other.next() == expected[place])
      }
      #expect(try first(9, of: batches(set, size: 4, sampling, seed: 5)) != expected)
    }
  }
}
