// The tape itself: its leaves, its memory, and the gradients of linear maps, sums and rectifiers.
import Tensors
import Testing

/// A matrix of small numbers that no rule treats alike.
private func matrix(_ rows: Int, _ columns: Int, seed: Int) -> Tensor<Double> {
  let elements = (0..<rows * columns).map { (i: Int) -> Double in
    let mixed: Int = (i + seed) * 7919 + seed * 104_729
    return Double(mixed % 197) / 98.5 - 1
  }
  return Tensor(shape: [rows, columns], elements: elements)
}

@Suite struct TapeTests {
  /// x (row) -> relu(x W^T + b) V^T + x U^T, a single number.
  private func network(_ tape: Tape<Double>, _ v: [Variable]) -> Variable {
    let hidden = tape.relu(tape.linear(v[0], weight: v[1], bias: v[2]))
    let direct = tape.linear(v[0], weight: v[4])
    let first = tape.linear(hidden, weight: v[3], residual: direct)
    return tape.weightedSum(tape.sum(first, direct), weight: 0.75, first, weight: -2)
  }
  private let inputs = [
    matrix(1, 5, seed: 1), matrix(7, 5, seed: 2), matrix(1, 7, seed: 3), matrix(1, 7, seed: 4), matrix(1, 5, seed: 5),
  ]

  @Test func gradientsAreTheSlopesOfTheLoss() {
    #expect(gradientFault(at: inputs, of: network) == nil)
  }

  @Test func aWrongGradientIsCaught() {
    let fault = gradientFault(at: inputs) { tape, v in
      // Without gradients the loss is another one, so that the walk and the differences disagree.
      tape.recordsGradients ? network(tape, v) : tape.weightedSum(network(tape, v), weight: 1.000_01)
    }
    #expect(fault != nil)
  }

  @Test func fromTheSecondStepOnNothingIsAllocated() {
    let tape = Tape<Double>(products: ReferenceProducts())
    func step() {
      tape.reset()
      tape.backward(from: network(tape, inputs.map { tape.variable($0) }))
    }
    step()
    let count = tape.allocationCount
    for _ in 0..<10 { step() }
    #expect(tape.allocationCount == count)
  }
}
