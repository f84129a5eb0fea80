// The gradient of every operation against differences, and against each other in float32 and float64.
import Tensors
import Testing

/// Extents on either side of the kernels' blocks of 16.
private let extents: [(rows: Int, columns: Int)] = [(1, 1), (3, 2), (2, 15), (4, 16), (3, 17), (2, 35)]

@Suite struct GradientTests {
  @Test(arguments: TestedOperation.allCases)
  func everyGradientIsTheSlopeOfItsOperation(operation: TestedOperation) {
    for (rows, columns) in extents {
      let inputs: [Tensor<Double>] = operation.inputs(rows: rows, columns: columns)
      let fault = gradientFault(at: inputs, of: operation.loss)
      #expect(fault == nil, "\(rows) x \(columns): \(fault.map(String.init(describing:)) ?? "")")
    }
  }

  @Test(arguments: TestedOperation.allCases)
  func aRuleThatIsOffByAHundredThousandthIsCaughtAndOneOffByAHundredMillionthPasses(operation: TestedOperation) {
    let inputs: [Tensor<Double>] = operation.inputs(rows: 3, columns: 17)
    // The differences are taken of a loss that is as much greater as the gradient is too small.
    func fault(_ excess: Double) -> GradientFault? {
      gradientFault(at: inputs) { tape, v in
        let loss = operation.loss(tape, v)
        return tape.recordsGradients ? loss : tape.weightedSum(loss, weight: 1 + excess)
      }
    }
    #expect(fault(1e-5) != nil)
    #expect(fault(1e-8) == nil)
  }

  @Test(arguments: TestedOperation.allCases)
  func float32FollowsFloat64(operation: TestedOperation) {
    for (rows, columns) in extents + [(5, 64), (3, 176), (2, 1024)]
    where operation != .linearOfItsResidual || columns < 200 {
      func run<Scalar: TensorScalar>(_: Scalar.Type) -> (loss: Double, gradients: [[Double]]) {
        let tape = Tape<Scalar>(products: ReferenceProducts())
        let inputs: [Tensor<Scalar>] = operation.inputs(rows: rows, columns: columns)
        let variables = inputs.map { tape.variable($0) }
        let loss = operation.loss(tape, variables)
        tape.backward(from: loss)
        return (Double(tape.scalar(loss)), variables.map { tape.gradient(of: $0)?.elements.map { Double($0) } ?? [] })
      }
      let (single, double) = (run(Float.self), run(Double.self))
      #expect(abs(single.loss - double.loss) <= 1e-5 * max(1, abs(double.loss)))
      // Where the gradients of numbers near 1 cancel or vanish, their rounding is left: hence the summand.
      for (a, b) in zip(single.gradients, double.gradients) {
        let scale = b.reduce(0) { max($0, abs($1)) }
        let worst = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(a.count == b.count && worst <= 1e-4 * scale + 1e-6, "\(rows) x \(columns): \(worst) of \(scale)")
      }
    }
  }
}
