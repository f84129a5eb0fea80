// Makes circuits literal by literal, with structural hashing, constant propagation and free complements.

/// Builds a circuit whose gates are pairwise different functions.
///
/// A gate is first brought to a normal form: constant, repeated and irrelevant operands are removed, complements of operands move into
/// the table, the complement of the output moves into the returned literal, operands are sorted. A gate with the same normal form
/// as an earlier one is that earlier gate; a gate that is constant or equal to an operand costs nothing. So inverters and buffers
/// never become gates, and every gate has at least two operands.
///
///     var logic = LogicBuilder(inputCount: 2)
///     let a = logic.input(0), b = logic.input(1)
///     let sum = logic.xor(a, b), carry = logic.and(a, b)
///     logic.xor(!b, a) == !sum  // the same gate
///     let circuit = logic.finish(outputs: [sum, carry])
public struct LogicBuilder: Sendable {
  /// The number of inputs.
  public let inputCount: Int
  /// Names that the finished circuit gets.
  public var names = Circuit.Names()
  /// How many asked gates turned out to be constants, operands or complements of operands.
  public private(set) var foldedGateCount = 0
  /// How many asked gates were there already.
  public private(set) var sharedGateCount = 0

  private var tables: [UInt64] = []
  private var wideTables: [UInt64] = []
  private var offsets: [UInt32] = [0]
  private var operands: [UInt32] = []
  /// The gate with no operands that is false, once a constant was asked for.
  private var constantWire: Wire?
  /// Open addressing: gate number + 1, or 0 where a slot is empty; at most half full.
  private var slots = [UInt32](repeating: 0, count: 64)

  /// A builder of circuits with `inputCount` inputs.
  public init(inputCount: Int) {
    precondition(inputCount >= 0 && inputCount < 1 << 31, "the number of inputs lies in 0 ..< 2^31")
    self.inputCount = inputCount
  }

  /// The number of gates so far, with those that no output will need.
  public var gateCount: Int { tables.count }

  /// The literal of input `i`.
  public func input(_ i: Int) -> Literal {
    precondition(i >= 0 && i < inputCount, "the input exists")
    return Literal(Wire(i))
  }

  /// The literal that is always `value`.
  public mutating func constant(_ value: Bool) -> Literal {
    if let constantWire { return Literal(constantWire, complemented: value) }
    let wire = append(table: 0, operands: EmptyCollection())
    constantWire = wire
    return Literal(wire, complemented: value)
  }

  /// The value of `literal` where it is known to be constant.
  public func constantValue(of literal: Literal) -> Bool? {
    literal.wire == constantWire ? literal.isComplemented : nil
  }

  /// A literal that computes `table` of `literals`, operand 0 in the lowest bit of a row.
  public mutating func gate(_ table: TruthTable, _ literals: some Collection<Literal>) -> Literal {
    let constantWire = constantWire
    let form = GateNormalForm(table, literals) { $0 == constantWire ? false : nil }
    switch form.operands.count {
    case 0:
      foldedGateCount += 1
      return constant(form.isComplemented)
    case 1:
      // The only normal table of one input is the identity.
      foldedGateCount += 1
      return Literal(Wire(rawValue: form.operands[0]), complemented: form.isComplemented)
    default:
      let wire =
        form.operands.count <= TruthTable.wordInputCount
        ? hashed(table: form.table.bits, operands: form.operands) : hashed(wide: form.table, operands: form.operands)
      return Literal(wire, complemented: form.isComplemented)
    }
  }

  /// A literal that computes the two-input function of the four low `bits` (row `b a` at bit `2 b + a`).
  ///
  /// The same as `gate(_:_:)` without an array: the hot path of every generator.
  public mutating func gate(bits: UInt64, _ a: Literal, _ b: Literal) -> Literal {
    if let value = constantValue(of: a) {
      return unary(value ? bits >> 1 & 1 | bits >> 2 & 2 : bits & 1 | bits >> 1 & 2, b)
    }
    if let value = constantValue(of: b) { return unary(value ? bits >> 2 & 3 : bits & 3, a) }
    if a.wire == b.wire {
      let same = a == b
      // Rows that can occur: a = b gives rows 0 and 3, a = !b gives rows 2 (a = 0) and 1.
      return unary(same ? bits & 1 | bits >> 2 & 2 : bits >> 2 & 1 | bits & 2, a)
    }
    var table = bits & 0b1111
    if a.isComplemented { table = (table & 0b0101) << 1 | (table & 0b1010) >> 1 }
    if b.isComplemented { table = (table & 0b0011) << 2 | (table & 0b1100) >> 2 }
    // Functions of one operand only, or of none.
    if table & 0b0101 == (table >> 1) & 0b0101 {
      return unary(table & 1 | table >> 1 & 2, Literal(b.wire))
    }
    if table & 0b0011 == table >> 2 { return unary(table & 3, Literal(a.wire)) }
    let complemented = table & 1 != 0
    if complemented { table ^= 0b1111 }
    var (low, high) = (a.wire.rawValue, b.wire.rawValue)
    if low > high {
      swap(&low, &high)
      table = table & 0b1001 | (table & 0b0010) << 1 | (table & 0b0100) >> 1
    }
    return Literal(hashed(table: table, operands: OperandPair(low: low, high: high)), complemented: complemented)
  }

  /// The function of one literal whose two values are the low `bits`.
  private mutating func unary(_ bits: UInt64, _ a: Literal) -> Literal {
    foldedGateCount += 1
    switch bits & 3 {
    case 0b00: return constant(false)
    case 0b01: return !a
    case 0b10: return a
    default: return constant(true)
    }
  }

  private mutating func append(table: UInt64, operands gateOperands: some Collection<UInt32>) -> Wire {
    let wire = Wire(inputCount + tables.count)
    for operand in gateOperands {
      precondition(operand < wire.rawValue, "a gate reads only wires that exist already")
      operands.append(operand)
    }
    tables.append(table)
    offsets.append(UInt32(operands.count))
    return wire
  }

  /// The wire of the gate with this table and these operands, which are in normal form; a new gate if there is none.
  private mutating func hashed(table: UInt64, operands gateOperands: some Collection<UInt32>) -> Wire {
    if tables.count * 2 >= slots.count { grow() }
    var slot = Self.hash(table, gateOperands) & (slots.count - 1)
    while slots[slot] != 0 {
      let g = Int(slots[slot] - 1)
      // The operands are compared too, so that the place of a wide table is not taken for the bits of a narrow one.
      if tables[g] == table, operands[Int(offsets[g])..<Int(offsets[g + 1])].elementsEqual(gateOperands) {
        sharedGateCount += 1
        return Wire(inputCount + g)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = UInt32(tables.count + 1)
    return append(table: table, operands: gateOperands)
  }

  /// The same for a table of more than six inputs.
  private mutating func hashed(wide table: TruthTable, operands gateOperands: [UInt32]) -> Wire {
    if tables.count * 2 >= slots.count { grow() }
    let words = table.words
    var slot = Self.hash(Self.folded(words), gateOperands) & (slots.count - 1)
    while slots[slot] != 0 {
      let g = Int(slots[slot] - 1)
      if operands[Int(offsets[g])..<Int(offsets[g + 1])].elementsEqual(gateOperands),
        wideTables[Int(tables[g])..<Int(tables[g]) + words.count].elementsEqual(words)
      {
        sharedGateCount += 1
        return Wire(inputCount + g)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = UInt32(tables.count + 1)
    return append(table: wideTables.append(words: table), operands: gateOperands)
  }

  /// A word that stands for the words of a wide table in hashes.
  private static func folded(_ words: some Collection<UInt64>) -> UInt64 {
    words.reduce(0) { ($0 ^ $1) &* 0xD6E8_FEB8_6659_FD93 }
  }

  private mutating func grow() {
    let mask = slots.count * 4 - 1
    slots = [UInt32](repeating: 0, count: mask + 1)
    for g in tables.indices where offsets[g] != offsets[g + 1] {
      let k = Int(offsets[g + 1] - offsets[g])
      let table =
        k <= TruthTable.wordInputCount
        ? tables[g] : Self.folded(wideTables[Int(tables[g])..<Int(tables[g]) + TruthTable.wordCount(k)])
      var slot = Self.hash(table, operands[Int(offsets[g])..<Int(offsets[g + 1])]) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(g + 1)
    }
  }

  private static func hash(_ table: UInt64, _ operands: some Collection<UInt32>) -> Int {
    var h = table &* 0x9E37_79B9_7F4A_7C15
    for operand in operands {
      h = (h ^ UInt64(operand)) &* 0xD6E8_FEB8_6659_FD93
      h ^= h >> 32
    }
    return Int(truncatingIfNeeded: h & UInt64(Int.max))
  }

  /// The circuit with the given outputs; gates that no output needs are left out, the others keep their order.
  ///
  /// Make the outputs before the call: in `logic.finish(outputs: [logic.and(a, b)])` the builder is read before the gate is
  /// made, which traps.
  public func finish(outputs: [Literal]) -> Circuit {
    for output in outputs {
      precondition(output.wire.index < inputCount + tables.count, "outputs read existing wires")
    }
    return Circuit(
      inputCount: inputCount, tables: tables, wideTables: wideTables, offsets: offsets, operands: operands,
      outputs: outputs, names: names
    ).removingDeadGates()
  }
}

/// Two operands without a heap allocation.
private struct OperandPair: RandomAccessCollection {
  let low: UInt32
  let high: UInt32
  var startIndex: Int { 0 }
  var endIndex: Int { 2 }
  subscript(i: Int) -> UInt32 { i == 0 ? low : high }
}
