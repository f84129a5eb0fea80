// What the tests of generators share: numbers as bits, and circuits with a planted fault.
import Circuits
import TestSupport

extension FixedWidthInteger {
  /// The low `count` bits, lowest first.
  func bits(_ count: Int) -> [Bool] { (0..<count).map { $0 < Self.bitWidth && self >> $0 & 1 != 0 } }
}

extension Sequence<Bool> {
  /// The integer with these bits, lowest first.
  var integer: UInt64 { enumerated().reduce(0) { $0 | ($1.element ? 1 << UInt64($1.offset) : 0) } }
}

extension Circuit {
  /// The circuit in which gate `target` computes the opposite.
  func complementing(gate target: Int) -> Circuit {
    var builder = CircuitBuilder(inputCount: inputCount)
    for g in 0..<gateCount {
      let table = g == target ? table(ofGate: g).complemented : table(ofGate: g)
      builder.gate(table, (0..<fanIn(ofGate: g)).map { operand($0, ofGate: g) })
    }
    return builder.circuit(outputs: outputs)
  }

  /// A random circuit of every kind of gate there is: constants, inverters, repeated operands, tables that ignore operands, outputs that
  /// are inputs, complemented or dead ends.
  static func wild(inputs: Int, gates: Int, outputs: Int, using generator: inout SplitMix64) -> Circuit {
    var builder = CircuitBuilder(inputCount: inputs)
    for _ in 0..<gates {
      let k = builder.wireCount == 0 ? 0 : Int.random(in: 0...8, using: &generator)
      let operands = (0..<k).map { _ in Wire(Int.random(in: 0..<builder.wireCount, using: &generator)) }
      let words = (0..<TruthTable.wordCount(k)).map { _ in generator.next() }
      builder.gate(TruthTable(words: words, inputCount: k), operands)
    }
    return builder.circuit(
      outputs: (0..<outputs).map { _ in
        let wire = Wire(Int.random(in: 0..<builder.wireCount, using: &generator))
        return Literal(wire, complemented: Bool.random(using: &generator))
      })
  }
}
