// A circuit as ANDs of literals, equal ones made once: what AIGER files hold and what cuts are enumerated in.

/// A structurally hashed and-inverter graph.
///
/// Node 0 is the constant false, nodes `1 ... inputCount` are the inputs, and an AND gate follows all nodes that it reads. A literal is twice
/// its node's number, and one more for the complement, as in AIGER. No two gates read the same two literals, and none reads a constant,
/// one literal twice or a literal and its complement.
///
/// Storage is flat: two literals a gate, its level and the hash table, 20 to 28 bytes a gate.
public struct AndInverterGraph: Sendable, GateTarget {
  /// The number of inputs.
  public let inputCount: Int
  /// What each output reads, as a literal of the graph.
  public private(set) var outputs: [UInt32] = []
  /// Operand literals, the larger first, two a gate.
  private(set) var operands: [UInt32] = []
  /// By node: the most gates on a path from an input to it.
  private var levels: [UInt32]
  /// Open addressing over gates by their operands, gate number + 1; 0 is free.
  private var slots: [UInt32] = Array(repeating: 0, count: 1024)

  /// A graph of `inputCount` inputs and nothing else.
  init(inputCount: Int) {
    self.inputCount = inputCount
    levels = Array(repeating: 0, count: 1 + inputCount)
  }

  /// The graph of a circuit: a gate of two operands is at most three ANDs, a larger table is taken apart (`TableDecomposition`).
  ///
  /// Exact: output for output the circuit's functions. A circuit of ANDs of literals, such as an AIGER file, keeps its gates but for repeated
  /// and constant ones; gates that no output needs stay.
  ///
  /// Complexity: O(gates) hash probes.
  ///
  /// - Parameter circuit: Any circuit.
  public init(_ circuit: Circuit) {
    self.init(inputCount: circuit.inputCount)
    operands.reserveCapacity(2 * circuit.gateCount)
    var literals: [UInt32] = []
    literals.reserveCapacity(circuit.wireCount)
    for i in 0..<circuit.inputCount { literals.append(UInt32(i + 1) << 1) }
    for g in 0..<circuit.gateCount {
      let table = circuit.table(ofGate: g)
      if table.inputCount == 2 {
        let a = literals[circuit.operand(0, ofGate: g).index]
        let b = literals[circuit.operand(1, ofGate: g).index]
        literals.append(gate(bits: table.bits, a, b))
      } else if let constant = table.constantValue {
        literals.append(constant ? 1 : 0)
      } else {
        literals.append(
          decompose(table, (0..<table.inputCount).map { literals[circuit.operand($0, ofGate: g).index] }))
      }
    }
    outputs = circuit.outputs.map { literals[$0.wire.index] ^ ($0.isComplemented ? 1 : 0) }
  }

  /// The number of AND gates.
  public var gateCount: Int { operands.count / 2 }

  /// The number of nodes: the constant, the inputs and the gates.
  public var nodeCount: Int { 1 + inputCount + gateCount }

  /// The most AND gates on a path from an input to an output.
  ///
  /// Complexity: O(outputs).
  public var depth: Int { outputs.reduce(0) { max($0, Int(level($1))) } }

  /// The most AND gates on a path from an input to a literal.
  func level(_ literal: UInt32) -> UInt32 { levels[Int(literal >> 1)] }

  /// The literal of `a AND b`.
  mutating func and(_ a: UInt32, _ b: UInt32) -> UInt32 {
    let first = max(a, b)
    let second = min(a, b)
    if second == 0 || first == second ^ 1 { return 0 }
    if second == 1 || first == second { return first }
    var slot = AndInverterGraph.hash(first, second) & (slots.count - 1)
    while slots[slot] != 0 {
      let gate = Int(slots[slot]) - 1
      if operands[2 * gate] == first, operands[2 * gate + 1] == second { return literal(gate) }
      slot = (slot + 1) & (slots.count - 1)
    }
    operands.append(first)
    operands.append(second)
    levels.append(1 + max(level(first), level(second)))
    slots[slot] = UInt32(gateCount)
    if 2 * gateCount > slots.count { grow() }
    return literal(gateCount - 1)
  }

  /// The literal of `a XOR b`, in three ANDs.
  mutating func xor(_ a: UInt32, _ b: UInt32) -> UInt32 { and(and(a, b) ^ 1, and(a ^ 1, b ^ 1) ^ 1) }

  /// The literal of a function of two literals, row `b a` at bit `2 b + a` of `bits`.
  private mutating func gate(bits: UInt64, _ a: UInt32, _ b: UInt32) -> UInt32 {
    switch bits {
    case 0b0000: 0
    case 0b1111: 1
    case 0b1010: a
    case 0b0101: a ^ 1
    case 0b1100: b
    case 0b0011: b ^ 1
    case 0b0110: xor(a, b)
    case 0b1001: xor(a, b) ^ 1
    case 0b1000: and(a, b)
    case 0b0100: and(a ^ 1, b)
    case 0b0010: and(a, b ^ 1)
    case 0b0001: and(a ^ 1, b ^ 1)
    case 0b0111: and(a, b) ^ 1
    case 0b1011: and(a ^ 1, b) ^ 1
    case 0b1101: and(a, b ^ 1) ^ 1
    default: and(a ^ 1, b ^ 1) ^ 1
    }
  }

  private func literal(_ gate: Int) -> UInt32 { UInt32(inputCount + gate + 1) << 1 }

  private static func hash(_ a: UInt32, _ b: UInt32) -> Int {
    let mixed = (UInt64(a) << 32 | UInt64(b)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 32)
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: 2 * slots.count)
    for gate in 0..<gateCount {
      var slot = AndInverterGraph.hash(operands[2 * gate], operands[2 * gate + 1]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(gate + 1)
    }
  }
}
