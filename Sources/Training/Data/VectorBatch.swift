// What one step of training a perceptron sees: rows of numbers, and for each row numbers or a class as its target.

/// N examples: a row of inputs each, and a row of targets or a class.
///
/// The numbers stand at a fixed address that lives as long as any copy of the batch.
public struct VectorBatch: Sendable {
  /// The number of examples, N.
  public let count: Int
  /// The numbers of each input.
  public let inputCount: Int
  /// The numbers of each target; 0 where targets are classes.
  public let targetCount: Int
  private let storage: Storage

  private final class Storage: @unchecked Sendable {
    let numbers: UnsafeMutablePointer<Float>
    let classes: UnsafeMutablePointer<Int32>

    init(inputs: [Float], targets: [Float], classes: [Int32]) {
      numbers = .allocate(capacity: inputs.count + targets.count)
      self.classes = .allocate(capacity: max(1, classes.count))
      for (i, number) in inputs.enumerated() { numbers[i] = number }
      for (i, number) in targets.enumerated() { numbers[inputs.count + i] = number }
      for (i, number) in classes.enumerated() { self.classes[i] = number }
    }

    deinit {
      numbers.deallocate()
      classes.deallocate()
    }
  }

  /// Examples with rows of numbers as targets.
  ///
  /// - Parameters:
  ///   - inputs: Of shape [N, inputs].
  ///   - targets: Of shape [N, targets]; +1 and -1 for hinge and logistic losses.
  ///   - count: N.
  public init(count: Int, inputs: [Float], targets: [Float]) {
    precondition(count >= 1 && !inputs.isEmpty && !targets.isEmpty, "a batch has at least one example")
    precondition(inputs.count % count == 0 && targets.count % count == 0, "all examples have equally many numbers")
    self.count = count
    inputCount = inputs.count / count
    targetCount = targets.count / count
    storage = Storage(inputs: inputs, targets: targets, classes: [])
  }

  /// Examples with a class each, for the cross-entropy.
  ///
  /// - Parameters:
  ///   - inputs: Of shape [N, inputs].
  ///   - classes: The class of each example, from 0 up.
  public init(inputs: [Float], classes: [Int32]) {
    precondition(!classes.isEmpty && !inputs.isEmpty, "a batch has at least one example")
    precondition(inputs.count % classes.count == 0, "all examples have equally many numbers")
    precondition(classes.allSatisfy { $0 >= 0 }, "classes are counted from 0")
    count = classes.count
    inputCount = inputs.count / classes.count
    targetCount = 0
    storage = Storage(inputs: inputs, targets: [], classes: classes)
  }

  /// The inputs, of shape [N, inputs].
  public var inputs: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: storage.numbers, count: count * inputCount)
  }

  /// The targets, of shape [N, targets].
  public var targets: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: storage.numbers + count * inputCount, count: count * targetCount)
  }

  /// The classes, where targets are classes; empty otherwise.
  public var classes: UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: storage.classes, count: targetCount == 0 ? count : 0)
  }
}
