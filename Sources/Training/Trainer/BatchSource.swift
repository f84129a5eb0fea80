// Where batches come from: sequences that can be taken up at any place.
public import Randomness

/// A lazy sequence of batches whose place is one number, so that a checkpoint can say where it stands.
///
/// After ``seek(to:)`` a source yields the batches that it would yield if it had come there by ``next()``.
public protocol BatchSource<Batch> {
  /// What one batch is.
  associatedtype Batch: Sendable

  /// The number of batches that have been drawn.
  var position: Int { get }

  /// The next batch, or `nil` where there are no more.
  mutating func next() throws -> Batch?

  /// Goes to the place after the first `position` batches.
  mutating func seek(to position: Int) throws
}

/// Batches that are each made from a random stream of their own: batch i from the child i of the source's generator.
///
/// ```swift
/// let source = BatchStream(random: Philox(seed: 7).split("batches")) { random, index in makeBatch(using: &random) }
/// ```
public struct BatchStream<Batch: Sendable>: BatchSource, Sendable {
  /// The number of batches that have been drawn.
  public private(set) var position = 0
  /// The number of all batches, or `nil` where they do not end.
  public let count: Int?
  private let random: Philox
  private let make: @Sendable (inout Philox, Int) throws -> Batch

  /// A stream.
  ///
  /// - Parameters:
  ///   - random: The generator whose children make the batches.
  ///   - count: The number of batches, or `nil` for no end.
  ///   - make: Makes the batch of an index from its generator, and from nothing that changes.
  public init(random: Philox, count: Int? = nil, make: @escaping @Sendable (inout Philox, Int) throws -> Batch) {
    self.random = random
    self.count = count
    self.make = make
  }

  /// The next batch.
  public mutating func next() throws -> Batch? {
    if let count, position >= count { return nil }
    var child = random.split(UInt64(position))
    let batch = try make(&child, position)
    position += 1
    return batch
  }

  /// Goes to a place, in constant time.
  public mutating func seek(to position: Int) { self.position = position }
}

/// The examples of a finite set, epoch after epoch, in order or in a new random order each time.
public struct EpochBatches<Batch: Sendable>: BatchSource, Sendable {
  /// The number of batches that have been drawn.
  public private(set) var position = 0
  /// The number of examples.
  public let exampleCount: Int
  /// The number of examples of a batch; the last batch of an epoch may have fewer.
  public let batchSize: Int
  /// The number of epochs, or `nil` where they do not end.
  public let epochCount: Int?
  /// The number of batches of an epoch.
  public let batchesPerEpoch: Int
  private let random: Philox?
  private let make: @Sendable ([Int]) throws -> Batch
  private var order: [Int] = []
  private var orderedEpoch = -1

  /// The batches of a set.
  ///
  /// - Parameters:
  ///   - random: The generator whose child e shuffles epoch e, or `nil` for the examples' own order.
  ///   - dropsRemainder: Whether the examples that do not fill a batch are left out of their epoch.
  ///   - make: Makes a batch of the examples of the given indices.
  ///   - exampleCount: The number of examples.
  ///   - batchSize: The number of examples of a batch.
  ///   - epochCount: The number of epochs, or `nil` for no end.
  /// - Precondition: There is at least one batch in an epoch.
  public init(
    exampleCount: Int, batchSize: Int, random: Philox?, epochCount: Int? = nil, dropsRemainder: Bool = false,
    make: @escaping @Sendable ([Int]) throws -> Batch
  ) {
    precondition(exampleCount > 0 && batchSize > 0, "a set has examples and a batch has a size")
    batchesPerEpoch = dropsRemainder ? exampleCount / batchSize : (exampleCount + batchSize - 1) / batchSize
    precondition(batchesPerEpoch > 0, "an epoch has at least one whole batch")
    self.exampleCount = exampleCount
    self.batchSize = batchSize
    self.random = random
    self.epochCount = epochCount
    self.make = make
  }

  /// The next batch.
  public mutating func next() throws -> Batch? {
    let (epoch, index) = position.quotientAndRemainder(dividingBy: batchesPerEpoch)
    if let epochCount, epoch >= epochCount { return nil }
    if epoch != orderedEpoch {
      order = Array(0..<exampleCount)
      if let random {
        var child = random.split(UInt64(epoch))
        child.shuffle(&order)
      }
      orderedEpoch = epoch
    }
    let batch = try make(Array(order[index * batchSize..<min(exampleCount, (index + 1) * batchSize)]))
    position += 1
    return batch
  }

  /// Goes to a place, in constant time.
  public mutating func seek(to position: Int) { self.position = position }
}

/// The batches of any sequence that begins anew equal each time; a place is found by going there.
public struct SequenceBatches<Batches: Sequence>: BatchSource where Batches.Element: Sendable {
  /// The number of batches that have been drawn.
  public private(set) var position = 0
  private let batches: Batches
  private var iterator: Batches.Iterator

  /// The batches of a sequence that can be walked through more than once.
  public init(_ batches: Batches) {
    self.batches = batches
    iterator = batches.makeIterator()
  }

  /// The next batch.
  public mutating func next() -> Batches.Element? {
    guard let batch = iterator.next() else { return nil }
    position += 1
    return batch
  }

  /// Goes to a place by drawing all batches before it.
  public mutating func seek(to position: Int) {
    iterator = batches.makeIterator()
    self.position = 0
    while self.position < position, next() != nil {}
  }
}

extension SequenceBatches: Sendable where Batches: Sendable, Batches.Iterator: Sendable {}
