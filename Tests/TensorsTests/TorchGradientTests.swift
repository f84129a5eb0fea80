// The gradient of every operation against PyTorch's autograd in float64.
import Foundation
import Tensors
import TestSupport
import Testing

/// Tests/Python/goldens/gradients-of-torch-2.json, made by Tests/Python/make_gradient_goldens.py with torch 2.13.0.
private struct Golden: Decodable {
  struct Case: Decodable {
    var operation: String
    var rows: Int
    var columns: Int
    var loss: Double
    var gradients: [[Double]]
  }
  var torch: String
  var cases: [Case]

  static func read() throws -> Golden {
    let file = repositoryRoot.appending(path: "Tests/Python/goldens/gradients-of-torch-2.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }
}

@Suite struct TorchGradientTests {
  @Test func theGoldenHasEveryOperation() throws {
    #expect(Set(try Golden.read().cases.map(\.operation)) == Set(TestedOperation.allCases.map(\.rawValue)))
  }

  @Test(arguments: TestedOperation.allCases)
  func lossAndGradientsAreThoseOfPyTorch(operation: TestedOperation) throws {
    for golden in try Golden.read().cases where golden.operation == operation.rawValue {
      let tape = Tape<Double>(products: ReferenceProducts())
      let inputs: [Tensor<Double>] = operation.inputs(rows: golden.rows, columns: golden.columns)
      let variables = inputs.map { tape.variable($0) }
      let loss = operation.loss(tape, variables)
      tape.backward(from: loss)
      #expect(abs(tape.scalar(loss) - golden.loss) <= 1e-13 * max(1, abs(golden.loss)))
      #expect(golden.gradients.count == variables.count)
      for (variable, expected) in zip(variables, golden.gradients) {
        let gradient = try #require(tape.gradient(of: variable)).elements
        let scale = expected.reduce(1) { max($0, abs($1)) }
        let worst = zip(gradient, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(gradient.count == expected.count && worst <= 1e-12 * scale, "\(worst) of \(scale)")
      }
    }
  }
}
