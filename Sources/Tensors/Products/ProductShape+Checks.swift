// What every kind of matrix product does before it multiplies: checks its arguments, and writes a start that its library does not
// know.

extension MatrixOperand {
  /// The extents of what is stored, for an operand of the given extents.
  func stored(rows: Int, columns: Int) -> (rows: Int, columns: Int) {
    isTransposed ? (columns, rows) : (rows, columns)
  }
}

extension ProductShape {
  /// Traps where an extent is negative, or a stored row of an operand or of the result is longer than its stride.
  func check<Scalar>(_ a: MatrixOperand<Scalar>, _ b: MatrixOperand<Scalar>, stride: Int) {
    precondition(rows >= 0 && columns >= 0 && inner >= 0, "extents are not negative")
    let (a, aStride) = (a.stored(rows: rows, columns: inner), a.stride)
    let (b, bStride) = (b.stored(rows: inner, columns: columns), b.stride)
    precondition(
      (aStride >= a.columns || a.rows <= 1) && (bStride >= b.columns || b.rows <= 1),
      "an operand's stride holds its stored rows")
    precondition(stride >= columns || rows <= 1, "the result's stride holds its rows")
  }

  /// Writes the start to C for a library that only adds to what is there; returns whether it has to add.
  func write<Scalar: BinaryFloatingPoint>(
    _ start: ProductStart<Scalar>, to c: UnsafeMutablePointer<Scalar>, stride: Int
  ) -> Bool {
    switch start {
    case .accumulate: return true
    case .bias(let row):
      for i in 0..<rows { (c + i * stride).update(from: row, count: columns) }
      return true
    case .zero:
      if inner == 0 { for i in 0..<rows { (c + i * stride).update(repeating: 0, count: columns) } }
      return false
    }
  }
}
