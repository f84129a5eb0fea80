// The slow evaluation of a network, row by row on integers of any size: what the fast one is compared with.
public import ExactArithmetic

extension IntegerNetwork {
  /// The network's outputs at a point with rational coordinates.
  ///
  /// This is the reference: a sum of products a row, nothing shared, nothing skipped. The coordinates are put over one denominator s, and each
  /// layer's values are kept multiplied by it, because max(s z, 0) = s max(z, 0); behind a threshold layer s is 1 again.
  ///
  /// - Parameter point: `inputCount` coordinates.
  /// - Returns: one value an output, exact.
  /// - Complexity: one multiplication a weight.
  public func outputs(at point: [Rational]) -> [Rational] {
    precondition(point.count == inputCount, "a point of this network has \(inputCount) coordinates, not \(point.count)")
    var scale = point.reduce(Integer(1)) { $0.leastCommonMultiple(with: $1.denominator) }
    var values = point.map { $0.numerator * (scale / $0.denominator) }
    for layer in hiddenLayers {
      values = layer.rows.map { row in
        let z = row.terms.reduce(row.bias * scale) { $0 + $1.weight * values[$1.column] }
        return switch layer.activation {
        case .relu: max(z, 0)
        case .threshold: z >= 0 ? 1 : 0
        }
      }
      if layer.activation == .threshold { scale = 1 }
    }
    return outputs.map { row in
      row.terms.reduce(row.bias) { $0 + $1.weight * Rational(values[$1.column], scale) }
    }
  }

  /// The network's outputs at a point with integer coordinates; as `outputs(at:)` for rational ones.
  ///
  /// - Parameter point: `inputCount` coordinates.
  /// - Returns: one value an output, exact.
  public func outputs(at point: [Integer]) -> [Rational] { outputs(at: point.map { Rational($0) }) }
}

extension Integer {
  /// The least positive number that both numbers, which are positive, divide.
  func leastCommonMultiple(with other: Integer) -> Integer {
    self / greatestCommonDivisor(with: other) * other
  }
}
