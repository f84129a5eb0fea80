// Linear equations over the integers without fractions: Bareiss's elimination, in Jordan's form.
import ExactArithmetic

/// An integer matrix brought to reduced row echelon form, all pivots equal to one determinant.
///
/// Source: Bareiss, *Sylvester's identity and multistep integer-preserving Gaussian elimination*, 1968: every division is exact, and the entries are minors of
/// the matrix, so that by Hadamard's bound they have at most r log2(sqrt(r) max |entry|) bits for r rows.
struct FractionFreeElimination {
  /// The reduced matrix; rows from `pivotColumns.count` on are zero in the unknowns.
  private(set) var rows: [[Integer]]
  /// The pivot column of each independent row, ascending.
  private(set) var pivotColumns: [Int] = []
  /// The value of every pivot, not zero; 1 where there is none.
  private(set) var determinant: Integer = 1

  /// The number of independent rows, looked at in the unknowns alone.
  var rank: Int { pivotColumns.count }

  /// Eliminates with pivots in the first `unknownCount` columns.
  init(_ matrix: [[Integer]], unknownCount: Int) {
    rows = matrix
    for column in 0..<unknownCount {
      let k = pivotColumns.count
      guard k < rows.count else { break }
      guard let pivotRow = rows[k...].firstIndex(where: { $0[column] != 0 }) else { continue }
      rows.swapAt(k, pivotRow)
      let pivot = rows[k][column]
      for i in rows.indices where i != k {
        let factor = rows[i][column]
        for j in rows[i].indices { rows[i][j] = (pivot * rows[i][j] - factor * rows[k][j]) / determinant }
      }
      determinant = pivot
      pivotColumns.append(column)
    }
  }
}
