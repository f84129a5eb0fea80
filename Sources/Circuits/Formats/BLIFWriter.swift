// Writes BLIF: one model, one cover a gate.

/// Writes each gate as a `.names` of irredundant rows, of the on-set or the off-set, whichever has fewer.
struct BLIFWriter {
  private let circuit: Circuit
  private let names: WrittenNames

  init(_ circuit: Circuit) {
    self.circuit = circuit
    names = WrittenNames(circuit)
  }

  func write(to sink: inout some ByteSink) throws {
    var out = OutputBuffer()
    out.put(".model ")
    for byte in (circuit.names.circuit.isEmpty ? "circuit" : circuit.names.circuit).utf8 {
      out.put(byte: byte <= 0x20 || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "\\") ? UInt8(ascii: "_") : byte)
    }
    out.put("\n.inputs")
    for i in 0..<circuit.inputCount {
      separate(i, &out)
      names.put(i, &out)
      try out.drain(to: &sink)
    }
    out.put("\n.outputs")
    for (i, output) in names.outputs.enumerated() {
      separate(i, &out)
      out.put(output.name)
      try out.drain(to: &sink)
    }
    out.put(byte: 0x0A)
    for g in 0..<circuit.gateCount {
      writeGate(g, &out)
      try out.drain(to: &sink)
    }
    for (output, literal) in zip(names.outputs, circuit.outputs) where output.isOwnSignal {
      out.put(".names ")
      names.put(literal.wire.index, &out)
      out.put(byte: 0x20)
      out.put(output.name)
      out.put(literal.isComplemented ? "\n0 1\n" : "\n1 1\n")
      try out.drain(to: &sink)
    }
    out.put(".end\n")
    try out.flush(to: &sink)
  }

  /// A blank, or the end of the line after eight names.
  private func separate(_ i: Int, _ out: inout OutputBuffer) {
    if i > 0, i % 8 == 0 { out.put(" \\\n") }
    out.put(byte: 0x20)
  }

  private func writeGate(_ g: Int, _ out: inout OutputBuffer) {
    let table = circuit.table(ofGate: g)
    out.put(".names")
    for j in 0..<table.inputCount {
      out.put(byte: 0x20)
      names.put(circuit.operand(j, ofGate: g).index, &out)
    }
    out.put(byte: 0x20)
    names.put(circuit.inputCount + g, &out)
    out.put(byte: 0x0A)
    let onSet = Cover(table)
    let offSet = Cover(table.complemented)
    // An empty cover is the constant 0, so a constant 1 lists the on-set.
    let usesOffSet = offSet.cubes.count < onSet.cubes.count && !offSet.cubes.isEmpty
    for cube in (usesOffSet ? offSet : onSet).cubes {
      for j in 0..<table.inputCount {
        let bit: UInt16 = 1 << j
        out.put(byte: cube.positive & bit != 0 ? 0x31 : cube.negative & bit != 0 ? 0x30 : 0x2D)
      }
      if table.inputCount > 0 { out.put(byte: 0x20) }
      out.put(byte: usesOffSet ? 0x30 : 0x31)
      out.put(byte: 0x0A)
    }
  }
}
