// What the tests of mapping share: the comparison with the source, and every small circuit.
import Circuits
import TestSupport

/// An assignment under which a mapping differs from its circuit, or `nil`: all of them up to 16 inputs, 1,024 random ones beyond.
func difference(_ network: LookupTableNetwork, _ circuit: Circuit, seed: UInt64 = 1) -> [Bool]? {
  if circuit.inputCount <= 16 { return network.firstDifference(from: circuit) }
  var random = SplitMix64(seed: seed)
  let block = AssignmentBlock.random(count: 1024, signalCount: circuit.inputCount, using: &random)
  return network.simulate(block).firstDifference(from: circuit.simulate(block)).map { block.assignment($0) }
}

extension Circuit {
  /// The number of different outputs that are not constant, an input or a complement, where complements are not different; and one more if
  /// some output is constant. What a mapping has where every output is one table.
  var distinctOutputFunctions: Int {
    var words: [[UInt64]] = Array(repeating: [], count: outputCount)
    var inputWords: [[UInt64]] = Array(repeating: [], count: inputCount)
    for block in exhaustiveBlocks() {
      let outputs = simulate(block)
      for i in 0..<outputCount { words[i] += outputs.words(ofSignal: i) }
      for i in 0..<inputCount { inputWords[i] += block.words(ofSignal: i) }
    }
    let rows = 1 << inputCount
    let mask: UInt64 = rows >= 64 ? .max : 1 << UInt64(rows) - 1
    func normal(_ table: [UInt64]) -> [UInt64] { table[0] & 1 == 0 ? table : table.map { ~$0 & mask } }
    var functions = Set(words.map(normal)).subtracting(inputWords.map(normal))
    let zero = [UInt64](repeating: 0, count: max(1, rows / 64))
    let hasConstant = functions.remove(zero) != nil
    return functions.count + (hasConstant ? 1 : 0)
  }

  /// A circuit of `gates` two-input gates on `inputs` inputs, number `number` of `smallCircuitCount`: all tables, all pairs of operands.
  static func small(inputs: Int, gates: Int, number: Int) -> Circuit {
    var builder = CircuitBuilder(inputCount: inputs)
    var rest = number
    for _ in 0..<gates {
      let wires = builder.wireCount
      let pairs = wires * (wires - 1) / 2
      let bits = UInt64(rest % 16)
      var pair = rest / 16 % pairs
      rest /= 16 * pairs
      var b = 1
      while pair >= b {
        pair -= b
        b += 1
      }
      builder.gate(bits: bits, Wire(pair), Wire(b))
    }
    let last = builder.wireCount - 1
    // The last gate, and the others complemented.
    return builder.circuit(
      outputs: [Literal(Wire(last))] + (inputs..<last).map { Literal(Wire($0), complemented: true) })
  }

  /// How many circuits `small` makes.
  static func smallCircuitCount(inputs: Int, gates: Int) -> Int {
    (inputs..<inputs + gates).reduce(1) { $0 * 16 * ($1 * ($1 - 1) / 2) }
  }

  /// Random ANDs of two literals each, with outputs at the end: no gate is constant or like another one by accident of small tables only.
  static func randomAnds(inputs: Int, gates: Int, outputs: Int, using random: inout SplitMix64) -> Circuit {
    var builder = CircuitBuilder(inputCount: inputs)
    for _ in 0..<gates {
      let wires = builder.wireCount
      let a = Int.random(in: 0..<wires, using: &random)
      let b = (a + Int.random(in: 1..<wires, using: &random)) % wires
      builder.gate(bits: [0b1000, 0b0100, 0b0010, 0b0001][Int.random(in: 0..<4, using: &random)], Wire(a), Wire(b))
    }
    return builder.circuit(
      outputs: (0..<outputs).map {
        Literal(Wire(builder.wireCount - 1 - $0), complemented: Bool.random(using: &random))
      })
  }
}
