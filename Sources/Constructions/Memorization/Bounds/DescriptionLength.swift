// The length of a network in a code that can be read back: what counting arguments compare with the information in labels.
import ExactArithmetic

extension IntegerNetwork {
  /// The bits of the network in a prefix code, from which everything but the code itself is recovered.
  ///
  /// Numbers are in Elias's delta code, signed ones as 2|v| (+ 1); a layer is its activation (one bit) and rows, a row one bit whether it has the
  /// weights of the row above, its bias, and otherwise the number of its terms, the distances of their columns, and their weights; fractions are
  /// two numbers. Because it is a prefix code, fewer than 2^b networks have descriptions of fewer than b bits.
  public var descriptionBits: Int {
    var bits = Self.deltaBits(of: inputCount) + Self.deltaBits(of: hiddenLayers.count + 1)
    for layer in hiddenLayers { bits += 1 + Self.bits(of: layer.rows, number: Self.signedBits) }
    return bits
      + Self.bits(of: outputs) {
        Self.signedBits(of: $0.numerator) + Self.deltaBits(bitLength: $0.denominator.bitLength)
      }
  }

  private static func bits<Number>(of rows: [Row<Number>], number: (Number) -> Int) -> Int {
    var bits = deltaBits(of: rows.count)
    var above: [Term<Number>]?
    for row in rows {
      bits += 1 + number(row.bias)
      if row.terms == above { continue }
      bits += deltaBits(of: row.terms.count + 1)
      var last = -1
      for term in row.terms {
        bits += deltaBits(of: term.column - last) + number(term.weight)
        last = term.column
      }
      above = row.terms
    }
    return bits
  }

  /// The delta code of v = 0, 1, -1, 2, ... as 1, 2, 3, 4, ...: |v| with one bit more.
  private static func signedBits(of value: Integer) -> Int { deltaBits(bitLength: value.bitLength + 1) }

  private static func deltaBits(of value: Int) -> Int { deltaBits(bitLength: Int.bitWidth - value.leadingZeroBitCount) }

  /// Elias 1975: a number of b bits has its b - 1 lower bits behind b in the gamma code, 2 floor(log2 b) + 1 bits.
  private static func deltaBits(bitLength b: Int) -> Int {
    b - 1 + 2 * (Int.bitWidth - b.leadingZeroBitCount - 1) + 1
  }
}
