// Irredundant sums of products of small truth tables, for BLIF.

/// A product of literals of at most six inputs.
struct Cube: Equatable {
  /// Inputs that must be true, as bits.
  var positive: UInt8 = 0
  /// Inputs that must be false, as bits.
  var negative: UInt8 = 0
}

/// A sum of products, none of which can be left out.
struct Cover {
  private(set) var cubes: [Cube] = []

  /// The cover of `table` (S. Minato, "Fast generation of irredundant sum-of-products forms from binary decision diagrams", 1992).
  init(_ table: TruthTable) {
    // Stretch the table over all 64 rows, so that cofactors are masks and shifts.
    var bits = table.bits
    for j in table.inputCount..<6 { bits |= bits << UInt64(1 << j) }
    _ = add(bits, bits, 6, Cube())
  }

  /// Adds cubes, each within `cube`, whose union covers `lower` and stays within `upper`; returns the union.
  private mutating func add(_ lower: UInt64, _ upper: UInt64, _ inputs: Int, _ cube: Cube) -> UInt64 {
    if lower == 0 { return 0 }
    if upper == .max {
      cubes.append(cube)
      return .max
    }
    var j = inputs - 1
    while Cover.cofactors(lower, j).0 == Cover.cofactors(lower, j).1
      && Cover.cofactors(upper, j).0 == Cover.cofactors(upper, j).1
    { j -= 1 }
    let (lower0, lower1) = Cover.cofactors(lower, j)
    let (upper0, upper1) = Cover.cofactors(upper, j)
    let high = TruthTable.pattern(ofInput: j)
    var without = cube
    without.negative |= 1 << j
    var with = cube
    with.positive |= 1 << j
    let f0 = add(lower0 & ~upper1, upper0, j, without)
    let f1 = add(lower1 & ~upper0, upper1, j, with)
    let both = add(lower0 & ~f0 | lower1 & ~f1, upper0 & upper1, j, cube)
    return f0 & ~high | f1 & high | both
  }

  private static func cofactors(_ bits: UInt64, _ j: Int) -> (UInt64, UInt64) {
    let shift = UInt64(1 << j)
    let high = TruthTable.pattern(ofInput: j)
    let low = bits & ~high
    return (low | low << shift, bits & high | (bits & high) >> shift)
  }
}
