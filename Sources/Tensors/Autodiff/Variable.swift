// What a tape's caller holds of the matrices on it.

/// A matrix on a tape; it is good until the tape is reset.
public struct Variable: Sendable, Equatable, BitwiseCopyable {
  // A tape's record holds several of them for each operation and is written and read in every step: so they are kept small.
  private let place: Int32
  private let rowCount: Int32
  private let columnCount: Int32

  /// The place on the tape.
  package var index: Int { Int(place) }
  /// The number of rows.
  public var rows: Int { Int(rowCount) }
  /// The number of columns.
  public var columns: Int { Int(columnCount) }

  /// A matrix; its extents are below 2^31.
  package init(index: Int, rows: Int, columns: Int) {
    (place, rowCount, columnCount) = (Int32(index), Int32(rows), Int32(columns))
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
public struct ColumnView: Sendable, Equatable, BitwiseCopyable {
  /// The matrix.
  public let variable: Variable
  private let first: Int32
  private let end: Int32

  init(variable: Variable, range: Range<Int>) {
    self.variable = variable
    (first, end) = (Int32(range.lowerBound), Int32(range.upperBound))
  }

  /// Its columns that are meant.
  public var range: Range<Int> { Int(first)..<Int(end) }
  /// The number of rows.
  public var rows: Int { variable.rows }
  /// The number of columns.
  public var columns: Int { range.count }
}
