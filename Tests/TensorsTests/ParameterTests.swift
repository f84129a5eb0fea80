// Parameters on a tape: one used several times, frozen ones, gradients that add up, joined matrices.
import Tensors
import Testing

/// A layout with a shared square matrix, a gain and a frozen matrix, and buffers for it.
private struct Model {
  var layout = ParameterLayout()
  let shared: Parameter
  let gain: Parameter
  let frozen: Parameter
  let values: AlignedBuffer<Double>
  let gradients: AlignedBuffer<Double>

  init() {
    shared = layout.addMatrix("shared", rows: 5, columns: 5)
    gain = layout.addVector("gain", count: 5)
    frozen = layout.addMatrix("frozen", rows: 5, columns: 5, isTrainable: false)
    values = AlignedBuffer(count: layout.bufferCount)
    gradients = AlignedBuffer(count: layout.bufferCount)
    for parameter in layout.parameters {
      let matrix: Tensor<Double> = sampleMatrix(parameter.rows, parameter.columns, seed: parameter.offset + 1)
      for (i, element) in matrix.elements.enumerated() { values.base[parameter.offset + i] = element }
    }
  }

  /// Two layers of the same weights around a frozen one; `again` records the shared matrix a second time as a node of its own.
  func loss(_ tape: Tape<Double>, _ v: [Variable], again: Variable) -> Variable {
    let x = tape.constant(sampleMatrix(3, 5, seed: 9))
    let first = tape.tanh(tape.linear(tape.rmsNorm(x, gain: v[1], epsilon: 1e-6), weight: v[0]))
    let middle = tape.linear(first, weight: v[2])
    let last = tape.linear(tape.rmsNorm(middle, gain: v[1], epsilon: 1e-6), weight: again, residual: first)
    return [Float](repeating: 0.5, count: 15).withUnsafeBufferPointer { tape.squaredLoss(last, targets: $0) }
  }

  func tensor(_ parameter: Parameter, of buffer: AlignedBuffer<Double>) -> Tensor<Double> {
    Tensor(shape: [parameter.rows, parameter.columns], elements: Array(buffer.elements[parameter.range]))
  }
}

@Suite struct ParameterTests {
  private let model = Model()
  private let tape = Tape<Double>(products: ReferenceProducts())

  /// Walks the model's loss with its parameters on the tape.
  private func walk(sharedIsRecordedTwice: Bool = false, seed: Double = 1) {
    tape.begin(parameters: model.values, gradients: model.gradients)
    let v = [model.shared, model.gain, model.frozen].map { tape.parameter($0) }
    let again = sharedIsRecordedTwice ? tape.parameter(model.shared) : v[0]
    tape.backward(from: model.loss(tape, v, again: again), seed: seed)
  }

  @Test func aSharedMatrixGetsTheSumOfItsUsesGradients() throws {
    #expect(
      gradientFault(at: [model.shared, model.gain, model.frozen].map { model.tensor($0, of: model.values) }) {
        model.loss($0, $1, again: $1[0])
      } == nil)
    walk()
    let once = model.tensor(model.shared, of: model.gradients)
    let variables = [model.shared, model.gain, model.frozen].map { tape.variable(model.tensor($0, of: model.values)) }
    tape.backward(from: model.loss(tape, variables, again: variables[0]))
    let expected = try #require(tape.gradient(of: variables[0]))
    for (a, b) in zip(once.elements, expected.elements) { #expect(abs(a - b) <= 1e-13) }

    model.gradients.fill(0)
    walk(sharedIsRecordedTwice: true)
    #expect(model.tensor(model.shared, of: model.gradients).elements == once.elements)
  }

  @Test func aFrozenParameterGetsNoGradientAndGapsStayZero() {
    walk()
    #expect(model.tensor(model.frozen, of: model.gradients).elements.allSatisfy { $0 == 0 })
    #expect(model.tensor(model.gain, of: model.gradients).elements.contains { $0 != 0 })
    let covered = Set(model.layout.parameters.flatMap { Array($0.range) })
    for i in 0..<model.layout.bufferCount where !covered.contains(i) { #expect(model.gradients.base[i] == 0) }
  }

  @Test func gradientsOfSeveralWalksAddUpTimesTheirSeeds() {
    walk()
    let once = Array(model.gradients.elements)
    walk(seed: 2)
    for (a, b) in zip(once, model.gradients.elements) { #expect(abs(3 * a - b) <= 1e-12 * max(1, abs(b))) }
  }

  @Test func withoutABufferOfGradientsNothingIsRecorded() {
    tape.begin(parameters: model.values, gradients: nil)
    #expect(!tape.recordsGradients)
    let loss = model.loss(
      tape, [model.shared, model.gain, model.frozen].map { tape.parameter($0) }, again: tape.parameter(model.shared))
    tape.backward(from: loss)
    #expect(model.gradients.elements.allSatisfy { $0 == 0 })
    tape.begin(parameters: model.values, gradients: model.gradients)
    #expect(tape.recordsGradients)
  }

  @Test func theTapeHoldsItsBuffers() {
    let parameter = model.gain
    func begin() {
      let values = AlignedBuffer<Double>(count: model.layout.bufferCount)
      values.fill(3)
      tape.begin(parameters: values, gradients: nil)
    }
    begin()
    #expect(tape.tensor(tape.parameter(parameter)).elements == [3, 3, 3, 3, 3])
  }

  @Test func parametersBeginAtMultiplesOf64BytesInOrder() {
    var layout = ParameterLayout()
    for count in [1, 15, 16, 17, 33] { layout.addVector("v\(count)", count: count) }
    #expect(layout.parameters.map(\.offset) == [0, 16, 32, 48, 80])
    #expect(layout.bufferCount == 128)
    #expect(layout.parameterCount == 82)
    #expect(layout["v17"]?.range == 48..<65)
    #expect(layout["v2"] == nil)
  }

  @Test func partsJoinOnlyWithoutGapAndOfOneKind() throws {
    var layout = ParameterLayout()
    let a = layout.addMatrix("a", rows: 2, columns: 8)
    let b = layout.addMatrix("b", rows: 3, columns: 8)
    let c = layout.addMatrix("c", rows: 2, columns: 8)
    let d = layout.addMatrix("d", rows: 4, columns: 4)
    let e = layout.addMatrix("e", rows: 4, columns: 4, isTrainable: false)
    let f = layout.addVector("f", count: 16)
    let g = layout.addVector("g", count: 5)
    let both = try #require(ParameterLayout.joined([a, b]))
    #expect(both.rows == 5 && both.columns == 8 && both.offset == a.offset && both.isTrainable && !both.isVector)
    #expect(ParameterLayout.joined([b, c]) == nil, "b ends within a block of 16")
    #expect(ParameterLayout.joined([a, a]) == nil, "a part comes once")
    #expect(ParameterLayout.joined([b, a]) == nil, "the order is that of the buffer")
    #expect(ParameterLayout.joined([c, d]) == nil, "other columns")
    #expect(ParameterLayout.joined([d, e]) == nil, "one is frozen")
    #expect(ParameterLayout.joined([e, f]) == nil, "a matrix and a vector")
    #expect(ParameterLayout.joined([]) == nil)
    let vectors = try #require(ParameterLayout.joined([f, g]))
    #expect(vectors.shape == [21] && vectors.isVector)
  }
}
