// The exact linear pieces of a ReLU network of one input: every breakpoint as a fraction.
public import ExactArithmetic

/// The maximal linear pieces of a network's first output on an interval.
public struct LinearPieces: Sendable, Hashable, Codable {
  /// Why a network has no linear pieces to count.
  public enum Refusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The network has this many inputs, not one.
    case inputs(Int)
    /// This hidden layer, from 0, has threshold units, whose outputs jump.
    case threshold(layer: Int)
    /// There are more breakpoints than the limit.
    case breakpoints(limit: Int)

    /// One line.
    public var description: String {
      switch self {
      case .inputs(let count): "linear pieces are counted along one input, the network has \(count)"
      case .threshold(let layer): "layer \(layer) has threshold units; linear pieces are those of ReLU networks"
      case .breakpoints(let limit): "more than \(limit) breakpoints"
      }
    }
  }

  /// The interval's ends and, between them, the points where the slope changes, ascending.
  public let breakpoints: [Rational]
  /// The values at the breakpoints.
  public let values: [Rational]

  /// The number of linear pieces.
  public var count: Int { breakpoints.count - 1 }

  /// Finds the pieces, layer by layer: on the pieces of the layers before, each unit is affine and changes its sign at most once.
  ///
  /// - Parameters:
  ///   - network: a ReLU network of one input.
  ///   - start: the interval's lower end.
  ///   - end: its upper end, above `start`.
  ///   - limit: the most breakpoints that are followed.
  /// - Throws: `Refusal`.
  /// - Complexity: a multiplication of fractions a weight and breakpoint.
  public init(
    of network: IntegerNetwork, from start: Rational, to end: Rational, limit: Int = 1 << 22
  ) throws(Refusal) {
    precondition(start < end, "an interval's upper end lies above its lower end")
    if network.inputCount != 1 { throw .inputs(network.inputCount) }
    if let layer = network.hiddenLayers.firstIndex(where: { $0.activation == .threshold }) {
      throw .threshold(layer: layer)
    }
    var points = [start, end]
    var values = [[start], [end]]
    for layer in network.hiddenLayers {
      let sums = values.map { before in
        layer.rows.map { row in
          row.terms.reduce(Rational(row.bias)) { $0 + Rational($1.weight) * before[$1.column] }
        }
      }
      var nextPoints: [Rational] = []
      var nextValues: [[Rational]] = []
      for i in points.indices {
        nextPoints.append(points[i])
        nextValues.append(sums[i].map { max($0, 0) })
        guard i + 1 < points.count else { break }
        for part in Self.crossings(sums[i], sums[i + 1]) {
          nextPoints.append(points[i] + (points[i + 1] - points[i]) * part)
          nextValues.append(
            zip(sums[i], sums[i + 1]).map { a, b in
              a.signum() <= 0 && b.signum() <= 0 ? 0 : max(a + (b - a) * part, 0)
            })
        }
        if nextPoints.count > limit { throw .breakpoints(limit: limit) }
      }
      (points, values) = (nextPoints, nextValues)
    }
    let output = network.outputs[0]
    let heights = values.map { last in output.terms.reduce(output.bias) { $0 + $1.weight * last[$1.column] } }
    let kept = Self.turns(points, heights)
    breakpoints = kept.map { points[$0] }
    self.values = kept.map { heights[$0] }
  }

  /// Where between two points, as parts in (0, 1), a unit changes its sign: ascending, each once.
  private static func crossings(_ left: [Rational], _ right: [Rational]) -> [Rational] {
    var parts: [Rational] = []
    for (a, b) in zip(left, right) where a.signum() * b.signum() < 0 { parts.append(a / (a - b)) }
    guard parts.count > 1 else { return parts }
    return Array(Set(parts)).sorted()
  }

  /// The ends, and the points between where the slope changes.
  private static func turns(_ x: [Rational], _ y: [Rational]) -> [Int] {
    var kept = [0]
    for i in x.indices.dropFirst().dropLast() {
      let last = kept[kept.count - 1]
      // The slopes from the last kept point to here, and from here on.
      if (y[i] - y[last]) * (x[i + 1] - x[i]) != (y[i + 1] - y[i]) * (x[i] - x[last]) { kept.append(i) }
    }
    return kept + [x.count - 1]
  }

  /// The most pieces of any ReLU network of one input with these hidden layers: the product of (width + 1), because each unit is affine on every piece
  /// of the layers before and breaks it at most once.
  ///
  /// - Parameter widths: the units of each hidden layer.
  /// - Returns: the product.
  public static func bound(widths: [Int]) -> Integer { widths.reduce(1) { $0 * Integer($1 + 1) } }
}
