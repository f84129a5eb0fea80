// Writes AIGER 1.9, ASCII and binary, from an and-inverter graph without duplicate gates.

/// Writes a circuit as AND gates.
struct AIGERWriter {
  private let circuit: Circuit
  private let graph: AndInverterGraph

  init(_ circuit: Circuit) {
    self.circuit = circuit
    graph = AndInverterGraph(circuit)
  }

  private func header(_ magic: StaticString, _ out: inout OutputBuffer) {
    out.put(magic)
    for number in [graph.inputCount + graph.gateCount, graph.inputCount, 0, graph.outputs.count, graph.gateCount] {
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
    for output in graph.outputs {
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
    for output in graph.outputs {
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
