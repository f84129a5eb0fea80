// What a rewriting pass says about each replacement, and the check of it.

/// The claim that a gate equals a literal because both are the same function of at most eight nodes.
package struct CutClaim: Sendable {
  /// The gate that was replaced.
  var root: Int
  /// What replaced it.
  var literal: UInt32
  /// The nodes from which both follow, then unused lanes.
  var leaves: SIMD8<UInt32>
  /// The number of leaves.
  var leafCount: Int

  /// A function of eight nodes: 256 values.
  private typealias Column = SIMD4<UInt64>

  /// The claim that gate `root` equals `literal`, because both follow from `leaves`, at most eight.
  package init(root: Int, literal: UInt32, leaves: [Int]) {
    precondition(leaves.count <= 8, "a claim has at most eight leaves")
    self.root = root
    self.literal = literal
    self.leaves = SIMD8(repeating: .max)
    for (i, leaf) in leaves.enumerated() { self.leaves[i] = UInt32(leaf) }
    leafCount = leaves.count
  }

  /// Whether it is true in a network that remembers its removed gates: runs what lies above the leaves on all of their assignments.
  ///
  /// Nothing of the claim is believed; the root and the literal are traced back to the leaves through the operands that they have, or had last.
  /// O(gates above the leaves), at most 4096.
  package func holds(in graph: XorAndGraph) -> Bool {
    var values: [Int: SIMD4<UInt64>] = [0: .zero]
    for i in 0..<leafCount { values[Int(leaves[i])] = Self.column(i) }
    guard let a = Self.value(root, &values, graph), let b = Self.value(Int(literal >> 1), &values, graph) else {
      return false
    }
    return a == (literal & 1 != 0 ? ~b : b)
  }

  /// The values of leaf `i` under the 256 assignments of the leaves.
  private static func column(_ i: Int) -> Column {
    switch i {
    case 6: Column(0, .max, 0, .max)
    case 7: Column(0, 0, .max, .max)
    default: Column(repeating: TruthTable.pattern(ofInput: i))
    }
  }

  /// A node as a function of the leaves, or `nil` where it does not follow from them.
  private static func value(_ node: Int, _ values: inout [Int: SIMD4<UInt64>], _ graph: XorAndGraph) -> Column? {
    var stack = [node]
    while let top = stack.last {
      if values[top] != nil {
        stack.removeLast()
        continue
      }
      if top <= graph.inputCount || values.count > 4096 { return nil }
      let (a, b) = (graph.operands[2 * top], graph.operands[2 * top + 1])
      guard let x = values[Int(a >> 1)] else {
        stack.append(Int(a >> 1))
        continue
      }
      guard let y = values[Int(b >> 1)] else {
        stack.append(Int(b >> 1))
        continue
      }
      let (u, v) = (a & 1 != 0 ? ~x : x, b & 1 != 0 ? ~y : y)
      values[top] = graph.wasXor(top) ? u ^ v : u & v
      stack.removeLast()
    }
    return values[node]
  }
}

/// A network that is likely to hold the gates of two circuits, and what is said about its gates.
struct EquivalenceHint: Sendable {
  /// The network, with the gates that were removed from it.
  var graph: XorAndGraph
  /// Claims about its gates; they are checked.
  var claims: [CutClaim]
}
