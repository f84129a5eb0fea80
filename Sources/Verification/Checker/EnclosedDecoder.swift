// A decoder of any number of layers on one text, every number enclosed: plain loops, in the order of the definition.
//
// Where `Derivation` follows all inputs at once, and one layer, this follows one input at a time, whatever the model is made of.
package import ExactArithmetic
import Tensors
package import Transformers

#if canImport(Glibc)
  import Glibc
#endif

/// All numbers that an implementation may compute on a text, token by token, with a cache that can be cut back.
package struct EnclosedDecoder<E: Enclosure> {
  private let configuration: ModelConfiguration
  private let layers: [EnclosedLayer<E>]
  private let embedding: Tensor<Float>
  private let positions: Tensor<Float>?
  private let finalNormalization: NormalizationWeights
  private let head: SparseMap
  private let inverseFrequencies: [Double]
  private(set) var operations: Operations<E>
  /// By layer and position: the rotated key and the value of every key-value head.
  private var keys: [[[E]]]
  private var values: [[[E]]]
  /// The number of tokens read so far.
  package private(set) var positionCount = 0

  package init(_ model: Model, rounding: RoundingModel?, isHard: Bool) {
    configuration = model.configuration
    operations = Operations(model: rounding, isHard: isHard)
    layers = model.weights.layers.map { EnclosedLayer($0) }
    embedding = model.weights.tokenEmbedding
    positions = model.weights.positionEmbedding
    finalNormalization = model.weights.finalNormalization
    head = SparseMap(model.weights.head ?? model.weights.tokenEmbedding)
    if case .rotary(let rotary) = configuration.positions {
      inverseFrequencies = rotary.inverseFrequencies(headSize: configuration.headSize)
    } else {
      inverseFrequencies = []
    }
    keys = Array(repeating: [], count: model.weights.layers.count)
    values = keys
  }

  /// Forgets all tokens but the first `count`.
  package mutating func cut(to count: Int) {
    guard count < positionCount else { return }
    for i in keys.indices {
      keys[i].removeLast(positionCount - count)
      values[i].removeLast(positionCount - count)
    }
    positionCount = count
  }

  /// Reads a token without asking what follows it.
  mutating func read(_ token: Int) throws(Doubt) { _ = try stream(token, isScored: false) }

  /// Reads a token; the scores of the next, one a token of the vocabulary.
  package mutating func scores(after token: Int) throws(Doubt) -> [E] {
    let last = try normalized(try stream(token, isScored: true), finalNormalization)
    return (0..<head.rowCount).map { operations.innerProduct(head, $0, last) }
  }

  /// The residual vector after all layers; where nothing is asked of it, the last layer is left out but for what later positions look up.
  private mutating func stream(_ token: Int, isScored: Bool) throws(Doubt) -> [E] {
    let c = configuration.hiddenSize
    var x = (0..<c).map { E(Double(embedding.elements[token * c + $0])) }
    if let positions {
      for i in 0..<c { x[i] = operations.sum(x[i], E(Double(positions.elements[positionCount * c + i]))) }
    }
    for i in layers.indices {
      let read = try normalized(x, layers[i].attentionNormalization)
      remember(i, read)
      if i == layers.count - 1, !isScored { break }
      try attend(i, read, &x)
      try feed(layers[i], try normalized(x, layers[i].feedForwardNormalization), &x)
    }
    positionCount += 1
    return x
  }

  // MARK: Normalization

  private mutating func normalized(_ x: [E], _ weights: NormalizationWeights) throws(Doubt) -> [E] {
    let n = E(Double(x.count))
    var centred = x
    let epsilon: Double
    switch configuration.normalization {
    case .none: return x
    case .rootMeanSquare(let value): epsilon = value
    case .layer(let value):
      epsilon = value
      let mean = try mean(operations.sum(x), n)
      centred = x.map { operations.sum($0, -mean) }
    }
    // A square is a product of equal factors, which is never negative.
    let squares = centred.map { operations.product($0, $0).raised(toAtLeast: 0) }
    var meanSquare = try mean(operations.sum(squares), n)
    if epsilon != 0 { meanSquare = operations.sum(meanSquare, operations.rounded(E(epsilon))) }
    guard meanSquare.lowerBound > 1e-12, meanSquare.upperBound < 1e30,
      let inverse = meanSquare.reciprocalSquareRoot()
    else { throw Doubt("a normalization divides by nearly nothing") }
    let scale = operations.rounded(inverse, multiple: operations.model?.functionMultiple ?? 1)
    return centred.indices.map { i in
      let y = operations.product(operations.product(scale, centred[i]), E(Double(weights.gain[i])))
      return weights.bias.map { operations.sum(y, E(Double($0[i]))) } ?? y
    }
  }

  /// A sum divided by the width, or multiplied by its rounded reciprocal.
  private mutating func mean(_ sum: E, _ n: E) throws(Doubt) -> E {
    guard let quotient = sum.divided(by: n) else { throw Doubt("a width of 0") }
    return operations.rounded(quotient, multiple: 2)
  }

  // MARK: Attention

  /// Puts the position's keys and values into the cache.
  private mutating func remember(_ index: Int, _ x: [E]) {
    let layer = layers[index]
    keys[index].append(rotated(layer.key, x))
    values[index].append((0..<layer.value.rowCount).map { operations.innerProduct(layer.value, $0, x) })
  }

  private mutating func attend(_ index: Int, _ x: [E], _ stream: inout [E]) throws(Doubt) {
    let layer = layers[index]
    let size = configuration.headSize
    let queries = rotated(layer.query, x)
    let scale = configuration.resolvedAttentionScale
    // 1 / sqrt(D) was rounded to a double, and an implementation may round it again.
    let factor =
      BinaryDigits.isPowerOfTwo(scale)
      ? E(scale) : operations.rounded(Operations<E>.widened(E(scale), relative: 0x1p-50, absolute: 0))
    let perGroup = configuration.headCount / configuration.keyValueHeadCount
    var brought: [E] = []
    for h in 0..<configuration.headCount {
      let start = h / perGroup * size
      var scores: [E] = []
      for key in keys[index] {
        let products = (0..<size).map { operations.product(queries[h * size + $0], key[start + $0]) }
        scores.append(operations.product(operations.sum(products), factor))
      }
      let weights = try attentionWeights(scores)
      for i in start..<start + size {
        let parts = values[index].indices.map { operations.product(weights[$0], values[index][$0][i]) }
        brought.append(operations.sum(parts))
      }
    }
    for c in layer.output.activeRows {
      stream[c] = operations.sum(stream[c], operations.innerProduct(layer.output, c, brought))
    }
  }

  /// What softmax makes of scores; the greatest is taken off first.
  private mutating func attentionWeights(_ scores: [E]) throws(Doubt) -> [E] {
    var best = 0
    for j in scores.indices where scores[j].lowerBound > scores[best].lowerBound { best = j }
    let winner = scores[best]
    let isUnique = scores.indices.allSatisfy { $0 == best || scores[$0].isCertainlyLess(than: winner) }
    if operations.isHard {
      if isUnique { return scores.indices.map { $0 == best ? .one : .zero } }
      // Whichever of several greatest ones is taken, or their mean.
      return scores.map { $0.isCertainlyLess(than: winner) ? .zero : E(lower: 0, upper: 1) }
    }
    // What is taken off is the greatest of the computed scores, one of which each of them is.
    let greatest = E(lower: winner.lowerBound, upper: scores.reduce(winner.upperBound) { max($0, $1.upperBound) })
    let exponentials = scores.indices.map { j -> E in
      if isUnique, j == best { return operations.function(.one) }
      let difference = operations.sum(scores[j], -(isUnique ? winner : greatest))
      let lead = E(lower: min(0, difference.lowerBound), upper: min(0, difference.upperBound))
      return operations.function(lead.exponential())
    }
    let total = operations.sum(exponentials)
    return try exponentials.map { (x) throws(Doubt) -> E in
      guard total.isCertainlyPositive, let quotient = x.divided(by: total) else {
        throw Doubt("softmax divides by a sum that may be 0")
      }
      return operations.rounded(quotient)
    }
  }

  /// Every row of a map, heads turned by the angles of the position that is read.
  private mutating func rotated(_ map: SparseMap, _ x: [E]) -> [E] {
    var y = (0..<map.rowCount).map { operations.innerProduct(map, $0, x) }
    let half = inverseFrequencies.count
    guard half > 0 else { return y }
    for i in 0..<half {
      let (cosine, sine) = turn(inverseFrequencies[i])
      for first in stride(from: i, to: y.count, by: 2 * half) {
        let (a, b) = (y[first], y[first + half])
        y[first] = operations.sum(operations.product(a, cosine), -operations.product(b, sine))
        y[first + half] = operations.sum(operations.product(b, cosine), operations.product(a, sine))
      }
    }
    return y
  }

  /// The computed cosine and sine of a pair's angle: the angle is off by 256 units at most, and was computed in double precision here.
  private mutating func turn(_ frequency: Double) -> (cosine: E, sine: E) {
    let angle = frequency * Double(positionCount)
    guard angle != 0 else { return (.one, .zero) }
    let off = abs(angle) * (1e-12 + PairRotation.angleMultiple * operations.unit)
    // |cos a - cos b| <= |a - b| max(|sin a|, |sin b|), and the same for sines with cosines.
    let (c, s) = (cos(angle), sin(angle))
    let (c0, s0) = (min(1, abs(s) + off) * off + 1e-15 * abs(c), off + 1e-15 * abs(s))
    func enclosed(_ x: Double, _ error: Double) -> E {
      E(lower: max(-1, (x - error).nextDown), upper: min(1, (x + error).nextUp))
    }
    return (operations.function(enclosed(c, c0)), operations.function(enclosed(s, s0)))
  }

  // MARK: Feedforward

  private mutating func feed(_ layer: EnclosedLayer<E>, _ x: [E], _ stream: inout [E]) throws(Doubt) {
    var hidden: [E] = []
    hidden.reserveCapacity(layer.up.rowCount)
    for unit in 0..<layer.up.rowCount {
      let input = operations.innerProduct(layer.up, unit, x)
      switch configuration.feedForward {
      case .gatedSiLU:
        guard let gate = layer.gate else { throw Doubt("a gated layer without a gate") }
        hidden.append(operations.product(operations.gated(operations.innerProduct(gate, unit, x)), input))
      case .relu: hidden.append(input.relu())
      case .geluTanh:
        if operations.model != nil { throw Doubt("GELU has no rounding model here") }
        hidden.append(operations.isHard ? input.relu() : input.geluTanh())
      }
    }
    for c in layer.down.activeRows {
      stream[c] = operations.sum(stream[c], operations.innerProduct(layer.down, c, hidden))
    }
  }
}

/// The maps of a layer without their zeros.
private struct EnclosedLayer<E: Enclosure> {
  let attentionNormalization: NormalizationWeights
  let query: SparseMap
  let key: SparseMap
  let value: SparseMap
  let output: SparseMap
  let feedForwardNormalization: NormalizationWeights
  let gate: SparseMap?
  let up: SparseMap
  let down: SparseMap

  init(_ layer: LayerWeights) {
    attentionNormalization = layer.attentionNormalization
    query = SparseMap(layer.query)
    key = SparseMap(layer.key)
    value = SparseMap(layer.value)
    output = SparseMap(layer.output)
    feedForwardNormalization = layer.feedForwardNormalization
    gate = layer.gate.map { SparseMap($0) }
    up = SparseMap(layer.up)
    down = SparseMap(layer.down)
  }
}

extension Operations {
  /// A computed function's value, such as exp's or a cosine's.
  mutating func function(_ x: E) -> E { rounded(x, multiple: model?.functionMultiple ?? 1) }

  /// Row r of a map on a vector.
  mutating func innerProduct(_ map: SparseMap, _ r: Int, _ x: [E]) -> E {
    innerProduct(map.entries(r).map { (weight: $0.weight, x: x[$0.column]) }, bias: map.bias[r])
  }
}
