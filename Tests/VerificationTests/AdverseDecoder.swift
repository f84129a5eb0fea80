// A one-layer decoder written from its definition in `ModelConfiguration`, on arithmetic that rounds as badly as it may.
//
// Nothing here is shared with the checker or with the project's decoders.
import Glibc
import Tensors
import Transformers
import Verification

/// The weights of a one-layer model, prepared once: the entries of each row that are not 0.
final class AdverseWeights: Sendable {
  struct Map: Sendable {
    var rows: [[(column: Int, weight: Double)]] = []
    var bias: [Double] = []

    init(_ linear: Linear) {
      let (rowCount, width) = (linear.weight.rowCount, linear.weight.columnCount)
      for r in 0..<rowCount {
        rows.append(
          (0..<width).compactMap { c in
            let w = linear.weight.elements[r * width + c]
            return w == 0 ? nil : (c, Double(w))
          })
        bias.append(linear.bias.map { Double($0[r]) } ?? 0)
      }
    }
  }

  let configuration: ModelConfiguration
  let model: Model
  let query: Map
  let key: Map
  let value: Map
  let output: Map
  let gate: Map?
  let up: Map
  let down: Map
  let head: Map
  let frequencies: [Double]

  init(_ model: Model) {
    self.model = model
    configuration = model.configuration
    let layer = model.weights.layers[0]
    query = Map(layer.query)
    key = Map(layer.key)
    value = Map(layer.value)
    output = Map(layer.output)
    gate = layer.gate.map { Map($0) }
    up = Map(layer.up)
    down = Map(layer.down)
    head = Map(Linear(weight: model.head))
    if case .rotary(let rotary) = configuration.positions {
      frequencies = rotary.inverseFrequencies(headSize: configuration.headSize)
    } else {
      frequencies = []
    }
  }
}

/// A run of the decoder.
struct AdverseDecoder {
  let weights: AdverseWeights
  /// Whether attention takes the greatest score alone and gates are ReLU.
  let isHard: Bool
  var arithmetic: AdverseArithmetic
  private var keys: [[Double]] = []
  private var values: [[Double]] = []
  /// Whether a number was none, at whatever place: the zeros that meet it do not make it good.
  private var isSpoilt = false

  init(_ weights: AdverseWeights, _ manner: AdverseArithmetic.Manner, isHard: Bool = false, seed: UInt64 = 1) {
    self.weights = weights
    self.isHard = isHard
    arithmetic = AdverseArithmetic(manner, seed: seed)
  }

  /// Greedy decoding; of equal scores the first wins. Where a number is none, the token is -1.
  mutating func generate(after prompt: [Int], count: Int) -> [Int] {
    for token in prompt.dropLast() { _ = advance(token) }
    var (next, tokens) = (prompt[prompt.count - 1], [Int]())
    while tokens.count < count {
      let last = advance(next)
      let plain = weights.head.rows.map { row in row.reduce(0.0) { $0 + $1.weight * last[$1.column] } }
      let best = Self.greatest(plain)
      // The greatest is pushed down, all others up.
      var scores: [Double] = []
      if isSpoilt || last.contains(where: { !$0.isFinite }) { return tokens + [-1] }
      for (t, row) in weights.head.rows.enumerated() {
        scores.append(apply(row, 0, last, push: t == best ? -1 : 1))
      }
      next = scores.contains { !$0.isFinite } ? -1 : Self.greatest(scores)
      tokens.append(next)
      if next < 0 { break }
    }
    return tokens
  }

  static func greatest(_ x: [Double]) -> Int {
    var best = 0
    for i in x.indices where x[i] > x[best] { best = i }
    return best
  }

  private mutating func apply(_ row: [(column: Int, weight: Double)], _ bias: Double, _ x: [Double], push: Double)
    -> Double
  {
    arithmetic.push = push
    defer { arithmetic.push = 0 }
    var terms: [Double] = []
    for (c, w) in row { terms.append(arithmetic.product(arithmetic.loaded(w), x[c])) }
    terms.append(arithmetic.loaded(bias))
    return arithmetic.sum(terms)
  }

  private mutating func apply(_ map: AdverseWeights.Map, _ x: [Double]) -> [Double] {
    map.rows.indices.map { r in
      let push = [-1.0, 0, 1][arithmetic.random.below(3)]
      return apply(map.rows[r], map.bias[r], x, push: push)
    }
  }

  private mutating func normalized(_ x: [Double], _ norm: NormalizationWeights) -> [Double] {
    let n = Double(x.count)
    var y = x
    let epsilon: Double
    arithmetic.push = [-1.0, 0, 1][arithmetic.random.below(3)]
    switch weights.configuration.normalization {
    case .none:
      arithmetic.push = 0
      return x
    case .rootMeanSquare(let value): epsilon = value
    case .layer(let value):
      epsilon = value
      let total = arithmetic.sum(x)
      let mean = arithmetic.rounded(total / n)
      for i in y.indices { y[i] = arithmetic.sum(x[i], 0 - mean) }
    }
    var squares: [Double] = []
    for v in y { squares.append(arithmetic.product(v, v)) }
    let total = arithmetic.sum(squares)
    let mean = arithmetic.rounded(total / n)
    let shifted = arithmetic.sum(mean, arithmetic.rounded(epsilon))
    let scale = arithmetic.rounded(1 / shifted.squareRoot(), multiple: arithmetic.functionMultiple)
    arithmetic.push = 0
    for i in y.indices {
      let scaled = arithmetic.product(y[i], scale)
      y[i] = arithmetic.product(scaled, arithmetic.loaded(Double(norm.gain[i])))
      if let bias = norm.bias { y[i] = arithmetic.sum(y[i], arithmetic.loaded(Double(bias[i]))) }
    }
    return y
  }

  private mutating func turned(_ x: [Double]) -> [Double] {
    let half = weights.frequencies.count
    if half == 0 { return x }
    var y = x
    for i in 0..<half {
      var angle = weights.frequencies[i] * Double(keys.count)
      if case .adverse(let model) = arithmetic.manner {
        angle *= 1 + 256 * model.unit * (2 * arithmetic.random.fraction() - 1)
      }
      let cosine = arithmetic.rounded(cos(angle), multiple: arithmetic.functionMultiple)
      let sine = arithmetic.rounded(sin(angle), multiple: arithmetic.functionMultiple)
      for first in stride(from: i, to: x.count, by: 2 * half) {
        let (a, b) = (x[first], x[first + half])
        let (ac, bs) = (arithmetic.product(a, cosine), arithmetic.product(b, sine))
        let (bc, sa) = (arithmetic.product(b, cosine), arithmetic.product(a, sine))
        y[first] = arithmetic.sum(ac, 0 - bs)
        y[first + half] = arithmetic.sum(bc, sa)
      }
    }
    return y
  }

  private mutating func attended(_ x: [Double]) -> [Double] {
    let c = weights.configuration
    let queries = turned(apply(weights.query, x))
    keys.append(turned(apply(weights.key, x)))
    values.append(apply(weights.value, x))
    if queries.contains(where: \.isNaN) || keys.last?.contains(where: \.isNaN) ?? false
      || values.last?.contains(where: \.isNaN) ?? false
    {
      isSpoilt = true
    }
    let scale = arithmetic.rounded(c.resolvedAttentionScale)
    var heads: [Double] = []
    for h in 0..<c.headCount {
      let group = h / (c.headCount / c.keyValueHeadCount) * c.headSize
      let query = Array(queries[h * c.headSize..<(h + 1) * c.headSize])
      let plain = keys.map { key in (0..<c.headSize).reduce(0.0) { $0 + query[$1] * key[group + $1] } }
      let best = Self.greatest(plain)
      var scores: [Double] = []
      for (j, key) in keys.enumerated() {
        arithmetic.push = j == best ? -1 : 1
        var terms: [Double] = []
        for i in 0..<c.headSize { terms.append(arithmetic.product(query[i], key[group + i])) }
        let total = arithmetic.sum(terms)
        scores.append(arithmetic.product(total, scale))
      }
      arithmetic.push = 0
      if isHard {
        let a = Self.greatest(scores)
        heads += values[a][group..<group + c.headSize]
        continue
      }
      if scores.contains(where: \.isNaN) { return [Double](repeating: .nan, count: c.hiddenSize) }
      let top = scores.max() ?? 0
      var exponentials: [Double] = []
      for s in scores {
        let difference = arithmetic.sum(s, 0 - top)
        exponentials.append(arithmetic.rounded(exp(difference), multiple: arithmetic.functionMultiple))
      }
      let total = arithmetic.sum(exponentials)
      var shares: [Double] = []
      for e in exponentials { shares.append(arithmetic.rounded(e / total)) }
      for i in 0..<c.headSize {
        arithmetic.push = [-1.0, 0, 1][arithmetic.random.below(3)]
        var terms: [Double] = []
        for (share, value) in zip(shares, values) { terms.append(arithmetic.product(share, value[group + i])) }
        heads.append(arithmetic.sum(terms))
      }
      arithmetic.push = 0
    }
    return apply(weights.output, heads)
  }

  private mutating func fed(_ x: [Double]) -> [Double] {
    var hidden = apply(weights.up, x)
    switch weights.configuration.feedForward {
    case .relu: hidden = hidden.map { max($0, 0) }
    case .geluTanh:
      hidden = hidden.map { x in
        if isHard { return max(x, 0) }
        return 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
      }
    case .gatedSiLU:
      guard let gate = weights.gate else { return [] }
      for (i, g) in apply(gate, x).enumerated() {
        let gated = isHard ? max(g, 0) : arithmetic.silu(g)
        hidden[i] = arithmetic.product(gated, hidden[i])
      }
    }
    if hidden.contains(where: \.isNaN) { isSpoilt = true }
    return apply(weights.down, hidden)
  }

  private mutating func advance(_ token: Int) -> [Double] {
    let (model, width) = (weights.model, weights.configuration.hiddenSize)
    var x = model.weights.tokenEmbedding.elements[token * width..<(token + 1) * width].map {
      arithmetic.loaded(Double($0))
    }
    if let table = model.weights.positionEmbedding {
      let p = keys.count
      for i in 0..<width { x[i] = arithmetic.sum(x[i], arithmetic.loaded(Double(table.elements[p * width + i]))) }
    }
    let layer = model.weights.layers[0]
    let attention = attended(normalized(x, layer.attentionNormalization))
    for i in x.indices { x[i] = arithmetic.sum(x[i], attention[i]) }
    let forward = fed(normalized(x, layer.feedForwardNormalization))
    for i in x.indices { x[i] = arithmetic.sum(x[i], forward[i]) }
    let last = normalized(x, model.weights.finalNormalization)
    // Infinity times a weight of 0 is no number.
    return isSpoilt || last.contains(where: \.isNaN) ? last.map { _ in .nan } : last
  }
}
