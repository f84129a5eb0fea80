// Which prompts are for training and which are held out.
internal import Randomness

/// A division of a task's prompts between training and validation.
///
/// Where the prompts are numbered and few enough to be listed, a random permutation of them is cut at the fraction. Where they are not,
/// each prompt belongs to one side by a hash of itself, so that the sides never share a prompt, and both can be drawn from without end.
public struct ExampleSplit<Base: TokenTask>: Sendable {
  /// The task.
  public let task: Base
  /// The share of the prompts that is for training, above 0 and at most 1.
  public let trainingFraction: Double
  private let key: Philox
  private let order: [Int32]?
  private let trainingCount: Int

  /// The most prompts that are listed.
  public static var listLimit: Int { 1 << 20 }

  /// The sides that `seed` and the fraction determine.
  public init(_ task: Base, trainingFraction: Double, seed: UInt64) {
    precondition(trainingFraction > 0 && trainingFraction <= 1, "a training fraction is above 0 and at most 1")
    self.task = task
    self.trainingFraction = trainingFraction
    key = Philox(seed: seed).split("split")
    if let count = task.promptCount, count <= Self.listLimit {
      var generator = key
      order = (0..<Int32(count)).shuffled(using: &generator)
      trainingCount = max(1, Int((Double(count) * trainingFraction).rounded()))
    } else {
      order = nil
      trainingCount = 0
    }
  }

  /// The numbers of the listed training prompts, in a random order; `nil` where prompts are not listed.
  public var training: [Int32]? { order.map { Array($0[..<trainingCount]) } }
  /// The numbers of the listed validation prompts; `nil` where prompts are not listed.
  public var validation: [Int32]? { order.map { Array($0[trainingCount...]) } }

  /// Whether there are validation prompts.
  public var hasValidation: Bool { order.map { $0.count > trainingCount } ?? (trainingFraction < 1) }

  /// A training example drawn uniformly.
  public func trainingExample(using generator: inout some RandomNumberGenerator) -> TokenExample {
    if let order { return task.example(Int(order[Int.random(in: 0..<trainingCount, using: &generator)])) }
    while true {
      let example = task.example(using: &generator)
      if isForTraining(example.prompt) { return example }
    }
  }

  /// A validation example drawn uniformly; there have to be some.
  public func validationExample(using generator: inout some RandomNumberGenerator) -> TokenExample {
    precondition(hasValidation, "a validation example is drawn where some prompts are held out")
    if let order { return task.example(Int(order[Int.random(in: trainingCount..<order.count, using: &generator)])) }
    while true {
      let example = task.example(using: &generator)
      if !isForTraining(example.prompt) { return example }
    }
  }

  /// The side of a prompt that is not listed, by a hash of its tokens under the split's key.
  private func isForTraining(_ prompt: [Int32]) -> Bool {
    var state = key.key
    for token in prompt {
      state = Philox.block(counter: (state, UInt64(UInt32(bitPattern: token))), key: key.stream).low
    }
    return Double(state >> 11) * 0x1p-53 < trainingFraction
  }
}
