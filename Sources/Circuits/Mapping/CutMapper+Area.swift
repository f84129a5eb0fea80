// References of the mapping, and the tables that a cut adds to it.

extension CutMapper {
  /// How many tables of a cone are counted one by one; what lies deeper counts as shared.
  ///
  /// Without a bound a chain of n gates would take n^2 steps. Cones this large are only alike near their roots.
  private static let walkLimit = 1024

  /// Adds the references of a chosen cut, and of the cuts of leaves that had none.
  mutating func acquire(_ cut: UnsafeMutablePointer<UInt32>, _ size: Int) {
    var end = 0
    addReferences(cut, size, &end)
    var next = 0
    while next < end {
      let chosen = chosenCut(Int(queue[next]))
      addReferences(chosen + 1, Int(chosen[0]), &end)
      next &+= 1
    }
  }

  /// Takes the references of a chosen cut back, and of the cuts of leaves that have none any more, as far as the limit.
  mutating func release(_ cut: UnsafeMutablePointer<UInt32>, _ size: Int) {
    var end = 0
    removeReferences(cut, size, &end)
    var next = 0
    while next < end, next < CutMapper.walkLimit {
      let chosen = chosenCut(Int(queue[next]))
      removeReferences(chosen + 1, Int(chosen[0]), &end)
      next &+= 1
    }
  }

  /// The tables that a cut needs beside those with references, its own one included, and their inputs.
  mutating func addedArea(_ cut: UnsafeMutablePointer<UInt32>, _ size: Int) -> (tables: Float, edges: Float) {
    var end = 0
    addReferences(cut, size, &end)
    var edges = size
    var next = 0
    while next < end, next < CutMapper.walkLimit {
      let chosen = chosenCut(Int(queue[next]))
      addReferences(chosen + 1, Int(chosen[0]), &end)
      edges &+= Int(chosen[0])
      next &+= 1
    }
    for i in 0..<next {
      let chosen = chosenCut(Int(queue[i]))
      for j in 1...Int(chosen[0]) { nodes[Int(chosen[j])].references &-= 1 }
    }
    for i in 0..<size { nodes[Int(cut[i])].references &-= 1 }
    return (Float(1 &+ end), Float(edges))
  }

  /// One more reference for each leaf; gates that had none join the queue.
  @inline(__always)
  private func addReferences(_ cut: UnsafeMutablePointer<UInt32>, _ size: Int, _ end: inout Int) {
    for i in 0..<size {
      let leaf = Int(cut[i])
      let before = nodes[leaf].references
      nodes[leaf].references = before &+ 1
      if before == 0, leaf >= firstGate {
        queue[end] = UInt32(truncatingIfNeeded: leaf)
        end &+= 1
      }
    }
  }

  /// One reference less for each leaf; gates that have none left join the queue.
  @inline(__always)
  private func removeReferences(_ cut: UnsafeMutablePointer<UInt32>, _ size: Int, _ end: inout Int) {
    for i in 0..<size {
      let leaf = Int(cut[i])
      let after = nodes[leaf].references &- 1
      nodes[leaf].references = after
      if after == 0, leaf >= firstGate {
        queue[end] = UInt32(truncatingIfNeeded: leaf)
        end &+= 1
      }
    }
  }
}
