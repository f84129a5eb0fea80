// The gradients of a small network against those that the compiler derives from the same network in plain Swift.
import Foundation
import Tensors
import Testing
import _Differentiation

/// tanh with its derivative, which the compiler is told.
@differentiable(reverse)
private func tangent(_ x: Double) -> Double { tanh(x) }

@derivative(of: tangent)
private func tangentWithPullback(_ x: Double) -> (value: Double, pullback: (Double) -> Double) {
  let y = tanh(x)
  return (y, { $0 * (1 - y * y) })
}

private let inputs = 3
private let hidden = 4
private let rows = 5

/// The squared loss of v tanh(W x + b) + c over all rows; `p` holds W by rows, b, v and c one after the other.
@differentiable(reverse)
private func loss(_ p: [Double], _ x: [Double], _ targets: [Double]) -> Double {
  var sum = 0.0
  for r in 0..<withoutDerivative(at: rows) {
    var output = p[withoutDerivative(at: hidden * inputs + 2 * hidden)]
    for h in 0..<withoutDerivative(at: hidden) {
      var activation = p[withoutDerivative(at: hidden * inputs + h)]
      for i in 0..<withoutDerivative(at: inputs) {
        activation += p[withoutDerivative(at: h * inputs + i)] * x[withoutDerivative(at: r * inputs + i)]
      }
      output += p[withoutDerivative(at: hidden * inputs + hidden + h)] * tangent(activation)
    }
    let distance = output - targets[withoutDerivative(at: r)]
    sum += distance * distance
  }
  return sum
}

@Suite struct CompilerGradientTests {
  @Test func aPerceptronHasTheGradientsThatTheCompilerDerives() throws {
    let x: Tensor<Double> = sampleMatrix(rows, inputs, seed: 1)
    let parameters: [Tensor<Double>] = [
      sampleMatrix(hidden, inputs, seed: 2), sampleMatrix(1, hidden, seed: 3), sampleMatrix(1, hidden, seed: 4),
      sampleMatrix(1, 1, seed: 5),
    ]
    let targets = (0..<rows).map { Float($0 % 2) - 0.5 }

    let tape = Tape<Double>(products: ReferenceProducts())
    let v = parameters.map { tape.variable($0) }
    let layer = tape.tanh(tape.linear(tape.constant(x), weight: v[0], bias: v[1]))
    let outputs = tape.linear(layer, weight: v[2], bias: v[3])
    let recorded = targets.withUnsafeBufferPointer { tape.squaredLoss(outputs, targets: $0) }
    tape.backward(from: recorded)
    let ours = try v.flatMap { try #require(tape.gradient(of: $0)).elements }

    let flat = parameters.flatMap(\.elements)
    let exactTargets = targets.map { Double($0) }
    let (value, derived) = valueWithGradient(at: flat) { loss($0, x.elements, exactTargets) }
    #expect(abs(value - tape.scalar(recorded)) <= 1e-14 * value)
    #expect(ours.count == flat.count && derived.base.count == flat.count)
    for (a, b) in zip(ours, derived.base) { #expect(abs(a - b) <= 1e-13 * max(1, abs(b))) }
  }
}
