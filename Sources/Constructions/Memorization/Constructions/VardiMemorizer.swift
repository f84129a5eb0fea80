// Sub-linear memorization by bit extraction (Vardi, Yehudai and Shamir 2022): O(sqrt(N log N)) parameters, width 8.
import ExactArithmetic

/// Memorizes N distinct points with about 19 sqrt(N (rho + c)) parameters, rho bits a position and c bits a label.
///
/// Source: Vardi, Yehudai and Shamir, *On the optimal memorization power of ReLU neural networks*, ICLR 2022, Theorem 3.1, in an integer form of our own.
///
/// 1. The points are projected to distinct integers 0 <= z < 2^rho, sorted, and cut into m intervals of k. An interval's *code* holds the k records
///    (rho bits of z, c bits of the label's code).
/// 2. *Interval stage*, width 4, m layers: [z >= a_j] = ReLU(1 - ReLU(a_j - z)) for integers; the sum of the code differences over the
///    intervals that have begun is the code of the point's own interval.
/// 3. *Scan stage*, width 8, one layer a bit: the tent map S -> 2S - 4 ReLU(S - h) on 0 < S < 2h turns over the bits one by one,
///    [S >= h] = ReLU(S - h + 1) - ReLU(S - h) is the next one. The map complements what follows a 1, so that a code is written down in the
///    prefix-xor of its bits; a last odd bit keeps S away from h. X gathers a record as X = 2^c position + label; e = X - 2^c z is the label where
///    the position is z and outside 0 ..< 2^c elsewhere, so that ReLU(ReLU(e) - 2^c ReLU(e - 2^c + 1)) is what the record adds to the output.
///
/// Integer points off the data have the label code of a record or code 0: for binary labels the output is one of the two labels.
public enum VardiMemorizer {
  /// The numbers that fix the network's shape.
  public struct Shape: Sendable, Hashable, Codable {
    /// Points, N.
    public let pointCount: Int
    /// Bits of a position, rho.
    public let positionBits: Int
    /// Bits of a label's code, c.
    public let labelBits: Int
    /// Intervals, m.
    public let intervalCount: Int
    /// Points of an interval, k.
    public let intervalSize: Int

    /// Bits of a code, k (rho + c).
    public var codeBits: Int { intervalSize * (positionBits + labelBits) }

    /// The shape with the fewest parameters.
    ///
    /// - Parameters:
    ///   - pointCount: N, at least 1.
    ///   - positionBits: rho, at least 1.
    ///   - labelBits: c, at least 1.
    /// - Complexity: O(N): every k is tried.
    public init(pointCount: Int, positionBits: Int, labelBits: Int) {
      precondition(
        pointCount >= 1 && positionBits >= 1 && labelBits >= 1, "points, and bits of both kinds, are counted from 1")
      self.pointCount = pointCount
      self.positionBits = positionBits
      self.labelBits = labelBits
      var best = (cost: Int.max, size: 1)
      for size in 1...pointCount {
        let cost = Self.scanAndIntervalParameters(
          (pointCount + size - 1) / size, size, positionBits + labelBits)
        if cost < best.cost { best = (cost, size) }
      }
      intervalSize = best.size
      intervalCount = (pointCount + best.size - 1) / best.size
    }

    /// Weights and biases of both stages, none of which is 0.
    static func scanAndIntervalParameters(_ m: Int, _ k: Int, _ recordBits: Int) -> Int {
      let bits = k * recordBits
      // The position is carried by every layer; two units of 2 an interval, the code's difference and the code; then the state and its two ramps.
      let interval = m == 1 ? 4 : m + 1 + 4 * (m - 1) + 2 * (m - 2) + (m == 2 ? 6 : 8)
      // The record: 3, but 2 where one starts; the state and its ramps: 8, but for the last bit; the position.
      let scan = 3 * bits - k + 8 * (bits - 1) + bits
      // A record: two comparisons of 5, what it finds 2; the sum is carried, and added to, from behind the first record on.
      return interval + scan + 7 * k + (k == 1 ? 0 : (k - 1) * recordBits - 1 + (k - 1))
    }

    /// Of these, weights that repeat those of the row above.
    static func repeatedWeights(_ m: Int, _ k: Int, _ recordBits: Int) -> Int {
      (m == 1 ? 0 : m == 2 ? 2 : 4) + 4 * (k * recordBits - 1) + 2 * k
    }
  }

  /// Writes down the network.
  ///
  /// - Parameters:
  ///   - data: distinct points; any labels.
  ///   - generator: where the direction comes from.
  /// - Returns: a network of width at most 8; exact on every point.
  /// - Throws: `MemorizationError` (distinct points).
  /// - Complexity: O(N log N (d + log N)) and the size of the network's text, N (rho + c) bits twice.
  public static func memorize(
    _ data: MemorizationData, using generator: inout some RandomNumberGenerator
  ) throws(MemorizationError) -> Memorization {
    let projection = try Projection(data, using: &generator)
    let labels = LabelCode(projection.rows.map { data.labels[$0] })
    let first = projection.row(scale: data.scale)
    let (network, shape) = BitExtraction.network(
      first: first, inputCount: data.dimension, positions: projection.values, labels: labels)
    let outerBits = BitExtraction.outerBits(first, labels)
    return Memorization(
      construction: .vardi, network: network,
      prediction: predictedSize(shape, dimension: data.dimension, outerBits: outerBits),
      hypotheses: [
        HypothesisCheck(
          hypothesis: .distinctPoints,
          finding:
            "\(data.pointCount) distinct points; positions of \(shape.positionBits) bits, labels of \(shape.labelBits)")
      ])
  }

  /// The size of the network.
  ///
  /// - Parameters:
  ///   - shape: the network's shape.
  ///   - dimension: d.
  ///   - outerBits: the most bits of a number of the first layer and of the output, which the shape says nothing of.
  /// - Returns: the prediction. `nonZero` is exact unless a number that depends on the data happens to be 0; `maximumBits` is k (rho + c) + 2 where
  ///   `outerBits` is no more.
  public static func predictedSize(_ shape: Shape, dimension: Int, outerBits: Int = 0) -> SizePrediction {
    let layers = BitExtraction.layerWidths(shape)
    var dense = 0
    var columns = dimension
    for width in layers + [1] {
      dense += width * (columns + 1)
      columns = width
    }
    let nonZero =
      dimension + 1
      + Shape.scanAndIntervalParameters(
        shape.intervalCount, shape.intervalSize, shape.positionBits + shape.labelBits)
      + (shape.intervalSize == 1 ? 1 : 2) + 1
    return SizePrediction(
      hiddenLayerCount: layers.count, width: layers.max() ?? 0, hiddenUnitCount: layers.reduce(0, +), dense: dense,
      nonZero: nonZero,
      tied: nonZero
        - Shape.repeatedWeights(shape.intervalCount, shape.intervalSize, shape.positionBits + shape.labelBits),
      maximumBits: max(shape.codeBits + 2, outerBits))
  }
}
