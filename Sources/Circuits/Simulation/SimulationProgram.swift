// A circuit as a straight line of two-input operations on numbered slots: what the bit-parallel loop runs.

/// One operation: slot `destination` becomes the function `table` of slots `a` and `b`.
struct SimulationInstruction: Sendable, Equatable {
  var destination: UInt32
  var a: UInt32
  var b: UInt32
  /// The function's four values, row `b a` at bit `2 b + a`.
  var table: UInt32
}

/// Straight-line code for a circuit.
///
/// Gates of up to two operands become one instruction; larger ones are expanded by Shannon's rule, with the cases where it costs
/// less (constant or opposite cofactors) told apart at compile time, so that the running loop has no branch that depends on data.
struct SimulationProgram: Sendable {
  /// The operations, in order.
  private(set) var instructions: [SimulationInstruction] = []
  /// The number of slots that the operations use; inputs come in slots `0 ..< inputCount`.
  private(set) var slotCount: Int
  /// The slot in which each wire lies after the last operation, or `UInt32.max` where it has been reused.
  private(set) var slotOfWire: [UInt32]

  /// Which values are wanted at the end.
  enum Retention {
    /// Every wire has its own slot.
    case allWires
    /// Only outputs are kept; slots of other wires are reused after their last reader, and dead gates are not run.
    case outputs
  }

  private var free: [UInt32] = []

  init(_ circuit: Circuit, keeping retention: Retention) {
    slotCount = circuit.inputCount
    slotOfWire = [UInt32](repeating: .max, count: circuit.wireCount)
    for i in 0..<circuit.inputCount { slotOfWire[i] = UInt32(i) }
    switch retention {
    case .allWires:
      for g in 0..<circuit.gateCount {
        slotOfWire[circuit.inputCount + g] = takeSlot()
        compile(circuit, gate: g)
      }
    case .outputs:
      let isLive = circuit.liveWires()
      var lastReader = circuit.lastReaders(isLive: isLive)
      for output in circuit.outputs { lastReader[output.wire.index] = .max }
      for g in 0..<circuit.gateCount where isLive[circuit.inputCount + g] {
        // The destination is taken before operands are freed: expansions write it while they still read operands.
        slotOfWire[circuit.inputCount + g] = takeSlot()
        compile(circuit, gate: g)
        for j in 0..<circuit.fanIn(ofGate: g) {
          let wire = circuit.operand(j, ofGate: g).index
          // A repeated operand is freed once.
          if lastReader[wire] == UInt32(g), slotOfWire[wire] != .max {
            free.append(slotOfWire[wire])
            slotOfWire[wire] = .max
          }
        }
      }
    }
  }

  private mutating func takeSlot() -> UInt32 {
    if let slot = free.popLast() { return slot }
    slotCount += 1
    return UInt32(slotCount - 1)
  }

  private mutating func compile(_ circuit: Circuit, gate g: Int) {
    let slots = (0..<circuit.fanIn(ofGate: g)).map { slotOfWire[circuit.operand($0, ofGate: g).index] }
    emit(circuit.table(ofGate: g), slots, into: slotOfWire[circuit.inputCount + g])
  }

  private mutating func append(_ table: UInt32, _ a: UInt32, _ b: UInt32, into destination: UInt32) {
    instructions.append(SimulationInstruction(destination: destination, a: a, b: b, table: table))
  }

  /// Computes `table` of `slots` into `destination`, which is none of `slots`.
  private mutating func emit(_ table: TruthTable, _ slots: [UInt32], into destination: UInt32) {
    let k = table.inputCount
    switch k {
    case 0:
      // Any slot serves as the operand of a constant; the destination itself exists in a circuit without inputs too.
      append(table.bits == 0 ? 0b0000 : 0b1111, destination, destination, into: destination)
    case 1:
      append(UInt32(table.bits) * 0b0101, slots[0], slots[0], into: destination)
    case 2: append(UInt32(table.bits), slots[0], slots[1], into: destination)
    default:
      let top = slots[k - 1]
      let rest = Array(slots[..<(k - 1)])
      let low = table.removingInput(k - 1, fixedTo: false)
      let high = table.removingInput(k - 1, fixedTo: true)
      if low == high { return emit(low, rest, into: destination) }
      switch (low.constantValue, high.constantValue) {
      case (false, true): append(0b1010, top, top, into: destination)
      case (true, false): append(0b0101, top, top, into: destination)
      case (let value?, nil):
        emit(high, rest, into: destination)
        append(value ? 0b1011 : 0b1000, destination, top, into: destination)
      case (nil, let value?):
        emit(low, rest, into: destination)
        append(value ? 0b1110 : 0b0010, destination, top, into: destination)
      default:
        emit(low, rest, into: destination)
        if low == high.complemented { return append(0b0110, destination, top, into: destination) }
        // low ^ (top & (low ^ high))
        let difference = takeSlot()
        emit(low.symmetricDifference(high), rest, into: difference)
        append(0b1000, difference, top, into: difference)
        append(0b0110, destination, difference, into: destination)
        free.append(difference)
      }
    }
  }
}

extension Circuit {
  /// For each wire, the last gate that reads it, 0 where none does; with `isLive`, the last live gate.
  func lastReaders(isLive: [Bool]? = nil) -> [UInt32] {
    var last = [UInt32](repeating: 0, count: wireCount)
    for g in 0..<gateCount where isLive?[inputCount + g] ?? true {
      for o in offsets[g]..<offsets[g + 1] { last[Int(operands[Int(o)])] = UInt32(g) }
    }
    return last
  }
}
