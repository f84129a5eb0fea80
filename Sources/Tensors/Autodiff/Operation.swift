// The fixed set of operations that a tape knows.

/// An operation with what its gradient rule needs; each rule stands in a file of its own under `Rules`.
enum Operation<Scalar: TensorScalar> {
  /// A matrix that was put on the tape.
  case leaf
  /// A place in the buffer of parameters.
  case parameter
  /// y = x W^T + b + r.
  case linear(LinearRule)
  /// y = a + b.
  case sum(SumRule)
  /// y = w l + v m for single numbers.
  case weightedSum(WeightedSumRule<Scalar>)
  /// y = max(x, 0), in the place of x.
  case relu(ReLURule)

  /// Adds what the node's gradient contributes to the gradients of its inputs.
  func backward(node: Int, on tape: Tape<Scalar>) {
    switch self {
    case .leaf, .parameter: break
    case .linear(let rule): rule.backward(node: node, on: tape)
    case .sum(let rule): rule.backward(node: node, on: tape)
    case .weightedSum(let rule): rule.backward(node: node, on: tape)
    case .relu(let rule): rule.backward(node: node, on: tape)
    }
  }
}
