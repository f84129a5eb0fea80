// The limit of the indexed path: the same circuit as a bare loop of two gathers and a table look-up a gate.
import Circuits
import Constructions

/// The gates of a chain in the form in which a loop evaluates them fastest.
struct GatherLoop {
  private let inputCount: Int
  private let gates: [(a: UInt32, b: UInt32, table: UInt32)]
  private var values: [UInt8]

  /// The loop for `chain`, whose steps have at most two operands.
  init(_ chain: CircuitChain) {
    precondition(chain.fanIn <= 2, "the bare loop evaluates gates of two inputs")
    inputCount = chain.inputCount
    gates = (0..<chain.stepCount).map { i in
      let operands = chain.operands(ofStep: i)
      let table = UInt32(chain.table(ofStep: i).bits)
      guard let a = operands.first, let b = operands.last else { return (0, 0, table & 1 != 0 ? 15 : 0) }
      // With one operand, read twice, the rows 0 and 3 occur.
      return operands.count == 1 ? (a, a, table & 1 | (table >> 1 & 1) << 3) : (a, b, table)
    }
    values = [UInt8](repeating: 0, count: chain.wireCount)
  }

  /// The values of all chain wires.
  mutating func run(_ inputs: [Bool]) -> [UInt8] {
    for (i, input) in inputs.enumerated() { values[i] = input ? 1 : 0 }
    values.withUnsafeMutableBufferPointer { values in
      gates.withUnsafeBufferPointer { gates in
        guard let value = values.baseAddress, let gate = gates.baseAddress else { return }
        for i in 0..<gates.count {
          let (a, b, table) = gate[i]
          let row = UInt32(value[Int(a)]) | UInt32(value[Int(b)]) << 1
          value[inputCount + i] = UInt8(truncatingIfNeeded: table >> row & 1)
        }
      }
    }
    return values
  }
}
