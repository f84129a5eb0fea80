// Two hidden layers of O(sqrt N) ReLU units (Yun, Sra and Jadbabaie 2019), with integers throughout.
import ExactArithmetic

/// Memorizes N distinct points with hidden layers of 2p - 1 and q units, pq >= N: about 2 sqrt(2N) units and 2N weights.
///
/// Source: Yun, Sra and Jadbabaie, *Small ReLU networks are powerful memorizers*, NeurIPS 2019, Theorem 3.1, who need about 4 sqrt(N) units. The points are
/// projected to distinct integers z and cut into p groups of q. Layer 1 holds z and, for each gap between groups, two units whose difference steps from 0
/// to 1 between consecutive integers: so the value before ReLU of a unit k of layer 2 can be z - t_{jk} on group j with *any* turns t_{jk}. On each
/// group the q units are the zigzag through its labels, whose weights +1, -2, +2, ... are the same for all groups: that is why one unit a place in the
/// group suffices where a construction with free slopes needs two.
public enum TwoLayerMemorizer {
  /// How N points are cut into groups.
  public struct Grouping: Sendable, Hashable, Codable {
    /// The number of groups, p.
    public let groupCount: Int
    /// Points of a group, q; the last one may have fewer.
    public let groupSize: Int

    /// The grouping with the fewest units, 2p - 1 + q; of these the one with the smallest groups.
    ///
    /// - Parameter pointCount: N, at least 1.
    /// - Complexity: O(sqrt N).
    public init(pointCount: Int) {
      precondition(pointCount >= 1, "there is at least one point")
      let all = (1...pointCount).prefix { $0 == 1 || $0 * $0 <= 4 * pointCount }
      func groups(_ size: Int) -> Int { (pointCount + size - 1) / size }
      let best = all.min { 2 * groups($0) + $0 < 2 * groups($1) + $1 } ?? 1
      groupCount = groups(best)
      groupSize = best
    }
  }

  /// Writes down the network.
  ///
  /// - Parameters:
  ///   - data: distinct points; any labels.
  ///   - generator: where the direction comes from.
  /// - Returns: two hidden layers; exact on every point.
  /// - Throws: `MemorizationError` (distinct points).
  /// - Complexity: O(N log N (d + log N)).
  public static func memorize(
    _ data: MemorizationData, using generator: inout some RandomNumberGenerator
  ) throws(MemorizationError) -> Memorization {
    let projection = try Projection(data, using: &generator)
    let count = data.pointCount
    let grouping = Grouping(pointCount: count)
    let least = data.labels.min() ?? 0
    let zigzag = Zigzag(labels: projection.rows.map { data.labels[$0] - least })
    let groups = (0..<grouping.groupCount).map { j in
      j * grouping.groupSize..<min(count, (j + 1) * grouping.groupSize)
    }
    let factor = groups.reduce(Integer(2)) { max($0, zigzag.stretch(for: projection.values[$1], labels: $1)) }
    let values = projection.values.map { $0 * factor }
    // turns[j][k]; a unit without a point in the last group starts behind it.
    let turns = groups.map { group in
      let turns = zigzag.turns(at: values[group], labels: group, slope: 1, start: zigzag.labels[group.lowerBound])
      let behind = values[group.upperBound - 1] + 1
      return turns + Array(repeating: behind, count: grouping.groupSize - turns.count)
    }
    let terms = projection.terms(factor: factor, scale: data.scale)
    let offset = projection.least * factor
    var first = [IntegerNetwork.Row(terms, bias: -offset)]
    for group in groups.dropLast() {
      let end = values[group.upperBound - 1]
      first.append(IntegerNetwork.Row(terms, bias: -end - offset))
      first.append(IntegerNetwork.Row(terms, bias: -end - 1 - offset))
    }
    let second = (0..<grouping.groupSize).map { k in
      var terms = [IntegerNetwork.Term(0, Integer(1))]
      for j in 1..<max(1, turns.count) {
        let step = turns[j][k] - turns[j - 1][k]
        guard step != 0 else { continue }
        terms.append(IntegerNetwork.Term(2 * j - 1, -step))
        terms.append(IntegerNetwork.Term(2 * j, step))
      }
      return IntegerNetwork.Row(terms, bias: -turns[0][k])
    }
    let output = (0..<grouping.groupSize).map { k in
      IntegerNetwork.Term(k, Rational(Zigzag.weight(k, slope: 1), zigzag.denominator))
    }
    let network = IntegerNetwork(
      uncheckedInputCount: data.dimension,
      hiddenLayers: [IntegerNetwork.Layer(.relu, first), IntegerNetwork.Layer(.relu, second)],
      outputs: [IntegerNetwork.Row(output, bias: least)])
    return Memorization(
      construction: .twoLayer, network: network,
      prediction: predictedSize(pointCount: count, dimension: data.dimension),
      hypotheses: [HypothesisCheck(hypothesis: .distinctPoints, finding: "\(count) distinct points")])
  }

  /// The size of the network.
  ///
  /// - Parameters:
  ///   - pointCount: N.
  ///   - dimension: d.
  /// - Returns: the prediction; layers of 2p - 1 and q units with p and q of `Grouping`.
  public static func predictedSize(pointCount: Int, dimension: Int) -> SizePrediction {
    let grouping = Grouping(pointCount: pointCount)
    let (first, second) = (2 * grouping.groupCount - 1, grouping.groupSize)
    let behind = second * (first + 1) + second + 1
    return SizePrediction(
      hiddenLayerCount: 2, width: max(first, second), hiddenUnitCount: first + second,
      dense: first * (dimension + 1) + behind, nonZero: first * (dimension + 1) + behind,
      tied: dimension + first + behind, maximumBits: nil)
  }
}
