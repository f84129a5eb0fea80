// One hidden layer of threshold units, two for each d points of the smaller class (Baum 1988).
import ExactArithmetic

/// Memorizes binary labels of points in general position with 2 ceil(N_+ / d) threshold units, N_+ the size of the smaller class.
///
/// Source: Baum, *On the capabilities of multilayer perceptrons*, Journal of Complexity 4, 1988. The smaller class is cut into blocks of d points. A hyperplane
/// through a block has no other point, so that two parallel gates about it, [g >= -h] and [g >= h'], differ on the block alone: the sum of the
/// differences is the indicator of the class, and the output is affine in it. On integer points g is an integer, and the gates stand half way to the
/// nearest other point.
///
/// Checked is what the proof uses, less than Baum's hypothesis that no d + 1 points lie on a hyperplane: each block is affinely independent, and no other
/// point lies on its hyperplane.
public enum BaumMemorizer {
  /// Writes down the network.
  ///
  /// - Parameters:
  ///   - data: distinct points with at most two labels, in general position.
  ///   - generator: where the hyperplane through a last block of fewer than d points comes from.
  /// - Returns: one hidden layer of threshold units, or none where all labels are equal; exact on every point.
  /// - Throws: `MemorizationError` (distinct points, binary labels with a row of each label, general position with d + 1 rows on a hyperplane).
  /// - Complexity: ceil(N_+ / d) eliminations of O(d^3) operations and N N_+ products, on numbers of at most about d log2(d^(1/2) max |x|) bits.
  public static func memorize(
    _ data: MemorizationData, using generator: inout some RandomNumberGenerator
  ) throws(MemorizationError) -> Memorization {
    try data.checkDistinctPoints()
    let (others, member) = try classes(data.labels)
    let members = data.labels.indices.filter { data.labels[$0] == member && member != others }
    var rows: [IntegerNetwork.Row<Integer>] = []
    var leastMargin: Integer?
    for start in stride(from: 0, to: members.count, by: data.dimension) {
      let block = members[start..<min(start + data.dimension, members.count)]
      let plane = try BlockHyperplane(
        through: block, of: data, values: Array(repeating: 0, count: block.count), using: &generator)
      let terms = plane.form.terms(scale: data.scale)
      rows.append(IntegerNetwork.Row(terms, bias: plane.form.constant + (plane.margin - 1) / 2))
      rows.append(IntegerNetwork.Row(terms, bias: plane.form.constant - (plane.margin + 1) / 2))
      leastMargin = min(leastMargin ?? plane.margin, plane.margin)
    }
    let output = rows.indices.map { j in
      IntegerNetwork.Term(j, j.isMultiple(of: 2) ? member - others : others - member)
    }
    let margin = leastMargin.map { ", nearest other point at g = \($0) or beyond" } ?? ""
    return Memorization(
      construction: .baum,
      network: IntegerNetwork(
        uncheckedInputCount: data.dimension,
        hiddenLayers: rows.isEmpty ? [] : [IntegerNetwork.Layer(.threshold, rows)],
        outputs: [IntegerNetwork.Row(output, bias: others)]),
      prediction: predictedSize(memberCount: members.count, dimension: data.dimension),
      hypotheses: [
        HypothesisCheck(hypothesis: .distinctPoints, finding: "\(data.pointCount) distinct points"),
        HypothesisCheck(
          hypothesis: .binaryLabels, finding: "\(members.count) points of the smaller class, \(data.pointCount) in all"),
        HypothesisCheck(
          hypothesis: .generalPosition,
          finding:
            "\(rows.count / 2) blocks of at most \(data.dimension) affinely independent points, no other point on their hyperplanes\(margin)"
        ),
      ])
  }

  /// The label of the larger class and that of the smaller one, the greater label where they are equal; the same label twice where there is one.
  private static func classes(_ labels: [Rational]) throws(MemorizationError) -> (larger: Rational, smaller: Rational) {
    let first = labels[0]
    guard let second = labels.first(where: { $0 != first }) else { return (first, first) }
    if let odd = labels.firstIndex(where: { $0 != first && $0 != second }) {
      let row = labels.firstIndex(of: second) ?? 0
      throw MemorizationError(
        hypothesis: .binaryLabels, rows: [1, row + 1, odd + 1], expected: "at most two different labels",
        found: "\(first), \(second) and \(labels[odd])")
    }
    let firstCount = labels.reduce(0) { $0 + ($1 == first ? 1 : 0) }
    let secondCount = labels.count - firstCount
    let secondIsSmaller = secondCount != firstCount ? secondCount < firstCount : second > first
    return secondIsSmaller ? (first, second) : (second, first)
  }

  /// The size of the network.
  ///
  /// - Parameters:
  ///   - memberCount: points of the smaller class, N_+; 0 where all labels are equal.
  ///   - dimension: d.
  /// - Returns: the prediction: 2 ceil(N_+ / d) units.
  public static func predictedSize(memberCount: Int, dimension: Int) -> SizePrediction {
    let blocks = (memberCount + dimension - 1) / dimension
    let units = 2 * blocks
    let tied = blocks * dimension + 2 * units + 1
    return SizePrediction(
      hiddenLayerCount: units == 0 ? 0 : 1, width: units, hiddenUnitCount: units,
      dense: units == 0 ? dimension + 1 : units * (dimension + 1) + units + 1, nonZero: tied + blocks * dimension,
      tied: tied, maximumBits: nil)
  }
}
