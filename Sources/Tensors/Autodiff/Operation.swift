// The fixed set of operations that a tape knows.

/// An operation with what its gradient rule needs; each rule stands in a file of its own under `Rules`.
enum Operation<Scalar: TensorScalar>: BitwiseCopyable {
  /// A matrix that was put on the tape.
  case leaf
  /// A place in the buffer of parameters.
  case parameter
  /// y = x W^T + b + r.
  case linear(LinearRule)
  /// y = max(x W^T + b, 0).
  case rectifiedLinear(RectifiedLinearRule)
  /// y = a + b.
  case sum(SumRule)
  /// y = w l + v m for single numbers.
  case weightedSum(WeightedSumRule<Scalar>)
  /// y = max(x, 0), in the place of x.
  case relu(ReLURule)
  /// y = f(x), element by element.
  case activation(ActivationRule)
  /// y = silu(gate) up.
  case swiGLU(SwiGLURule)
  /// y = x inverse gain.
  case rmsNorm(RMSNormRule<Scalar>)
  /// y = (x - mean) inverse gain + bias.
  case layerNorm(LayerNormRule<Scalar>)
  /// A squared, hinge or logistic loss.
  case pointwiseLoss(PointwiseLossRule<Scalar>)
  /// Pairs of columns turned by their positions' angles, in the place of x.
  case rotary(RotaryRule<Scalar>)
  /// Causal attention; the rule is long, and stands in a block of the tape's so that the others' records stay short.
  case attention(UnsafeMutablePointer<AttentionRule<Scalar>>)
  /// Rows of a table by token.
  case embedding(EmbeddingRule)
  /// The loss of targets under the softmax of logits, often in the place of the logits.
  case crossEntropy(CrossEntropyRule<Scalar>)

  /// Whether the rule reads the operation's own result, so that no later operation may take its place.
  var readsResult: Bool {
    switch self {
    case .relu, .rectifiedLinear: true
    case .activation(let rule): rule.function.isDifferentiatedByResult
    case .attention: true
    default: false
    }
  }

  /// Whether it reads no other node.
  var isLeaf: Bool {
    switch self {
    case .leaf, .parameter: true
    default: false
    }
  }

  /// Adds what the node's gradient contributes to the gradients of its inputs.
  func backward(node: Int, on tape: Tape<Scalar>) {
    switch self {
    case .leaf, .parameter: break
    case .linear(let rule): rule.backward(node: node, on: tape)
    case .rectifiedLinear(let rule): rule.backward(node: node, on: tape)
    case .sum(let rule): rule.backward(node: node, on: tape)
    case .weightedSum(let rule): rule.backward(node: node, on: tape)
    case .relu(let rule): rule.backward(node: node, on: tape)
    case .activation(let rule): rule.backward(node: node, on: tape)
    case .swiGLU(let rule): rule.backward(node: node, on: tape)
    case .rmsNorm(let rule): rule.backward(node: node, on: tape)
    case .layerNorm(let rule): rule.backward(node: node, on: tape)
    case .pointwiseLoss(let rule): rule.backward(node: node, on: tape)
    case .rotary(let rule): rule.backward(node: node, on: tape)
    case .attention(let rule): rule.pointee.backward(node: node, on: tape)
    case .embedding(let rule): rule.backward(node: node, on: tape)
    case .crossEntropy(let rule): rule.backward(node: node, on: tape)
    }
  }
}
