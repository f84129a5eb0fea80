// The surroundings of one gate: a small cone with all its values, and the assignments on which the gate's value matters.

/// A part of a network around a gate, small enough to run on every assignment of its leaves.
///
/// It holds the gate, readers of it up to a few levels, and what lies between them and the leaves. `care` marks the assignments on which
/// complementing the gate changes what the rest of the network sees; all others are don't-cares (observability don't-cares; those of
/// satisfiability are there as far as they arise inside). So it may only call too much a care, never too little.
struct Window {
  /// Bounds of a window.
  struct Limits: Sendable {
    /// Leaves, at most 16: a window is run on two to the power of this many assignments.
    var leaves = 8
    /// Levels of readers.
    var readerLevels = 3
    /// Readers in all.
    var readers = 12
    /// Gates that may be combined to replace the gate.
    var divisors = 48
    /// Gates in all.
    var gates = 120
  }

  /// The nodes from whose values the others follow.
  private(set) var leaves: [Int] = []
  /// Gates in topological order.
  private(set) var gates: [Int] = []
  /// Nodes that may replace the gate: earlier in rank and not only there for its sake.
  private(set) var divisors: [Int] = []
  /// The gates that go with the root, root first.
  private(set) var cone: [Int] = []
  /// Words a column.
  private(set) var words = 1
  /// Columns: one for each leaf, then for each gate in order.
  private(set) var values: [UInt64] = []
  /// The assignments that matter.
  private(set) var care: [UInt64] = []
  /// The column of each node, or -1; valid for the window's nodes only, kept between windows.
  private var columns: [Int32]
  private var isReader: [Bool]
  private var readers: [Int] = []
  private let limits: Limits

  init(nodeCount: Int, limits: Limits) {
    precondition(limits.leaves >= 2 && limits.leaves <= 16, "a window has 2 to 16 leaves")
    columns = [Int32](repeating: -1, count: nodeCount)
    isReader = [Bool](repeating: false, count: nodeCount)
    self.limits = limits
  }

  /// The column of a node of the window.
  @inline(__always) func column(_ node: Int) -> Int { Int(columns[node]) * words }

  /// Surrounds `root`; whether there is a window with enough in it.
  mutating func surround(_ root: Int, in graph: inout XorAndGraph) -> Bool {
    for node in leaves { columns[node] = -1 }
    for node in gates { columns[node] = -1 }
    for node in readers { isReader[node] = false }
    while columns.count < graph.nodeCount {
      columns.append(-1)
      isReader.append(false)
    }
    leaves.removeAll(keepingCapacity: true)
    gates.removeAll(keepingCapacity: true)
    var levels = limits.readerLevels
    // Fewer levels of readers where their other operands are too many leaves.
    while true {
      collectReaders(of: root, levels: levels, in: graph)
      if chooseLeaves(root, in: graph) { break }
      for node in readers { isReader[node] = false }
      if levels == 0 { return false }
      levels = levels > 1 ? 1 : 0
    }
    orderGates(in: graph)
    findCone(root, in: &graph)
    addDivisors(root, in: graph)
    simulate(root, in: graph)
    return true
  }

  /// The gates that depend on the root within some levels; those with very many readers themselves are not followed.
  private mutating func collectReaders(of root: Int, levels: Int, in graph: XorAndGraph) {
    readers.removeAll(keepingCapacity: true)
    var frontier = [root]
    for _ in 0..<levels {
      var next: [Int] = []
      for node in frontier where graph.references[node] <= 8 {
        graph.forEachReader(of: node) { reader in
          if !isReader[reader], readers.count < limits.readers {
            isReader[reader] = true
            readers.append(reader)
            next.append(reader)
          }
          return readers.count < limits.readers
        }
      }
      frontier = next
    }
  }

  /// Grows the cone of the root and its readers downwards as long as the leaves are few enough; gates end up in no order yet.
  private mutating func chooseLeaves(_ root: Int, in graph: XorAndGraph) -> Bool {
    for node in leaves { columns[node] = -1 }
    for node in gates { columns[node] = -1 }
    leaves.removeAll(keepingCapacity: true)
    gates.removeAll(keepingCapacity: true)
    // Column 0 marks a node as in the window.
    columns[root] = 0
    gates.append(root)
    for reader in readers {
      columns[reader] = 0
      gates.append(reader)
    }
    for node in gates {
      for operand in graph.operandNodes(of: node) where columns[operand] < 0 {
        columns[operand] = 0
        leaves.append(operand)
        if leaves.count > limits.leaves { return false }
      }
    }
    while gates.count < limits.gates {
      // The leaf whose operands add the fewest leaves; of those the latest.
      var best: (added: Int, rank: UInt32, index: Int)?
      for (index, leaf) in leaves.enumerated() where graph.isGate(leaf) {
        var added = -1
        for operand in graph.operandNodes(of: leaf) where columns[operand] < 0 { added += 1 }
        if leaves.count + added > limits.leaves { continue }
        let rank = graph.ranks[leaf]
        if let best, (best.added, rank) <= (added, best.rank) { continue }
        best = (added, rank, index)
      }
      guard let best else { break }
      let leaf = leaves.remove(at: best.index)
      gates.append(leaf)
      for operand in graph.operandNodes(of: leaf) where columns[operand] < 0 {
        columns[operand] = 0
        leaves.append(operand)
      }
    }
    return true
  }

  /// Brings the gates into topological order and numbers the columns.
  private mutating func orderGates(in graph: XorAndGraph) {
    gates.sort { (graph.ranks[$0], $0) < (graph.ranks[$1], $1) }
    for (i, leaf) in leaves.enumerated() { columns[leaf] = Int32(i) }
    for (i, gate) in gates.enumerated() { columns[gate] = Int32(leaves.count + i) }
  }

  /// The gates that only the root needs, as far as the leaves.
  private mutating func findCone(_ root: Int, in graph: inout XorAndGraph) {
    cone.removeAll(keepingCapacity: true)
    for leaf in leaves { graph.references[leaf] += 1 }
    graph.dereference(root, into: &cone)
    graph.restore(cone)
    for leaf in leaves { graph.references[leaf] -= 1 }
  }

  /// Chooses the divisors: nodes of the window, and gates beside it that read only its nodes.
  private mutating func addDivisors(_ root: Int, in graph: XorAndGraph) {
    divisors.removeAll(keepingCapacity: true)
    let rank = graph.ranks[root]
    for node in leaves + gates where divisors.count < limits.divisors {
      if !isReader[node], graph.ranks[node] < rank, !cone.contains(node) { divisors.append(node) }
    }
    var next = 0
    while next < divisors.count, divisors.count < limits.divisors {
      let node = divisors[next]
      next += 1
      guard graph.references[node] <= 32 else { continue }
      graph.forEachReader(of: node) { reader in
        if columns[reader] < 0, graph.ranks[reader] < rank,
          graph.operandNodes(of: reader).allSatisfy({ columns[$0] >= 0 && !isReader[$0] }), !cone.contains(reader)
        {
          columns[reader] = Int32(leaves.count + gates.count)
          gates.append(reader)
          divisors.append(reader)
        }
        return divisors.count < limits.divisors
      }
    }
  }

  /// Runs the window on all assignments of its leaves, and again with the root complemented.
  private mutating func simulate(_ root: Int, in graph: XorAndGraph) {
    words = max(1, 1 << (leaves.count - 6))
    values = [UInt64](repeating: 0, count: (leaves.count + gates.count) * words)
    for i in leaves.indices {
      for w in 0..<words {
        values[i * words + w] = i < 6 ? TruthTable.pattern(ofInput: i) : w >> (i - 6) & 1 != 0 ? .max : 0
      }
    }
    for gate in gates { compute(gate, in: graph) }
    care = [UInt64](repeating: 0, count: words)
    // Whoever reads the root outside sees it as it is.
    if readers.isEmpty || isSeenOutside(root, in: graph) {
      for w in 0..<words { care[w] = .max }
      return
    }
    let original = values
    let own = column(root)
    for w in 0..<words { values[own + w] = ~values[own + w] }
    for gate in gates where isReader[gate] {
      compute(gate, in: graph)
      guard isSeenOutside(gate, in: graph) else { continue }
      let place = column(gate)
      for w in 0..<words { care[w] |= values[place + w] ^ original[place + w] }
    }
    values = original
  }

  /// Whether an output or a gate that is not among the readers reads a node.
  private func isSeenOutside(_ node: Int, in graph: XorAndGraph) -> Bool {
    var inside: Int32 = 0
    graph.forEachReader(of: node) { reader in
      if isReader[reader] { inside += 1 }
      return true
    }
    return inside < graph.references[node]
  }

  @inline(__always) private mutating func compute(_ gate: Int, in graph: XorAndGraph) {
    let (a, b) = (graph.operands[2 * gate], graph.operands[2 * gate + 1])
    let (x, y, z) = (column(Int(a >> 1)), column(Int(b >> 1)), column(gate))
    let (p, q): (UInt64, UInt64) = (a & 1 != 0 ? .max : 0, b & 1 != 0 ? .max : 0)
    if graph.kinds[gate] == .xor {
      for w in 0..<words { values[z + w] = values[x + w] ^ values[y + w] ^ p ^ q }
    } else {
      for w in 0..<words { values[z + w] = (values[x + w] ^ p) & (values[y + w] ^ q) }
    }
  }
}

extension XorAndGraph {
  /// The two nodes that a gate reads.
  struct OperandNodes: Sequence, IteratorProtocol {
    var first: Int
    var second: Int
    var position = 0

    @inline(__always) mutating func next() -> Int? {
      position += 1
      return position == 1 ? first : position == 2 ? second : nil
    }
  }

  /// The two nodes that a gate reads, without an array.
  @inline(__always) func operandNodes(of gate: Int) -> OperandNodes {
    OperandNodes(first: Int(operands[2 * gate] >> 1), second: Int(operands[2 * gate + 1] >> 1))
  }
}
