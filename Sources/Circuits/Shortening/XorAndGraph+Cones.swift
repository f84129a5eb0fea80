// What a gate alone keeps alive (its maximum fanout-free cone), and the check of a network's rules.

extension XorAndGraph {
  /// Takes away the references of `root`'s cone, as if `root` were gone, and appends to `cone` the gates that then nothing reads, `root` first.
  ///
  /// Nodes with an extra reference bound the cone. `restore` undoes it.
  mutating func dereference(_ root: Int, into cone: inout [Int]) {
    cone.append(root)
    var next = cone.count - 1
    while next < cone.count {
      let node = cone[next]
      next += 1
      for place in 2 * node..<2 * node + 2 {
        let operand = Int(operands[place] >> 1)
        references[operand] -= 1
        if references[operand] == 0, isGate(operand) { cone.append(operand) }
      }
    }
  }

  /// Gives back the references that `dereference` took.
  mutating func restore(_ cone: [Int]) {
    for node in cone {
      for place in 2 * node..<2 * node + 2 { references[Int(operands[place] >> 1)] += 1 }
    }
  }

  /// The first broken rule of the representation, in words, or `nil`; O(nodes).
  package var violatedRule: String? {
    var counts = [Int32](repeating: 0, count: nodeCount)
    var live = 0
    for node in kinds.indices where isGate(node) {
      live += 1
      for place in 2 * node..<2 * node + 2 {
        let operand = Int(operands[place] >> 1)
        counts[operand] += 1
        if kinds[operand].rawValue >= Kind.deadAnd.rawValue { return "gate \(node) reads a dead node" }
        if (ranks[operand], operand) >= (ranks[node], node) { return "gate \(node) reads a later node" }
      }
      let (a, b) = (operands[2 * node], operands[2 * node + 1])
      if a >> 1 >= b >> 1 || a < 2 || kinds[node] == .xor && b & 1 != 0 { return "gate \(node) is not in normal form" }
      guard let literal = found(kinds[node] == .and ? Self.and(a, b) : Self.xor(a, b)), literal == UInt32(node) << 1
      else { return "gate \(node) is not the one that the table holds" }
    }
    for output in outputs {
      let node = Int(resolved(output) >> 1)
      if kinds[node].rawValue >= Kind.deadAnd.rawValue { return "an output reads a dead node" }
      counts[node] += 1
    }
    if live != gateCount { return "the number of live gates is \(live), not \(gateCount)" }
    for node in kinds.indices where kinds[node].rawValue < Kind.deadAnd.rawValue && counts[node] != references[node] {
      return "node \(node) has \(counts[node]) readers and \(references[node]) references"
    }
    return nil
  }
}
