// Moves leaves of chosen cuts towards the inputs where a table becomes needless: cuts that no union of kept cuts is.

extension CutMapper {
  /// Tries to expand the cut of each table, in topological order; arrivals of all chosen cuts are recomputed on the way.
  ///
  /// A leaf that nothing else reads is replaced by its operands where the cut does not get too large. Area never grows, and no table
  /// becomes late.
  mutating func expandCuts() {
    // The leaves of the cut that grows.
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: leafLimit) { front in
      guard let front = front.baseAddress else { return }
      for gate in firstGate..<nodeCount {
        let cut = chosenCut(gate)
        nodes[gate].arrival = arrival(cut + 1, Int(cut[0]))
        if nodes[gate].references > 0 { expandCut(of: gate, front) }
      }
    }
  }

  private mutating func expandCut(of gate: Int, _ front: UnsafeMutablePointer<UInt32>) {
    let cut = chosenCut(gate)
    var size = Int(cut[0])
    front.update(from: cut + 1, count: size)
    release(cut + 1, size)
    markCone(gate, front, size)
    var isChanged = false
    while let place = expandableLeaf(front, size) {
      size = replaceLeaf(place, front, size)
      isChanged = true
    }
    if isChanged {
      let before = addedArea(cut + 1, Int(cut[0]))
      let after = addedArea(front, size)
      let newArrival = arrival(front, size)
      let isBetter = after.tables < before.tables || after.tables == before.tables && after.edges <= before.edges
      if isBetter, newArrival <= nodes[gate].required {
        sort(front, size)
        cut[0] = UInt32(truncatingIfNeeded: size)
        (cut + 1).update(from: front, count: size)
        nodes[gate].arrival = newArrival
      }
    }
    acquire(cut + 1, Int(cut[0]))
  }

  private func arrival(_ cut: UnsafeMutablePointer<UInt32>, _ size: Int) -> Int32 {
    var latest: Int32 = 0
    for i in 0..<size { latest = max(latest, nodes[Int(cut[i])].arrival) }
    return latest &+ 1
  }

  /// Marks the leaves and the gates between them and `gate`; these are then the first `coneSize` of `queue`.
  mutating func markCone(_ gate: Int, _ cut: UnsafeMutablePointer<UInt32>, _ size: Int) {
    if mark == .max {
      for node in 0..<nodeCount { marks[node] = 0 }
      mark = 0
    }
    mark += 1
    for i in 0..<size { marks[Int(cut[i])] = mark }
    marks[gate] = mark
    queue[0] = UInt32(gate)
    var (next, end) = (0, 1)
    while next < end {
      let (a, b) = operandNodes(Int(queue[next]))
      next &+= 1
      if marks[a] != mark {
        marks[a] = mark
        queue[end] = UInt32(truncatingIfNeeded: a)
        end &+= 1
      }
      if marks[b] != mark {
        marks[b] = mark
        queue[end] = UInt32(truncatingIfNeeded: b)
        end &+= 1
      }
    }
    coneSize = end
  }

  /// The place of a leaf that had better be replaced by its operands, or `nil`: first where the cut does not grow, then where it may.
  private func expandableLeaf(_ front: UnsafeMutablePointer<UInt32>, _ size: Int) -> Int? {
    for i in 0..<size where Int(front[i]) >= firstGate {
      let (a, b) = operandNodes(Int(front[i]))
      if marks[a] == mark || marks[b] == mark, growth(of: Int(front[i])) <= 0 { return i }
    }
    if size == leafLimit { return nil }
    for i in 0..<size where Int(front[i]) >= firstGate && growth(of: Int(front[i])) < 0 { return i }
    return nil
  }

  /// How many more leaves without other readers there are when the leaf is replaced.
  private func growth(of leaf: Int) -> Int {
    let (a, b) = operandNodes(leaf)
    func isNew(_ node: Int) -> Bool { marks[node] != mark && nodes[node].references == 0 }
    return (isNew(a) ? 1 : 0) + (isNew(b) ? 1 : 0) - (nodes[leaf].references == 0 ? 1 : 0)
  }

  /// Replaces the leaf at `place` by those of its operands that are not in the cut or the cone yet; returns the new size.
  private func replaceLeaf(_ place: Int, _ front: UnsafeMutablePointer<UInt32>, _ size: Int) -> Int {
    let (a, b) = operandNodes(Int(front[place]))
    var count = size - 1
    front[place] = front[count]
    for operand in [a, b] where marks[operand] != mark {
      marks[operand] = mark
      front[count] = UInt32(truncatingIfNeeded: operand)
      count += 1
    }
    return count
  }

  private func sort(_ cut: UnsafeMutablePointer<UInt32>, _ size: Int) {
    for i in 1..<max(1, size) {
      var j = i
      while j > 0, cut[j - 1] > cut[j] {
        (cut[j - 1], cut[j]) = (cut[j], cut[j - 1])
        j -= 1
      }
    }
  }
}
