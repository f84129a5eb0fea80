// Where values and gradients stand: operations in place, blocks that are kept, given back and used again.
import Tensors
import Testing

/// The loss of a record in which places are taken, gradients handed over and variables used more than once.
private func tangle<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
  let x = tape.rmsNorm(v[0], gain: v[2], epsilon: 1e-6)
  let first = tape.relu(tape.linear(x, weight: v[1]))
  let second = tape.sigmoid(tape.linear(first, weight: v[1], residual: first))
  let third = tape.linear(tape.tanh(tape.sum(second, second)), weight: v[1], bias: v[2], residual: x)
  let gated = tape.swiGLU(gate: third.columns(0..<third.columns - 1), up: third.columns(1..<third.columns))
  let targets = [Float](repeating: 0.25, count: gated.rows * gated.columns)
  let loss = targets.withUnsafeBufferPointer { tape.squaredLoss(tape.gelu(gated), targets: $0, normalization: 0.5) }
  let ones = [Float](repeating: 1, count: v[0].rows * v[0].columns)
  let hinge = ones.withUnsafeBufferPointer { tape.hingeLoss(second, targets: $0) }
  return tape.weightedSum(loss, weight: 0.5, hinge, weight: 2)
}

private let inputs: [Tensor<Double>] = [
  sampleMatrix(5, 7, seed: 1), sampleMatrix(7, 7, seed: 2), sampleMatrix(1, 7, seed: 3),
]

/// The gradients of the tangle's inputs.
private func gradients(_ tape: Tape<Double>) -> [[Double]] {
  let variables = inputs.map { tape.variable($0) }
  tape.backward(from: tangle(tape, variables))
  return variables.map { tape.gradient(of: $0)?.elements ?? [] }
}

@Suite struct TapeMemoryTests {
  @Test func aTangleOfPlacesHasTheGradientsOfItsSlopes() {
    #expect(gradientFault(at: inputs, of: tangle) == nil)
  }

  @Test func blocksThatAreKeptChangeNoBit() {
    let (plain, keeping) = (Tape<Double>(products: ReferenceProducts()), Tape<Double>(products: ReferenceProducts()))
    keeping.keepsBlocks = true
    #expect(gradients(plain) == gradients(keeping))
  }

  @Test func memoryThatWasUsedBeforeChangesNoBit() {
    let fresh = gradients(Tape(products: ReferenceProducts()))
    let tape = Tape<Double>(products: ReferenceProducts())
    for _ in 0..<3 {
      // What an earlier record leaves behind is no number anywhere.
      let waste = tape.variable(Tensor(shape: [200, 200], repeating: Double.nan))
      tape.backward(from: tape.squared(tape.gelu(tape.linear(waste, weight: waste))))
      tape.reset()
      #expect(gradients(tape) == fresh)
      tape.reset()
    }
  }

  @Test(arguments: TestedOperation.allCases)
  func everyOperationIgnoresWhatItsMemoryHeld(operation: TestedOperation) {
    func gradients(_ tape: Tape<Float>) -> [[Float]] {
      let inputs: [Tensor<Float>] = operation.inputs(rows: 3, columns: 17)
      let variables = inputs.map { tape.variable($0) }
      tape.backward(from: operation.loss(tape, variables))
      return variables.map { tape.gradient(of: $0)?.elements ?? [] }
    }
    let tape = Tape<Float>(products: ReferenceProducts())
    let waste = tape.variable(Tensor(shape: [120, 120], repeating: Float.nan))
    tape.backward(from: tape.squared(tape.gelu(tape.linear(waste, weight: waste))))
    tape.reset()
    let again = gradients(tape)
    #expect(again == gradients(Tape(products: ReferenceProducts())))
    #expect(again.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isFinite) })
  }

  @Test func keptBlocksShowWhatArrivedAtEachOperation() throws {
    let tape = Tape<Double>(products: ReferenceProducts())
    tape.keepsBlocks = true
    let x = tape.variable(Tensor(shape: [1, 3], elements: [-1, 2, 3]))
    let y = tape.relu(x)
    let z = tape.sigmoid(y)
    let loss = tape.squared(z)
    tape.backward(from: loss)
    let expected = tape.tensor(z).elements.map { 2 * $0 }
    #expect(tape.gradient(of: z)?.elements == expected)
    let arrived = try #require(tape.gradient(of: y)).elements
    #expect(arrived.allSatisfy { $0 > 0 }, "the rectifier closes the gate below it, not above")
    #expect(tape.gradient(of: x)?.elements == [0, arrived[1], arrived[2]])
  }

  @Test func aRecordWithKeptBlocksIsWalkedFromSeveralLossesOneByOne() throws {
    let tape = Tape<Double>(products: ReferenceProducts())
    tape.keepsBlocks = true
    let x = tape.variable(sampleMatrix(2, 3, seed: 1))
    let trunk = tape.gelu(x)
    let (first, second) = (tape.squared(trunk), tape.squared(tape.sum(trunk, trunk)))
    tape.backward(from: first)
    tape.backward(from: second)
    let oneByOne = try #require(tape.gradient(of: x)).elements

    tape.reset()
    let again = tape.variable(sampleMatrix(2, 3, seed: 1))
    let common = tape.gelu(again)
    tape.backward(
      from: tape.weightedSum(tape.squared(common), weight: 1, tape.squared(tape.sum(common, common)), weight: 1))
    let together = try #require(tape.gradient(of: again)).elements
    for (a, b) in zip(oneByOne, together) { #expect(abs(a - b) <= 1e-12) }
  }

  @Test func aPlaceIsTakenOnlyFromTheNewestResultThatNobodyReadsAgain() {
    let tape = Tape<Double>(products: ReferenceProducts())
    let x = tape.variable(sampleMatrix(2, 3, seed: 1))
    _ = tape.relu(x)
    #expect(tape.holdsValue(of: x), "a leaf is the caller's")
    let sum = tape.sum(x, x)
    let tanh = tape.tanh(sum)
    #expect(!tape.holdsValue(of: sum))
    _ = tape.relu(tanh)
    #expect(tape.holdsValue(of: tanh), "the slope of tanh is read off its result")
    let older = tape.sum(x, x)
    _ = tape.gelu(older)
    _ = tape.sigmoid(older)
    #expect(tape.holdsValue(of: older), "it was not the newest")
    tape.keepsBlocks = true
    let kept = tape.sum(x, x)
    _ = tape.relu(kept)
    #expect(tape.holdsValue(of: kept))
  }

  @Test func withoutGradientsNothingIsWalkedAndTheLossIsTheSame() {
    let tape = Tape<Double>(products: ReferenceProducts())
    let recorded = tape.scalar(tangle(tape, inputs.map { tape.variable($0) }))
    tape.reset()
    tape.recordsGradients = false
    let variables = inputs.map { tape.variable($0) }
    let loss = tangle(tape, variables)
    tape.backward(from: loss)
    #expect(tape.scalar(loss) == recorded)
    #expect(variables.allSatisfy { tape.gradient(of: $0) == nil })
  }

  @Test func chunksBecomeOneAndThenStayForStepsOfAnySizeUpToTheGreatest() {
    let tape = Tape<Float>(products: ReferenceProducts())
    func step(_ rows: Int) {
      tape.reset()
      var x = tape.constant(Tensor(shape: [rows, 1000], repeating: Float(0.5)))
      let gain = tape.variable(Tensor(shape: [1, 1000], repeating: Float(1)))
      for _ in 0..<6 { x = tape.silu(tape.rmsNorm(x, gain: gain, epsilon: 1e-5)) }
      tape.backward(from: tape.squared(x))
    }
    step(300)
    #expect(tape.allocationCount > 1, "the first step needs several chunks")
    step(300)
    let (count, capacity) = (tape.allocationCount, tape.capacityInBytes)
    for rows in [300, 1, 120, 300, 17] { step(rows) }
    #expect(tape.allocationCount == count)
    #expect(tape.capacityInBytes == capacity)
    step(900)
    #expect(tape.allocationCount > count, "a greater step needs more")
  }

  @Test func theWalkUsesTheBlocksThatItHasPassed() {
    func capacity(keepsBlocks: Bool) -> Int {
      let tape = Tape<Float>(products: ReferenceProducts())
      tape.keepsBlocks = keepsBlocks
      var x = tape.variable(Tensor(shape: [100, 1000], repeating: Float(0.5)))
      for _ in 0..<20 { x = tape.sum(x, x) }
      tape.backward(from: tape.squared(x))
      return tape.capacityInBytes
    }
    #expect(2 * capacity(keepsBlocks: false) <= capacity(keepsBlocks: true) + (16 << 20))
  }
}

extension Tape {
  /// The sum of the squares of all elements.
  fileprivate func squared(_ x: Variable) -> Variable {
    [Float](repeating: 0, count: x.rows * x.columns).withUnsafeBufferPointer { squaredLoss(x, targets: $0) }
  }
}
