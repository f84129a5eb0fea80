// Random circuits, by size and by depth.

extension Circuit {
  /// A random circuit with exactly `size` gates.
  ///
  /// Each gate is a uniformly random function that depends on all of its operands, which are distinct wires, uniform among the earlier
  /// ones; a gate has fewer operands than asked where there are fewer wires. Outputs are the wires of gates that no gate reads
  /// (so no gate is dead), or the last `outputs` of the wires.
  ///
  /// - Parameters:
  ///   - size: The number of gates.
  ///   - inputs: The number of inputs, at least 1.
  ///   - fanIn: The range from which each gate's number of operands is drawn, within 1 ... 6.
  ///   - outputs: How many of the last wires become outputs; where absent, all gates that no gate reads.
  ///   - generator: Where randomness comes from: equal generators make equal circuits.
  public static func random(
    size: Int, inputs: Int, fanIn: ClosedRange<Int> = 2...2, outputs: Int? = nil,
    using generator: inout some RandomNumberGenerator
  ) -> Circuit {
    precondition(size >= 0, "the number of gates is not negative")
    precondition(inputs >= 1, "a random circuit has at least one input")
    precondition(fanIn.lowerBound >= 1 && fanIn.upperBound <= 6, "a random gate has 1 to 6 operands")
    var builder = CircuitBuilder(inputCount: inputs)
    builder.names.circuit = "random-size\(size)"
    for _ in 0..<size {
      let k = min(Int.random(in: fanIn, using: &generator), builder.wireCount)
      let operands = distinct(k, below: builder.wireCount, using: &generator)
      builder.gate(.random(dependingOnAll: k, using: &generator), operands)
    }
    return builder.random(outputs: outputs)
  }

  /// A random circuit of exactly the asked depth: `depth` layers of `width` gates.
  ///
  /// Each gate reads one wire of the layer before (so its level is its layer's) and otherwise uniform earlier layers' wires, as in
  /// `random(size:inputs:fanIn:outputs:using:)`.
  ///
  /// - Parameters:
  ///   - depth: The number of layers, and the circuit's depth.
  ///   - width: Gates a layer, at least 1.
  ///   - inputs: The number of inputs, at least 1.
  ///   - fanIn: The range from which each gate's number of operands is drawn, within 1 ... 6.
  ///   - outputs: How many of the last wires become outputs; where absent, all gates that no gate reads. The depth is exact in both cases.
  ///   - generator: Where randomness comes from: equal generators make equal circuits.
  public static func random(
    depth: Int, width: Int, inputs: Int, fanIn: ClosedRange<Int> = 2...2, outputs: Int? = nil,
    using generator: inout some RandomNumberGenerator
  ) -> Circuit {
    precondition(depth >= 0, "the depth is not negative")
    precondition(width >= 1, "a layer has at least one gate")
    precondition(inputs >= 1, "a random circuit has at least one input")
    precondition(fanIn.lowerBound >= 1 && fanIn.upperBound <= 6, "a random gate has 1 to 6 operands")
    var builder = CircuitBuilder(inputCount: inputs)
    builder.names.circuit = "random-depth\(depth)"
    var layer = 0..<inputs
    for _ in 0..<depth {
      let end = builder.wireCount
      for _ in 0..<width {
        let k = min(Int.random(in: fanIn, using: &generator), end)
        let first = Wire(Int.random(in: layer, using: &generator))
        var operands = distinct(k, below: end, using: &generator)
        if !operands.contains(first) { operands[Int.random(in: 0..<k, using: &generator)] = first }
        builder.gate(.random(dependingOnAll: k, using: &generator), operands)
      }
      layer = end..<builder.wireCount
    }
    return builder.random(outputs: outputs)
  }

  /// `count` different wires below `limit`, in random order.
  private static func distinct(
    _ count: Int, below limit: Int, using generator: inout some RandomNumberGenerator
  ) -> [Wire] {
    var wires: [Wire] = []
    while wires.count < count {
      let wire = Wire(Int.random(in: 0..<limit, using: &generator))
      if !wires.contains(wire) { wires.append(wire) }
    }
    return wires
  }
}

extension CircuitBuilder {
  /// The circuit whose outputs are the last `count` wires, or those of all gates that no gate reads (the last wire where there are no gates).
  fileprivate func random(outputs count: Int?) -> Circuit {
    if let count {
      precondition(count >= 1 && count <= wireCount, "at least one output and no more than wires")
      return circuit(outputs: (wireCount - count..<wireCount).map { Literal(Wire($0)) })
    }
    var isRead = [Bool](repeating: false, count: wireCount)
    for operand in operands { isRead[Int(operand)] = true }
    let unread = (inputCount..<wireCount).filter { !isRead[$0] }
    return circuit(outputs: (unread.isEmpty ? [wireCount - 1] : unread).map { Literal(Wire($0)) })
  }
}

extension TruthTable {
  /// A function of `inputCount` inputs, uniform among those that depend on all of them.
  public static func random(
    dependingOnAll inputCount: Int, using generator: inout some RandomNumberGenerator
  ) -> TruthTable {
    while true {
      let table = TruthTable(bits: generator.next(), inputCount: inputCount)
      if (0..<inputCount).allSatisfy({ table.depends(onInput: $0) }) { return table }
    }
  }
}
