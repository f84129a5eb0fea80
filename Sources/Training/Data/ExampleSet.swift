// The examples of one side of a split: a list, or a rule that draws them without end.
public import Randomness

/// Examples to train on or to evaluate.
public enum ExampleSet<Example: Sendable>: Sendable {
  /// These, each once.
  case listed([Example])
  /// Whatever the rule draws.
  case drawn(@Sendable (inout Philox) -> Example)

  /// The number of examples, or `nil` where they do not end.
  public var count: Int? {
    switch self {
    case .listed(let examples): examples.count
    case .drawn: nil
    }
  }

  /// Whether there is none.
  public var isEmpty: Bool { count == 0 }

  /// Some examples to look at, always the same ones: all where `count` is `nil` or not less than there are, otherwise that many, chosen by
  /// `random`, in the list's order.
  ///
  /// - Precondition: Examples that are drawn have a `count`.
  public func sample(_ count: Int?, random: Philox) -> [Example] {
    var random = random
    switch self {
    case .listed(let examples):
      guard let count, count < examples.count else { return examples }
      return random.shuffled(examples.indices).prefix(count).sorted().map { examples[$0] }
    case .drawn(let draw):
      guard let count else { preconditionFailure("examples without end are evaluated in a given number") }
      return (0..<count).map { _ in draw(&random) }
    }
  }

  /// The first `count` examples as a list: those that training is to see where it is to see few.
  public func limited(to count: Int, random: Philox) -> ExampleSet { .listed(sample(count, random: random)) }
}

/// Which examples a step of training sees.
public enum ExampleSampling: Sendable, Equatable {
  /// Each once an epoch, in a new random order each time.
  case epochs
  /// Each drawn anew, whichever came before.
  case withReplacement
}

/// The batches of a set of examples.
public struct ExampleBatches<Batch: Sendable>: BatchSource {
  private enum Source {
    case epochs(EpochBatches<Batch>)
    case stream(BatchStream<Batch>)
  }
  private var source: Source

  /// The batches of `examples`.
  ///
  /// - Parameters:
  ///   - batchSize: The number of examples of a batch, or `nil` for all of them in every batch.
  ///   - sampling: How a batch is chosen; examples without end are drawn in either way.
  ///   - random: The source of the choice.
  ///   - make: Makes a batch of examples.
  ///   - examples: The examples.
  /// - Precondition: Where there is no `batchSize`, the examples are listed; and there is at least one.
  public init<Example: Sendable>(
    _ examples: ExampleSet<Example>, batchSize: Int?, sampling: ExampleSampling, random: Philox,
    make: @escaping @Sendable ([Example]) -> Batch
  ) {
    switch examples {
    case .listed(let list):
      precondition(!list.isEmpty, "a set to train on has examples")
      if let batchSize, batchSize < list.count || sampling == .withReplacement {
        switch sampling {
        case .epochs:
          source = .epochs(
            EpochBatches(exampleCount: list.count, batchSize: batchSize, random: random) { indices in
              make(indices.map { list[$0] })
            })
        case .withReplacement:
          source = .stream(
            BatchStream(random: random) { random, _ in
              make((0..<batchSize).map { _ in list[random.uniform(below: list.count)] })
            })
        }
      } else {
        let all = make(list)
        source = .stream(BatchStream(random: random) { _, _ in all })
      }
    case .drawn(let draw):
      guard let batchSize else { preconditionFailure("a batch of all examples needs a list of them") }
      source = .stream(
        BatchStream(random: random) { random, _ in make((0..<batchSize).map { _ in draw(&random) }) })
    }
  }

  /// The number of batches that have been drawn.
  public var position: Int {
    switch source {
    case .epochs(let batches): batches.position
    case .stream(let batches): batches.position
    }
  }

  /// The next batch.
  public mutating func next() throws -> Batch? {
    switch source {
    case .epochs(var batches):
      defer { source = .epochs(batches) }
      return try batches.next()
    case .stream(var batches):
      defer { source = .stream(batches) }
      return try batches.next()
    }
  }

  /// Goes to a place.
  public mutating func seek(to position: Int) {
    switch source {
    case .epochs(var batches):
      batches.seek(to: position)
      source = .epochs(batches)
    case .stream(var batches):
      batches.seek(to: position)
      source = .stream(batches)
    }
  }
}
