// From chosen cuts to tables: each cut's function is computed once, after all choices are made.

extension CutMapper {
  /// The network of the chosen cuts; `outputs` are the graph's output literals.
  ///
  /// A cut's cone is simulated on all assignments of what its leaves turned out to be: a leaf that is constant, or equal to another one or its
  /// complement, takes no input of the table.
  mutating func network(outputs: [UInt32], names: Circuit.Names) -> LookupTableNetwork {
    var tables = TableCollection(inputCount: inputCount)
    var values = [TableCollection.Value](repeating: .constant(false), count: nodeCount)
    for i in 0..<inputCount { values[1 + i] = .literal(Literal(Wire(i))) }
    var cone: [UInt32] = []
    var cells: [UInt64] = []
    var wires: [UInt32] = []
    for gate in firstGate..<nodeCount where nodes[gate].references > 0 {
      wires.removeAll(keepingCapacity: true)
      let cut = chosenCut(gate)
      let size = Int(cut[0])
      for i in 1...size {
        guard case .literal(let literal) = values[Int(cut[i])] else { continue }
        var place = wires.count
        while place > 0, wires[place - 1] > literal.wire.rawValue { place -= 1 }
        if place == 0 || wires[place - 1] != literal.wire.rawValue { wires.insert(literal.wire.rawValue, at: place) }
      }
      collectCone(gate, cut + 1, size, &cone)
      let k = wires.count
      let wordCount = WideTable.wordCount(k)
      let needed = (size + cone.count) * wordCount
      if cells.count < needed { cells.append(contentsOf: repeatElement(0, count: needed - cells.count)) }
      values[gate] = cells.withUnsafeMutableBufferPointer { cells in
        wires.withUnsafeMutableBufferPointer { wires in
          guard let cell = cells.baseAddress else { return .constant(false) }
          for i in 0..<size {
            let leaf = Int(cut[1 + i])
            queue[leaf] = UInt32(truncatingIfNeeded: i)
            let target = cell + i * wordCount
            switch values[leaf] {
            case .constant(let value):
              for w in 0..<wordCount { target[w] = value ? .max : 0 }
            case .literal(let literal):
              WideTable.fill(target, input: wires.firstIndex(of: literal.wire.rawValue) ?? 0, of: k)
              if literal.isComplemented { WideTable.complement(target, of: k) }
            }
          }
          simulate(cone, cell, from: size, wordCount)
          let root = cell + (size + cone.count - 1) * wordCount
          if k < 6 { root[0] &= TruthTable.mask(k) }
          return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1) { none in
            // Without operands there is no buffer of wires, and nothing reads it.
            guard let base = wires.baseAddress ?? none.baseAddress else { return .constant(false) }
            return tables.add(root, base, count: k)
          }
        }
      }
    }
    let literals = outputs.indices.map { i -> TableCollection.Value in
      let isComplemented = outputs[i] & 1 != 0
      return switch values[outputNodes[i]] {
      case .constant(let value): .constant(value != isComplemented)
      case .literal(let literal): .literal(isComplemented ? !literal : literal)
      }
    }
    return tables.network(outputs: literals, names: names)
  }

  /// The gates between a cut's leaves and its root, which is the last, in topological order.
  private mutating func collectCone(
    _ gate: Int, _ cut: UnsafeMutablePointer<UInt32>, _ size: Int, _ cone: inout [UInt32]
  ) {
    markCone(gate, cut, size)
    cone.removeAll(keepingCapacity: true)
    for i in 0..<coneSize { cone.append(queue[i]) }
    cone.sort()
  }

  /// Computes each gate of `cone` into the next cell; `queue` holds the cell of each node of the cone.
  private func simulate(_ cone: [UInt32], _ cell: UnsafeMutablePointer<UInt64>, from first: Int, _ wordCount: Int) {
    for (i, gate) in cone.enumerated() {
      queue[Int(gate)] = UInt32(truncatingIfNeeded: first + i)
      let literals = operands + 2 * (Int(gate) - firstGate)
      let a = cell + Int(queue[Int(literals[0] >> 1)]) * wordCount
      let b = cell + Int(queue[Int(literals[1] >> 1)]) * wordCount
      let flipA: UInt64 = literals[0] & 1 == 0 ? 0 : .max
      let flipB: UInt64 = literals[1] & 1 == 0 ? 0 : .max
      let target = cell + (first + i) * wordCount
      for w in 0..<wordCount { target[w] = (a[w] ^ flipA) & (b[w] ^ flipB) }
    }
  }
}
