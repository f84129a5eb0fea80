// The finitely many inputs of a one-layer decoder: a token, or a token at a position where positions are learned.
import Tensors

/// The residual vectors that can enter the first layer.
///
/// With rotary positions a position enters only by rotation, so the states are the tokens. With learned positions they are the pairs of a
/// position and a token, numbered `position * V + token`.
struct StateSpace: Sendable {
  let model: Model
  let width: Int
  let vocabularySize: Int
  let count: Int
  let hasLearnedPositions: Bool

  init(_ model: Model) {
    self.model = model
    width = model.configuration.hiddenSize
    vocabularySize = model.configuration.vocabularySize
    let positions = model.weights.positionEmbedding?.rowCount
    hasLearnedPositions = positions != nil
    count = vocabularySize * (positions ?? 1)
  }

  /// The state of `token` at `position`.
  @inline(__always) func state(token: Int, position: Int) -> Int {
    hasLearnedPositions ? position * vocabularySize + token : token
  }

  /// Calls `body` for each state in order with its residual vector, of `width` numbers.
  func forEach(_ body: (Int, UnsafePointer<Float>) throws -> Void) rethrows {
    try forEach(from: 0, to: count, body)
  }

  /// The residual vector of one state.
  func vector(_ state: Int) -> [Float] {
    var result: [Float] = []
    forEach(from: state, to: state + 1) { result = Array(UnsafeBufferPointer(start: $1, count: width)) }
    return result
  }

  private func forEach(from start: Int, to end: Int, _ body: (Int, UnsafePointer<Float>) throws -> Void) rethrows {
    try model.weights.tokenEmbedding.elements.withUnsafeBufferPointer { tokens in
      guard let tokens = tokens.baseAddress else { return }
      guard let positions = model.weights.positionEmbedding?.elements else {
        for s in start..<end { try body(s, tokens + s * width) }
        return
      }
      try positions.withUnsafeBufferPointer { positions in
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { x in
          guard let x = x.baseAddress else { return }
          for s in start..<end {
            let (p, t) = s.quotientAndRemainder(dividingBy: vocabularySize)
            for c in 0..<width { x[c] = tokens[t * width + c] + positions[p * width + c] }
            try body(s, x)
          }
        }
      }
    }
  }
}

/// A normalization with its gain and bias, applied to one vector in float32.
struct VectorNormalization: Sendable {
  let kind: ModelConfiguration.Normalization
  let weights: NormalizationWeights

  /// Whether the mean is taken off, so that every column reads every other.
  var takesMean: Bool { if case .layer = kind { true } else { false } }

  /// The mean that is taken off and the factor that is applied, for a vector with the given sums.
  @inline(__always)
  func scale(sum: Float, sumOfSquares: Float, width: Int) -> (mean: Float, factor: Float) {
    switch kind {
    case .none: return (0, 1)
    case .rootMeanSquare(let epsilon):
      return (0, 1 / (sumOfSquares / Float(width) + Float(epsilon)).squareRoot())
    case .layer(let epsilon):
      let mean = sum / Float(width)
      return (mean, 1 / (sumOfSquares / Float(width) - mean * mean + Float(epsilon)).squareRoot())
    }
  }

  /// The gain of coordinate `c`.
  @inline(__always) func gain(_ c: Int) -> Float { weights.gain.isEmpty ? 1 : weights.gain[c] }

  /// The bias of coordinate `c`.
  @inline(__always) func bias(_ c: Int) -> Float { weights.bias.map { $0[c] } ?? 0 }

  /// Writes the normalized `x` to `target`.
  ///
  /// - Returns: how far float32 evaluation may be from the exact value (see `doubt`), `nil` where it divides by nearly nothing.
  func apply(
    _ x: UnsafePointer<Float>, width: Int, to target: UnsafeMutablePointer<Float>
  ) -> (relative: Double, absolute: Double)? {
    var sum: Float = 0
    var sumOfSquares: Float = 0
    for c in 0..<width {
      sum += x[c]
      sumOfSquares += x[c] * x[c]
    }
    let (mean, factor) = scale(sum: sum, sumOfSquares: sumOfSquares, width: width)
    if case .none = kind {
      target.update(from: x, count: width)
    } else {
      for c in 0..<width { target[c] = (x[c] - mean) * factor * gain(c) + bias(c) }
    }
    return doubt(sum: sum, sumOfSquares: sumOfSquares, width: width)
  }
}
