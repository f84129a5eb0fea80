// One-call simulation, exhaustive enumeration, and truth tables of small circuits.

extension Circuit {
  /// The outputs under each of `assignments`, bit-parallel; a loop keeps a `Simulator` instead.
  public func simulate(_ assignments: [[Bool]]) -> [[Bool]] {
    let block = AssignmentBlock(assignments, signalCount: inputCount)
    let outputs = Simulator(self).outputs(of: block)
    return (0..<outputs.count).map { outputs.assignment($0) }
  }

  /// The outputs under each assignment of `block`, whose signals are the inputs in order.
  public func simulate(_ block: AssignmentBlock) -> AssignmentBlock { Simulator(self).outputs(of: block) }

  /// All `2^inputCount` assignments in counting order (input 0 is the lowest bit), in blocks of at most `blockSize`.
  ///
  /// The circuit has at most 62 inputs. The blocks are made one at a time, so memory does not grow with the number of assignments.
  public func exhaustiveBlocks(of blockSize: Int = 4096) -> some Sequence<AssignmentBlock> {
    precondition(inputCount <= 62, "exhaustive enumeration needs at most 62 inputs")
    precondition(blockSize > 0, "a block holds at least one assignment")
    let inputCount = inputCount
    let end = UInt64(1) << UInt64(inputCount)
    return sequence(state: UInt64(0)) { next -> AssignmentBlock? in
      if next >= end { return nil }
      let upper = next + min(UInt64(blockSize), end - next)
      defer { next = upper }
      return AssignmentBlock(numbers: next..<upper, signalCount: inputCount)
    }
  }

  /// The truth table of each output, for a circuit of at most twelve inputs.
  public func truthTables() -> [TruthTable] {
    precondition(inputCount <= TruthTable.maximumInputCount, "a truth table has 0 to 12 inputs")
    let block = AssignmentBlock(numbers: 0..<(1 << UInt64(inputCount)), signalCount: inputCount)
    let outputs = Simulator(self).outputs(of: block)
    let stride = outputs.wordsPerSignal
    return (0..<outputCount).map {
      TruthTable(words: outputs.words[$0 * stride..<($0 + 1) * stride], inputCount: inputCount)
    }
  }

  /// An assignment under which two circuits of one shape differ, or `nil` where they agree on all `2^inputCount`.
  ///
  /// Complexity: 2^inputCount / 512 passes over the gates of both, at most 62 inputs.
  public func firstDifference(from other: Circuit) -> [Bool]? {
    precondition(
      inputCount == other.inputCount && outputCount == other.outputCount, "circuits with as many inputs and outputs")
    let simulators = (Simulator(self), Simulator(other))
    for block in exhaustiveBlocks() {
      if let i = simulators.0.outputs(of: block).firstDifference(from: simulators.1.outputs(of: block)) {
        return block.assignment(i)
      }
    }
    return nil
  }
}
