// The only layer of a model, with its embedding and its head, in a format.
import ExactArithmetic
import Tensors
import Transformers

/// A model of one layer without normalization, in a format: what the reference decoder computes with it, part by part.
struct FiniteLayer: Sendable {
  let configuration: ModelConfiguration
  let query: FiniteMap
  let key: FiniteMap
  let value: FiniteMap
  let output: FiniteMap
  let up: FiniteMap
  let down: FiniteMap
  let head: FiniteMap
  /// What scores are multiplied by.
  let scale: FiniteNumber
  /// The coordinates of the residual stream that attention's output, the feedforward layer or the head write or read.
  let livingColumns: [Int]
  private let model: Model

  /// - Throws: a doubt that names what is not covered.
  init(_ model: Model, in arithmetic: inout TracedFormat) throws(Doubt) {
    do throws(ModelError) {
      try model.validate()
    } catch {
      throw Doubt("the model is no model: \(error.faults[0])")
    }
    let configuration = model.configuration
    guard configuration.layerCount == 1, let layer = model.weights.layers.first else {
      throw Doubt("finite precision is shown for models of one layer, and this has \(configuration.layerCount)")
    }
    guard configuration.normalization == .none else {
      throw Doubt("finite precision is shown for models without normalization")
    }
    guard configuration.positions == .learned else {
      throw Doubt("finite precision is shown for learned positions, not for rotary ones")
    }
    guard configuration.feedForward == .relu else {
      throw Doubt("finite precision is shown for feedforward layers with ReLU alone")
    }
    guard configuration.headCount <= 6 else {
      throw Doubt("finite precision is shown for up to 6 heads, and this model has \(configuration.headCount)")
    }
    guard arithmetic.format.one == FiniteNumber(significand: 1, exponent: 0) else {
      throw Doubt("1 is not a number of the format (\(arithmetic.format))")
    }
    self.configuration = configuration
    self.model = model
    query = FiniteMap(layer.query, in: &arithmetic)
    key = FiniteMap(layer.key, in: &arithmetic)
    value = FiniteMap(layer.value, in: &arithmetic)
    output = FiniteMap(layer.output, in: &arithmetic)
    up = FiniteMap(layer.up, in: &arithmetic)
    down = FiniteMap(layer.down, in: &arithmetic)
    head = FiniteMap(model.head, in: &arithmetic)
    scale = arithmetic.number(configuration.resolvedAttentionScale)
    var marks = [Bool](repeating: false, count: configuration.hiddenSize)
    up.markColumns(in: &marks)
    head.markColumns(in: &marks)
    output.markRows(in: &marks)
    down.markRows(in: &marks)
    livingColumns = marks.indices.filter { marks[$0] }
  }

  /// The key-value head that query head `h` reads.
  func group(ofHead h: Int) -> Int { h / (configuration.headCount / configuration.keyValueHeadCount) }

  /// The residual stream before attention where `token` stands at `position`, into `stream`.
  func embed(
    _ token: Int, at position: Int, into stream: inout [FiniteNumber], in arithmetic: inout TracedFormat
  ) {
    let width = configuration.hiddenSize
    let weights = model.weights
    stream.removeAll(keepingCapacity: true)
    for i in 0..<width {
      stream.append(arithmetic.number(Double(weights.tokenEmbedding.elements[token * width + i])))
    }
    guard let table = weights.positionEmbedding else { return }
    for i in 0..<width {
      stream[i] = arithmetic.add(stream[i], arithmetic.number(Double(table.elements[position * width + i])))
    }
  }

  /// The sum of the rounded products, from left to right, times the scale.
  func score(
    _ query: some Sequence<FiniteNumber>, _ key: some Sequence<FiniteNumber>, in arithmetic: inout TracedFormat
  ) -> FiniteNumber {
    var sum = arithmetic.format.zero
    for (a, b) in zip(query, key) { sum = arithmetic.add(sum, arithmetic.multiply(a, b)) }
    return arithmetic.multiply(sum, scale)
  }

  /// The logits where the stream before attention is `stream` and each head fetched the vector that stands for it in `heads`, shape [H * D].
  func logits(
    after stream: [FiniteNumber], fetching heads: [FiniteNumber], in arithmetic: inout TracedFormat
  ) -> [FiniteNumber] {
    var stream = stream
    var change: [FiniteNumber] = []
    output.apply(heads, into: &change, in: &arithmetic)
    for i in stream.indices { stream[i] = arithmetic.add(stream[i], change[i]) }
    var hidden: [FiniteNumber] = []
    up.apply(stream, into: &hidden, in: &arithmetic)
    for i in hidden.indices where hidden[i] < arithmetic.format.zero { hidden[i] = arithmetic.format.zero }
    down.apply(hidden, into: &change, in: &arithmetic)
    for i in stream.indices { stream[i] = arithmetic.add(stream[i], change[i]) }
    head.apply(stream, into: &change, in: &arithmetic)
    return change
  }
}
