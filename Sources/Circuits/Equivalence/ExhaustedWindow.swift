// Proves that two literals of a network are equal by running what lies above a common cut on all assignments of the cut.

/// Working memory for the proofs of one network whose nodes stand in topological order.
struct ExhaustedWindow: Sendable {
  private let maximumLeaves: Int
  private static let maximumGates = 400
  private var values: [UInt64] = []
  /// The column of a node of the window, by node; -1 elsewhere.
  private var columns: [Int32] = []

  init(maximumLeaves: Int) {
    precondition(maximumLeaves >= 2 && maximumLeaves <= 16, "a window has 2 to 16 leaves")
    self.maximumLeaves = maximumLeaves
  }

  /// Whether `a` and `b` are equal as functions of some cut of at most `maximumLeaves` nodes; then they are equal.
  ///
  /// The cut grows downwards from the two nodes: always through the leaf that adds the fewest, of these the latest, so that what comes
  /// together again is found. A deeper cut proves whatever a higher one does. O(400 · 2^leaves / 64) words at most.
  mutating func provesEqual(_ a: UInt32, _ b: UInt32, in graph: XorAndGraph) -> Bool {
    provesEqual(a, b, in: graph, latestFirst: true) || provesEqual(a, b, in: graph, latestFirst: false)
  }

  private mutating func provesEqual(
    _ a: UInt32, _ b: UInt32, in graph: XorAndGraph, latestFirst: Bool
  ) -> Bool {
    while columns.count < graph.nodeCount { columns.append(-1) }
    var leaves = [Int(a >> 1), Int(b >> 1)]
    if leaves[0] == leaves[1] { return a == b }
    var gates: [Int] = []
    for leaf in leaves { columns[leaf] = 0 }
    defer {
      for node in leaves { columns[node] = -1 }
      for node in gates { columns[node] = -1 }
    }
    while gates.count < Self.maximumGates {
      var best: (added: Int, index: Int)?
      for (index, leaf) in leaves.enumerated() where graph.isGate(leaf) {
        var added = -1
        for operand in graph.operandNodes(of: leaf) where columns[operand] < 0 { added += 1 }
        if leaves.count + added > maximumLeaves { continue }
        if let best {
          let (bestLeaf, isFewer) = (leaves[best.index], added < best.added)
          if latestFirst || added == best.added ? leaf < bestLeaf : !isFewer { continue }
        }
        best = (added, index)
      }
      guard let best else { break }
      let gate = leaves.remove(at: best.index)
      gates.append(gate)
      for operand in graph.operandNodes(of: gate) where columns[operand] < 0 {
        columns[operand] = 0
        leaves.append(operand)
      }
    }
    gates.sort()
    let words = max(1, 1 << (leaves.count - 6))
    let size = (leaves.count + gates.count) * words
    if values.count < size { values += [UInt64](repeating: 0, count: size - values.count) }
    for (i, leaf) in leaves.enumerated() {
      columns[leaf] = Int32(i)
      for w in 0..<words {
        // The constant is a leaf whose value is known.
        values[i * words + w] =
          leaf == 0 ? 0 : i < 6 ? TruthTable.pattern(ofInput: i) : w >> (i - 6) & 1 != 0 ? .max : 0
      }
    }
    for (i, gate) in gates.enumerated() { columns[gate] = Int32(leaves.count + i) }
    for gate in gates { compute(gate, words, graph) }
    let (x, y) = (Int(columns[Int(a >> 1)]) * words, Int(columns[Int(b >> 1)]) * words)
    let flip: UInt64 = (a ^ b) & 1 != 0 ? .max : 0
    for w in 0..<words where values[x + w] ^ values[y + w] != flip { return false }
    return true
  }

  private mutating func compute(_ gate: Int, _ words: Int, _ graph: XorAndGraph) {
    let (a, b) = (graph.operands[2 * gate], graph.operands[2 * gate + 1])
    let (p, q): (UInt64, UInt64) = (a & 1 != 0 ? .max : 0, b & 1 != 0 ? .max : 0)
    let (x, y) = (Int(columns[Int(a >> 1)]) * words, Int(columns[Int(b >> 1)]) * words)
    let z = Int(columns[gate]) * words
    if graph.kinds[gate] == .xor {
      for w in 0..<words { values[z + w] = values[x + w] ^ values[y + w] ^ p ^ q }
    } else {
      for w in 0..<words { values[z + w] = (values[x + w] ^ p) & (values[y + w] ^ q) }
    }
  }
}
