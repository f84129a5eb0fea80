// Size, depth, fan-out, liveness and distances of a circuit: the numbers that decide what its chain of thought costs.

/// The numbers of a circuit. All of them are structural: they count the gates as they stand.
public struct CircuitStatistics: Sendable, Equatable, Codable {
  /// The number of inputs.
  public var inputs: Int
  /// The number of outputs.
  public var outputs: Int
  /// The number of gates; inverters, buffers and constants count.
  public var gates: Int
  /// The number of gates with two or more operands: those left when inverters, buffers and constants fold into their readers.
  public var logicGates: Int
  /// Gates by number of operands, 0 to 6, and further where there are wider ones.
  public var gatesByFanIn: [Int]
  /// Gates by function: AND, OR, XOR, NAND, NOR, XNOR, NOT, BUF, CONST0, CONST1, AND with one input inverted (ANDNOT), its complement
  /// (ORNOT), three-input MUX and MAJ, other tables as LUT2 to LUT12.
  public var gatesByFunction: [String: Int]
  /// The most gates on a path from an input or constant to an output.
  public var depth: Int
  /// The depth of each output.
  public var depthOfOutputs: [Int]
  /// The largest number of reads of one wire, by gates and outputs.
  public var maximumFanOut: Int
  /// The mean number of reads of a wire, by gates and outputs.
  public var meanFanOut: Double
  /// How many wires are read `f` times, by gates and outputs, for each `f` that occurs.
  public var fanOutHistogram: [Int: Int]
  /// The largest number of wires that are live at once, when gates run in order.
  ///
  /// A wire is live after step `t` (a step is an input or a gate, in wire order) if it was made at `t` or before, and is read by a
  /// later gate or is an output.
  public var maximumLiveWires: Int
  /// Gates that no output needs.
  public var deadGates: Int
  /// The mean of reader minus operand over all operands of all gates, in wire numbers.
  public var meanOperandDistance: Double
  /// The (upper) median of reader minus operand over all operands of all gates, 0 where there are none.
  public var medianOperandDistance: Int
  /// The 99th percentile of reader minus operand, 0 where there are no operands.
  public var operandDistance99: Int

  /// The number of wires: steps of a chain of thought that writes each wire once.
  public var wires: Int { inputs + gates }
}

extension Circuit {
  /// The circuit's statistics, in O(wires + operands) time and memory.
  public func statistics() -> CircuitStatistics {
    var byFanIn = [Int](repeating: 0, count: max(6, maximumFanIn) + 1)
    var byTable: [TruthTable: Int] = [:]
    var distances: [Int: Int] = [:]
    var total = 0
    for g in 0..<gateCount {
      byFanIn[fanIn(ofGate: g)] += 1
      byTable[table(ofGate: g), default: 0] += 1
      for o in offsets[g]..<offsets[g + 1] {
        let distance = inputCount + g - Int(operands[Int(o)])
        distances[distance, default: 0] += 1
        total += distance
      }
    }
    let sorted = distances.sorted { $0.key < $1.key }
    func quantile(_ rank: Int) -> Int {
      var seen = 0
      for (distance, count) in sorted {
        seen += count
        if seen > rank { return distance }
      }
      return 0
    }
    let fanOut = fanOuts()
    var histogram: [Int: Int] = [:]
    for f in fanOut { histogram[f, default: 0] += 1 }
    let levels = levels()
    let outputDepths = outputs.map { levels[$0.wire.index] }
    let reads = fanOut.reduce(0, +)
    let isLive = liveWires()
    return CircuitStatistics(
      inputs: inputCount, outputs: outputCount, gates: gateCount, logicGates: byFanIn[2...].reduce(0, +),
      gatesByFanIn: byFanIn,
      gatesByFunction: byTable.reduce(into: [:]) { $0[$1.key.functionName, default: 0] += $1.value },
      depth: outputDepths.max() ?? 0, depthOfOutputs: outputDepths, maximumFanOut: fanOut.max() ?? 0,
      meanFanOut: wireCount == 0 ? 0 : Double(reads) / Double(wireCount),
      fanOutHistogram: histogram, maximumLiveWires: maximumLiveWires(),
      deadGates: isLive[inputCount...].count { !$0 },
      meanOperandDistance: operands.isEmpty ? 0 : Double(total) / Double(operands.count),
      medianOperandDistance: quantile(operands.count / 2), operandDistance99: quantile(operands.count * 99 / 100))
  }

  /// The level of each wire: 0 for inputs and constants, one more than the highest operand's for gates.
  public func levels() -> [Int] {
    var levels = [Int](repeating: 0, count: wireCount)
    for g in 0..<gateCount {
      var level = 0
      for o in offsets[g]..<offsets[g + 1] { level = max(level, levels[Int(operands[Int(o)])] + 1) }
      levels[inputCount + g] = level
    }
    return levels
  }

  /// The most gates on a path from an input or constant to an output; constants have depth 0.
  public var depth: Int {
    let levels = levels()
    return outputs.reduce(0) { max($0, levels[$1.wire.index]) }
  }

  /// How often each wire is read, by gates (each operand counts) and outputs.
  public func fanOuts() -> [Int] {
    var reads = [Int](repeating: 0, count: wireCount)
    for operand in operands { reads[Int(operand)] += 1 }
    for output in outputs { reads[output.wire.index] += 1 }
    return reads
  }

  /// The largest number of live wires after a step; see `CircuitStatistics.maximumLiveWires`.
  public func maximumLiveWires() -> Int {
    let last = lastReaders()
    var isRead = [Bool](repeating: false, count: wireCount)
    for operand in operands { isRead[Int(operand)] = true }
    var isOutput = [Bool](repeating: false, count: wireCount)
    for output in outputs { isOutput[output.wire.index] = true }
    // How many wires step `t` is the last to read, and so are no longer live after it; outputs stay live.
    var deaths = [Int](repeating: 0, count: wireCount)
    for wire in 0..<wireCount where isRead[wire] && !isOutput[wire] { deaths[inputCount + Int(last[wire])] += 1 }
    var live = 0
    var most = 0
    for t in 0..<wireCount {
      live -= deaths[t]
      if isRead[t] || isOutput[t] { live += 1 }
      most = max(most, live)
    }
    return most
  }
}

extension TruthTable {
  /// A short name of the function: `AND`, `XNOR`, `MUX`, …, `LUT5` where it has none.
  public var functionName: String {
    switch (inputCount, bits) {
    case (0, 0): "CONST0"
    case (0, _): "CONST1"
    case (1, 0b10): "BUF"
    case (1, 0b01): "NOT"
    case (2, 0b1000): "AND"
    case (2, 0b0111): "NAND"
    case (2, 0b1110): "OR"
    case (2, 0b0001): "NOR"
    case (2, 0b0110): "XOR"
    case (2, 0b1001): "XNOR"
    case (2, 0b0010), (2, 0b0100): "ANDNOT"
    case (2, 0b1011), (2, 0b1101): "ORNOT"
    case (3, TruthTable.multiplexer.bits): "MUX"
    case (3, TruthTable.majority.bits): "MAJ"
    case (let k, _) where k > TruthTable.wordInputCount: wideFunctionName
    case (let k, let bits) where k > 2 && bits == TruthTable.conjunction(k): "AND\(k)"
    case (let k, let bits) where k > 2 && bits == TruthTable.mask(k) ^ 1: "OR\(k)"
    case (let k, let bits) where k > 2 && bits == TruthTable.mask(k) ^ TruthTable.conjunction(k): "NAND\(k)"
    case (let k, 1) where k > 2: "NOR\(k)"
    case (let k, let bits) where k > 2 && bits == TruthTable.parity(k): "XOR\(k)"
    case (let k, let bits) where k > 2 && bits == TruthTable.mask(k) ^ TruthTable.parity(k): "XNOR\(k)"
    default: "LUT\(inputCount)"
    }
  }

  /// The same for more than six inputs.
  private var wideFunctionName: String {
    let last = rowCount - 1
    let names: [(String, (Int) -> Bool)] = [
      ("AND", { $0 == last }), ("OR", { $0 != 0 }), ("NAND", { $0 != last }), ("NOR", { $0 == 0 }),
      ("XOR", { $0.nonzeroBitCount % 2 != 0 }), ("XNOR", { $0.nonzeroBitCount % 2 == 0 }),
    ]
    let name = names.first { _, value in (0...last).allSatisfy { self[$0] == value($0) } }?.0
    return "\(name ?? "LUT")\(inputCount)"
  }

  /// The bits of the and of `k` inputs.
  private static func conjunction(_ k: Int) -> UInt64 { 1 << UInt64((1 << k) - 1) }

  /// The bits of the exclusive or of `k` inputs.
  private static func parity(_ k: Int) -> UInt64 {
    (0..<k).reduce(0) { $0 ^ pattern(ofInput: $1) } & mask(k)
  }
}
