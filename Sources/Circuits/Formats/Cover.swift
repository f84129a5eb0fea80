// Irredundant sums of products of truth tables, for BLIF.

/// A product of literals of at most twelve inputs.
struct Cube: Equatable {
  /// Inputs that must be true, as bits.
  var positive: UInt16 = 0
  /// Inputs that must be false, as bits.
  var negative: UInt16 = 0
}

/// A sum of products, none of which can be left out.
struct Cover {
  private(set) var cubes: [Cube] = []

  /// The cover of `table` (S. Minato, "Fast generation of irredundant sum-of-products forms from binary decision diagrams", 1992).
  init(_ table: TruthTable) {
    // Stretch the table over all 64 rows, so that cofactors are masks and shifts.
    var bits = table.bits
    if table.inputCount > TruthTable.wordInputCount {
      let words = table.words[...]
      _ = add(words, words, table.inputCount, Cube())
      return
    }
    for j in table.inputCount..<6 { bits |= bits << UInt64(1 << j) }
    _ = add(bits, bits, 6, Cube())
  }

  /// The same for functions of `inputs` inputs, 64 rows a word: halves of the words are the cofactors of the last input.
  private mutating func add(
    _ lower: ArraySlice<UInt64>, _ upper: ArraySlice<UInt64>, _ inputs: Int, _ cube: Cube
  ) -> [UInt64] {
    if lower.allSatisfy({ $0 == 0 }) { return Array(repeating: 0, count: lower.count) }
    if upper.allSatisfy({ $0 == .max }) {
      cubes.append(cube)
      return Array(repeating: .max, count: lower.count)
    }
    if let l = lower.first, let u = upper.first, lower.count == 1 { return [add(l, u, 6, cube)] }
    let half = lower.count / 2
    let (lower0, lower1) = (lower.prefix(half), lower.suffix(half))
    let (upper0, upper1) = (upper.prefix(half), upper.suffix(half))
    if lower0.elementsEqual(lower1), upper0.elementsEqual(upper1) {
      let either = add(lower0, upper0, inputs - 1, cube)
      return either + either
    }
    func words(_ value: (Int) -> UInt64) -> ArraySlice<UInt64> { (0..<half).map(value)[...] }
    /// Word `i` of a slice.
    func at(_ slice: ArraySlice<UInt64>, _ i: Int) -> UInt64 { slice[slice.startIndex + i] }
    var without = cube
    without.negative |= 1 << (inputs - 1)
    var with = cube
    with.positive |= 1 << (inputs - 1)
    let f0 = add(words { at(lower0, $0) & ~at(upper1, $0) }, upper0, inputs - 1, without)
    let f1 = add(words { at(lower1, $0) & ~at(upper0, $0) }, upper1, inputs - 1, with)
    let both = add(
      words { at(lower0, $0) & ~f0[$0] | at(lower1, $0) & ~f1[$0] }, words { at(upper0, $0) & at(upper1, $0) },
      inputs - 1, cube)
    return zip(f0, both).map { $0 | $1 } + zip(f1, both).map { $0 | $1 }
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
