// Random circuits and random bits for the format tests, from a fixed seed.
import Circuits
import TestSupport

/// A circuit with gates of 0 to 6 operands, repeated operands, and outputs that are inputs, complements and repetitions.
func randomCircuit(_ random: inout SplitMix64) -> Circuit {
  let inputs = Int.random(in: 0...6, using: &random)
  var builder = CircuitBuilder(inputCount: inputs)
  for _ in 0..<Int.random(in: 0...12, using: &random) {
    let fanIn = builder.wireCount == 0 ? 0 : Int.random(in: 0...8, using: &random)
    let wires = (0..<fanIn).map { _ in Wire(Int.random(in: 0..<builder.wireCount, using: &random)) }
    let words = (0..<TruthTable.wordCount(fanIn)).map { _ in random.next() }
    builder.gate(TruthTable(words: words, inputCount: fanIn), wires)
  }
  guard builder.wireCount > 0 else { return builder.circuit(outputs: []) }
  let outputs = (0..<Int.random(in: 0...5, using: &random)).map { _ in
    Literal(Wire(Int.random(in: 0..<builder.wireCount, using: &random)), complemented: Bool.random(using: &random))
  }
  return builder.circuit(outputs: outputs)
}

/// The first assignment that tells two circuits apart: all of them up to 10 inputs, 64 random ones beyond.
func difference(_ a: Circuit, _ b: Circuit, _ random: inout SplitMix64) -> [Bool]? {
  if a.inputCount != b.inputCount || a.outputCount != b.outputCount { return [] }
  let isExhaustive = a.inputCount <= 10
  for row in 0..<(isExhaustive ? 1 << a.inputCount : 64) {
    let inputs = (0..<a.inputCount).map { isExhaustive ? row >> $0 & 1 == 1 : Bool.random(using: &random) }
    if a(inputs) != b(inputs) { return inputs }
  }
  return nil
}

/// `value`, lowest bit first.
func bits(_ value: UInt64, _ count: Int = 64) -> [Bool] { (0..<count).map { value >> UInt64($0) & 1 == 1 } }

/// The number with the given bits, lowest first.
func number(_ bits: some Collection<Bool>) -> UInt64 { bits.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) } }
