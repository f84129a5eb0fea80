// One hidden layer of ReLU units, four for each d points, for real labels (Bubeck, Eldan, Lee and Mikulincer 2020).
import ExactArithmetic

/// Memorizes N points in general position with 4 ceil(N / d) ReLU units, whatever the labels.
///
/// Source: Bubeck, Eldan, Lee and Mikulincer, *Network size and size of the weights in memorization with two-layers neural networks*, NeurIPS 2020: Baum's construction with
/// "derivative neurons". A block of d points spans a hyperplane g = 0 with |g| >= m elsewhere; an affine form V has the labels (times D) on the
/// block. With T m >= |V| on all points, ReLU(T (2g + m) + V) - ReLU(T (2g + m)) is V where g >= 0 and 0 where g < 0, the same with 2g - m is V
/// where g > 0: their difference is V on the block and 0 on all other points. Everything is an integer but the output weights ±1 / D.
///
/// Checked is what the proof uses: each block is affinely independent, and no other point lies on its hyperplane. The weights are far from the least
/// possible, which is the paper's point; `NetworkSize.totalWeight` says how far.
public enum BubeckMemorizer {
  /// Writes down the network.
  ///
  /// - Parameters:
  ///   - data: distinct points in general position; any labels.
  ///   - generator: where the hyperplane through a last block of fewer than d points comes from.
  /// - Returns: one hidden layer of 4 ceil(N / d) units; exact on every point.
  /// - Throws: `MemorizationError` (distinct points, general position with d + 1 rows on a hyperplane).
  /// - Complexity: ceil(N / d) eliminations of O(d^3) operations and 2 N^2 products, on numbers of at most about d log2(d^(1/2) max |x|) bits.
  public static func memorize(
    _ data: MemorizationData, using generator: inout some RandomNumberGenerator
  ) throws(MemorizationError) -> Memorization {
    try data.checkDistinctPoints()
    let denominator = data.labels.reduce(Integer(1)) { $0.leastCommonMultiple(with: $1.denominator) }
    let labels = data.labels.map { $0.numerator * (denominator / $0.denominator) }
    var rows: [IntegerNetwork.Row<Integer>] = []
    var output: [IntegerNetwork.Term<Rational>] = []
    for start in stride(from: 0, to: data.pointCount, by: data.dimension) {
      let block = Array(start..<min(start + data.dimension, data.pointCount))
      let plane = try BlockHyperplane(
        through: block[...], of: data, values: block.map { labels[$0] }, using: &generator)
      let (g, v, margin) = (plane.form, plane.interpolation, plane.margin)
      let steepness = max(1, (plane.greatest + margin - 1) / margin)
      let steep = AffineForm(normal: g.normal.map { 2 * steepness * $0 }, constant: 2 * steepness * g.constant)
      let sum = AffineForm(
        normal: zip(steep.normal, v.normal).map { $0 + $1 }, constant: steep.constant + v.constant)
      for form in [sum, steep] {
        let terms = form.terms(scale: data.scale)
        rows.append(IntegerNetwork.Row(terms, bias: form.constant + steepness * margin))
        rows.append(IntegerNetwork.Row(terms, bias: form.constant - steepness * margin))
      }
      let unit = Rational(1, plane.denominator * denominator)
      for (j, weight) in [unit, -unit, -unit, unit].enumerated() {
        output.append(IntegerNetwork.Term(rows.count - 4 + j, weight))
      }
    }
    return Memorization(
      construction: .bubeck,
      network: IntegerNetwork(
        uncheckedInputCount: data.dimension, hiddenLayers: [IntegerNetwork.Layer(.relu, rows)],
        outputs: [IntegerNetwork.Row(output, bias: 0)]),
      prediction: predictedSize(pointCount: data.pointCount, dimension: data.dimension),
      hypotheses: [
        HypothesisCheck(hypothesis: .distinctPoints, finding: "\(data.pointCount) distinct points"),
        HypothesisCheck(
          hypothesis: .generalPosition,
          finding:
            "\(rows.count / 4) blocks of at most \(data.dimension) affinely independent points, no other point on their hyperplanes"
        ),
      ])
  }

  /// The size of the network.
  ///
  /// - Parameters:
  ///   - pointCount: N.
  ///   - dimension: d.
  /// - Returns: the prediction: 4 ceil(N / d) units.
  public static func predictedSize(pointCount: Int, dimension: Int) -> SizePrediction {
    let units = 4 * ((pointCount + dimension - 1) / dimension)
    return SizePrediction(
      hiddenLayerCount: 1, width: units, hiddenUnitCount: units, dense: units * (dimension + 1) + units + 1,
      nonZero: units * dimension + 2 * units, tied: units / 2 * dimension + 2 * units, maximumBits: nil)
  }
}
