// Between circuits and networks of two-input gates; the order in which a network is walked.

extension XorAndGraph {
  /// The network of a circuit's gates, hashed; gates of more than two inputs are taken apart by `gate(_:_:)`.
  init(_ circuit: Circuit) {
    self.init(inputCount: circuit.inputCount)
    let literals = append(circuit)
    for output in circuit.outputs {
      add(output: literals[output.wire.index] ^ (output.isComplemented ? 1 : 0))
    }
    releaseUnread()
  }

  /// The literal of input `i`.
  package func input(_ i: Int) -> UInt32 { UInt32(i + 1) << 1 }

  /// Makes `literal` the next output.
  package mutating func add(output literal: UInt32) {
    outputs.append(literal)
    references[Int(literal >> 1)] += 1
  }

  /// Makes the gates of `circuit`, whose inputs are the network's; the literal of each wire.
  mutating func append(_ circuit: Circuit) -> [UInt32] {
    precondition(circuit.inputCount == inputCount, "as many inputs")
    var literals = (0..<inputCount).map { input($0) }
    literals.reserveCapacity(circuit.wireCount)
    var read: [UInt32] = []
    for g in 0..<circuit.gateCount {
      if circuit.fanIn(ofGate: g) == 2 {
        let (a, b) = (circuit.operand(0, ofGate: g).index, circuit.operand(1, ofGate: g).index)
        literals.append(gate(table: circuit.tables[g], literals[a], literals[b]))
      } else {
        read.removeAll(keepingCapacity: true)
        for j in 0..<circuit.fanIn(ofGate: g) { read.append(literals[circuit.operand(j, ofGate: g).index]) }
        literals.append(gate(circuit.table(ofGate: g), read))
      }
    }
    return literals
  }

  /// A literal of the two-input function `table` of two literals, with a new gate at the end where there is none.
  package mutating func gate(table: UInt64, _ a: UInt32, _ b: UInt32) -> UInt32 {
    made(Self.form(table: table, a, b), rank: UInt32(nodeCount))
  }

  /// A literal of `table` of any number of literals, by Shannon's rule.
  ///
  /// The cases in which a step costs less are told apart: constant, opposite and equal cofactors. The way in which circuits are simulated
  /// is the same, and has nothing to do with the library of optimum chains.
  mutating func gate(_ table: TruthTable, _ literals: [UInt32]) -> UInt32 {
    let k = table.inputCount
    switch k {
    case 0: return table.bits == 0 ? 0 : 1
    case 1: return gate(table: table.bits * 0b0101, literals[0], 0)
    case 2: return gate(table: table.bits, literals[0], literals[1])
    default:
      let top = literals[k - 1]
      let rest = Array(literals[..<(k - 1)])
      let low = table.removingInput(k - 1, fixedTo: false)
      let high = table.removingInput(k - 1, fixedTo: true)
      if low == high { return gate(low, rest) }
      if low == high.complemented { return gate(table: 0b0110, gate(low, rest), top) }
      switch (low.constantValue, high.constantValue) {
      case (false, true): return top
      case (true, false): return top ^ 1
      case (let value?, nil): return gate(table: value ? 0b1011 : 0b1000, gate(high, rest), top)
      case (nil, let value?): return gate(table: value ? 0b1110 : 0b0010, gate(low, rest), top)
      default:
        // low ^ (top & (low ^ high))
        let difference = gate(low.symmetricDifference(high), rest)
        return gate(table: 0b0110, gate(low, rest), gate(table: 0b1000, difference, top))
      }
    }
  }

  /// Removes gates that nothing reads.
  mutating func releaseUnread() {
    for node in stride(from: nodeCount - 1, through: 0, by: -1) where isGate(node) && references[node] == 0 {
      release(node)
    }
  }

  /// The gates that outputs need, operands before readers, each cone in one piece: the order in which circuits are written.
  func gatesFromOutputs() -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(gateCount)
    // 1: on the stack with its operands; 2: in the order.
    var states = [UInt8](repeating: 0, count: nodeCount)
    var stack: [Int] = []
    for output in outputs {
      stack.append(Int(resolved(output) >> 1))
      while let node = stack.last {
        if !isGate(node) || states[node] == 2 {
          stack.removeLast()
        } else if states[node] == 1 {
          states[node] = 2
          order.append(node)
          stack.removeLast()
        } else {
          states[node] = 1
          for j in [1, 0] {
            let operand = Int(operands[2 * node + j] >> 1)
            if isGate(operand), states[operand] == 0 { stack.append(operand) }
          }
        }
      }
    }
    return order
  }

  /// The same network with its gates numbered anew by level, those of one level as they stand in `gatesFromOutputs`.
  ///
  /// So the rank of a node says nothing against any node of a lower level: most of what could be shared comes before.
  func numberedByLevel() -> XorAndGraph {
    let order = gatesFromOutputs()
    var levels = [Int32](repeating: 0, count: nodeCount)
    var highest = 0
    for node in order {
      levels[node] = 1 + max(levels[Int(operands[2 * node] >> 1)], levels[Int(operands[2 * node + 1] >> 1)])
      highest = max(highest, Int(levels[node]))
    }
    var starts = [Int](repeating: 0, count: highest + 2)
    for node in order { starts[Int(levels[node]) + 1] += 1 }
    for level in 0..<(highest + 1) { starts[level + 1] += starts[level] }
    var sorted = [Int](repeating: 0, count: order.count)
    for node in order {
      sorted[starts[Int(levels[node])]] = node
      starts[Int(levels[node])] += 1
    }
    var result = XorAndGraph(inputCount: inputCount)
    var images = [UInt32](repeating: 0, count: nodeCount)
    for i in 0..<inputCount { images[i + 1] = input(i) }
    for node in sorted {
      let (a, b) = (operands[2 * node], operands[2 * node + 1])
      let (x, y) = (images[Int(a >> 1)] ^ a & 1, images[Int(b >> 1)] ^ b & 1)
      images[node] = result.gate(table: kinds[node] == .and ? 0b1000 : 0b0110, x, y)
    }
    for output in outputs {
      let literal = resolved(output)
      result.add(output: images[Int(literal >> 1)] ^ literal & 1)
    }
    result.releaseUnread()
    return result
  }

  /// The network as a circuit of two-input gates; a constant output reads one gate without operands.
  package func circuit(names: Circuit.Names) -> Circuit {
    var builder = CircuitBuilder(inputCount: inputCount)
    builder.names = names
    builder.names.wires = [:]
    let order = gatesFromOutputs()
    builder.reserveCapacity(gates: order.count, operands: 2 * order.count)
    var wires = [UInt32](repeating: 0, count: nodeCount)
    for i in 0..<inputCount { wires[i + 1] = UInt32(i) }
    for node in order {
      let (a, b) = (operands[2 * node], operands[2 * node + 1])
      var table: UInt64 = kinds[node] == .and ? 0b1000 : 0b0110
      if a & 1 != 0 { table = (table & 0b0101) << 1 | (table & 0b1010) >> 1 }
      if b & 1 != 0 { table = (table & 0b0011) << 2 | (table & 0b1100) >> 2 }
      wires[node] =
        builder.gate(
          bits: table, Wire(rawValue: wires[Int(a >> 1)]), Wire(rawValue: wires[Int(b >> 1)])
        ).rawValue
    }
    var constant: Wire?
    let literals = outputs.map { output -> Literal in
      let literal = resolved(output)
      if literal < 2 {
        let wire = constant ?? builder.gate(.false)
        constant = wire
        return Literal(wire, complemented: literal == 1)
      }
      return Literal(Wire(rawValue: wires[Int(literal >> 1)]), complemented: literal & 1 != 0)
    }
    return builder.circuit(outputs: literals)
  }
}
