// What the tests of certificates share: chains as programs, irregular circuits, and one small certificate.
import Circuits
import Constructions
import ExactArithmetic
import TestSupport
import Verification

/// The program that the weights of a chain compute: heads without an operand look up a leading token, or the wire before the step
/// (as positional weights do), and the table does not depend on them.
func program(of chain: CircuitChain, readsPreviousWire: Bool = false) -> LookupProgram {
  let heads = chain.fanIn
  var operands: [Int32] = []
  var tables: [UInt64] = []
  for step in 0..<chain.stepCount {
    let own = chain.operands(ofStep: step)
    let filler = readsPreviousWire ? Int32(chain.inputCount + step) - 1 : -1
    operands += own.map { Int32($0) } + [Int32](repeating: filler, count: heads - own.count)
    var table: UInt64 = 0
    for row in 0..<UInt64(1) << UInt64(heads) {
      table |= (chain.tables[step] >> (row & (1 << UInt64(own.count) - 1)) & 1) << row
    }
    tables.append(table)
  }
  return LookupProgram(form: form(of: chain), headCount: heads, operands: operands, tables: tables)
}

/// The form of a LLaMA's tokens for a chain.
func form(of chain: CircuitChain) -> PromptForm {
  PromptForm(
    tokens: .wiresWithValues, inputCount: chain.inputCount, wireCount: chain.wireCount,
    leadingTokens: [2 * chain.wireCount], endToken: 2 * chain.wireCount + 1)
}

/// The read-out of a chain, in codes.
func readOut(of chain: CircuitChain) -> [Int] {
  chain.readOut.map { source in
    switch source {
    case .constant(let value): value ? -2 : -1
    case .wire(let wire, let isComplemented): 2 * wire + (isComplemented ? 1 : 0)
    }
  }
}

/// The two sets of choices, as both modules name them.
let foldings: [(Witness.Folding, CircuitChain.Options)] = Witness.Folding.allCases.map { folding in
  var options = CircuitChain.Options()
  options.foldsInverters = folding.foldsInverters
  options.dropsDeadGates = folding.dropsDeadGates
  return (folding, options)
}

/// A circuit of gates with any tables, constants and inverters among them, and operands that may repeat.
func irregularCircuit(inputs: Int, gates: Int, fanIn: Int, outputs: Int, using random: inout SplitMix64) -> Circuit {
  var builder = CircuitBuilder(inputCount: inputs)
  for _ in 0..<gates {
    let count = builder.wireCount == 0 ? 0 : Int.random(in: 0...fanIn, using: &random)
    let operands = (0..<count).map { _ in Wire(Int.random(in: 0..<builder.wireCount, using: &random)) }
    builder.gate(TruthTable(bits: random.next(), inputCount: count), operands)
  }
  return builder.circuit(
    outputs: (0..<outputs).map { _ in
      Literal(Wire(Int.random(in: 0..<builder.wireCount, using: &random)), complemented: Bool.random(using: &random))
    })
}

/// All assignments of `count` inputs.
func assignments(_ count: Int) -> [[Bool]] {
  (0..<1 << count).map { number in (0..<count).map { number >> $0 & 1 != 0 } }
}

/// Whether running circuit and program on all inputs bears the witness out: a definition without any induction.
func simulationAgrees(
  _ circuit: CircuitStatement, _ program: LookupProgram, _ witness: Witness, _ readOut: [Int]
) -> Bool {
  func value(_ code: Int, _ chain: [Bool]) -> Bool { code < 0 ? code == -2 : chain[code >> 1] != (code & 1 != 0) }
  guard witness.sources.count == circuit.wireCount, readOut.count == circuit.outputs.count else { return false }
  return assignments(circuit.inputCount).allSatisfy { inputs in
    let (wires, chain) = (circuit.wireValues(inputs), program.wireValues(inputs))
    return zip(witness.sources, wires).allSatisfy { source, wire in
      source == Witness.nowhere || value(Int(source), chain) == wire
    }
      && zip(readOut, circuit.outputs).allSatisfy { code, output in
        value(code, chain) == (wires[Int(output >> 1)] != (output & 1 != 0))
      }
  }
}

/// The half adder: sum and carry.
let halfAdder = CircuitStatement(
  inputCount: 2, tables: [0b0110, 0b1000], offsets: [0, 2, 4], operands: [0, 1, 0, 1], outputs: [4, 7])

/// A certificate for the half adder, with numbers that are as awkward as they may be.
func sampleCertificate(semantics: Semantics = .rounded(RoundingModel(unit: 0x1p-8, keptBits: 8))) -> Certificate {
  Certificate(
    tool: "wright 0.1.0",
    files: [
      Certificate.FileDigest(name: "model.safetensors", sha256: ContentDigest(of: [1, 2, 3])),
      Certificate.FileDigest(name: "config.json", sha256: ContentDigest(of: [])),
    ],
    claim: Claim(
      form: PromptForm(tokens: .wiresWithValues, inputCount: 2, wireCount: 4, leadingTokens: [8], endToken: 9),
      semantics: semantics, readOut: [4, 7], circuit: halfAdder.digest),
    bounds: Bounds(
      layers: [
        Bounds.Layer(
          scoreGap: .init(.infinity), leak: .init(.leastNonzeroMagnitude, step: 1, head: 1), fetchError: 0.1,
          comparesAllPairs: false)
      ],
      tokenMargin: .init(1.0 / 3, step: 0), largestMagnitude: .greatestFiniteMagnitude, caseCount: 12),
    witness: Witness(sources: [0, 2, 4, 6]))
}
