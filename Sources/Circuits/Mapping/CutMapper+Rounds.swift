// The rounds of the mapper, and what is recomputed between them: references and required times.

extension CutMapper {
  /// Runs all rounds; afterwards the chosen cuts of nodes with references are the mapping.
  mutating func run() -> MappingStatistics {
    var statistics = MappingStatistics(gates: nodeCount - firstGate, rounds: [])
    func first(_ name: String, _ order: CutOrder, keepsLateCuts: Bool) -> MappingRound {
      MappingRound(name: name, order: order, measure: .flow, isFirstChoice: true, keepsLateCuts: keepsLateCuts)
    }
    switch parameters.objective {
    case .depth:
      // Three starting points; at each gate a later one wins where it is in time.
      perform(first("arrival, leaves", .arrivalThenLeaves, keepsLateCuts: true), &statistics)
      perform(first("arrival, area", .arrivalThenArea, keepsLateCuts: true), &statistics)
      perform(first("area in time", .area, keepsLateCuts: true), &statistics)
    case .area:
      perform(first("area", .area, keepsLateCuts: false), &statistics)
    }
    expand(&statistics)
    for _ in 0..<parameters.areaFlowRounds {
      perform(
        MappingRound(
          name: "area flow", order: .area, measure: .flow, isFirstChoice: false, keepsLateCuts: false), &statistics)
      expand(&statistics)
    }
    for _ in 0..<parameters.exactAreaRounds {
      perform(
        MappingRound(
          name: "exact area", order: .area, measure: .exact, isFirstChoice: false, keepsLateCuts: false), &statistics)
      expand(&statistics)
    }
    return statistics
  }

  /// Visits all gates once.
  private mutating func perform(_ round: MappingRound, _ statistics: inout MappingStatistics) {
    if round.isFirstChoice { referenceGraph() }
    for i in 0..<slotCount { freeSlots[i] = Int32(slotCount - 1 - i) }
    freeSlotCount = slotCount
    for i in 0...parameters.cutsPerNode { order[i] = Int32(firstCandidate + i) }
    for node in 0..<nodeCount { nodes[node].pendingReaders = readerCounts[node] }
    for gate in firstGate..<nodeCount { visit(gate, round) }
    statistics.rounds.append(referenceMapping(round.name))
  }

  private mutating func expand(_ statistics: inout MappingStatistics) {
    expandCuts()
    statistics.rounds.append(referenceMapping("expansion"))
  }

  /// References as the graph has them: by gates and outputs.
  private func referenceGraph() {
    for node in 0..<nodeCount { nodes[node].references = readerCounts[node] }
    for node in outputNodes { nodes[node].references += 1 }
  }

  /// References and required times of the mapping as it stands.
  private func referenceMapping(_ name: String) -> MappingStatistics.Round {
    for node in 0..<nodeCount {
      nodes[node].references = 0
      nodes[node].required = .max
    }
    let depth = outputNodes.reduce(0) { max($0, nodes[$1].arrival) }
    for node in outputNodes {
      nodes[node].references += 1
      if parameters.objective == .depth { nodes[node].required = depth }
    }
    var (tables, edges) = (0, 0)
    for gate in stride(from: nodeCount - 1, through: firstGate, by: -1) where nodes[gate].references > 0 {
      let cut = chosenCut(gate)
      let required = nodes[gate].required == .max ? .max : nodes[gate].required - 1
      tables += 1
      edges += Int(cut[0])
      for i in 1...Int(cut[0]) {
        let leaf = nodes + Int(cut[i])
        leaf.pointee.references += 1
        leaf.pointee.required = min(leaf.pointee.required, required)
      }
    }
    return MappingStatistics.Round(name: name, depth: Int(depth), tables: tables, edges: edges)
  }
}
