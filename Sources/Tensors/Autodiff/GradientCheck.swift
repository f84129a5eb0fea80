// Gradients against differences: whether what the rules say is the slope of what the operations compute.

/// Where a gradient departs from the slope of its function.
public struct GradientFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// Which of the inputs.
  public let input: Int
  /// Which of its elements, by rows.
  public let element: Int
  /// What the backward walk says.
  public let gradient: Double
  /// What the differences say.
  public let slope: Double
  /// Their distance over the greatest slope of the input's elements, or over what differences can tell from 0.
  public let relativeError: Double

  /// The fault as a sentence.
  public var description: String {
    "input \(input), element \(element): the gradient is \(gradient), the slope \(slope) (relative error \(relativeError))"
  }
}

/// Compares the gradients of a loss with central differences in float64 (steps h and h / 2, extrapolated to an error of order h^4).
///
/// - Parameters:
///   - inputs: The matrices at which to compare; every element of each is moved.
///   - tolerance: The greatest error that passes, relative to the greatest slope of the input's elements or, where all are less, to the least
///     slope that differences of that tolerance can tell from the rounding of the loss.
///   - step: h, relative to an element's size where that exceeds 1.
///   - products: What computes the products.
///   - loss: The function: a single number on the tape of the inputs, without random choices.
/// - Returns: The greatest departure where it exceeds the tolerance, or `nil`.
public func gradientFault(
  at inputs: [Tensor<Double>], tolerance: Double = 1e-6, step: Double = 1e-3,
  products: any MatrixProducts = ReferenceProducts(), of loss: (Tape<Double>, [Variable]) -> Variable
) -> GradientFault? {
  let tape = Tape<Double>(products: products)
  let variables = inputs.map { tape.variable($0) }
  tape.backward(from: loss(tape, variables))
  let gradients = variables.map { tape.gradient(of: $0)?.elements ?? [] }

  let plain = Tape<Double>(products: products)
  plain.recordsGradients = false
  func value(_ moved: [Tensor<Double>]) -> Double {
    plain.reset()
    return plain.scalar(loss(plain, moved.map { plain.variable($0) }))
  }
  func difference(_ input: Int, _ element: Int, _ h: Double) -> Double {
    var moved = inputs
    let (above, below) = (inputs[input].elements[element] + h, inputs[input].elements[element] - h)
    moved[input].elements[element] = above
    let upper = value(moved)
    moved[input].elements[element] = below
    return (upper - value(moved)) / (above - below)
  }

  // A loss is rounded by a few 2^-53 of itself, its differences by that over the step: below this scale they are noise.
  let noise = 8 * Double.ulpOfOne * max(1, abs(value(inputs))) / (step * tolerance)
  var worst: GradientFault?
  for input in inputs.indices {
    let slopes = inputs[input].elements.indices.map { element in
      let h = step * max(1, abs(inputs[input].elements[element]))
      return (4 * difference(input, element, h / 2) - difference(input, element, h)) / 3
    }
    let scale = max(slopes.reduce(0) { max($0, abs($1)) }, noise)
    for element in slopes.indices {
      let error = abs(gradients[input][element] - slopes[element]) / scale
      if !(error <= tolerance), !(error <= worst?.relativeError ?? -1) {
        worst = GradientFault(
          input: input, element: element, gradient: gradients[input][element], slope: slopes[element],
          relativeError: error)
      }
    }
  }
  return worst
}
