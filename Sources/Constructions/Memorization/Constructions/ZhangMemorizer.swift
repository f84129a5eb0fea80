// One hidden layer of N ReLU units along one direction: 2N + d parameters (Zhang et al. 2017), all of them integers here.
import ExactArithmetic

/// Memorizes N distinct points with f(x) = sum_j w_j ReLU(<a, x> - b_j): 2N + d parameters a, b and w.
///
/// Source: Zhang, Bengio, Hardt, Recht and Vinyals, *Understanding deep learning requires rethinking generalization*, ICLR 2017, Theorem 1. There the
/// breakpoints b_j are chosen first and w follows from a triangular system, so that the w are fractions without a common denominator of useful size.
/// Here the slopes are chosen first: they alternate between 1 and -1, so that w is (±1, -+2, ±2, ...), and the breakpoint between z_{j-1} and z_j is
/// the one place where the turn must lie to reach the next label. With labels made even integers and the direction stretched by an even factor that
/// exceeds every |dy| / gap, all breakpoints are integers strictly between the points.
public enum ZhangMemorizer {
  /// Writes down the network.
  ///
  /// - Parameters:
  ///   - data: distinct points; any labels.
  ///   - generator: where the direction comes from.
  /// - Returns: one hidden layer of N units, whose rows all share the direction; exact on every point.
  /// - Throws: `MemorizationError` (distinct points).
  /// - Complexity: O(N log N (d + log N)); the numbers have about log2(N^2 max |dy|) bits.
  public static func memorize(
    _ data: MemorizationData, using generator: inout some RandomNumberGenerator
  ) throws(MemorizationError) -> Memorization {
    let projection = try Projection(data, using: &generator)
    let zigzag = Zigzag(labels: projection.rows.map { data.labels[$0] })
    let factor = zigzag.stretch(for: projection.values[...], labels: 0..<data.pointCount)
    // The first unit starts the function at the first label, whose sign its slope has.
    let first = zigzag.labels[0]
    let slope: Integer = first < 0 ? -1 : 1
    let turns = zigzag.turns(
      at: projection.values.map { $0 * factor }[...], labels: 0..<data.pointCount, slope: slope, start: first.magnitude)
    let terms = projection.terms(factor: factor, scale: data.scale)
    let offset = projection.least * factor
    let rows = turns.map { IntegerNetwork.Row(terms, bias: -$0 - offset) }
    let output = turns.indices.map { j in
      IntegerNetwork.Term(j, Rational(Zigzag.weight(j, slope: slope), zigzag.denominator))
    }
    let network = IntegerNetwork(
      uncheckedInputCount: data.dimension, hiddenLayers: [IntegerNetwork.Layer(.relu, rows)],
      outputs: [IntegerNetwork.Row(output, bias: 0)])
    return Memorization(
      construction: .zhang, network: network,
      prediction: predictedSize(pointCount: data.pointCount, dimension: data.dimension),
      hypotheses: [HypothesisCheck(hypothesis: .distinctPoints, finding: "\(data.pointCount) distinct points")])
  }

  /// The size of the network: N units, 2N + d parameters with the direction counted once.
  ///
  /// - Parameters:
  ///   - pointCount: N.
  ///   - dimension: d.
  /// - Returns: the prediction; `nonZero` and `tied` are reached exactly unless a breakpoint is 0.
  public static func predictedSize(pointCount: Int, dimension: Int) -> SizePrediction {
    SizePrediction(
      hiddenLayerCount: 1, width: pointCount, hiddenUnitCount: pointCount,
      dense: pointCount * (dimension + 1) + pointCount + 1, nonZero: pointCount * dimension + 2 * pointCount,
      tied: 2 * pointCount + dimension, maximumBits: nil)
  }
}
