// Writes ISCAS bench: the gates of the format where a table is one, and ANDs, XORs and NOTs where it is not.

/// Writes a circuit gate by gate; only inverted wires are remembered.
struct BenchWriter {
  private let circuit: Circuit
  private let names: WrittenNames
  private var lines = Lines()

  /// The lines of decomposed gates: signals are wires, and numbers past them.
  private struct Lines: GateTarget {
    var names: WrittenNames?
    var out = OutputBuffer()
    var next = 0
    /// The signal of a wire's complement, where it has been written.
    var inverters: [UInt32: Int] = [:]
    var hasTarget = false

    mutating func put(_ target: Int, _ kind: StaticString, _ operands: [Int]) {
      names?.put(target, &out)
      out.put(" = ")
      out.put(kind)
      for (i, operand) in operands.enumerated() {
        out.put(i == 0 ? "(" : ", ")
        names?.put(operand, &out)
      }
      out.put(operands.isEmpty ? "\n" : ")\n")
    }

    mutating func add(_ kind: StaticString, _ operands: [Int]) -> UInt32 {
      next += 1
      put(next - 1, kind, operands)
      return UInt32(next - 1) << 1
    }

    mutating func signal(_ literal: UInt32) -> Int {
      if literal & 1 == 0 { return Int(literal >> 1) }
      if let inverter = inverters[literal >> 1] { return inverter }
      let inverter = Int(add("NOT", [Int(literal >> 1)]) >> 1)
      inverters[literal >> 1] = inverter
      return inverter
    }

    mutating func and(_ a: UInt32, _ b: UInt32) -> UInt32 {
      if a & b & 1 == 1 { return add("OR", [Int(a >> 1), Int(b >> 1)]) ^ 1 }
      let x = signal(a)
      return add("AND", [x, signal(b)])
    }

    mutating func xor(_ a: UInt32, _ b: UInt32) -> UInt32 { add("XOR", [Int(a >> 1), Int(b >> 1)]) ^ (a ^ b) & 1 }
  }

  init(_ circuit: Circuit) {
    self.circuit = circuit
    names = WrittenNames(circuit)
    lines.names = names
    lines.next = circuit.wireCount
  }

  mutating func write(to sink: inout some ByteSink) throws {
    if !circuit.names.circuit.isEmpty {
      lines.out.put("# ")
      for byte in circuit.names.circuit.utf8 { lines.out.put(byte: byte < 0x20 ? 0x20 : byte) }
      lines.out.put(byte: 0x0A)
    }
    if circuit.wireCount == 0, circuit.names.circuit.isEmpty { lines.out.put("# no signals\n") }
    for i in 0..<circuit.inputCount {
      lines.out.put("INPUT(")
      names.put(i, &lines.out)
      lines.out.put(")\n")
      try lines.out.drain(to: &sink)
    }
    for output in names.outputs {
      lines.out.put("OUTPUT(")
      lines.out.put(output.name)
      lines.out.put(")\n")
      try lines.out.drain(to: &sink)
    }
    for g in 0..<circuit.gateCount {
      writeGate(
        circuit.inputCount + g, circuit.table(ofGate: g),
        (0..<circuit.fanIn(ofGate: g)).map {
          circuit.operand($0, ofGate: g).index
        })
      try lines.out.drain(to: &sink)
    }
    for (output, literal) in zip(names.outputs, circuit.outputs) where output.isOwnSignal {
      lines.out.put(output.name)
      lines.out.put(literal.isComplemented ? " = NOT(" : " = BUFF(")
      names.put(literal.wire.index, &lines.out)
      lines.out.put(")\n")
      try lines.out.drain(to: &sink)
    }
    try lines.out.flush(to: &sink)
  }

  private mutating func writeGate(_ target: Int, _ table: TruthTable, _ operands: [Int]) {
    if let value = table.constantValue { return lines.put(target, value ? "vdd" : "gnd", []) }
    if let kind = BenchWriter.kind(table) { return lines.put(target, kind, operands) }
    let literal = lines.add(table, operands.map { UInt32($0) << 1 })
    lines.put(target, literal & 1 == 0 ? "BUFF" : "NOT", [Int(literal >> 1)])
  }

  /// The format's name of the function, where it has one.
  private static func kind(_ table: TruthTable) -> StaticString? {
    if table.inputCount == 1 { return table == .not ? "NOT" : "BUFF" }
    switch table.functionName.prefix(while: \.isLetter) {
    case "AND": return "AND"
    case "NAND": return "NAND"
    case "OR": return "OR"
    case "NOR": return "NOR"
    // ABC takes XOR of two operands only.
    case "XOR" where table.inputCount == 2: return "XOR"
    case "XNOR" where table.inputCount == 2: return "XNOR"
    default: return nil
    }
  }
}
