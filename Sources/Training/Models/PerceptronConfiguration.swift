// The shape of a multilayer perceptron, and the loss that it is trained by.

/// The shape of one multilayer perceptron: linear maps with an activation between them, none after the last.
public struct PerceptronConfiguration: Sendable, Equatable {
  /// The numbers of inputs, of the units of each hidden layer, and of outputs; at least two.
  public var widths: [Int]
  /// What stands between the maps.
  public var activation: Activation
  /// Whether the maps have biases.
  public var hasBiases: Bool
  /// What is to become small.
  public var loss: Loss
  /// The maps that training leaves alone, from 0: random features, or features that are written down.
  public var frozenLayers: Set<Int>

  /// A function of one number.
  public enum Activation: String, Sendable, CaseIterable {
    /// max(x, 0).
    case relu
    /// x times the normal distribution's probability of less than x.
    case gelu
    /// 1 / (1 + exp(-x)).
    case sigmoid
    /// The hyperbolic tangent.
    case tanh
  }

  /// A loss of the outputs o of one example; the outputs' losses are added up, and the batch's mean is taken over examples.
  public enum Loss: String, Sendable, CaseIterable {
    /// (o - t)^2 for targets t.
    case square
    /// max(0, 1 - t o) for targets t of +1 and -1.
    case hinge
    /// log(1 + exp(-t o)) for targets t of +1 and -1.
    case logistic
    /// -log softmax(o) at the example's class.
    case crossEntropy
  }

  /// A perceptron; with the defaults it has biases and rectifiers and is trained by the square loss.
  public init(
    widths: [Int], activation: Activation = .relu, hasBiases: Bool = true, loss: Loss = .square,
    frozenLayers: Set<Int> = []
  ) {
    precondition(widths.count >= 2, "a perceptron has inputs and outputs")
    precondition(widths.allSatisfy { $0 >= 1 }, "each layer has at least one unit")
    precondition(
      frozenLayers.allSatisfy { 0 <= $0 && $0 < widths.count - 1 }, "a frozen layer is one of the maps, from 0")
    self.widths = widths
    self.activation = activation
    self.hasBiases = hasBiases
    self.loss = loss
    self.frozenLayers = frozenLayers
  }

  /// The number of linear maps.
  public var layerCount: Int { widths.count - 1 }
}
