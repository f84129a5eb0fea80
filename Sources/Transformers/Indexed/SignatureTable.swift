// The signs of keys and queries, state by state, and how sure they are under float32 rounding.

/// The signs of some coordinates of a projection, state by state, and the range of each coordinate's absolute value.
struct SignatureTable: Sendable {
  /// The projection's rows that are looked at; bit i of a signature is the sign of row `rows[i]`.
  let rows: [Int]
  var signatures: [UInt64]
  private var smallest: [Float]
  private var largest: [Float]
  private var masses: [Float]
  /// How far float32 evaluation may be from each coordinate, set by `widen`.
  private var errors: [Double]
  private var first: UInt64?
  /// The bits that are not the same in all signatures.
  private(set) var varyingSigns: UInt64 = 0

  init(rows: [Int], count: Int) {
    self.rows = rows
    signatures = [UInt64](repeating: 0, count: count)
    smallest = [Float](repeating: .infinity, count: rows.count)
    largest = [Float](repeating: 0, count: rows.count)
    masses = [Float](repeating: 0, count: rows.count)
    errors = [Double](repeating: 0, count: rows.count)
  }

  mutating func record(_ state: Int, _ map: SparseRows, _ n: UnsafePointer<Float>) {
    var signature: UInt64 = 0
    for (i, row) in rows.enumerated() {
      let y = map.apply(row: row, to: n)
      let magnitude = abs(y)
      if magnitude < smallest[i] { smallest[i] = magnitude }
      if magnitude > largest[i] { largest[i] = magnitude }
      let mass = map.mass(row: row, of: n)
      if mass > masses[i] { masses[i] = mass }
      if y < 0 { signature |= 1 << UInt64(i) }
    }
    signatures[state] = signature
    if let first { varyingSigns |= first ^ signature } else { first = signature }
  }

  /// Takes into account what rounding may do to the projection.
  mutating func widen(_ map: SparseRows, _ rounding: ProjectionRounding) {
    for (i, row) in rows.enumerated() { errors[i] = rounding.error(map, row: row, mass: masses[i]) }
  }

  /// A bound from above of coordinate i's absolute value in every state, as float32 may evaluate it.
  func greatest(_ i: Int) -> Double { Double(largest[i]) + errors[i] }

  /// A bound from below, which is not positive where a sign is not sure.
  func least(_ i: Int) -> Double { max(0, Double(smallest[i]) - errors[i]) }

  /// Whether float32 holds every coordinate and every product of two.
  var isInRange: Bool { rows.indices.allSatisfy { greatest($0) < 1e18 } }
}

/// What float32 rounding may do to a linear map of normalized states.
struct ProjectionRounding: Sendable {
  private let doubt: (relative: Double, absolute: Double)
  private let accumulated: Double
  private let largestGain: Double

  init(_ normalization: VectorNormalization, doubt: (relative: Double, absolute: Double), width: Int) {
    self.doubt = doubt
    accumulated = Rounding.accumulated(width)
    largestGain = (0..<width).map { Double(max(abs(normalization.gain($0)), abs(normalization.bias($0)))) }.max() ?? 1
  }

  /// How far two float32 evaluations of row `row` may be from each other, whose terms' absolute values sum to at most `mass`.
  func error(_ map: SparseRows, row: Int, mass: Float) -> Double {
    var weights = 0.0
    for e in map.starts[row]..<map.starts[row + 1] { weights += abs(Double(map.values[e])) }
    return 2 * (accumulated + doubt.relative) * Double(mass) * 1.001 + 4 * doubt.absolute * weights * largestGain
      + Double(map.starts[row + 1] - map.starts[row]) * Rounding.smallestNormal
  }
}
