// How good a perceptron is: its loss, and how often its signs are right.
public import Tensors

/// What an evaluation of a perceptron found.
public struct PerceptronEvaluation: Sendable, Equatable, Codable {
  /// The number of examples.
  public var examples: Int
  /// The examples all of whose outputs have their targets' signs.
  public var rightExamples: Int
  /// The mean loss of an example.
  public var loss: Double

  /// The share of right examples.
  public var accuracy: Double { Double(rightExamples) / Double(max(1, examples)) }

  /// Evaluates a perceptron with targets that are rows of numbers.
  ///
  /// An output is right where it is not 0 and has the sign of its target.
  public init<Scalar: TensorScalar>(
    of engine: GradientEngine<PerceptronObjective, Scalar>, parameters: AlignedBuffer<Scalar>, on batch: VectorBatch
  ) {
    precondition(batch.targetCount > 0, "targets are rows of numbers")
    examples = batch.count
    loss = engine.loss(of: batch, parameters: parameters, normalization: 1 / Double(batch.count))
    let numbers = AlignedBuffer<Float>(count: parameters.count)
    for index in 0..<parameters.count { numbers.base[index] = Float(parameters.base[index]) }
    let outputs = engine.objective.outputs(
      for: Array(batch.inputs), parameters: numbers, products: engine.products)
    let (targets, width) = (batch.targets, batch.targetCount)
    rightExamples = (0..<batch.count).count { row in
      (row * width..<(row + 1) * width).allSatisfy { outputs.elements[$0] * targets[$0] > 0 }
    }
  }
}
