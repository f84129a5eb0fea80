// The cuts of one gate: unions of its operands' cuts, the best few in the order of the round.

/// By what cuts are compared: the first difference counts.
enum CutOrder {
  /// Arrival, leaves, area flow, edges.
  case arrivalThenLeaves
  /// Arrival, area flow, edges, leaves.
  case arrivalThenArea
  /// Area, edges, references of the leaves, leaves, arrival.
  case area
}

/// What the area of a cut is.
enum AreaMeasure {
  /// Area flow (V. Manohararajah, S. Brown and Z. Vranesic, 2006), over the graph's own references in the first rounds.
  case flow
  /// The tables that the mapping gets with the cut, and the gate is not there without it.
  case exact
}

/// What a cut costs.
struct CutCost {
  var arrival: Int32 = 0
  var leafCount: Int32 = 0
  var area: Float = 0
  var edges: Float = 0
  var meanReferences: Float = 0

  /// Areas that differ by less are equal: flows are sums of rounded fractions.
  static let tolerance: Float = 0.005

  /// Whether `other` comes strictly before this cost.
  @inline(__always) func isWorse(than other: CutCost, _ order: CutOrder) -> Bool {
    switch order {
    case .arrivalThenLeaves:
      if arrival != other.arrival { return arrival > other.arrival }
      if leafCount != other.leafCount { return leafCount > other.leafCount }
      if abs(area - other.area) > CutCost.tolerance { return area > other.area }
      return edges > other.edges + CutCost.tolerance
    case .arrivalThenArea:
      if arrival != other.arrival { return arrival > other.arrival }
      if abs(area - other.area) > CutCost.tolerance { return area > other.area }
      if abs(edges - other.edges) > CutCost.tolerance { return edges > other.edges }
      return leafCount > other.leafCount
    case .area:
      if abs(area - other.area) > CutCost.tolerance { return area > other.area }
      if abs(edges - other.edges) > CutCost.tolerance { return edges > other.edges }
      if meanReferences != other.meanReferences { return meanReferences < other.meanReferences }
      if leafCount != other.leafCount { return leafCount > other.leafCount }
      return arrival > other.arrival
    }
  }
}

/// One visit of every gate.
struct MappingRound {
  var name: String
  var order: CutOrder
  var measure: AreaMeasure
  /// Whether references are the graph's and the mapping is not there yet, or only as a bound on arrivals.
  var isFirstChoice: Bool
  /// Whether cuts that arrive too late are kept for readers, and the chosen one is only replaced by one in time.
  var keepsLateCuts: Bool
}

extension CutMapper {
  /// Chooses the cut of `gate` and leaves its best cuts for its readers.
  mutating func visit(_ gate: Int, _ round: MappingRound) {
    let node = nodes + gate
    if round.isFirstChoice {
      node.pointee.estimate = Float(node.pointee.references)
    } else if round.measure == .flow {
      node.pointee.estimate = (2 * node.pointee.estimate + Float(node.pointee.references)) / 3
    }
    node.pointee.inverseEstimate = node.pointee.estimate > 0 ? 1 / node.pointee.estimate : 1
    let isMapped = !round.isFirstChoice && node.pointee.references > 0
    let current = chosenCut(gate)
    if isMapped { release(current + 1, Int(current[0])) }

    var count = 0
    let required = node.pointee.required
    if current[0] > 0 {
      // The cut of the round before, with its costs of now; arrival matters where it stays.
      let record = candidate(count)
      let size = Int(current[0])
      (leaves + record * leafLimit).update(from: current + 1, count: size)
      leafCounts[record] = Int32(truncatingIfNeeded: size)
      var signature: UInt64 = 0
      for i in 0..<size { signature |= CutMapper.signature(Int(current[1 + i])) }
      signatures[record] = signature
      let cost = cost(record, round)
      node.pointee.arrival = cost.arrival
      node.pointee.area = cost.area
      node.pointee.edges = cost.edges
      if !round.keepsLateCuts {
        costs[record - firstCandidate] = cost
        count = 1
      }
    }
    let (supportLeaves, supportCount) = support(gate)
    if supportCount > 0 {
      // All its inputs: depth 1, and one table however large the cone is. Unions of kept cuts need not reach it.
      let record = candidate(count)
      (leaves + record * leafLimit).update(from: supportLeaves, count: supportCount)
      leafCounts[record] = Int32(truncatingIfNeeded: supportCount)
      var signature: UInt64 = 0
      for i in 0..<supportCount { signature |= CutMapper.signature(Int(supportLeaves[i])) }
      signatures[record] = signature
      count = consider(record, count, required, round)
    }
    count = considerUnions(gate, count, required, round)

    // The chosen cut: the first in order. In the rounds that keep late cuts, only where it is in time.
    let first = Int(order[0])
    if count > 0, !round.keepsLateCuts || costs[first - firstCandidate].arrival <= required {
      let cost = costs[first - firstCandidate]
      current[0] = UInt32(truncatingIfNeeded: cost.leafCount)
      (current + 1).update(from: leaves + first * leafLimit, count: Int(cost.leafCount))
      node.pointee.arrival = cost.arrival
      node.pointee.area = cost.area
      node.pointee.edges = cost.edges
    }
    if isMapped { acquire(current + 1, Int(current[0])) }
    store(gate, count)
  }

  /// The free record after `count` cuts of the gate at hand.
  @inline(__always) private func candidate(_ count: Int) -> Int { Int(order[count]) }

  /// Considers the unions of the cuts of the gate's two operands; returns how many cuts there are now.
  private mutating func considerUnions(_ gate: Int, _ start: Int, _ required: Int32, _ round: MappingRound) -> Int {
    let (a, b) = operandNodes(gate)
    let (firstA, endA) = (Int(firstRecords[a]), Int(firstRecords[a]) + Int(recordCounts[a]))
    let (firstB, endB) = (Int(firstRecords[b]), Int(firstRecords[b]) + Int(recordCounts[b]))
    var count = start
    var i = firstA
    while i < endA {
      let signature = signatures[i]
      let iLeaves = leaves + i * leafLimit
      let iCount = Int(leafCounts[i])
      var j = firstB
      while j < endB {
        let union = signature | signatures[j]
        if union.nonzeroBitCount <= leafLimit {
          let record = candidate(count)
          let size = CutMapper.merge(
            iLeaves, iCount, leaves + j * leafLimit, Int(leafCounts[j]), into: leaves + record * leafLimit,
            limit: leafLimit)
          if size > 0 {
            leafCounts[record] = Int32(truncatingIfNeeded: size)
            signatures[record] = union
            count = consider(record, count, required, round)
          }
        }
        j &+= 1
      }
      i &+= 1
    }
    return count
  }

  /// Puts the cut in `record`, which is the free one, among the others unless it is late or contains one of them; returns how many there are now.
  @inline(__always)
  private mutating func consider(_ record: Int, _ start: Int, _ required: Int32, _ round: MappingRound) -> Int {
    var count = start
    guard removeDominated(record, &count) else { return count }
    if !round.isFirstChoice, arrival(record) > required { return count }
    let cost = cost(record, round)
    costs[record - firstCandidate] = cost
    var place = count
    while place > 0, costs[Int(order[place - 1]) - firstCandidate].isWorse(than: cost, round.order) {
      order[place] = order[place - 1]
      place &-= 1
    }
    order[place] = Int32(truncatingIfNeeded: record)
    // With as many cuts as there may be, the worst one is now the free record.
    return min(count &+ 1, parameters.cutsPerNode)
  }

  /// Removes the cuts that contain the one in `record`; false where that contains one of them.
  @inline(__always) private mutating func removeDominated(_ record: Int, _ count: inout Int) -> Bool {
    let signature = signatures[record]
    let size = leafCounts[record]
    var i = 0
    while i < count {
      let other = Int(order[i])
      let otherSignature = signatures[other]
      if leafCounts[other] <= size {
        if otherSignature & ~signature == 0, contains(record, other) { return false }
      } else if signature & ~otherSignature == 0, contains(other, record) {
        // The free record, which `record` is, moves down with the rest.
        for k in i..<count { order[k] = order[k + 1] }
        order[count] = Int32(truncatingIfNeeded: other)
        count &-= 1
        continue
      }
      i &+= 1
    }
    return true
  }

  /// Whether the leaves of record `small` are all among those of `large`.
  @inline(__always) private func contains(_ large: Int, _ small: Int) -> Bool {
    let a = leaves + large * leafLimit
    let b = leaves + small * leafLimit
    let (aCount, bCount) = (Int(leafCounts[large]), Int(leafCounts[small]))
    var (i, j) = (0, 0)
    while j < bCount {
      if i == aCount || a[i] > b[j] { return false }
      j &+= a[i] == b[j] ? 1 : 0
      i &+= 1
    }
    return true
  }

  /// One more than the latest leaf.
  @inline(__always) func arrival(_ record: Int) -> Int32 {
    let cut = leaves + record * leafLimit
    var latest: Int32 = 0
    for i in 0..<Int(leafCounts[record]) { latest = max(latest, nodes[Int(cut[i])].arrival) }
    return latest &+ 1
  }

  /// What the cut in `record` costs, where the gate itself is not in the mapping.
  @inline(__always) private mutating func cost(_ record: Int, _ round: MappingRound) -> CutCost {
    let cut = leaves + record * leafLimit
    let size = Int(leafCounts[record])
    var cost = CutCost()
    cost.leafCount = leafCounts[record]
    var latest: Int32 = 0
    var references: Int32 = 0
    switch round.measure {
    case .flow:
      var (area, edges) = (Float(1), Float(size))
      for i in 0..<size {
        let leaf = nodes + Int(cut[i])
        latest = max(latest, leaf.pointee.arrival)
        references &+= leaf.pointee.references
        let share = leaf.pointee.references == 0 ? 1 : leaf.pointee.inverseEstimate
        area += leaf.pointee.area * share
        edges += leaf.pointee.edges * share
      }
      (cost.area, cost.edges) = (area, edges)
    case .exact:
      for i in 0..<size {
        latest = max(latest, nodes[Int(cut[i])].arrival)
        references &+= nodes[Int(cut[i])].references
      }
      (cost.area, cost.edges) = addedArea(cut, size)
    }
    cost.arrival = latest &+ 1
    if !round.isFirstChoice { cost.meanReferences = Float(references) / Float(size) }
    return cost
  }

  /// Moves the first `count` cuts of the gate at hand, and its trivial cut, to a slot, and gives back the slots that nobody will read again.
  @inline(__always) private mutating func store(_ gate: Int, _ count: Int) {
    if nodes[gate].pendingReaders > 0 {
      freeSlotCount &-= 1
      let first = inputCount + Int(freeSlots[freeSlotCount]) * recordsPerSlot
      firstRecords[gate] = Int32(truncatingIfNeeded: first)
      recordCounts[gate] = Int32(truncatingIfNeeded: count + 1)
      for i in 0..<count {
        let source = Int(order[i])
        signatures[first + i] = signatures[source]
        leafCounts[first + i] = leafCounts[source]
        (leaves + (first + i) * leafLimit).update(from: leaves + source * leafLimit, count: Int(leafCounts[source]))
      }
      writeTrivialCut(of: gate, record: first + count)
    }
    let (a, b) = operandNodes(gate)
    for operand in [a, b] where operand >= firstGate {
      nodes[operand].pendingReaders &-= 1
      if nodes[operand].pendingReaders == 0 {
        freeSlots[freeSlotCount] = (firstRecords[operand] - Int32(inputCount)) / Int32(recordsPerSlot)
        freeSlotCount &+= 1
      }
    }
  }
}
