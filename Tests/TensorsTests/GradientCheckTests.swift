// The judge of gradients itself: what it must reject, and where it must not see ghosts.
import Tensors
import Testing

private func squares(_ tape: Tape<Double>, _ x: Variable) -> Variable {
  [Float](repeating: 0, count: x.rows * x.columns).withUnsafeBufferPointer { tape.squaredLoss(x, targets: $0) }
}

@Suite struct GradientCheckTests {
  private let x: Tensor<Double> = sampleMatrix(2, 3, seed: 1)

  @Test func theFaultNamesInputElementAndBothNumbers() throws {
    let y: Tensor<Double> = sampleMatrix(1, 3, seed: 2)
    // The walk sees the second input only once.
    let fault = try #require(
      gradientFault(at: [x, y]) { tape, v in
        let twice = tape.recordsGradients ? tape.constant(y) : v[1]
        return tape.weightedSum(squares(tape, tape.sum(v[1], twice)), weight: 1, squares(tape, v[0]), weight: 1)
      })
    #expect(fault.input == 1)
    #expect(fault.relativeError > 0.4)
    #expect(abs(fault.slope - 2 * fault.gradient) < 1e-8)
    #expect(fault.description.hasPrefix("input 1, element \(fault.element): the gradient is \(fault.gradient)"))
  }

  @Test func oneWrongElementOfManyIsCaught() {
    let wide: Tensor<Double> = sampleMatrix(4, 33, seed: 5)
    var mask = Tensor(shape: [4, 33], repeating: 0.0)
    mask[3, 32] = 1e-4
    let fault = gradientFault(at: [wide]) { tape, v in
      squares(tape, tape.recordsGradients ? v[0] : tape.sum(v[0], tape.constant(mask)))
    }
    #expect(fault?.element == 4 * 33 - 1)
  }

  @Test func aGradientThatIsMissingIsCaught() {
    #expect(gradientFault(at: [x]) { tape, v in squares(tape, tape.recordsGradients ? tape.constant(x) : v[0]) } != nil)
  }

  @Test func aLossThatIsNoNumberIsCaught() {
    var infinite = x
    infinite.elements[2] = .infinity
    #expect(gradientFault(at: [infinite]) { tape, v in squares(tape, v[0]) } != nil)
  }

  @Test func aSlopeOfZeroIsNoFaultWhateverRoundingSays() {
    // The sum of what LayerNorm makes of a row does not depend on the row: the slopes are 0, the differences noise.
    let ones = Tensor(shape: [1, 3], repeating: 1.0)
    let bias = Tensor(shape: [1, 3], repeating: 100.0)
    #expect(
      gradientFault(at: [x]) { tape, v in
        let normal = tape.layerNorm(v[0], gain: tape.constant(ones), bias: tape.constant(bias), epsilon: 1e-5)
        return squares(tape, tape.linear(normal, weight: tape.constant(ones)))
      } == nil)
  }
}
