// A map with its rectifier in one operation against the two one after the other, to the bit.
import Tensors
import Testing

/// What follows the rectified map y.
private enum Sequel: CaseIterable, Sendable {
  /// Nothing but a loss.
  case loss
  /// A map to one output, whose gradient y gets as a column and a row.
  case oneOutput
  /// The same for two such maps, so that two gradients arrive.
  case twoMapsToOne
  /// The same where a node between y and the map also reads y.
  case oneOutputAfterAnotherReader
  /// A map to two outputs.
  case twoOutputs
}

private struct Run {
  var sequel: Sequel
  var rows: Int
  var outputs: Int
  var trainsBias = true
  var products: any MatrixProducts = NativeProducts()
  var keepsBlocks = false

  /// The loss and the gradients of x, W, b and the next map's weight, of the last of three steps of one tape.
  func callAsFunction<Scalar: TensorScalar>(fused: Bool, in: Scalar.Type) -> [Scalar] {
    let tape = Tape<Scalar>(products: products)
    tape.keepsBlocks = keepsBlocks
    return (0..<3).map { _ in step(on: tape, fused: fused) }.last ?? []
  }

  private func step<Scalar: TensorScalar>(on tape: Tape<Scalar>, fused: Bool) -> [Scalar] {
    tape.reset()
    let x = tape.variable(sampleMatrix(rows, 3, seed: 1))
    let weight = tape.variable(sampleMatrix(outputs, 3, seed: 2))
    let numbers: Tensor<Scalar> = sampleMatrix(1, outputs, seed: 3, scale: 0.3)
    let bias = trainsBias ? tape.variable(numbers) : tape.constant(numbers)
    let next = tape.variable(sampleMatrix(2, outputs, seed: 4))
    let row = tape.variable(sampleMatrix(1, outputs, seed: 5))
    let y =
      fused
      ? tape.rectifiedLinear(x, weight: weight, bias: bias) : tape.relu(tape.linear(x, weight: weight, bias: bias))
    let loss: Variable
    switch sequel {
    case .loss: loss = squared(y, on: tape)
    case .oneOutput: loss = squared(tape.linear(y, weight: row), on: tape)
    case .twoMapsToOne:
      loss = squared(tape.sum(tape.linear(y, weight: row), tape.linear(y, weight: row)), on: tape)
    case .oneOutputAfterAnotherReader:
      let other = squared(tape.gelu(tape.sum(y, y)), on: tape)
      loss = tape.weightedSum(other, weight: 0.5, squared(tape.linear(y, weight: row), on: tape), weight: 1)
    case .twoOutputs: loss = squared(tape.linear(y, weight: next), on: tape)
    }
    tape.backward(from: loss)
    return [tape.scalar(loss)] + [x, weight, bias, next, row].flatMap { tape.gradient(of: $0)?.elements ?? [] }
  }

  private func squared<Scalar: TensorScalar>(_ x: Variable, on tape: Tape<Scalar>) -> Variable {
    let targets: Tensor<Float> = sampleMatrix(x.rows, x.columns, seed: 6)
    return targets.elements.withUnsafeBufferPointer { tape.squaredLoss(x, targets: $0) }
  }
}

/// On either side of the kernel's blocks of 16 and 64 columns.
private let outputCounts = [1, 2, 15, 16, 17, 31, 33, 63, 64, 65, 79, 80, 130]

@Suite struct RectifiedLinearTests {
  @Test(arguments: Sequel.allCases)
  private func itsBitsAreThoseOfTheRectifierAfterTheMap(sequel: Sequel) {
    for outputs in outputCounts {
      for rows in [1, 2, 7, 33] {
        for trainsBias in [true, false] {
          let run = Run(sequel: sequel, rows: rows, outputs: outputs, trainsBias: trainsBias)
          let (fused, apart) = (run(fused: true, in: Float.self), run(fused: false, in: Float.self))
          #expect(fused.contains { $0 != 0 })
          #expect(fused.map(\.bitPattern) == apart.map(\.bitPattern), "\(rows) x \(outputs), bias \(trainsBias)")
          #expect(run(fused: true, in: Double.self) == run(fused: false, in: Double.self), "\(rows) x \(outputs)")
        }
      }
    }
  }

  @Test(arguments: Sequel.allCases)
  private func thatHoldsOfOtherProductsAndOfBlocksThatAreKept(sequel: Sequel) {
    for products in [NativeProducts(precision: .bfloat16), ReferenceProducts()] as [any MatrixProducts] {
      let run = Run(sequel: sequel, rows: 7, outputs: 33, products: products)
      #expect(run(fused: true, in: Float.self) == run(fused: false, in: Float.self))
    }
    let kept = Run(sequel: sequel, rows: 7, outputs: 33, keepsBlocks: true)
    let given = Run(sequel: sequel, rows: 7, outputs: 33)
    #expect(kept(fused: true, in: Float.self) == kept(fused: false, in: Float.self))
    #expect(kept(fused: true, in: Float.self) == given(fused: true, in: Float.self))
  }

  @Test func theSlopeAtZeroIsZero() throws {
    for outputs in [3, 16, 70] {
      let tape = Tape<Float>(products: NativeProducts())
      let x = tape.variable(Tensor(shape: [2, 1], elements: [1, 2]))
      // Output 0 is 0 in the first row alone, output 1 in both, and what arrives there is great.
      let weight = tape.variable(
        Tensor(shape: [outputs, 1], elements: [1, 0] + Array(repeating: 1, count: outputs - 2)))
      let bias = tape.variable(Tensor(shape: [1, outputs], elements: [-1] + Array(repeating: 0, count: outputs - 1)))
      let next = [1, 1e30] + [Float](repeating: 1, count: outputs - 2)
      let y = tape.rectifiedLinear(x, weight: weight, bias: bias)
      #expect(Array(tape.value(of: y).prefix(2)) == [0, 0] && tape.value(of: y)[outputs] == 1)
      // The hinge of the target -1 has slope 1 at outputs above -1.
      let end = tape.linear(y, weight: tape.constant(Tensor(shape: [1, outputs], elements: next)))
      tape.backward(from: [-1, -1].withUnsafeBufferPointer { tape.hingeLoss(end, targets: $0) })
      let (slope, sums) = (try #require(tape.gradient(of: weight)), try #require(tape.gradient(of: bias)))
      #expect(Array(slope.elements.prefix(3)) == [2, 0, 3])
      #expect(Array(sums.elements.prefix(3)) == [1, 0, 2])
    }
  }

  @Test func whatArrivedIsKeptWhereBlocksAre() throws {
    let tape = Tape<Double>(products: ReferenceProducts())
    tape.keepsBlocks = true
    let x = tape.variable(Tensor(shape: [1, 2], elements: [1, -1]))
    let y = tape.rectifiedLinear(x, weight: tape.constant(Tensor(shape: [2, 2], elements: [1, 0, 0, 1])))
    let loss = [Float](arrayLiteral: 2, 3).withUnsafeBufferPointer { tape.squaredLoss(y, targets: $0) }
    tape.backward(from: loss)
    #expect(tape.gradient(of: y)?.elements == [-2, -6], "before the gate")
    #expect(tape.gradient(of: x)?.elements == [-2, 0])
  }
}
