// A network of lookup tables of up to sixteen inputs: what the mapper makes.

/// Lookup tables in topological order.
///
/// Wires `0 ..< inputCount` are inputs; table `t` drives wire `inputCount + t` and reads only wires with smaller numbers. Outputs are
/// literals. A table of k operands has 2^k bits in words of 64: its value on row `r`, whose bit `j` is operand `j`, is bit `r % 64` of word
/// `r / 64`; with fewer than six operands the bits past 2^k are zero. A table without operands is a constant.
///
/// Storage is flat: 4 bytes an operand, 8 a word of a table, 12 a table.
public struct LookupTableNetwork: Sendable, Equatable {
  /// The number of inputs; wires `0 ..< inputCount`.
  public let inputCount: Int
  /// What each output reads, in output order.
  public private(set) var outputs: [Literal]
  /// What the inputs, outputs and tables are called; none of the names takes part in what is computed.
  public var names: Circuit.Names

  /// Table `t` reads `operands[offsets[t] ..< offsets[t + 1]]`.
  private(set) var offsets: [UInt32]
  private(set) var operands: [UInt32]
  /// The words of table `t` begin at `wordOffsets[t]`.
  private(set) var wordOffsets: [Int]
  private(set) var words: [UInt64]

  /// The largest number of operands of a table.
  public static let maximumFanIn = 16

  /// A network from flat arrays that already satisfy its invariants; checked in debug builds.
  package init(
    inputCount: Int, offsets: [UInt32], operands: [UInt32], wordOffsets: [Int], words: [UInt64], outputs: [Literal],
    names: Circuit.Names
  ) {
    self.inputCount = inputCount
    self.offsets = offsets
    self.operands = operands
    self.wordOffsets = wordOffsets
    self.words = words
    self.outputs = outputs
    self.names = names
    assert(violatedInvariant == nil, violatedInvariant ?? "")
  }

  /// The first broken rule of the representation, in words, or `nil`.
  package var violatedInvariant: String? {
    guard offsets.count == wordOffsets.count, offsets.first == 0, offsets.last.map(Int.init) == operands.count,
      wordOffsets.first == 0, wordOffsets.last == words.count
    else { return "offsets delimit the operands and words of each table" }
    for t in 0..<tableCount {
      guard offsets[t] <= offsets[t + 1], fanIn(ofTable: t) <= LookupTableNetwork.maximumFanIn else {
        return "table \(t) has at most 16 operands"
      }
      let k = fanIn(ofTable: t)
      guard wordOffsets[t + 1] - wordOffsets[t] == WideTable.wordCount(k) else { return "table \(t) has 2^k bits" }
      if k < 6, words[wordOffsets[t]] & ~TruthTable.mask(k) != 0 { return "table \(t) has no bits past its rows" }
      for j in 0..<k where operand(j, ofTable: t).index >= inputCount + t {
        return "table \(t) reads only earlier wires"
      }
    }
    for output in outputs where output.wire.index >= wireCount { return "outputs read existing wires" }
    return nil
  }
}

extension LookupTableNetwork {
  /// The number of tables; constants count.
  public var tableCount: Int { offsets.count - 1 }
  /// The number of wires, `inputCount + tableCount`.
  public var wireCount: Int { inputCount + tableCount }
  /// The number of outputs.
  public var outputCount: Int { outputs.count }
  /// The number of operands of all tables.
  public var edgeCount: Int { operands.count }

  /// The number of operands of table `t`.
  public func fanIn(ofTable t: Int) -> Int { Int(offsets[t + 1] - offsets[t]) }

  /// Operand `j` of table `t`.
  public func operand(_ j: Int, ofTable t: Int) -> Wire { Wire(rawValue: operands[Int(offsets[t]) + j]) }

  /// The bits of table `t`, row 0 in the lowest bit of the first word.
  public func words(ofTable t: Int) -> ArraySlice<UInt64> { words[wordOffsets[t]..<wordOffsets[t + 1]] }

  /// The value of table `t` on row `row`, whose bit `j` is operand `j`.
  public func value(ofTable t: Int, row: Int) -> Bool {
    words[wordOffsets[t] + row >> 6] >> UInt64(row & 63) & 1 != 0
  }

  /// The largest number of operands of a table, 0 where there are no tables.
  public var largestFanIn: Int {
    var largest = 0
    for t in 0..<tableCount { largest = max(largest, fanIn(ofTable: t)) }
    return largest
  }

  /// How many tables have `k` operands, for each `k` from 0 to the largest that occurs.
  public var tablesByFanIn: [Int] {
    var counts = [Int](repeating: 0, count: largestFanIn + 1)
    for t in 0..<tableCount { counts[fanIn(ofTable: t)] += 1 }
    return counts
  }

  /// The level of each wire: 0 for inputs and constants, one more than the highest operand's for other tables.
  public func levels() -> [Int] {
    var levels = [Int](repeating: 0, count: wireCount)
    for t in 0..<tableCount {
      var level = 0
      for j in 0..<fanIn(ofTable: t) { level = max(level, levels[operand(j, ofTable: t).index] + 1) }
      levels[inputCount + t] = level
    }
    return levels
  }

  /// The most tables on a path from an input to an output.
  public var depth: Int {
    let levels = levels()
    return outputs.reduce(0) { max($0, levels[$1.wire.index]) }
  }

  /// How many tables there are where outputs cannot be complemented, as in BLIF: one more for each output's complement that no table has.
  public var tableCountWithPlainOutputs: Int {
    tableCount + Set(outputs.filter(\.isComplemented)).count
  }

  /// The outputs under one assignment, looked up table by table: the definition that `simulate` is tested against.
  public func callAsFunction(_ inputs: [Bool]) -> [Bool] {
    precondition(inputs.count == inputCount, "one value for each input")
    var values = inputs
    for t in 0..<tableCount {
      var row = 0
      for j in 0..<fanIn(ofTable: t) where values[operand(j, ofTable: t).index] { row |= 1 << j }
      values.append(value(ofTable: t, row: row))
    }
    return outputs.map { values[$0.wire.index] != $0.isComplemented }
  }

  /// The network with one bit of one table inverted: what a check of equivalence has to find.
  package func corrupted(table t: Int, row: Int) -> LookupTableNetwork {
    precondition(t < tableCount && row < 1 << fanIn(ofTable: t), "a row of a table")
    var result = self
    result.words[wordOffsets[t] + row >> 6] ^= 1 << UInt64(row & 63)
    return result
  }
}
