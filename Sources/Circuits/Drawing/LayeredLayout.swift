// Where things stand in a drawing: columns by level, few crossings, straight wires (the method of Sugiyama, Tagawa and Toda 1981).

/// A layered layout of a circuit: inputs in the first column, each gate in the column of its level, outputs in the last.
///
/// A wire that passes a column has a node of its own there, one for all its readers further right, so that wires
/// run side by side and are not drawn across gates.
struct LayeredLayout {
  /// A thing that has a place.
  enum Kind: Equatable {
    case input(Int)
    case gate(Int)
    case output(Int)
    /// The wire passes the column.
    case pass(wire: Int)
  }

  struct Node {
    var kind: Kind
    var column: Int
    /// The nodes one column to the left that it reads, in operand order.
    var sources: [Int]
    /// The height that it needs.
    var height: Double
    /// The vertical centre.
    var y = 0.0
  }

  private(set) var nodes: [Node] = []
  /// The nodes of each column, from top to bottom.
  private(set) var columns: [[Int]] = []
  /// The nodes one column to the right that read a node.
  private var readers: [[Int]] = []

  /// The height of the drawing.
  var height: Double { nodes.reduce(0) { max($0, $1.y + $1.height / 2) } }

  init(_ circuit: Circuit, gateHeight: (Int) -> Double, pinHeight: Double, passHeight: Double) {
    let levels = circuit.levels()
    let last = (levels.max() ?? 0) + 1
    columns = [[Int]](repeating: [], count: last + 1)
    // The node that carries each wire in the column reached so far, and that column.
    var carrier = [Int](repeating: -1, count: circuit.wireCount)
    func place(_ layout: inout LayeredLayout, _ node: Node) -> Int {
      layout.nodes.append(node)
      layout.columns[node.column].append(layout.nodes.count - 1)
      return layout.nodes.count - 1
    }
    /// The node of `wire` in `column`, at or right of where the wire begins.
    func carried(_ layout: inout LayeredLayout, _ wire: Int, to column: Int) -> Int {
      while layout.nodes[carrier[wire]].column < column {
        let next = layout.nodes[carrier[wire]].column + 1
        carrier[wire] = place(
          &layout, Node(kind: .pass(wire: wire), column: next, sources: [carrier[wire]], height: passHeight))
      }
      return carrier[wire]
    }
    for i in 0..<circuit.inputCount {
      carrier[i] = place(&self, Node(kind: .input(i), column: 0, sources: [], height: pinHeight))
    }
    // In order of columns, so that a wire is carried on from left to right; constants stand among the inputs.
    for g in (0..<circuit.gateCount).sorted(by: {
      (levels[circuit.inputCount + $0], $0) < (levels[circuit.inputCount + $1], $1)
    }) {
      let column = levels[circuit.inputCount + g]
      let sources = (0..<circuit.fanIn(ofGate: g)).map {
        carried(&self, circuit.operand($0, ofGate: g).index, to: column - 1)
      }
      carrier[circuit.inputCount + g] = place(
        &self, Node(kind: .gate(g), column: column, sources: sources, height: gateHeight(g)))
    }
    for (i, output) in circuit.outputs.enumerated() {
      let source = carried(&self, output.wire.index, to: last - 1)
      _ = place(&self, Node(kind: .output(i), column: last, sources: [source], height: pinHeight))
    }
    readers = [[Int]](repeating: [], count: nodes.count)
    for (i, node) in nodes.enumerated() { for source in node.sources { readers[source].append(i) } }
    reduceCrossings()
    straighten()
  }

  // MARK: Order within columns

  /// Sorts columns by the mean position of their neighbours, sweeping to and fro; keeps the order with the fewest crossings.
  private mutating func reduceCrossings() {
    var best = columns
    var fewest = crossings()
    for sweep in 0..<24 where fewest > 0 {
      var position = [Double](repeating: 0, count: nodes.count)
      for column in columns { for (i, node) in column.enumerated() { position[node] = Double(i) } }
      let goesRight = sweep % 2 == 0
      let order = goesRight ? Array(columns.indices.dropFirst()) : columns.indices.dropLast().reversed()
      for c in order {
        let keys = columns[c].map { node -> Double in
          let neighbours = goesRight ? nodes[node].sources : readers[node]
          return neighbours.isEmpty
            ? position[node] : neighbours.reduce(0) { $0 + position[$1] } / Double(neighbours.count)
        }
        // Stable: nodes with equal means keep their order.
        let sorted = columns[c].indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        columns[c] = sorted.map { columns[c][$0] }
        for (i, node) in columns[c].enumerated() { position[node] = Double(i) }
      }
      let found = crossings()
      if found < fewest { (fewest, best) = (found, columns) }
    }
    columns = best
  }

  /// The number of crossings between neighbouring columns, in O(edges log nodes): inversions counted with a Fenwick tree.
  func crossings() -> Int {
    var position = [Int](repeating: 0, count: nodes.count)
    for column in columns { for (i, node) in column.enumerated() { position[node] = i } }
    var total = 0
    for c in columns.indices.dropFirst() {
      var tree = [Int](repeating: 0, count: columns[c - 1].count + 1)
      var seen = 0
      for node in columns[c] {
        let sources = nodes[node].sources.map { position[$0] }
        for source in sources {
          // Edges seen so far that end at most at `source` do not cross this one.
          var i = source + 1
          var before = 0
          while i > 0 {
            before += tree[i]
            i -= i & -i
          }
          total += seen - before
        }
        for source in sources {
          var i = source + 1
          while i < tree.count {
            tree[i] += 1
            i += i & -i
          }
          seen += 1
        }
      }
    }
    return total
  }

  // MARK: Heights

  /// Moves nodes up and down within their order so that wires are nearly level.
  private mutating func straighten() {
    for column in columns { stack(column, near: [Double](repeating: 0, count: column.count)) }
    for sweep in 0..<16 {
      let goesRight = sweep % 2 == 0
      for c in goesRight ? Array(columns.indices) : columns.indices.reversed() {
        let wishes = columns[c].map { node -> Double in
          let neighbours = goesRight ? nodes[node].sources : readers[node]
          let all = neighbours.isEmpty ? nodes[node].sources + readers[node] : neighbours
          return all.isEmpty ? nodes[node].y : all.reduce(0) { $0 + nodes[$1].y } / Double(all.count)
        }
        stack(columns[c], near: wishes)
      }
    }
    let top = nodes.reduce(Double.infinity) { min($0, $1.y - $1.height / 2) }
    for i in nodes.indices { nodes[i].y -= top }
  }

  /// Places a column's nodes as near to `wishes` as their order and heights allow: least squares, by pooling adjacent violators.
  private mutating func stack(_ column: [Int], near wishes: [Double]) {
    var offset = 0.0
    var blocks: [(sum: Double, count: Int)] = []
    var offsets: [Double] = []
    for (i, node) in column.enumerated() {
      if i > 0 { offset += (nodes[column[i - 1]].height + nodes[node].height) / 2 }
      offsets.append(offset)
      blocks.append((wishes[i] - offset, 1))
      while blocks.count > 1 {
        let (upper, lower) = (blocks[blocks.count - 2], blocks[blocks.count - 1])
        if upper.sum / Double(upper.count) <= lower.sum / Double(lower.count) { break }
        blocks.removeLast(2)
        blocks.append((upper.sum + lower.sum, upper.count + lower.count))
      }
    }
    var i = 0
    for block in blocks {
      for _ in 0..<block.count {
        nodes[column[i]].y = block.sum / Double(block.count) + offsets[i]
        i += 1
      }
    }
  }
}
