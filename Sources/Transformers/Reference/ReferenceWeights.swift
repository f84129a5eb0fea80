// A model's numbers in the arithmetic of the reference decoder, and what each kind of weight does to a vector.
public import ExactArithmetic
internal import Tensors

/// y = W x + b in the arithmetic A.
@usableFromInline
struct ReferenceLinear<A: Arithmetic>: Sendable {
  @usableFromInline let weight: [A.Number]
  @usableFromInline let bias: [A.Number]?
  @usableFromInline let rowCount: Int
  @usableFromInline let columnCount: Int

  init(_ weight: Tensor<Float>, bias: [Float]? = nil, in arithmetic: A) {
    self.weight = weight.elements.map { arithmetic.number(Double($0)) }
    self.bias = bias.map { $0.map { arithmetic.number(Double($0)) } }
    rowCount = weight.rowCount
    columnCount = weight.columnCount
  }

  @inlinable
  func apply(_ x: [A.Number], in arithmetic: A) -> [A.Number] {
    var y: [A.Number] = []
    y.reserveCapacity(rowCount)
    for row in 0..<rowCount {
      let product = arithmetic.innerProduct(weight[row * columnCount..<(row + 1) * columnCount], x)
      if let bias { y.append(arithmetic.add(product, bias[row])) } else { y.append(product) }
    }
    return y
  }
}

/// A normalization in the arithmetic A.
@usableFromInline
struct ReferenceNormalization<A: Arithmetic>: Sendable {
  @usableFromInline let gain: [A.Number]
  @usableFromInline let bias: [A.Number]?

  init(_ weights: NormalizationWeights, in arithmetic: A) {
    gain = weights.gain.map { arithmetic.number(Double($0)) }
    bias = weights.bias.map { $0.map { arithmetic.number(Double($0)) } }
  }

  @inlinable
  func apply(
    _ x: [A.Number], _ configuration: ModelConfiguration, in arithmetic: A
  ) throws(ArithmeticError) -> [A.Number] {
    let count = arithmetic.number(Double(x.count))
    var y = x
    let epsilon: Double
    switch configuration.normalization {
    case .none: return x
    case .rootMeanSquare(let value): epsilon = value
    case .layer(let value):
      epsilon = value
      let mean = try arithmetic.divide(arithmetic.sum(x), count)
      for i in y.indices { y[i] = arithmetic.subtract(x[i], mean) }
    }
    let meanSquare = try arithmetic.divide(arithmetic.innerProduct(y, y), count)
    let scale = try arithmetic.reciprocalSquareRoot(arithmetic.add(meanSquare, arithmetic.number(epsilon)))
    for i in y.indices {
      y[i] = arithmetic.multiply(arithmetic.multiply(y[i], scale), gain[i])
      if let bias { y[i] = arithmetic.add(y[i], bias[i]) }
    }
    return y
  }
}

/// One layer in the arithmetic A.
@usableFromInline
struct ReferenceLayer<A: Arithmetic>: Sendable {
  @usableFromInline let attentionNormalization: ReferenceNormalization<A>
  @usableFromInline let query: ReferenceLinear<A>
  @usableFromInline let key: ReferenceLinear<A>
  @usableFromInline let value: ReferenceLinear<A>
  @usableFromInline let output: ReferenceLinear<A>
  @usableFromInline let feedForwardNormalization: ReferenceNormalization<A>
  @usableFromInline let gate: ReferenceLinear<A>?
  @usableFromInline let up: ReferenceLinear<A>
  @usableFromInline let down: ReferenceLinear<A>

  init(_ layer: LayerWeights, in arithmetic: A) {
    func linear(_ map: Linear) -> ReferenceLinear<A> { ReferenceLinear(map.weight, bias: map.bias, in: arithmetic) }
    attentionNormalization = ReferenceNormalization(layer.attentionNormalization, in: arithmetic)
    query = linear(layer.query)
    key = linear(layer.key)
    value = linear(layer.value)
    output = linear(layer.output)
    feedForwardNormalization = ReferenceNormalization(layer.feedForwardNormalization, in: arithmetic)
    gate = layer.gate.map(linear)
    up = linear(layer.up)
    down = linear(layer.down)
  }
}

/// All weights in the arithmetic A.
@usableFromInline
struct ReferenceWeights<A: Arithmetic>: Sendable {
  @usableFromInline let tokenEmbedding: [A.Number]
  @usableFromInline let positionEmbedding: [A.Number]?
  @usableFromInline let layers: [ReferenceLayer<A>]
  @usableFromInline let finalNormalization: ReferenceNormalization<A>
  @usableFromInline let head: ReferenceLinear<A>

  init(_ model: Model, in arithmetic: A) {
    tokenEmbedding = model.weights.tokenEmbedding.elements.map { arithmetic.number(Double($0)) }
    positionEmbedding = model.weights.positionEmbedding.map { $0.elements.map { arithmetic.number(Double($0)) } }
    layers = model.weights.layers.map { ReferenceLayer($0, in: arithmetic) }
    finalNormalization = ReferenceNormalization(model.weights.finalNormalization, in: arithmetic)
    head = ReferenceLinear(model.head, in: arithmetic)
  }
}
