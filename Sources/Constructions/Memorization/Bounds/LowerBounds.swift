// The card beside a network: the lower bounds of the literature, with their hypotheses, and how far above each it stands.
import ExactArithmetic
import Foundation

/// The lower bounds that bear on a network and the data that it memorizes.
///
/// Figures are rounded (relative error below 2^-30). A bound that speaks of *all* labels of the points says nothing of one labelling: a network for labels
/// with structure may stand below it, which is why each entry names what it supposes.
public struct LowerBounds: Sendable, Hashable, Codable {
  /// One entry a bound.
  public let entries: [LowerBound]

  /// Writes the card of a network.
  ///
  /// - Parameters:
  ///   - network: a network of one output.
  ///   - data: what it memorizes.
  ///   - faultCount: on how many points it is wrong, as `MemorizationCheck` counts them.
  ///   - separation: the data's radius and separation, where they were measured.
  /// - Complexity: linear in the network and the data.
  public init(_ network: IntegerNetwork, on data: MemorizationData, faultCount: Int = 0, separation: Separation? = nil)
  {
    precondition(
      network.inputCount == data.dimension && network.outputs.count == 1, "the network's points are the data's points")
    let labels = LabelInformation(data.labels, faultCount: faultCount)
    let size = network.size
    entries = [
      Self.description(network, labels), Self.parameterBits(size, labels), Self.growth(network, data, labels),
      Self.dichotomies(network, data, labels), Self.pieces(network, data), Self.anyPoints(size, data, separation),
    ]
  }

  // MARK: - Bits

  private static func description(_ network: IntegerNetwork, _ labels: LabelInformation) -> LowerBound {
    LowerBound(
      kind: .description,
      statement: "fewer than 2^-s of the arrangements of these labels have a network of fewer than bound - s bits",
      hypothesis: "the labels are drawn uniformly from the arrangements with their frequencies; the points are given",
      source: "counting in a prefix code (Kraft); N (1 - H2(err)) for balanced binary labels", applies: true,
      reason: labels.summary, unit: "bits of the description", bound: labels.bits,
      measured: Double(network.descriptionBits))
  }

  private static func parameterBits(_ size: NetworkSize, _ labels: LabelInformation) -> LowerBound {
    let bits = Double(size.maximumBits)
    return LowerBound(
      kind: .parameterBits,
      statement:
        "P numbers of at most b bits, signs and fraction bars besides, take at most 2^(P (b + 1 + log2(b + 1))) values",
      hypothesis: "one pattern of non-zero weights serves every arrangement of these labels", source: "counting",
      applies: true, reason: "P = \(size.nonZero), b = \(size.maximumBits); \(labels.summary)",
      unit: "P (b + 1 + log2(b + 1)) bits", bound: labels.bits,
      measured: Double(size.nonZero) * (bits + 1 + log2(bits + 1)))
  }

  // MARK: - Real weights

  /// The growth function, layer by layer: within a region of parameters where all units of the layers before keep their activity on all points, the
  /// values before activation of layer i are polynomials in the parameters since the last threshold layer, of degree i counted from there.
  private static func growth(
    _ network: IntegerNetwork, _ data: MemorizationData, _ labels: LabelInformation
  ) -> LowerBound {
    var capacity = 0.0
    var parameters = 0
    var degree = 0
    func addLayer(units: Int, parametersOfLayer: Int) {
      parameters += parametersOfLayer
      degree += 1
      let signs = Double(data.pointCount) * Double(units)
      let p = Double(parameters)
      guard parameters > 0 else { return }
      capacity += signs < p ? signs : 1 + p * log2(2 * M_E * signs * Double(degree) / p)
    }
    for layer in network.hiddenLayers {
      let parametersOfLayer = layer.rows.reduce(0) { $0 + $1.terms.count + ($1.bias == 0 ? 0 : 1) }
      addLayer(units: layer.rows.count, parametersOfLayer: parametersOfLayer)
      if layer.activation == .threshold { (parameters, degree) = (0, 0) }
    }
    for row in network.outputs { addLayer(units: 1, parametersOfLayer: row.terms.count + 1) }
    return LowerBound(
      kind: .growth,
      statement:
        "real weights in the places of the non-zero ones give at most 2^measured of the 2^N binary labellings of N points: m polynomials of degree q in P <= m variables have at most 2 (2 e m q / P)^P sign vectors",
      hypothesis: "one architecture realises every binary labelling of these points",
      source:
        "Goldberg and Jerrum 1995; Anthony and Bartlett 1999, Theorem 8.3; Bartlett, Harvey, Liaw and Mehrabian 2019, whose sum over layers this is",
      applies: labels.isBinary, reason: labels.isBinary ? "binary labels" : "there are \(labels.distinctCount) labels",
      unit: "log2 of the labellings", bound: Double(data.pointCount), measured: capacity)
  }

  private static func dichotomies(
    _ network: IntegerNetwork, _ data: MemorizationData, _ labels: LabelInformation
  ) -> LowerBound {
    let isOneThresholdLayer = network.hiddenLayers.count == 1 && network.hiddenLayers[0].activation == .threshold
    let (count, dimension) = (data.pointCount, data.dimension)
    let byUnit = dichotomyBits(count, dimension + 1)
    // Each unit cuts the points in one of C(N, d + 1) ways, the output the units' values in one of C(N, w + 1).
    func isEnough(_ units: Int) -> Bool {
      Double(units) * byUnit + dichotomyBits(count, units + 1) >= Double(count)
    }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isEnough(middle) { high = middle } else { low = middle + 1 }
    }
    return LowerBound(
      kind: .dichotomies,
      statement:
        "a hyperplane cuts N points in at most C(N, d + 1) = 2 sum_{k <= d} binomial(N - 1, k) ways; w units and an output give at most C(N, d + 1)^w C(N, w + 1) labellings",
      hypothesis:
        "one hidden layer of threshold units, of real weights, realises every binary labelling of these points",
      source: "Cover 1965; Baum 1988", applies: isOneThresholdLayer && labels.isBinary,
      reason: isOneThresholdLayer
        ? (labels.isBinary ? "one hidden threshold layer, binary labels" : "there are \(labels.distinctCount) labels")
        : "the network is not one hidden layer of threshold units",
      unit: "hidden units", bound: Double(low), measured: Double(network.hiddenLayers.reduce(0) { $0 + $1.rows.count }))
  }

  /// log2 of Cover's C(N, n) = 2 sum_{k < n} binomial(N - 1, k), at most N.
  package static func dichotomyBits(_ count: Int, _ n: Int) -> Double {
    if n >= count { return Double(count) }
    let total = Double(count - 1)
    // The sum relative to its last term, which is the largest up to N / 2; beyond, all of it lies below 2^N.
    var largest = -Double.infinity
    var terms: [Double] = []
    for k in 0..<n {
      let term = (lgamma(total + 1) - lgamma(Double(k) + 1) - lgamma(total - Double(k) + 1)) / M_LN2
      terms.append(term)
      largest = max(largest, term)
    }
    return min(Double(count), 1 + largest + log2(terms.reduce(0) { $0 + exp2($1 - largest) }))
  }

  // MARK: - Pieces and separation

  private static func pieces(_ network: IntegerNetwork, _ data: MemorizationData) -> LowerBound {
    let isRectified = network.hiddenLayers.allSatisfy { $0.activation == .relu }
    var least = 1
    if data.dimension == 1 {
      let order = (0..<data.pointCount).sorted { data.integerPoint($0)[0] < data.integerPoint($1)[0] }
      let directions = zip(order, order.dropFirst())
        .map { (data.labels[$1] - data.labels[$0]).signum() }.filter { $0 != 0 }
      least += zip(directions, directions.dropFirst()).reduce(0) { $0 + ($1.0 != $1.1 ? 1 : 0) }
    }
    let applies = isRectified && data.dimension == 1
    return LowerBound(
      kind: .pieces,
      statement:
        "a ReLU network of one input has at most the product of (width + 1) linear pieces; labels whose differences change sign s times along the line need s + 1",
      hypothesis: "one input, ReLU units", source: "Telgarsky 2016; one hidden layer thus needs s units",
      applies: applies,
      reason: applies
        ? "the labels change direction \(least - 1) times"
        : isRectified ? "the points have \(data.dimension) coordinates" : "the network has threshold units",
      unit: "log2 of the linear pieces", bound: log2(Double(least)),
      measured: network.hiddenLayers.reduce(0) { $0 + log2(Double($1.rows.count) + 1) })
  }

  private static func anyPoints(_ size: NetworkSize, _ data: MemorizationData, _ separation: Separation?) -> LowerBound
  {
    let ratio = separation?.ratio.map { "r / delta = \($0)" } ?? "r / delta was not measured"
    return LowerBound(
      kind: .anyPoints,
      statement:
        "an architecture that shatters every set of N points in general position has at least (N - 1) / 2 parameters",
      hypothesis:
        "one architecture for all points, however close; for exponentially small separation delta Omega(N) parameters are needed too (Siegel 2023)",
      source: "Sontag 1997; Siegel 2023 (arXiv 2302.00834)", applies: false,
      reason:
        "the network was written for points of one separation: \(ratio); with fewer parameters than the bound it cannot serve all points",
      unit: "non-zero parameters", bound: Double(data.pointCount - 1) / 2, measured: Double(size.nonZero))
  }
}

/// What a labelling has in bits.
private struct LabelInformation {
  let distinctCount: Int
  /// log2 of the arrangements of the labels, less those that agree with one of them but for the faults.
  let bits: Double
  let summary: String

  var isBinary: Bool { distinctCount <= 2 }

  init(_ labels: [Rational], faultCount: Int) {
    let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +).values.sorted()
    let total = Double(labels.count)
    distinctCount = counts.count
    let arrangements = (lgamma(total + 1) - counts.reduce(0) { $0 + lgamma(Double($1) + 1) }) / M_LN2
    let rate = min(Double(faultCount) / total, 1)
    // Vectors that differ from a given one in at most err N places, err <= 1/2: 2^(N H2(err)) places, K - 1 values each.
    let entropy = rate <= 0 ? 0 : rate >= 0.5 ? 1 : -rate * log2(rate) - (1 - rate) * log2(1 - rate)
    let ambiguity = total * entropy + Double(faultCount) * log2(Double(max(2, counts.count) - 1))
    bits = max(0, arrangements - ambiguity)
    summary =
      "N = \(labels.count), \(counts.count) labels, \(faultCount) faults: \(Int(bits.rounded())) bits"
  }
}
