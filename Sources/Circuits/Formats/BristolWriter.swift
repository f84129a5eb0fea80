// Writes Bristol Fashion and the older Bristol format.

/// Gates as Bristol has them, on nodes: inputs first, then one node a gate.
private struct BristolNetwork: GateTarget {
  enum Kind: UInt8 { case xor, and, not, constant, copy }

  let inputCount: Int
  private(set) var kinds: [Kind] = []
  private(set) var first: [UInt32] = []
  private(set) var second: [UInt32] = []
  /// The inverter on a node, where there is one.
  private var inverters: [UInt32: UInt32] = [:]

  init(inputCount: Int) { self.inputCount = inputCount }

  var gateCount: Int { kinds.count }

  mutating func add(_ kind: Kind, _ a: UInt32, _ b: UInt32 = 0) -> UInt32 {
    kinds.append(kind)
    first.append(a)
    second.append(b)
    return UInt32(inputCount + kinds.count - 1)
  }

  /// The node with the literal's value.
  mutating func node(_ literal: UInt32) -> UInt32 {
    if literal & 1 == 0 { return literal >> 1 }
    if let node = inverters[literal >> 1] { return node }
    let node = add(.not, literal >> 1)
    inverters[literal >> 1] = node
    return node
  }

  mutating func and(_ a: UInt32, _ b: UInt32) -> UInt32 {
    // By De Morgan, NOR would need two inverters: x OR y = NOT (NOT x AND NOT y) = (x XOR y) XOR (x AND y) needs none.
    if a & b & 1 == 1 {
      return add(.xor, add(.xor, a >> 1, b >> 1), add(.and, a >> 1, b >> 1)) << 1 ^ 1
    }
    let x = node(a)
    return add(.and, x, node(b)) << 1
  }

  mutating func xor(_ a: UInt32, _ b: UInt32) -> UInt32 { add(.xor, a >> 1, b >> 1) << 1 ^ (a ^ b) & 1 }

  /// `x ? b : a` with one AND.
  mutating func multiplexer(_ x: UInt32, _ a: UInt32, _ b: UInt32) -> UInt32 { xor(a, and(x, xor(a, b))) }
}

/// Writes a circuit as XOR, AND, INV, and EQ, EQW in the newer format.
struct BristolWriter {
  private let circuit: Circuit
  private let isOld: Bool
  private var network: BristolNetwork
  /// By gate of the network: its wire in the file. Outputs are the last wires, in order.
  private var wires: [UInt32] = []

  init(_ circuit: Circuit, isOld: Bool) {
    self.circuit = circuit
    self.isOld = isOld
    network = BristolNetwork(inputCount: circuit.inputCount)
    var literals: [UInt32] = []
    literals.reserveCapacity(circuit.wireCount)
    for i in 0..<circuit.inputCount { literals.append(UInt32(i) << 1) }
    for g in 0..<circuit.gateCount {
      let table = circuit.table(ofGate: g)
      if let value = table.constantValue {
        literals.append(constant(value))
      } else if table == .not {
        // An inverter stays one, so that Bristol's own gates come back as they were.
        literals.append(network.node(literals[circuit.operand(0, ofGate: g).index] ^ 1) << 1)
      } else {
        literals.append(
          network.add(table, (0..<table.inputCount).map { literals[circuit.operand($0, ofGate: g).index] }))
      }
    }
    // Each output needs a gate of its own.
    var outputOfGate: [Int: Int] = [:]
    for (i, output) in circuit.outputs.enumerated() {
      var node = network.node(literals[output.wire.index] ^ (output.isComplemented ? 1 : 0))
      if Int(node) < circuit.inputCount || outputOfGate[Int(node) - circuit.inputCount] != nil {
        node = isOld ? network.add(.and, node, node) : network.add(.copy, node)
      }
      outputOfGate[Int(node) - circuit.inputCount] = i
    }
    let firstOutput = circuit.inputCount + network.gateCount - circuit.outputCount
    var next = circuit.inputCount
    wires.reserveCapacity(network.gateCount)
    for gate in 0..<network.gateCount {
      if let output = outputOfGate[gate] {
        wires.append(UInt32(firstOutput + output))
      } else {
        wires.append(UInt32(next))
        next += 1
      }
    }
  }

  /// The literal of a constant; the older format has no EQ, so `x XOR x` where there is an input `x`.
  private mutating func constant(_ value: Bool) -> UInt32 {
    if isOld, circuit.inputCount > 0 { return network.add(.xor, 0, 0) << 1 | (value ? 1 : 0) }
    return network.add(.constant, value ? 1 : 0) << 1
  }

  private func wire(_ node: UInt32) -> Int {
    Int(node) < circuit.inputCount ? Int(node) : Int(wires[Int(node) - circuit.inputCount])
  }

  /// The widths that the circuit names, or one value where they do not add up.
  private static func widths(_ widths: [Int], _ sum: Int) -> [Int] {
    widths.reduce(0, +) == sum && widths.allSatisfy { $0 >= 0 } && !widths.isEmpty ? widths : sum == 0 ? [] : [sum]
  }

  private static func line(_ numbers: [Int], _ out: inout OutputBuffer) {
    for (i, number) in numbers.enumerated() {
      if i > 0 { out.put(byte: 0x20) }
      out.put(number)
    }
    out.put(byte: 0x0A)
  }

  func write(to sink: inout some ByteSink) throws {
    var out = OutputBuffer()
    BristolWriter.line([network.gateCount, circuit.inputCount + network.gateCount], &out)
    let inputs = BristolWriter.widths(circuit.names.inputWidths, circuit.inputCount)
    let outputs = BristolWriter.widths(circuit.names.outputWidths, circuit.outputCount)
    if isOld {
      let pair = inputs.count == 2 ? inputs : [circuit.inputCount, 0]
      BristolWriter.line(pair + [circuit.outputCount], &out)
    } else {
      BristolWriter.line([inputs.count] + inputs, &out)
      BristolWriter.line([outputs.count] + outputs, &out)
    }
    out.put(byte: 0x0A)
    for gate in 0..<network.gateCount {
      let a = network.first[gate]
      let kind = network.kinds[gate]
      if kind == .xor || kind == .and {
        out.put("2 1 ")
        out.put(wire(a))
        out.put(byte: 0x20)
        out.put(wire(network.second[gate]))
      } else {
        out.put("1 1 ")
        out.put(kind == .constant ? Int(a) : wire(a))
      }
      out.put(byte: 0x20)
      out.put(Int(wires[gate]))
      switch kind {
      case .xor: out.put(" XOR\n")
      case .and: out.put(" AND\n")
      case .not: out.put(" INV\n")
      case .constant: out.put(" EQ\n")
      case .copy: out.put(" EQW\n")
      }
      try out.drain(to: &sink)
    }
    try out.flush(to: &sink)
  }
}
