// Why layers do not make a network, and the check that finds it.
import ExactArithmetic

/// The first place where layers do not fit one another.
public struct IntegerNetworkError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The hidden layer, from 0; the number of hidden layers for the outputs, nil for the inputs.
  public let layer: Int?
  /// The row of that layer, from 0; nil where the whole layer is meant.
  public let row: Int?
  /// What should be there.
  public let expected: String
  /// What is there.
  public let found: String

  /// One line.
  public var description: String {
    let place = (layer.map { " layer \($0)" } ?? "") + (row.map { " row \($0)" } ?? "")
    return "network\(place): expected \(expected), found \(found)"
  }
}

extension IntegerNetwork {
  /// The first row that does not fit, if there is one.
  func firstFault() -> IntegerNetworkError? {
    guard (1...Self.maximumWidth).contains(inputCount) else {
      return IntegerNetworkError(
        layer: nil, row: nil, expected: "1 to \(Self.maximumWidth) inputs", found: "\(inputCount)")
    }
    var width = inputCount
    for (l, layer) in hiddenLayers.enumerated() {
      if let fault = Self.fault(of: layer.rows, width: width, layer: l, isZero: { $0 == 0 }) { return fault }
      width = layer.rows.count
    }
    return Self.fault(of: outputs, width: width, layer: hiddenLayers.count, isZero: { $0 == 0 })
  }

  private static func fault<Number>(
    of rows: [Row<Number>], width: Int, layer: Int, isZero: (Number) -> Bool
  ) -> IntegerNetworkError? {
    guard (1...maximumWidth).contains(rows.count) else {
      return IntegerNetworkError(
        layer: layer, row: nil, expected: "1 to \(maximumWidth) rows", found: "\(rows.count)")
    }
    for (r, row) in rows.enumerated() {
      var least = 0
      for term in row.terms {
        guard (least..<max(width, least)).contains(term.column) else {
          let expected = least < width ? "a column in \(least)..<\(width)" : "no further column"
          return IntegerNetworkError(layer: layer, row: r, expected: expected, found: "column \(term.column)")
        }
        if isZero(term.weight) {
          return IntegerNetworkError(
            layer: layer, row: r, expected: "weights that are not 0", found: "0 at column \(term.column)")
        }
        least = term.column + 1
      }
    }
    return nil
  }
}
