// Whether points repeat, and the data without repetitions.
import ExactArithmetic

extension MemorizationData {
  /// For each row the first row with the same point.
  ///
  /// - Complexity: O(N d) expected: rows meet in a table by their hashes and are then compared.
  private func firstRowsOfPoints() -> [Int] {
    var table: [Int: [Int]] = Dictionary(minimumCapacity: pointCount)
    return (0..<pointCount).map { row in
      let point = self.integerPoint(row)
      let hash = point.hashValue
      if let earlier = table[hash]?.first(where: { self.integerPoint($0) == point }) { return earlier }
      table[hash, default: []].append(row)
      return row
    }
  }

  /// Checks that all points are distinct.
  ///
  /// Equal points are refused with equal labels too, so that N is what the size formulas say; `mergingEqualPoints()` drops repetitions.
  ///
  /// - Throws: `MemorizationError` (distinct points) with the two rows.
  public func checkDistinctPoints() throws(MemorizationError) {
    let first = firstRowsOfPoints()
    guard let row = first.indices.first(where: { first[$0] != $0 }) else { return }
    throw Self.repetition(first[row], row, labels)
  }

  /// The data without the rows that repeat an earlier point with its label.
  ///
  /// - Returns: the first row of each point, in order.
  /// - Throws: `MemorizationError` (distinct points) with the two rows, where a point has two different labels.
  public func mergingEqualPoints() throws(MemorizationError) -> MemorizationData {
    let first = firstRowsOfPoints()
    if let row = first.indices.first(where: { labels[first[$0]] != labels[$0] }) {
      throw Self.repetition(first[row], row, labels)
    }
    return selecting(first.indices.filter { first[$0] == $0 })
  }

  private static func repetition(_ first: Int, _ second: Int, _ labels: [Rational]) -> MemorizationError {
    let sameLabel = labels[first] == labels[second]
    return MemorizationError(
      hypothesis: .distinctPoints, rows: [first + 1, second + 1], expected: "different points in different rows",
      found: "one point, with " + (sameLabel ? "one label" : "the labels \(labels[first]) and \(labels[second])"))
  }
}
