// The state of the mapper: the graph in flat arrays, one chosen cut a gate, and the cuts that are alive at the moment.

/// Chooses a cut for each gate of an and-inverter graph.
///
/// A cut of a gate is a set of nodes, its leaves, that every path from the inputs to the gate passes; a gate with a cut of k leaves is a function
/// of these, so a lookup table of k inputs. The method is that of A. Mishchenko, S. Cho, S. Chatterjee and R. Brayton, "Combinational and
/// sequential mapping with priority cuts", ICCAD 2007: a gate's cuts are the unions of its operands' cuts, and only the best few, by an
/// order that changes from round to round, are kept for the gate's readers. Cuts live as long as some reader has not been visited.
///
/// Nodes: 0 is false, `1 ... inputCount` the inputs, then the gates that some output needs, in topological order.
struct CutMapper: ~Copyable {
  /// What the mapper knows of a node, half a cache line.
  struct Node {
    /// The depth of the chosen cut's table.
    var arrival: Int32 = 0
    /// The latest depth that does not make the network deeper.
    var required: Int32 = .max
    /// How many tables and outputs of the mapping read the node (in the first rounds: gates and outputs of the graph).
    var references: Int32 = 0
    /// The chosen cut's area: tables it takes, shared ones in part.
    var area: Float = 0
    /// The same for inputs of tables.
    var edges: Float = 0
    /// An estimate of `references` in the finished mapping, averaged over rounds, and one over it.
    var estimate: Float = 1
    var inverseEstimate: Float = 1
    /// How many readers have still to be visited in this round.
    var pendingReaders: Int32 = 0
  }

  let parameters: MappingParameters
  /// The most leaves of a cut.
  let leafLimit: Int
  let inputCount: Int
  let nodeCount: Int
  /// The node of the first gate.
  let firstGate: Int
  /// The node that each output reads.
  let outputNodes: [Int]

  /// Two literals a gate.
  let operands: UnsafeMutablePointer<UInt32>
  let nodes: UnsafeMutablePointer<Node>
  /// How many gates read a node.
  let readerCounts: UnsafeMutablePointer<Int32>
  /// By gate: the number of leaves of its chosen cut, then the leaves in increasing order; `leafLimit + 1` words each.
  let chosen: UnsafeMutablePointer<UInt32>
  /// By gate: the inputs that it depends on by structure, as in `chosen`; `UInt32.max` for their number where there are too many.
  let supports: UnsafeMutablePointer<UInt32>

  // Records of cuts: first one an input (its trivial cut), then the slots of gates, then room for the cuts of the gate at hand.
  let signatures: UnsafeMutablePointer<UInt64>
  let leafCounts: UnsafeMutablePointer<Int32>
  let leaves: UnsafeMutablePointer<UInt32>
  let recordCount: Int
  let recordsPerSlot: Int
  /// By node: its first record and how many it has.
  let firstRecords: UnsafeMutablePointer<Int32>
  let recordCounts: UnsafeMutablePointer<Int32>
  /// The slots that are free, as a stack.
  let freeSlots: UnsafeMutablePointer<Int32>
  let slotCount: Int
  var freeSlotCount: Int
  /// The cuts of the gate at hand: records in order, and their costs.
  let order: UnsafeMutablePointer<Int32>
  let costs: UnsafeMutablePointer<CutCost>
  let firstCandidate: Int

  /// Room for walks over the graph, and marks that are never taken back: a node is marked if its mark is the newest one.
  let queue: UnsafeMutablePointer<UInt32>
  let marks: UnsafeMutablePointer<UInt32>
  var mark: UInt32 = 0
  /// How many gates the newest mark is on, beside leaves.
  var coneSize = 0

  init(_ graph: AndInverterGraph, _ parameters: MappingParameters) {
    if let rule = parameters.violatedRule { preconditionFailure(rule) }
    self.parameters = parameters
    leafLimit = parameters.tableInputs
    inputCount = graph.inputCount
    let ordered = OrderedGates(graph)
    outputNodes = ordered.outputNodes
    firstGate = 1 + inputCount
    let gateCount = ordered.operands.count / 2
    nodeCount = firstGate + gateCount
    operands = .allocate(capacity: max(1, 2 * gateCount))
    operands.initialize(from: ordered.operands, count: 2 * gateCount)
    nodes = .allocate(capacity: nodeCount)
    nodes.initialize(repeating: Node(), count: nodeCount)
    readerCounts = .allocate(capacity: nodeCount)
    readerCounts.initialize(repeating: 0, count: nodeCount)
    for i in 0..<2 * gateCount { readerCounts[Int(operands[i] >> 1)] += 1 }
    chosen = .allocate(capacity: max(1, gateCount * (leafLimit + 1)))
    chosen.initialize(repeating: 0, count: max(1, gateCount * (leafLimit + 1)))
    supports = .allocate(capacity: max(1, gateCount * (leafLimit + 1)))
    supports.initialize(repeating: 0, count: max(1, gateCount * (leafLimit + 1)))

    slotCount = CutMapper.slotsInUse(operands, readerCounts, firstGate: firstGate, nodeCount: nodeCount)
    freeSlotCount = 0
    recordsPerSlot = parameters.cutsPerNode + 1
    firstCandidate = inputCount + slotCount * recordsPerSlot
    recordCount = firstCandidate + parameters.cutsPerNode + 1
    signatures = .allocate(capacity: recordCount)
    signatures.initialize(repeating: 0, count: recordCount)
    leafCounts = .allocate(capacity: recordCount)
    leafCounts.initialize(repeating: 0, count: recordCount)
    leaves = .allocate(capacity: recordCount * leafLimit)
    leaves.initialize(repeating: 0, count: recordCount * leafLimit)
    firstRecords = .allocate(capacity: nodeCount)
    firstRecords.initialize(repeating: 0, count: nodeCount)
    recordCounts = .allocate(capacity: nodeCount)
    recordCounts.initialize(repeating: 0, count: nodeCount)
    freeSlots = .allocate(capacity: slotCount)
    freeSlots.initialize(repeating: 0, count: slotCount)
    order = .allocate(capacity: parameters.cutsPerNode + 1)
    order.initialize(repeating: 0, count: parameters.cutsPerNode + 1)
    costs = .allocate(capacity: parameters.cutsPerNode + 1)
    costs.initialize(repeating: CutCost(), count: parameters.cutsPerNode + 1)
    queue = .allocate(capacity: nodeCount)
    queue.initialize(repeating: 0, count: nodeCount)
    marks = .allocate(capacity: nodeCount)
    marks.initialize(repeating: 0, count: nodeCount)

    for i in 0..<inputCount { writeTrivialCut(of: i + 1, record: i) }
    for i in 0..<inputCount {
      firstRecords[i + 1] = Int32(i)
      recordCounts[i + 1] = 1
    }
    findSupports()
  }

  deinit {
    operands.deallocate()
    nodes.deallocate()
    readerCounts.deallocate()
    chosen.deallocate()
    supports.deallocate()
    signatures.deallocate()
    leafCounts.deallocate()
    leaves.deallocate()
    firstRecords.deallocate()
    recordCounts.deallocate()
    freeSlots.deallocate()
    order.deallocate()
    costs.deallocate()
    queue.deallocate()
    marks.deallocate()
  }

  /// The chosen cut of a gate: its number of leaves, then the leaves.
  @inline(__always) func chosenCut(_ gate: Int) -> UnsafeMutablePointer<UInt32> {
    chosen + (gate - firstGate) * (leafLimit + 1)
  }

  /// The two nodes that a gate reads.
  @inline(__always) func operandNodes(_ gate: Int) -> (Int, Int) {
    let first = operands + 2 * (gate - firstGate)
    return (Int(first[0] >> 1), Int(first[1] >> 1))
  }

  /// Makes `record` the cut of a node that has the node itself as its only leaf.
  @inline(__always) func writeTrivialCut(of node: Int, record: Int) {
    signatures[record] = CutMapper.signature(node)
    leafCounts[record] = 1
    leaves[record * leafLimit] = UInt32(truncatingIfNeeded: node)
  }

  /// One bit a leaf: a union with more bits than `leafLimit` has too many leaves, and a subset has a subset of the bits.
  @inline(__always) static func signature(_ node: Int) -> UInt64 { 1 << UInt64(truncatingIfNeeded: node & 63) }

  /// The most slots that are in use at once when gates are visited in order.
  private static func slotsInUse(
    _ operands: UnsafeMutablePointer<UInt32>, _ readerCounts: UnsafeMutablePointer<Int32>, firstGate: Int,
    nodeCount: Int
  ) -> Int {
    var pending = Array(UnsafeBufferPointer(start: readerCounts, count: nodeCount))
    var (inUse, most) = (0, 1)
    for gate in firstGate..<nodeCount {
      inUse += 1
      most = max(most, inUse)
      for i in 0..<2 {
        let node = Int(operands[2 * (gate - firstGate) + i] >> 1)
        pending[node] -= 1
        if node >= firstGate, pending[node] == 0 { inUse -= 1 }
      }
      if pending[gate] == 0 { inUse -= 1 }
    }
    return most
  }

  /// Finds the inputs that each gate depends on, where there are at most `leafLimit`.
  private func findSupports() {
    let stride = leafLimit + 1
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2) { inputs in
      for gate in firstGate..<nodeCount {
        let target = supports + (gate - firstGate) * stride
        let (a, b) = operandNodes(gate)
        inputs[0] = UInt32(a)
        inputs[1] = UInt32(b)
        guard let base = inputs.baseAddress else { return }
        let (first, firstCount) = a < firstGate ? (base, 1) : support(a)
        let (second, secondCount) = b < firstGate ? (base + 1, 1) : support(b)
        let count =
          firstCount < 0 || secondCount < 0
          ? -1 : CutMapper.merge(first, firstCount, second, secondCount, into: target + 1, limit: leafLimit)
        target[0] = count < 0 ? .max : UInt32(count)
      }
    }
  }

  /// The inputs that a gate depends on and their number, -1 where there are too many.
  @inline(__always) func support(_ gate: Int) -> (UnsafeMutablePointer<UInt32>, Int) {
    let start = supports + (gate - firstGate) * (leafLimit + 1)
    return (start + 1, start[0] == .max ? -1 : Int(start[0]))
  }

  /// The union of two increasing sequences, and its size: -1 where it has more than `limit` members.
  @inline(__always) static func merge(
    _ a: UnsafeMutablePointer<UInt32>, _ aCount: Int, _ b: UnsafeMutablePointer<UInt32>, _ bCount: Int,
    into target: UnsafeMutablePointer<UInt32>, limit: Int
  ) -> Int {
    var (i, j, count) = (0, 0, 0)
    while i < aCount, j < bCount {
      if count == limit { return -1 }
      let (x, y) = (a[i], b[j])
      target[count] = min(x, y)
      count &+= 1
      i &+= x <= y ? 1 : 0
      j &+= y <= x ? 1 : 0
    }
    if count &+ (aCount &- i) &+ (bCount &- j) > limit { return -1 }
    while i < aCount {
      target[count] = a[i]
      count &+= 1
      i &+= 1
    }
    while j < bCount {
      target[count] = b[j]
      count &+= 1
      j &+= 1
    }
    return count
  }
}

/// The gates that some output needs, in the order of a depth-first search from the outputs, as operand literals of mapper nodes.
private struct OrderedGates {
  var operands: [UInt32] = []
  var outputNodes: [Int] = []

  init(_ graph: AndInverterGraph) {
    let firstGate = 1 + graph.inputCount
    var number = [UInt32](repeating: 0, count: graph.nodeCount)
    for i in 0..<firstGate { number[i] = UInt32(i) }
    var stack: [UInt32] = []
    operands.reserveCapacity(graph.operands.count)
    for output in graph.outputs {
      stack.append(output >> 1)
      while let node = stack.last {
        let gate = Int(node) - firstGate
        guard gate >= 0, number[Int(node)] == 0 else {
          stack.removeLast()
          continue
        }
        let (a, b) = (graph.operands[2 * gate + 1], graph.operands[2 * gate])
        let waits = { (literal: UInt32) in Int(literal >> 1) >= firstGate && number[Int(literal >> 1)] == 0 }
        if waits(a) {
          stack.append(a >> 1)
        } else if waits(b) {
          stack.append(b >> 1)
        } else {
          stack.removeLast()
          number[Int(node)] = UInt32(firstGate + operands.count / 2)
          operands.append(number[Int(a >> 1)] << 1 | a & 1)
          operands.append(number[Int(b >> 1)] << 1 | b & 1)
        }
      }
    }
    outputNodes = graph.outputs.map { Int(number[Int($0 >> 1)]) }
  }
}
