// Rotary positions: pairs of coordinates turned by angles that grow with the position.
internal import CKernels

/// Rotations of pairs of columns, and the table for either width.
public protocol RotaryKernels {
  /// Turns the pairs (x[i], x[i + pairs]) of the first `heads` heads of each row by the angles of position row mod `length`, or by their
  /// negatives.
  static func rotate(
    _ x: UnsafeMutablePointer<Self>, stride: Int, rows: Int, length: Int, heads: Int, pairs: Int,
    angles: UnsafePointer<Self>, backwards: Bool)
  /// The cosines and sines of a table, and the object that holds them.
  static func angles(of table: RotaryTable) -> (first: UnsafePointer<Self>, owner: AnyObject)
}

extension Float: RotaryKernels {
  /// Turns the pairs of the first `heads` heads of each row.
  public static func rotate(
    _ x: UnsafeMutablePointer<Float>, stride: Int, rows: Int, length: Int, heads: Int, pairs: Int,
    angles: UnsafePointer<Float>, backwards: Bool
  ) { wright_f32_rotate_rows(x, stride, rows, length, heads, pairs, angles, backwards ? 1 : 0) }
  /// The cosines and sines of a table in float32.
  public static func angles(of table: RotaryTable) -> (first: UnsafePointer<Float>, owner: AnyObject) {
    (UnsafePointer(table.float32.base), table.float32)
  }
}

extension Double: RotaryKernels {
  /// Turns the pairs of the first `heads` heads of each row.
  public static func rotate(
    _ x: UnsafeMutablePointer<Double>, stride: Int, rows: Int, length: Int, heads: Int, pairs: Int,
    angles: UnsafePointer<Double>, backwards: Bool
  ) { wright_f64_rotate_rows(x, stride, rows, length, heads, pairs, angles, backwards ? 1 : 0) }
  /// The cosines and sines of a table in float64.
  public static func angles(of table: RotaryTable) -> (first: UnsafePointer<Double>, owner: AnyObject) {
    (UnsafePointer(table.float64.base), table.float64)
  }
}

/// y = R x, R a rotation of each pair.
struct RotaryRule<Scalar: TensorScalar>: BitwiseCopyable {
  var input: Variable
  var heads: Int
  var length: Int
  var pairs: Int
  /// The table's cosines and sines, which the tape keeps.
  var angles: UnsafePointer<Scalar>

  /// y from x where they stand in one place.
  func apply(to x: UnsafeMutablePointer<Scalar>, backwards: Bool) {
    Scalar.rotate(
      x, stride: input.columns, rows: input.rows, length: length, heads: heads, pairs: pairs, angles: angles,
      backwards: backwards)
  }

  /// dx = R^-1 dy, in the place of dy, or of a copy where dy is to be looked at.
  func backward(node: Int, on tape: Tape<Scalar>) {
    let arrived = tape.arrived(node)
    if tape.keepsBlocks {
      let copy = tape.take(input.rows * input.columns)
      copy.update(from: arrived, count: input.rows * input.columns)
      apply(to: copy, backwards: true)
      tape.handOver(copy, scaledBy: 1, to: input)
    } else {
      apply(to: arrived, backwards: true)
      tape.handOver(node, to: input)
    }
  }
}

extension Tape {
  /// Turns the pairs (i, i + D / 2) of the first heads by the angles of their positions; other columns stay as they are. It takes the place
  /// of `x` where that is the newest result, which nothing may read afterwards.
  ///
  /// - Parameters:
  ///   - x: Of shape [sequences * length, at least heads * D]; row r belongs to position r mod length.
  ///   - heads: How many heads are turned, those of queries and of keys together.
  ///   - headSize: D, twice the table's pairs.
  ///   - length: The positions of each sequence.
  ///   - table: The angles, of at least `length` positions.
  @specialized(where Scalar == Float)
  public func rotary(_ x: Variable, heads: Int, headSize: Int, length: Int, table: RotaryTable) -> Variable {
    precondition(headSize == 2 * table.pairs, "a head has two columns for each pair of the table")
    precondition(heads >= 0 && heads * headSize <= x.columns, "the heads that are turned lie within the matrix")
    precondition(
      length > 0 && length <= table.length && x.rows % length == 0,
      "the rows are whole sequences, and no longer than the table")
    let angles = Scalar.angles(of: table)
    keep(angles.owner)
    let rule = RotaryRule<Scalar>(input: x, heads: heads, length: length, pairs: table.pairs, angles: angles.first)
    let source = input(x)
    if canTakePlace(of: x) {
      rule.apply(to: source, backwards: false)
      return recordInPlace(.rotary(rule), of: x)
    }
    let result = take(x.rows * x.columns)
    result.update(from: source, count: x.rows * x.columns)
    rule.apply(to: result, backwards: false)
    return record(
      .rotary(rule), rows: x.rows, columns: x.columns, value: result, needsGradient: needsGradient(x))
  }
}
