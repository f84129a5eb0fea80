// Rows of a table, chosen by token, with learned positions where a model has them.
internal import CKernels

/// Rows read by index, and added to by index.
public protocol EmbeddingKernels {
  /// y[i] = table[tokens[i]] + positions[i mod length].
  static func gatherRows(
    _ tokens: UnsafePointer<Int32>, count: Int, table: UnsafePointer<Self>, positions: UnsafePointer<Self>?,
    length: Int, columns: Int, into y: UnsafeMutablePointer<Self>)
  /// table[tokens[i]] += x[i], by ascending i.
  static func scatterRows(
    _ tokens: UnsafePointer<Int32>, count: Int, _ x: UnsafePointer<Self>, columns: Int,
    to table: UnsafeMutablePointer<Self>)
}

extension Float: EmbeddingKernels {
  /// y[i] = table[tokens[i]] + positions[i mod length].
  public static func gatherRows(
    _ tokens: UnsafePointer<Int32>, count: Int, table: UnsafePointer<Float>, positions: UnsafePointer<Float>?,
    length: Int, columns: Int, into y: UnsafeMutablePointer<Float>
  ) { wright_f32_gather_rows(tokens, count, table, positions, length, columns, y) }
  /// table[tokens[i]] += x[i], by ascending i.
  public static func scatterRows(
    _ tokens: UnsafePointer<Int32>, count: Int, _ x: UnsafePointer<Float>, columns: Int,
    to table: UnsafeMutablePointer<Float>
  ) { wright_f32_scatter_rows(tokens, count, x, columns, table) }
}

extension Double: EmbeddingKernels {
  /// y[i] = table[tokens[i]] + positions[i mod length].
  public static func gatherRows(
    _ tokens: UnsafePointer<Int32>, count: Int, table: UnsafePointer<Double>, positions: UnsafePointer<Double>?,
    length: Int, columns: Int, into y: UnsafeMutablePointer<Double>
  ) { wright_f64_gather_rows(tokens, count, table, positions, length, columns, y) }
  /// table[tokens[i]] += x[i], by ascending i.
  public static func scatterRows(
    _ tokens: UnsafePointer<Int32>, count: Int, _ x: UnsafePointer<Double>, columns: Int,
    to table: UnsafeMutablePointer<Double>
  ) { wright_f64_scatter_rows(tokens, count, x, columns, table) }
}

/// y[i] = E[tokens[i]] + P[i mod length].
struct EmbeddingRule {
  var table: Variable
  var positions: Variable?
  var length: Int
  /// A copy of the tokens in the tape's memory.
  var tokens: UnsafeMutablePointer<Int32>
  var count: Int

  /// dE[tokens[i]] += dy[i] and dP[i mod length] += dy[i], row after row.
  func backward<Scalar>(node: Int, on tape: Tape<Scalar>) {
    let gradient = tape.arrived(node)
    let columns = table.columns
    if let (target, accumulates) = tape.destination(for: table) {
      if !accumulates { target.update(repeating: 0, count: table.rows * columns) }
      Scalar.scatterRows(tokens, count: count, gradient, columns: columns, to: target)
    }
    if let positions, let (target, accumulates) = tape.destination(for: positions) {
      if !accumulates { target.update(repeating: 0, count: positions.rows * columns) }
      for first in stride(from: 0, to: count, by: length) {
        Scalar.add(gradient + first * columns, count: min(length, count - first) * columns, to: target)
      }
    }
    tape.release(tokens, count: count)
  }
}

extension Tape {
  /// The rows of a table that tokens name, with those of their positions: shape [tokens.count, columns].
  ///
  /// - Parameters:
  ///   - tokens: Row indices of the table; they are copied.
  ///   - table: E, of shape [vocabulary, columns].
  ///   - positions: Learned positions, of shape [at least length, columns], whose row i mod length is added to row i.
  ///   - length: The positions of each sequence.
  @specialized(where Scalar == Float)
  public func embedding(
    _ tokens: UnsafeBufferPointer<Int32>, table: Variable, positions: Variable? = nil, length: Int = 1
  ) -> Variable {
    precondition(length > 0 && !tokens.isEmpty, "there is at least one token, and one position")
    precondition(
      positions.map { $0.rows >= length && $0.columns == table.columns } ?? true,
      "each position has a row as wide as the table's")
    precondition(
      tokens.allSatisfy { $0 >= 0 && Int($0) < table.rows }, "a token is the index of a row of the table")
    let needs = recordsGradients && (needsGradient(table) || positions.map(needsGradient) ?? false)
    let count = tokens.count
    let kept = take(Int32.self, count)
    if let base = tokens.baseAddress { kept.update(from: base, count: count) }
    let result = take(count * table.columns)
    Scalar.gatherRows(
      kept, count: count, table: input(table), positions: positions.map { UnsafePointer(input($0)) }, length: length,
      columns: table.columns, into: result)
    let rule = EmbeddingRule(table: table, positions: positions, length: length, tokens: kept, count: count)
    if !needs { release(kept, count: count) }
    return record(.embedding(rule), rows: count, columns: table.columns, value: result, needsGradient: needs)
  }
}
