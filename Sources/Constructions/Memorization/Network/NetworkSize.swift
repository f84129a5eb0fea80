// How large a network is: the counts that the literature mixes up, side by side, and its bits.
import ExactArithmetic

/// Every count of a network; all exact but `totalWeight`.
///
/// A *weight* is a number that multiplies, a *bias* one that is added; output rows count like hidden ones. A number's *bits* are the length of its
/// magnitude in binary, for a fraction p/q that is no integer the lengths of p and of q together; signs and zeros count nothing.
public struct NetworkSize: Sendable, Hashable, Codable {
  /// Coordinates of a point.
  public let inputCount: Int
  /// Hidden layers: the number of affine maps minus one.
  public let hiddenLayerCount: Int
  /// Units of the widest hidden layer; 0 where there is none.
  public let width: Int
  /// Units of all hidden layers.
  public let hiddenUnitCount: Int
  /// Entries of all matrices and biases, zeros included: the sum over layers, outputs included, of d_l (d_{l-1} + 1).
  public let dense: Int
  /// Weights and biases that are not zero.
  public let nonZero: Int
  /// The same, where a row that repeats the weights of the row above shares them: the count of networks that are written with one common
  /// direction, such as Zhang et al.'s 2N + d.
  public let tied: Int
  /// Different values among the weights and biases that are not zero.
  public let distinct: Int
  /// The most bits of a weight or bias.
  public let maximumBits: Int
  /// The bits of all weights and biases; repeated rows count each time.
  public let bitSum: Int
  /// The sum over hidden units of |a| ||w||, a the unit's output weight and ||w|| the length of its incoming weights without the bias; the largest
  /// such sum of an output where there are several. Nil where there is not exactly one hidden layer, rounded (relative error below 2^-40), infinite
  /// beyond the range of Double. Source: Bubeck, Eldan, Lee and Mikulincer 2020.
  public let totalWeight: Double?

  /// Counts a network.
  ///
  /// - Parameter network: the network.
  /// - Complexity: linear in the number of weights.
  public init(_ network: IntegerNetwork) {
    inputCount = network.inputCount
    hiddenLayerCount = network.hiddenLayers.count
    width = network.hiddenLayers.map(\.rows.count).max() ?? 0
    hiddenUnitCount = network.hiddenLayers.reduce(0) { $0 + $1.rows.count }
    var dense = 0
    var columns = network.inputCount
    var counts = Counts()
    for layer in network.hiddenLayers {
      dense += layer.rows.count * (columns + 1)
      columns = layer.rows.count
      counts.add(layer.rows) { ($0.bitLength, Rational($0)) }
    }
    dense += network.outputs.count * (columns + 1)
    counts.add(network.outputs) { number in
      (number.numerator.bitLength + (number.isInteger ? 0 : number.denominator.bitLength), number)
    }
    self.dense = dense
    nonZero = counts.nonZero
    tied = counts.tied
    distinct = counts.values.count
    maximumBits = counts.maximumBits
    bitSum = counts.bitSum
    totalWeight = Self.totalWeight(of: network)
  }

  private struct Counts {
    var nonZero = 0
    var tied = 0
    var maximumBits = 0
    var bitSum = 0
    var values: Set<Rational> = []

    mutating func add<Number>(_ rows: [IntegerNetwork.Row<Number>], _ measure: (Number) -> (bits: Int, Rational)) {
      var above: [IntegerNetwork.Term<Number>]?
      var rowBits = 0
      for row in rows {
        let isRepeated = row.terms == above
        if !isRepeated {
          rowBits = 0
          for term in row.terms {
            let (bits, value) = measure(term.weight)
            rowBits += bits
            maximumBits = max(maximumBits, bits)
            values.insert(value)
          }
          tied += row.terms.count
        }
        nonZero += row.terms.count
        bitSum += rowBits
        let (bits, bias) = measure(row.bias)
        if bias != 0 {
          nonZero += 1
          tied += 1
          bitSum += bits
          maximumBits = max(maximumBits, bits)
          values.insert(bias)
        }
        above = row.terms
      }
    }
  }

  private static func totalWeight(of network: IntegerNetwork) -> Double? {
    guard network.hiddenLayers.count == 1, let layer = network.hiddenLayers.first else { return nil }
    var above: [IntegerNetwork.Term<Integer>]?
    var length = Rational(0)
    let lengths = layer.rows.map { row in
      if row.terms != above {
        let square = row.terms.reduce(Integer(0)) { $0 + $1.weight * $1.weight }
        // 64 fractional bits of the root: a row that is not zero has length at least 1.
        length = Rational((square << 128).squareRoot(), timesTwoToThe: -64)
        above = row.terms
      }
      return length
    }
    // Sums of rationals with unlike denominators grow; each product is rounded once, to 64 bits.
    return network.outputs.map { output in
      output.terms.reduce(0) { $0 + Double($1.weight.magnitude * lengths[$1.column]) }
    }.max()
  }
}

extension IntegerNetwork {
  /// Every count of this network.
  public var size: NetworkSize { NetworkSize(self) }
}
