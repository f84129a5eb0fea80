// The sawtooth that deep networks draw with two units a layer and shallow ones cannot (Telgarsky 2016).
import ExactArithmetic

/// Telgarsky's sawtooth: the tent map composed with itself.
public enum TelgarskySawtooth {
  /// The network of phi composed `depth` times, phi(x) = 2 ReLU(x) - 4 ReLU(x - 1/2), with 2^depth linear pieces on [0, 1].
  ///
  /// Each hidden layer has two units, ReLU(x) and ReLU(2x - 1): phi is twice their difference. Source: Telgarsky, *Benefits of depth in neural networks*,
  /// COLT 2016: a network of one hidden layer needs 2^depth - 1 units for the same function.
  ///
  /// - Parameter depth: the number of hidden layers, at least 1.
  /// - Returns: one input, one output, `depth` hidden layers of two units.
  public static func network(depth: Int) -> IntegerNetwork {
    precondition(depth >= 1, "a sawtooth has at least one hidden layer")
    typealias Term = IntegerNetwork.Term
    let first = IntegerNetwork.Layer(
      .relu, [IntegerNetwork.Row([Term(0, 1)], bias: 0), IntegerNetwork.Row([Term(0, 2)], bias: -1)])
    let further = IntegerNetwork.Layer(
      .relu,
      [
        IntegerNetwork.Row([Term(0, 2), Term(1, -2)], bias: 0),
        IntegerNetwork.Row([Term(0, 4), Term(1, -4)], bias: -1),
      ])
    return IntegerNetwork(
      uncheckedInputCount: 1, hiddenLayers: [first] + Array(repeating: further, count: depth - 1),
      outputs: [IntegerNetwork.Row([Term(0, 2), Term(1, -2)], bias: 0)])
  }
}
