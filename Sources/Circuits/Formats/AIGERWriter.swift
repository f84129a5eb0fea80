// Writes AIGER 1.9, ASCII and binary, from an and-inverter graph without duplicate gates.

/// ANDs over literals: node 0 is false, nodes `1 ... inputCount` are inputs, gates follow. Equal gates are made once.
struct AndInverterGraph: GateTarget {
  let inputCount: Int
  /// Operand literals, the larger first, two a gate.
  private(set) var operands: [UInt32] = []
  /// Open addressing over gates by their operands; 0 is free.
  private var slots: [UInt32] = Array(repeating: 0, count: 1024)

  init(inputCount: Int) { self.inputCount = inputCount }

  var gateCount: Int { operands.count / 2 }

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
    slots[slot] = UInt32(gateCount)
    if 2 * gateCount > slots.count { grow() }
    return literal(gateCount - 1)
  }

  mutating func xor(_ a: UInt32, _ b: UInt32) -> UInt32 { and(and(a, b) ^ 1, and(a ^ 1, b ^ 1) ^ 1) }

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

/// Writes a circuit as AND gates.
struct AIGERWriter {
  private let circuit: Circuit
  private let graph: AndInverterGraph
  private let outputs: [UInt32]

  init(_ circuit: Circuit) {
    self.circuit = circuit
    var graph = AndInverterGraph(inputCount: circuit.inputCount)
    // The literal of each wire.
    var literals: [UInt32] = []
    literals.reserveCapacity(circuit.wireCount)
    for i in 0..<circuit.inputCount { literals.append(UInt32(i + 1) << 1) }
    for g in 0..<circuit.gateCount {
      let table = circuit.table(ofGate: g)
      if let constant = table.constantValue {
        literals.append(constant ? 1 : 0)
      } else {
        let operands = (0..<table.inputCount).map { literals[circuit.operand($0, ofGate: g).index] }
        literals.append(graph.add(table, operands))
      }
    }
    outputs = circuit.outputs.map { literals[$0.wire.index] ^ ($0.isComplemented ? 1 : 0) }
    self.graph = graph
  }

  private func header(_ magic: StaticString, _ out: inout OutputBuffer) {
    out.put(magic)
    for number in [graph.inputCount + graph.gateCount, graph.inputCount, 0, outputs.count, graph.gateCount] {
      out.put(byte: 0x20)
      out.put(number)
    }
    out.put(byte: 0x0A)
  }

  private func line(_ literal: UInt32, _ out: inout OutputBuffer) {
    out.put(Int(literal))
    out.put(byte: 0x0A)
  }

  func writeASCII(to sink: inout some ByteSink) throws {
    var out = OutputBuffer()
    header("aag", &out)
    for i in 0..<graph.inputCount {
      line(UInt32(i + 1) << 1, &out)
      try out.drain(to: &sink)
    }
    for output in outputs {
      line(output, &out)
      try out.drain(to: &sink)
    }
    for gate in 0..<graph.gateCount {
      out.put((graph.inputCount + gate + 1) << 1)
      out.put(byte: 0x20)
      out.put(Int(graph.operands[2 * gate]))
      out.put(byte: 0x20)
      line(graph.operands[2 * gate + 1], &out)
      try out.drain(to: &sink)
    }
    try writeSymbols(&out, to: &sink)
  }

  func writeBinary(to sink: inout some ByteSink) throws {
    var out = OutputBuffer()
    header("aig", &out)
    for output in outputs {
      line(output, &out)
      try out.drain(to: &sink)
    }
    for gate in 0..<graph.gateCount {
      let first = graph.operands[2 * gate]
      AIGERWriter.put(delta: UInt32(graph.inputCount + gate + 1) << 1 - first, &out)
      AIGERWriter.put(delta: first - graph.operands[2 * gate + 1], &out)
      try out.drain(to: &sink)
    }
    try writeSymbols(&out, to: &sink)
  }

  /// Seven bits a byte, the low ones first.
  private static func put(delta: UInt32, _ out: inout OutputBuffer) {
    var rest = delta
    while rest >= 0x80 {
      out.put(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    out.put(byte: UInt8(truncatingIfNeeded: rest))
  }

  private func writeSymbols(_ out: inout OutputBuffer, to sink: inout some ByteSink) throws {
    for (letter, names, count) in [
      (UInt8(ascii: "i"), circuit.names.inputs, circuit.inputCount),
      (UInt8(ascii: "o"), circuit.names.outputs, circuit.outputCount),
    ] {
      for (i, name) in names.prefix(count).enumerated() where !name.isEmpty {
        out.put(byte: letter)
        out.put(i)
        out.put(byte: 0x20)
        AIGERWriter.put(line: name, &out)
        try out.drain(to: &sink)
      }
    }
    if !circuit.names.circuit.isEmpty {
      out.put("c\n")
      AIGERWriter.put(line: circuit.names.circuit, &out)
    }
    try out.flush(to: &sink)
  }

  /// A text without line ends, and a line end.
  private static func put(line: String, _ out: inout OutputBuffer) {
    for byte in line.utf8 { out.put(byte: byte < 0x20 ? 0x20 : byte) }
    out.put(byte: 0x0A)
  }
}
