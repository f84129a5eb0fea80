// An integer direction along which the points keep apart: the first step of Zhang's, Yun's and Vardi's constructions.
import ExactArithmetic

/// A direction v of positive integers with all <v, X_i> distinct, and the points in its order.
struct Projection: Sendable {
  /// The weights v, at least 1.
  let weights: [Integer]
  /// The least <v, X_i>.
  let least: Integer
  /// <v, X_i> - least of the points in ascending order; starts with 0.
  let values: [Integer]
  /// The row of each value.
  let rows: [Int]

  /// Draws the shortest direction that it finds.
  ///
  /// Entries are uniform in 1...R, with R doubled at each failure. For distinct points a pair meets with probability at most 1/R, so that from
  /// R = N^2 on each draw succeeds with probability above 1/2, and 64 draws later a failure has a probability below 2^-2000.
  ///
  /// - Complexity: O(N (d + log N)) a draw, about 2 log2 N draws.
  init(_ data: MemorizationData, using generator: inout some RandomNumberGenerator) throws(MemorizationError) {
    try data.checkDistinctPoints()
    let count = data.pointCount
    let limit = 2 * (Int.bitWidth - count.leadingZeroBitCount) + 64
    for draw in 0...limit {
      let weights = (0..<data.dimension).map { _ in Self.random(bits: draw, using: &generator) }
      let values = data.values(along: weights)
      let rows = (0..<count).sorted { values[$0] < values[$1] }
      if zip(rows, rows.dropFirst()).allSatisfy({ values[$0] != values[$1] }) {
        self.weights = weights
        self.rows = rows
        let least = values[rows[0]]
        self.least = least
        self.values = rows.map { values[$0] - least }
        return
      }
    }
    throw MemorizationError(
      hypothesis: .randomNumbers, rows: [], expected: "a direction that keeps the points apart in \(limit + 1) draws",
      found: "none; the generator's numbers are not random")
  }

  /// A number uniform in 1...2^bits.
  private static func random(bits: Int, using generator: inout some RandomNumberGenerator) -> Integer {
    var value = Integer(0)
    var left = bits
    while left > 0 {
      let take = min(left, 32)
      value = (value << take) + Integer(Int(generator.next() >> UInt64(64 - take)))
      left -= take
    }
    return value + 1
  }

  /// The first-layer row whose value at a point x is factor (<v, X> - least) + bias, where x = X / scale.
  func row(factor: Integer = 1, bias: Integer = 0, scale: Integer) -> IntegerNetwork.Row<Integer> {
    IntegerNetwork.Row(terms(factor: factor, scale: scale), bias: bias - factor * least)
  }

  /// The weights of that row: the same array for rows that share it.
  func terms(factor: Integer = 1, scale: Integer) -> [IntegerNetwork.Term<Integer>] {
    weights.enumerated().map { IntegerNetwork.Term($0.offset, $0.element * factor * scale) }
  }
}

extension MemorizationData {
  /// <v, X_i> for each point.
  func values(along weights: [Integer]) -> [Integer] {
    precondition(weights.count == dimension, "a direction has \(dimension) coordinates")
    if let words, let small = Self.smallWeights(weights, words) {
      return (0..<pointCount).map { row in
        var sum = 0
        for i in 0..<dimension { sum += small[i] * words[row * dimension + i] }
        return Integer(sum)
      }
    }
    return (0..<pointCount).map { row in
      zip(weights, integerPoint(row)).reduce(Integer(0)) { $0 + $1.0 * $1.1 }
    }
  }

  /// The weights as words, where no sum of products can leave a word.
  private static func smallWeights(_ weights: [Integer], _ words: [Int]) -> [Int]? {
    let largest = words.reduce(0) { Swift.max($0, $1.magnitude) }
    let bound = weights.reduce(Integer(0)) { $0 + $1.magnitude } * Integer(largest)
    return bound.bitLength < Int.bitWidth - 1 ? weights.compactMap { Int(exactly: $0) } : nil
  }
}
