// What the tests of gradient rules share: numbers that no rule treats alike, a loss of any matrix, and both widths at once.
import Tensors
import TestSupport

/// Numbers between -1 and 1, the same in each run.
func numbers(_ rows: Int, _ columns: Int, seed: Int) -> Tensor<Double> {
  var generator = SplitMix64(seed: seed)
  return Tensor(
    shape: [rows, columns], elements: (0..<rows * columns).map { _ in Double.random(in: -1...1, using: &generator) })
}

/// A function of matrices on a tape of either width.
protocol TapeFunction {
  func callAsFunction<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ inputs: [Variable]) -> Variable
}

extension Tape {
  /// The sum of all elements, each with a weight of its own: d y c for fixed vectors.
  func weighted(_ matrix: Variable) -> Variable {
    func vector(_ count: Int, _ step: Double) -> Variable {
      constant(
        Tensor<Scalar>(
          shape: [1, count],
          elements: (0..<count).map { Scalar(1 + (step * Double($0)).truncatingRemainder(dividingBy: 1)) }))
    }
    return linear(linear(vector(matrix.columns, 0.618), weight: matrix), weight: vector(matrix.rows, 0.414))
  }
}

/// The value of a function, and the gradients of its weighted sum, computed in `Scalar`.
func evaluate<Scalar: TensorScalar>(
  _ function: some TapeFunction, at inputs: [Tensor<Double>], in: Scalar.Type
) -> (value: [Double], gradients: [[Double]]) {
  let tape = Tape<Scalar>(products: ReferenceProducts())
  func variables() -> [Variable] {
    inputs.map { tape.variable(Tensor<Scalar>(shape: $0.shape, elements: $0.elements.map { Scalar($0) })) }
  }
  let value = tape.tensor(function(tape, variables())).elements.map { Double($0) }
  tape.reset()
  let leaves = variables()
  let result = function(tape, leaves)
  tape.backward(from: result.rows * result.columns == 1 ? result : tape.weighted(result))
  return (value, leaves.map { (tape.gradient(of: $0)?.elements ?? []).map { Double($0) } })
}

/// The greatest departure of one list of numbers from another over the latter's greatest; infinite where one has a number and the other none.
func relativeError(_ numbers: [Double], _ reference: [Double]) -> Double {
  guard numbers.count == reference.count else { return .infinity }
  let scale = reference.reduce(Double.leastNormalMagnitude) { max($0, abs($1)) }
  return zip(numbers, reference).reduce(0) { worst, pair in
    let error = abs(pair.0 - pair.1) / scale
    return error.isNaN ? .infinity : max(worst, error)
  }
}
