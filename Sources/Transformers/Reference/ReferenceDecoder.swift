// The decoder as its definition reads: plain loops in index order, one token at a time, in any arithmetic.
//
// Goals in order: to be obviously right; to round where finite precision rounds; speed enough for 10^8 operations.
public import ExactArithmetic

/// How scores become weights.
public enum AttentionRule: Sendable, Equatable {
  /// exp(score) over the sum of all.
  case softmax
  /// The average of the values whose scores are greatest.
  case hard
}

/// A decoder with its cache, computed scalar by scalar in the arithmetic A.
///
/// Every sum runs from left to right and every operation is A's own, rounding where A rounds; so with
/// `FiniteArithmetic` this is the finite-precision transformer of Li et al. (2024), with `RationalArithmetic` an exact
/// one, where the model needs no transcendental function (hard attention, ReLU, no normalization or one with rational
/// norms).
///
///     var decoder = ReferenceDecoder(model, in: DoubleArithmetic())
///     let logits = try decoder.step(token)  // [V]
///
/// The definition of every part is in `ModelConfiguration`; angles of rotary positions are computed in Double, then
/// their sines and cosines are taken into A.
public struct ReferenceDecoder<A: Arithmetic>: Sendable {
  /// The shape of the model.
  public let configuration: ModelConfiguration
  /// The arithmetic.
  public let arithmetic: A
  /// How scores become weights.
  public let attention: AttentionRule
  /// Whether softmax subtracts the greatest score first: the same function of real numbers, without overflow.
  public let subtractsMaximum: Bool
  /// The number of tokens read so far.
  @inlinable public var positionCount: Int { readCount }

  @usableFromInline var readCount = 0
  @usableFromInline let weights: ReferenceWeights<A>
  @usableFromInline let inverseFrequencies: [Double]
  /// Keys of each layer, [position, G * D]; rotated.
  @usableFromInline var keys: [[A.Number]]
  /// Values of each layer, [position, G * D].
  @usableFromInline var values: [[A.Number]]

  /// The decoder of `model`, whose weights are rounded into `arithmetic` once.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - arithmetic: what numbers are and how they round.
  ///   - attention: softmax or hard attention.
  ///   - subtractsMaximum: by default true, but false for `FiniteArithmetic`: the source paper's softmax subtracts nothing.
  public init(
    _ model: Model, in arithmetic: A, attention: AttentionRule = .softmax, subtractsMaximum: Bool? = nil
  ) {
    configuration = model.configuration
    self.arithmetic = arithmetic
    self.attention = attention
    self.subtractsMaximum = subtractsMaximum ?? !(A.self == FiniteArithmetic.self)
    weights = ReferenceWeights(model, in: arithmetic)
    if case .rotary(let rotary) = model.configuration.positions, model.configuration.layerCount > 0 {
      inverseFrequencies = rotary.inverseFrequencies(headSize: model.configuration.headSize)
    } else {
      inverseFrequencies = []
    }
    keys = Array(repeating: [], count: model.configuration.layerCount)
    values = keys
  }

  /// Reads one token and returns the logits of the next, shape [V].
  ///
  /// - Throws: where the arithmetic has no result; the decoder is then of no further use.
  @inlinable
  public mutating func step(_ token: Int) throws(ArithmeticError) -> [A.Number] {
    let last = try advance(token)
    return weights.head.apply(last, in: arithmetic)
  }

  /// Reads a text and returns the logits after each of its tokens, shape [tokens, V].
  @inlinable
  public mutating func read(_ tokens: [Int]) throws(ArithmeticError) -> [[A.Number]] {
    var logits: [[A.Number]] = []
    for token in tokens { logits.append(try step(token)) }
    return logits
  }

  /// Reads a text and continues it greedily by `count` tokens; of equal logits the first wins.
  @inlinable
  public mutating func generate(after prompt: [Int], count: Int) throws(ArithmeticError) -> [Int] {
    precondition(!prompt.isEmpty, "a continuation needs a token to continue")
    var tokens: [Int] = []
    for token in prompt.dropLast() { _ = try advance(token) }
    var next = prompt[prompt.count - 1]
    while tokens.count < count {
      next = greatest(try step(next))
      tokens.append(next)
    }
    return tokens
  }

  /// The index of the greatest number, the first of equal ones.
  @inlinable
  public func greatest(_ numbers: [A.Number]) -> Int {
    var best = 0
    for i in numbers.indices where arithmetic.isLess(numbers[best], numbers[i]) { best = i }
    return best
  }

  /// Reads one token and returns the normalized residual stream, shape [C].
  @inlinable
  mutating func advance(_ token: Int) throws(ArithmeticError) -> [A.Number] {
    precondition(0 <= token && token < configuration.vocabularySize, "a token is below the vocabulary's size")
    let c = configuration.hiddenSize
    var stream = Array(weights.tokenEmbedding[token * c..<(token + 1) * c])
    if let table = weights.positionEmbedding {
      precondition(positionCount < configuration.maximumPositionCount, "learned positions end at the maximum")
      for i in 0..<c { stream[i] = arithmetic.add(stream[i], table[positionCount * c + i]) }
    }
    for (index, layer) in weights.layers.enumerated() {
      let attended = try attend(try layer.attentionNormalization.apply(stream, configuration, in: arithmetic), index)
      for i in 0..<c { stream[i] = arithmetic.add(stream[i], attended[i]) }
      let fed = try feedForward(
        try layer.feedForwardNormalization.apply(stream, configuration, in: arithmetic), layer)
      for i in 0..<c { stream[i] = arithmetic.add(stream[i], fed[i]) }
    }
    readCount += 1
    return try weights.finalNormalization.apply(stream, configuration, in: arithmetic)
  }

  /// The attention sublayer at the current position; extends the cache of layer `index`.
  @inlinable
  mutating func attend(_ x: [A.Number], _ index: Int) throws(ArithmeticError) -> [A.Number] {
    let layer = weights.layers[index]
    let (d, width) = (configuration.headSize, configuration.keyValueHeadCount * configuration.headSize)
    let queries = rotate(layer.query.apply(x, in: arithmetic))
    keys[index] += rotate(layer.key.apply(x, in: arithmetic))
    values[index] += layer.value.apply(x, in: arithmetic)
    let scale = arithmetic.number(configuration.resolvedAttentionScale)
    let headsPerGroup = configuration.headCount / configuration.keyValueHeadCount
    var heads: [A.Number] = []
    for h in 0..<configuration.headCount {
      let group = h / headsPerGroup * d
      let query = queries[h * d..<(h + 1) * d]
      var scores: [A.Number] = []
      for j in 0...positionCount {
        let key = keys[index][j * width + group..<j * width + group + d]
        scores.append(arithmetic.multiply(arithmetic.innerProduct(query, key), scale))
      }
      let weight = try attentionWeights(scores)
      for i in 0..<d {
        var sum = arithmetic.zero
        for j in 0...positionCount {
          sum = arithmetic.add(sum, arithmetic.multiply(weight[j], values[index][j * width + group + i]))
        }
        heads.append(sum)
      }
    }
    return layer.output.apply(heads, in: arithmetic)
  }

  /// Weights that add up to 1 (up to rounding), one for each score.
  @inlinable
  func attentionWeights(_ scores: [A.Number]) throws(ArithmeticError) -> [A.Number] {
    let greatest = scores[greatest(scores)]
    switch attention {
    case .softmax:
      if !subtractsMaximum { return try arithmetic.softmax(scores) }
      return try arithmetic.softmax(scores.map { arithmetic.subtract($0, greatest) })
    case .hard:
      let count = scores.reduce(0) { $0 + ($1 == greatest ? 1 : 0) }
      let share = try arithmetic.divide(arithmetic.one, arithmetic.number(Double(count)))
      return scores.map { $0 == greatest ? share : arithmetic.zero }
    }
  }

  /// Each head's pairs (i, i + D/2) turned by the current position's angles; the same vector where positions are
  /// learned.
  @inlinable
  func rotate(_ x: [A.Number]) -> [A.Number] {
    let half = inverseFrequencies.count
    if half == 0 { return x }
    var y = x
    for i in 0..<half {
      let angle = inverseFrequencies[i] * Double(positionCount)
      let (cosine, sine) = (arithmetic.cosine(of: angle), arithmetic.sine(of: angle))
      for first in stride(from: i, to: x.count, by: 2 * half) {
        let (a, b) = (x[first], x[first + half])
        y[first] = arithmetic.subtract(arithmetic.multiply(a, cosine), arithmetic.multiply(b, sine))
        y[first + half] = arithmetic.add(arithmetic.multiply(b, cosine), arithmetic.multiply(a, sine))
      }
    }
    return y
  }

  /// The feedforward sublayer.
  @inlinable
  func feedForward(_ x: [A.Number], _ layer: ReferenceLayer<A>) throws(ArithmeticError) -> [A.Number] {
    var hidden = layer.up.apply(x, in: arithmetic)
    let gate = layer.gate?.apply(x, in: arithmetic)
    for i in hidden.indices {
      switch configuration.feedForward {
      case .gatedSiLU:
        if let gate { hidden[i] = arithmetic.multiply(try sigmoidGated(gate[i], by: gate[i]), hidden[i]) }
      case .relu:
        if arithmetic.isLess(hidden[i], arithmetic.zero) { hidden[i] = arithmetic.zero }
      case .geluTanh:
        // (1 + tanh u) / 2 = 1 / (1 + exp(-2 u)) with u = sqrt(2 / pi) (x + 0.044715 x^3)
        let cube = arithmetic.multiply(arithmetic.multiply(hidden[i], hidden[i]), hidden[i])
        let inner = arithmetic.add(hidden[i], arithmetic.multiply(arithmetic.number(0.044715), cube))
        let twice = arithmetic.multiply(arithmetic.number(2 * (2 / Double.pi).squareRoot()), inner)
        hidden[i] = try sigmoidGated(hidden[i], by: twice)
      }
    }
    return layer.down.apply(hidden, in: arithmetic)
  }

  /// x / (1 + exp(-t)); SiLU where t = x.
  @inlinable
  func sigmoidGated(_ x: A.Number, by t: A.Number) throws(ArithmeticError) -> A.Number {
    let denominator = arithmetic.add(arithmetic.one, try arithmetic.exponential(arithmetic.negate(t)))
    return try arithmetic.divide(x, denominator)
  }
}
