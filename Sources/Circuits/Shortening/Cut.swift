// A cut: at most four nodes from which a node's value follows, and the function by which it follows.

/// A node as a function of at most four other nodes, its leaves.
struct Cut: Sendable {
  /// The leaves in ascending order, then `none`.
  var leaves: SIMD4<UInt32>
  /// The number of leaves.
  var count: Int
  /// The node as a function of the leaves; it depends on each of them, and not on inputs past `count`.
  var table: UInt16
  /// Nodes through which a path from the gate may leave although its function does not depend on them, then `none`.
  var hidden = SIMD4<UInt32>(repeating: Cut.none)
  /// The number of hidden nodes.
  var hiddenCount = 0

  static let none = UInt32.max

  /// The cut of a node by itself.
  init(trivial node: Int) {
    leaves = SIMD4(UInt32(node), Self.none, Self.none, Self.none)
    count = 1
    table = TwoInputChain.inputTables[0]
  }

  /// The cut of a gate from cuts of its operands, or `nil` where more than four leaves come together.
  ///
  /// - Parameters:
  ///   - a: a cut of the first operand.
  ///   - aComplemented: whether the gate reads the complement of that operand.
  ///   - b: a cut of the second operand.
  ///   - bComplemented: whether the gate reads the complement of that one.
  ///   - isXor: whether the gate is an XOR; otherwise it is an AND.
  @inline(__always)
  init?(_ a: Cut, _ aComplemented: Bool, _ b: Cut, _ bComplemented: Bool, isXor: Bool) {
    var leaves = SIMD4<UInt32>(repeating: Self.none)
    var x = a.table
    var y = b.table
    var (i, j, k) = (0, 0, 0)
    // Where the leaves of each operand go; their order stays, so moving the last first never overwrites.
    var aPlaces = SIMD4<UInt8>(repeating: 0)
    var bPlaces = SIMD4<UInt8>(repeating: 0)
    while i < a.count || j < b.count {
      if k == 4 { return nil }
      let u = i < a.count ? a.leaves[i] : Self.none
      let v = j < b.count ? b.leaves[j] : Self.none
      leaves[k] = min(u, v)
      if u <= v {
        aPlaces[i] = UInt8(k)
        i += 1
      }
      if v <= u {
        bPlaces[j] = UInt8(k)
        j += 1
      }
      k += 1
    }
    for from in stride(from: a.count - 1, through: 0, by: -1) where Int(aPlaces[from]) != from {
      x = Self.exchanging(x, from, Int(aPlaces[from]))
    }
    for from in stride(from: b.count - 1, through: 0, by: -1) where Int(bPlaces[from]) != from {
      y = Self.exchanging(y, from, Int(bPlaces[from]))
    }
    if aComplemented { x = ~x }
    if bComplemented { y = ~y }
    self.leaves = leaves
    count = k
    table = isXor ? x ^ y : x & y
    for i in 0..<a.hiddenCount where !hide(a.hidden[i]) { return nil }
    for i in 0..<b.hiddenCount where !hide(b.hidden[i]) { return nil }
    if !dropIrrelevantLeaves() { return nil }
  }

  /// Notes a hidden node; false where they become too many.
  private mutating func hide(_ node: UInt32) -> Bool {
    if any(hidden .== SIMD4(repeating: node)) || any(leaves .== SIMD4(repeating: node)) { return true }
    if hiddenCount == 4 { return false }
    hidden[hiddenCount] = node
    hiddenCount += 1
    return true
  }

  /// Removes the leaves on which the function does not depend; false where too many would be hidden.
  private mutating func dropIrrelevantLeaves() -> Bool {
    var kept = 0
    let (before, oldCount) = (leaves, count)
    for j in 0..<count {
      let mask = TwoInputChain.inputTables[j]
      let shift = UInt16(1 << j)
      if (table & mask) >> shift == table & ~mask { continue }
      if kept != j {
        leaves[kept] = leaves[j]
        table = Self.exchanging(table, kept, j)
      }
      kept += 1
    }
    for j in kept..<4 { leaves[j] = Self.none }
    count = kept
    for j in 0..<oldCount where !hide(before[j]) { return false }
    return true
  }

  /// The function with inputs `i < j` exchanged.
  @inline(__always) static func exchanging(_ table: UInt16, _ i: Int, _ j: Int) -> UInt16 {
    let onlyFirst = TwoInputChain.inputTables[i] & ~TwoInputChain.inputTables[j]
    let shift = UInt16(1 << j - 1 << i)
    let change = (table ^ table >> shift) & onlyFirst
    return table ^ change ^ change << shift
  }

  /// Whether each leaf of this cut is a leaf of `other`.
  @inline(__always) func isSubset(of other: Cut) -> Bool {
    if count > other.count { return false }
    for i in 0..<count where !any(other.leaves .== SIMD4(repeating: leaves[i])) { return false }
    return true
  }
}
