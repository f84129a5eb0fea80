// What a tape's caller holds of the matrices on it.

/// A matrix on a tape; it is good until the tape is reset.
public struct Variable: Sendable, Equatable {
  /// The place on the tape.
  package let index: Int
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int

  package init(index: Int, rows: Int, columns: Int) {
    self.index = index
    self.rows = rows
    self.columns = columns
  }

  /// Some of the columns, to be read where they stand.
  public func columns(_ range: Range<Int>) -> ColumnView {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "a view lies within its matrix")
    return ColumnView(variable: self, range: range)
  }

  /// All columns.
  public var allColumns: ColumnView { ColumnView(variable: self, range: 0..<columns) }
}

/// Consecutive columns of a matrix on a tape.
public struct ColumnView: Sendable, Equatable {
  /// The matrix.
  public let variable: Variable
  /// Its columns that are meant.
  public let range: Range<Int>

  /// The number of rows.
  public var rows: Int { variable.rows }
  /// The number of columns.
  public var columns: Int { range.count }
}
