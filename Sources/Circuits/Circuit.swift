// A Boolean circuit: inputs, gates in topological order, outputs. A value; see CircuitBuilder for making one.

/// A Boolean circuit.
///
/// Wires `0 ..< inputCount` are inputs; gate `g` drives wire `inputCount + g` and reads only wires with smaller numbers, so the
/// gates stand in topological order. A gate is any Boolean function of 0 (a constant) to 12 (a lookup table) wires. Outputs are
/// literals, so an output may be an input, a constant gate or a complemented wire.
///
/// Storage is flat arrays (8 bytes a truth table, 4 an operand, 4 an offset), so that a circuit of 10^6 gates of two operands takes 20 MB;
/// a gate of k > 6 operands takes 2^k / 8 bytes more.
public struct Circuit: Sendable, Equatable {
  /// The number of inputs; wires `0 ..< inputCount`.
  public let inputCount: Int
  /// What each output reads, in output order.
  public var outputs: [Literal]
  /// The circuit's names; none of them takes part in what it computes.
  public var names: Names

  /// Truth table bits, one word a gate; of a gate of more than 6 operands, where its words begin in `wideTables`.
  @usableFromInline package let tables: [UInt64]
  /// The words of the tables of gates of more than 6 operands, in the order of the gates.
  @usableFromInline package let wideTables: [UInt64]
  /// Gate `g` reads `operands[offsets[g] ..< offsets[g + 1]]`.
  @usableFromInline package let offsets: [UInt32]
  /// Operand wires of all gates, one after the other.
  @usableFromInline package let operands: [UInt32]

  /// What a file calls things.
  public struct Names: Sendable, Equatable, Codable {
    /// The circuit's own name, empty where it has none.
    public var circuit = ""
    /// A name for each input, or empty where they have none.
    public var inputs: [String] = []
    /// A name for each output, or empty where they have none.
    public var outputs: [String] = []
    /// How inputs are grouped into words, in order (Bristol's input values): widths that add up to their number, or empty.
    public var inputWidths: [Int] = []
    /// How outputs are grouped into words, in order: widths that add up to the number of outputs, or empty.
    public var outputWidths: [Int] = []
    /// Names of gates' wires, by wire number, where a file gives them.
    public var wires: [UInt32: String] = [:]

    /// No names at all.
    public init() {}
  }

  /// The number of gates.
  @inlinable public var gateCount: Int { tables.count }
  /// The number of wires, `inputCount + gateCount`.
  @inlinable public var wireCount: Int { inputCount + tables.count }
  /// The number of outputs.
  @inlinable public var outputCount: Int { outputs.count }

  /// A circuit from flat arrays that already satisfy its invariants; checked in debug builds.
  @usableFromInline package init(
    inputCount: Int, tables: [UInt64], wideTables: [UInt64] = [], offsets: [UInt32], operands: [UInt32],
    outputs: [Literal], names: Names
  ) {
    self.inputCount = inputCount
    self.tables = tables
    self.wideTables = wideTables
    self.offsets = offsets
    self.operands = operands
    self.outputs = outputs
    self.names = names
    assert(violatedInvariant == nil, violatedInvariant ?? "")
  }

  /// The first broken rule of the representation, in words, or `nil`.
  package var violatedInvariant: String? {
    guard offsets.count == tables.count + 1, offsets.first == 0, offsets.last.map(Int.init) == operands.count else {
      return "offsets delimit the operands of each gate"
    }
    var wideCount = 0
    for g in 0..<gateCount {
      guard offsets[g] <= offsets[g + 1], offsets[g + 1] - offsets[g] <= TruthTable.maximumInputCount else {
        return "gate \(g) has at most 12 operands"
      }
      let k = Int(offsets[g + 1] - offsets[g])
      if k > TruthTable.wordInputCount {
        guard tables[g] == UInt64(wideCount) else { return "the wide tables stand in the order of their gates" }
        wideCount += TruthTable.wordCount(k)
      } else if tables[g] & ~TruthTable.mask(k) != 0 {
        return "gate \(g) has no table bits past its rows"
      }
      for o in offsets[g]..<offsets[g + 1] where Int(operands[Int(o)]) >= inputCount + g {
        return "gate \(g) reads only earlier wires"
      }
    }
    guard wideTables.count == wideCount else { return "the wide tables are those of the gates" }
    for output in outputs where output.wire.index >= wireCount { return "outputs read existing wires" }
    return nil
  }
}

/// A gate as seen through its circuit.
public struct Gate: Sendable, Equatable {
  /// The function of the operands, operand 0 in the lowest bit of a row.
  public let table: TruthTable
  /// The wires that the gate reads.
  public let operands: [Wire]

  /// A gate that computes `table` of `operands`.
  public init(_ table: TruthTable, _ operands: [Wire]) {
    precondition(table.inputCount == operands.count, "a gate has one operand for each input of its table")
    self.table = table
    self.operands = operands
  }
}

extension Circuit {
  /// The number of operands of gate `g`.
  @inlinable public func fanIn(ofGate g: Int) -> Int { Int(offsets[g + 1] - offsets[g]) }

  /// The truth table of gate `g`.
  @inlinable public func table(ofGate g: Int) -> TruthTable {
    let k = fanIn(ofGate: g)
    return k <= TruthTable.wordInputCount ? TruthTable(bits: tables[g], inputCount: k) : wideTable(ofGate: g)
  }

  /// The truth table of gate `g`, which has more than 6 operands.
  @usableFromInline func wideTable(ofGate g: Int) -> TruthTable {
    let (k, start) = (fanIn(ofGate: g), Int(tables[g]))
    return TruthTable(words: wideTables[start..<start + TruthTable.wordCount(k)], inputCount: k)
  }

  /// Operand `j` of gate `g`.
  @inlinable public func operand(_ j: Int, ofGate g: Int) -> Wire {
    Wire(rawValue: operands[Int(offsets[g]) + j])
  }

  /// Gate `g` with its operands; allocates, so loops over large circuits use `table(ofGate:)` and `operand(_:ofGate:)`.
  public func gate(_ g: Int) -> Gate {
    Gate(table(ofGate: g), (0..<fanIn(ofGate: g)).map { operand($0, ofGate: g) })
  }

  /// The largest number of operands of a gate, 0 where there are no gates.
  public var maximumFanIn: Int {
    var largest = 0
    for g in 0..<gateCount { largest = max(largest, fanIn(ofGate: g)) }
    return largest
  }

  /// Whether `wire` is an input.
  @inlinable public func isInput(_ wire: Wire) -> Bool { wire.index < inputCount }

  /// The name of input `i`, or `x<i>` where it has none.
  public func inputName(_ i: Int) -> String { i < names.inputs.count ? names.inputs[i] : "x\(i)" }

  /// The name of output `i`, or `y<i>` where it has none.
  public func outputName(_ i: Int) -> String { i < names.outputs.count ? names.outputs[i] : "y\(i)" }

  /// The values of all wires under one assignment: the definition that every faster evaluation is tested against.
  public func wireValues(_ inputs: [Bool]) -> [Bool] {
    precondition(inputs.count == inputCount, "one value for each input")
    var values = inputs
    values.reserveCapacity(wireCount)
    for g in 0..<gateCount {
      var row = 0
      for j in 0..<fanIn(ofGate: g) where values[operand(j, ofGate: g).index] { row |= 1 << j }
      values.append(table(ofGate: g)[row])
    }
    return values
  }

  /// The outputs under one assignment.
  public func callAsFunction(_ inputs: [Bool]) -> [Bool] {
    let values = wireValues(inputs)
    return outputs.map { values[$0.wire.index] != $0.isComplemented }
  }
}
