// Bit-parallel simulation of lookup tables: 64 assignments at once.

extension LookupTableNetwork {
  /// From this number of operands on a lane is looked up by itself: a tree of selections has 2^k nodes, however many lanes there are.
  private static let lookupFanIn = 10

  /// The outputs under each assignment of `block`, whose signals are the inputs in order; 64 assignments in one pass over the tables.
  ///
  /// Exact: agrees with `callAsFunction` on every assignment. Complexity: O(min(2^k, 64 k)) steps a table and pass.
  ///
  /// - Parameter block: Assignments with one signal an input.
  public func simulate(_ block: AssignmentBlock) -> AssignmentBlock {
    precondition(block.signalCount == inputCount, "one signal for each input")
    var result = AssignmentBlock(count: block.count, signalCount: outputCount)
    let stride = block.wordsPerSignal
    var lanes = [UInt64](repeating: 0, count: max(1, wireCount))
    var scratch = [UInt64](repeating: 0, count: 1 << (LookupTableNetwork.lookupFanIn - 1))
    result.withUnsafeMutableWords { target in
      for pass in 0..<stride {
        for i in 0..<inputCount { lanes[i] = block.words[i * stride + pass] }
        for t in 0..<tableCount { lanes[inputCount + t] = evaluate(t, lanes, &scratch) }
        for (i, output) in outputs.enumerated() {
          target[i * stride + pass] = lanes[output.wire.index] ^ (output.isComplemented ? .max : 0)
        }
      }
    }
    return result
  }

  /// Table `t` on 64 lanes.
  private func evaluate(_ t: Int, _ lanes: [UInt64], _ scratch: inout [UInt64]) -> UInt64 {
    let k = fanIn(ofTable: t)
    let first = wordOffsets[t]
    if k == 0 { return words[first] & 1 == 0 ? 0 : .max }
    if k >= LookupTableNetwork.lookupFanIn {
      var result: UInt64 = 0
      for lane in 0..<UInt64(64) {
        var row = 0
        for j in 0..<k { row |= Int(lanes[Int(operands[Int(offsets[t]) + j])] >> lane & 1) << j }
        result |= (words[first + row >> 6] >> UInt64(row & 63) & 1) << lane
      }
      return result
    }
    // The lowest input selects between two bits of the table, each other one between two results.
    let lowest = lanes[Int(operands[Int(offsets[t])])]
    for i in 0..<(1 << (k - 1)) {
      let bits = words[first + i >> 5] >> UInt64(2 * i & 63) & 3
      scratch[i] = bits == 0 ? 0 : bits == 3 ? .max : bits == 2 ? lowest : ~lowest
    }
    for j in 1..<k {
      let select = lanes[Int(operands[Int(offsets[t]) + j])]
      for i in 0..<(1 << (k - 1 - j)) {
        scratch[i] = scratch[2 * i] ^ (select & (scratch[2 * i] ^ scratch[2 * i + 1]))
      }
    }
    return scratch[0]
  }

  /// The outputs under each of `assignments`.
  ///
  /// - Parameter assignments: Assignments with one value an input.
  public func simulate(_ assignments: [[Bool]]) -> [[Bool]] {
    let outputs = simulate(AssignmentBlock(assignments, signalCount: inputCount))
    return (0..<outputs.count).map { outputs.assignment($0) }
  }

  /// An assignment under which the network differs from `circuit`, or `nil` where they agree on all `2^inputCount`.
  ///
  /// Complexity: 2^inputCount / 64 passes over the tables, at most 62 inputs.
  ///
  /// - Parameter circuit: A circuit with as many inputs and outputs.
  public func firstDifference(from circuit: Circuit) -> [Bool]? {
    precondition(
      inputCount == circuit.inputCount && outputCount == circuit.outputCount, "as many inputs and outputs")
    let simulator = Simulator(circuit)
    for block in circuit.exhaustiveBlocks() {
      if let i = simulate(block).firstDifference(from: simulator.outputs(of: block)) { return block.assignment(i) }
    }
    return nil
  }
}
