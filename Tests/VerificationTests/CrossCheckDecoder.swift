// One decoder more, apart from the library's: what each step scores, looks up and fetches, in any arithmetic.
// sums in any of three orders.
import ExactArithmetic
import Foundation
import Tensors
import Transformers

/// In which order terms are added.
enum SummationOrder: CaseIterable {
  case forwards, backwards, inPairs
}

/// What the step at one position was like, each number as the Double nearest to it.
struct ObservedStep {
  /// The scores of each head, [H][positions], scaled.
  var scores: [[Double]] = []
  /// The weights of each head, [H][positions].
  var weights: [[Double]] = []
  /// What each head brings, [H][D].
  var fetched: [[Double]] = []
  /// What the last normalization multiplies by, gain apart.
  var factor = 1.0
  /// The scores of the next token, [V].
  var logits: [Double] = []
}

/// A decoder of one layer by plain loops over the weights that are not 0.
///
/// With `isHard`, attention takes the greatest score and SiLU is ReLU: the reading `Semantics.ideal`. SiLU is written so
/// that its exponential cannot overflow.
struct CrossCheckDecoder<A: Arithmetic> {
  let model: Model
  let arithmetic: A
  let order: SummationOrder
  let isHard: Bool
  /// The greatest absolute value of any number so far.
  private(set) var peak = 0.0
  /// What each position offers, [position][G * D].
  private(set) var values: [[A.Number]] = []
  private var keys: [[A.Number]] = []
  private let layer: LayerWeights
  private let query, key, value, output, up, down, head: SparseRows
  private let gate: SparseRows?

  /// The rows of a linear map, without zeros.
  private struct SparseRows {
    let rows: [[(column: Int, weight: A.Number)]]
    let bias: [A.Number]?

    init(_ weight: Tensor<Float>, _ bias: [Float]?, _ a: A) {
      let width = weight.columnCount
      rows = (0..<weight.rowCount).map { r in
        (0..<width).compactMap { c in
          let w = weight.elements[r * width + c]
          return w == 0 ? nil : (c, a.number(Double(w)))
        }
      }
      self.bias = bias.map { $0.map { a.number(Double($0)) } }
    }
  }

  /// The decoder of a model that has one layer.
  init(_ model: Model, in arithmetic: A, order: SummationOrder = .forwards, isHard: Bool = false) {
    precondition(model.weights.layers.count == 1, "this decoder has one layer")
    self.model = model
    self.arithmetic = arithmetic
    self.order = order
    self.isHard = isHard
    layer = model.weights.layers[0]
    func rows(_ map: Linear) -> SparseRows { SparseRows(map.weight, map.bias, arithmetic) }
    (query, key, value, output) = (rows(layer.query), rows(layer.key), rows(layer.value), rows(layer.output))
    (up, down, gate) = (rows(layer.up), rows(layer.down), layer.gate.map(rows))
    head = SparseRows(model.head, nil, arithmetic)
  }

  /// Reads one token.
  mutating func step(_ token: Int) throws -> ObservedStep {
    let (configuration, a, width) = (model.configuration, arithmetic, model.configuration.hiddenSize)
    let position = keys.count
    var step = ObservedStep()
    var stream = (0..<width).map { a.number(Double(model.weights.tokenEmbedding.elements[token * width + $0])) }
    if let table = model.weights.positionEmbedding {
      stream = stream.indices.map {
        noted(a.add(stream[$0], a.number(Double(table.elements[position * width + $0]))))
      }
    }
    // Attention
    var (x, _) = try normalized(stream, layer.attentionNormalization)
    let size = configuration.headSize
    let perGroup = configuration.headCount / configuration.keyValueHeadCount
    let queries = rotated(apply(query, x), at: position)
    keys.append(rotated(apply(key, x), at: position))
    values.append(apply(value, x))
    let scale = a.number(configuration.resolvedAttentionScale)
    var brought: [A.Number] = []
    for h in 0..<configuration.headCount {
      let group = h / perGroup * size
      let scores = keys.map { key in
        noted(a.multiply(total((0..<size).map { noted(a.multiply(queries[h * size + $0], key[group + $0])) }), scale))
      }
      let weights = try attentionWeights(scores)
      let fetched = (0..<size).map { d in
        total(weights.indices.map { noted(a.multiply(weights[$0], values[$0][group + d])) })
      }
      step.scores.append(scores.map(a.double))
      step.weights.append(weights.map(a.double))
      step.fetched.append(fetched.map(a.double))
      brought += fetched
    }
    let attended = apply(output, brought)
    for i in stream.indices { stream[i] = noted(a.add(stream[i], attended[i])) }
    // Feedforward
    (x, _) = try normalized(stream, layer.feedForwardNormalization)
    var hidden = apply(up, x)
    if let gate {
      let slopes = apply(gate, x)
      for i in hidden.indices { hidden[i] = noted(a.multiply(try silu(slopes[i]), hidden[i])) }
    } else {
      for i in hidden.indices where a.isLess(hidden[i], a.zero) { hidden[i] = a.zero }
    }
    let fed = apply(down, hidden)
    for i in stream.indices { stream[i] = noted(a.add(stream[i], fed[i])) }
    // Head
    let (last, factor) = try normalized(stream, model.weights.finalNormalization)
    step.factor = factor
    step.logits = apply(head, last).map(a.double)
    return step
  }

  private mutating func noted(_ x: A.Number) -> A.Number {
    peak = max(peak, abs(arithmetic.double(x)))
    return x
  }

  private mutating func total(_ terms: [A.Number]) -> A.Number {
    switch order {
    case .forwards: return terms.dropFirst().reduce(terms.first ?? arithmetic.zero) { noted(arithmetic.add($0, $1)) }
    case .backwards:
      return terms.dropLast().reversed().reduce(terms.last ?? arithmetic.zero) { noted(arithmetic.add($0, $1)) }
    case .inPairs:
      var level = terms
      while level.count > 1 {
        level = stride(from: 0, to: level.count, by: 2).map { i in
          i + 1 < level.count ? noted(arithmetic.add(level[i], level[i + 1])) : level[i]
        }
      }
      return level.first ?? arithmetic.zero
    }
  }

  private mutating func apply(_ map: SparseRows, _ x: [A.Number]) -> [A.Number] {
    map.rows.indices.map { r in
      var terms = map.rows[r].map { noted(arithmetic.multiply($0.weight, x[$0.column])) }
      if let bias = map.bias, bias[r] != arithmetic.zero { terms.append(bias[r]) }
      return total(terms)
    }
  }

  private mutating func normalized(
    _ x: [A.Number], _ weights: NormalizationWeights
  ) throws -> (x: [A.Number], factor: Double) {
    let a = arithmetic
    let count = a.number(Double(x.count))
    var y = x
    let epsilon: Double
    switch model.configuration.normalization {
    case .none: return (x, 1)
    case .rootMeanSquare(let value): epsilon = value
    case .layer(let value):
      epsilon = value
      let mean = try a.divide(total(x), count)
      y = x.map { a.subtract($0, mean) }
    }
    let square = try a.divide(total(y.map { noted(a.multiply($0, $0)) }), count)
    let factor = try a.reciprocalSquareRoot(a.add(square, a.number(epsilon)))
    y = y.indices.map { i in
      let z = a.multiply(a.multiply(y[i], factor), a.number(Double(weights.gain[i])))
      return weights.bias.map { a.add(z, a.number(Double($0[i]))) } ?? z
    }
    return (y, a.double(factor))
  }

  /// Coordinates i and i + D/2 of each head turned by position * theta^(-2i/D).
  private mutating func rotated(_ x: [A.Number], at position: Int) -> [A.Number] {
    guard case .rotary(let rotary) = model.configuration.positions else { return x }
    precondition(rotary.scaling == nil, "wavelengths are not rescaled")
    let (a, size) = (arithmetic, model.configuration.headSize)
    var y = x
    for i in 0..<size / 2 {
      let angle = Double(position) * Foundation.pow(rotary.theta, -2 * Double(i) / Double(size))
      let (cosine, sine) = (a.cosine(of: angle), a.sine(of: angle))
      for first in stride(from: i, to: x.count, by: size) {
        let (p, q) = (x[first], x[first + size / 2])
        if p == a.zero && q == a.zero { continue }
        y[first] = noted(a.subtract(a.multiply(p, cosine), a.multiply(q, sine)))
        y[first + size / 2] = noted(a.add(a.multiply(p, sine), a.multiply(q, cosine)))
      }
    }
    return y
  }

  private mutating func attentionWeights(_ scores: [A.Number]) throws -> [A.Number] {
    let a = arithmetic
    let greatest = scores.dropFirst().reduce(scores[0]) { a.isLess($0, $1) ? $1 : $0 }
    if isHard {
      let share = try a.divide(a.one, a.number(Double(scores.count { $0 == greatest })))
      return scores.map { $0 == greatest ? share : a.zero }
    }
    let powers = try scores.map { try a.exponential(a.subtract($0, greatest)) }
    let sum = total(powers)
    return try powers.map { try a.divide($0, sum) }
  }

  private func silu(_ x: A.Number) throws -> A.Number {
    let a = arithmetic
    if isHard { return a.isLess(x, a.zero) ? a.zero : x }
    if a.isLess(x, a.zero) {
      let power = try a.exponential(x)
      return try a.divide(a.multiply(x, power), a.add(a.one, power))
    }
    return try a.divide(x, a.add(a.one, try a.exponential(a.negate(x))))
  }
}
