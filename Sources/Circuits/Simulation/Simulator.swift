// Bit-parallel simulation: 512 assignments at a time through straight-line code.

/// Evaluates a circuit on many assignments, 512 at a time.
///
///     let simulator = Simulator(circuit)
///     let outputs = simulator.outputs(of: .random(count: 10_000, signalCount: circuit.inputCount, using: &generator))
///
/// Exact: agrees with `Circuit.callAsFunction` on every assignment. Making one costs O(gates); a simulator is a value and may be used
/// from several threads at once.
public struct Simulator: Sendable {
  /// The number of assignments that one pass over the gates evaluates.
  public static let lanesPerPass = 512

  /// One slot: 512 lanes.
  typealias Lanes = SIMD8<UInt64>

  private let inputCount: Int
  private let outputs: [Literal]
  private let wireCount: Int
  private let program: SimulationProgram
  private let fullProgram: SimulationProgram?

  /// A simulator of `circuit`; `keepsAllWires` says whether `wireValues(of:)` will be asked for.
  public init(_ circuit: Circuit, keepsAllWires: Bool = false) {
    inputCount = circuit.inputCount
    outputs = circuit.outputs
    wireCount = circuit.wireCount
    program = SimulationProgram(circuit, keeping: .outputs)
    fullProgram = keepsAllWires ? SimulationProgram(circuit, keeping: .allWires) : nil
  }

  /// The bytes of working memory of a pass that computes outputs: 64 a slot, as many slots as wires are live at once.
  public var workingBytes: Int { program.slotCount * MemoryLayout<Lanes>.stride }

  /// The circuit's outputs under each assignment of `block`, whose signals are the inputs in order.
  public func outputs(of block: AssignmentBlock) -> AssignmentBlock {
    run(program, block, reading: outputs)
  }

  /// The values of all wires, by wire number, under each assignment of `block`; needs `keepsAllWires`.
  public func wireValues(of block: AssignmentBlock) -> AssignmentBlock {
    guard let fullProgram else { preconditionFailure("make the simulator with keepsAllWires: true to read wires") }
    return run(fullProgram, block, reading: (0..<wireCount).map { Literal(Wire($0)) })
  }

  /// Runs `program` pass by pass and reads `literals`.
  private func run(
    _ program: SimulationProgram, _ block: AssignmentBlock, reading literals: [Literal]
  ) -> AssignmentBlock {
    precondition(block.signalCount == inputCount, "one signal for each input")
    var result = AssignmentBlock(count: block.count, signalCount: literals.count)
    let stride = block.wordsPerSignal
    result.withUnsafeMutableWords { target in
      block.words.withUnsafeBufferPointer { source in
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: max(1, program.slotCount)) { slots in
          slots.initialize(repeating: .zero)
          for first in Swift.stride(from: 0, to: stride, by: Lanes.scalarCount) {
            let words = min(Lanes.scalarCount, stride - first)
            for i in 0..<inputCount {
              for w in 0..<words { slots[i][w] = source[i * stride + first + w] }
            }
            program.instructions.withUnsafeBufferPointer { Self.execute($0, slots) }
            for (j, literal) in literals.enumerated() {
              let value = slots[Int(program.slotOfWire[literal.wire.index])]
              let flip: UInt64 = literal.isComplemented ? .max : 0
              for w in 0..<words { target[j * stride + first + w] = value[w] ^ flip }
            }
          }
        }
      }
    }
    return result
  }

  /// The loop. A two-input function is a polynomial over GF(2), `t0 + t1 a + t2 b + t3 a b`, and each coefficient a mask, so no
  /// branch depends on the gate: a jump per gate would be mispredicted every other time (XOR and AND alternate) and cost more than
  /// the masks do.
  @inline(never)
  private static func execute(
    _ instructions: UnsafeBufferPointer<SimulationInstruction>, _ slots: UnsafeMutableBufferPointer<Lanes>
  ) {
    guard let base = slots.baseAddress else { return }
    masks.withUnsafeBufferPointer { masks in
      for instruction in instructions {
        let a = base[Int(instruction.a)]
        let b = base[Int(instruction.b)]
        let m = masks[Int(truncatingIfNeeded: instruction.table & 15)]
        let inner = Lanes(repeating: m.y) ^ (b & Lanes(repeating: m.w))
        base[Int(instruction.destination)] = (Lanes(repeating: m.x) ^ (b & Lanes(repeating: m.z))) ^ (a & inner)
      }
    }
  }

  /// For each of the sixteen functions, its polynomial's coefficients (of 1, a, b, ab) as masks.
  private static let masks: [SIMD4<UInt64>] = (0..<16).map { table in
    let value = { (row: Int) -> UInt64 in table >> row & 1 != 0 ? .max : 0 }
    return SIMD4(
      value(0), value(0) ^ value(1), value(0) ^ value(2), value(0) ^ value(1) ^ value(2) ^ value(3))
  }
}
