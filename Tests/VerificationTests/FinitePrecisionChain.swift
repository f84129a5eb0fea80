// A constructed chain of thought for a format, and what the reference decoder says of it: shared by the tests of the finite-precision check.
import Circuits
import Constructions
import ExactArithmetic
import Transformers
import Verification

/// A circuit's chain with its weights in the form of Li et al., as the checker sees it.
struct FinitePrecisionChain {
  let chain: CircuitChain
  let simulation: PositionalCircuitSimulation
  let model: Model
  let form: PromptForm

  /// The weights that are written down for `format`, right there or not.
  init(_ circuit: Circuit, for format: FloatFormat, foldsInverters: Bool = true) {
    var options = CircuitChain.Options()
    options.foldsInverters = foldsInverters
    chain = CircuitChain(circuit, options: options)
    simulation = PositionalCircuitSimulation(chain, target: .finitePrecision(format))
    model = simulation.model()
    form = PromptForm(
      tokens: .values, inputCount: chain.inputCount, wireCount: chain.wireCount,
      leadingTokens: chain.inputCount == 0 ? [0] : [], endToken: nil)
  }
}

/// Every assignment of `count` inputs.
func allAssignments(_ count: Int) -> [[Bool]] {
  (0..<1 << count).map { number in (0..<count).map { number >> $0 & 1 != 0 } }
}

extension LookupProgram {
  /// The tokens that greedy decoding emits if the program is right.
  func emittedTokens(_ inputs: [Bool]) -> [Int] {
    let values = wireValues(inputs)
    let steps = (form.inputCount..<form.wireCount).map { form.token(wire: $0, value: values[$0]) }
    return steps + (form.endToken.map { [$0] } ?? [])
  }
}

/// The first assignment under which `program` and the reference decoder differ, or where the decoder has no result.
func difference(
  _ program: LookupProgram, _ model: Model, _ format: FloatFormat, on assignments: [[Bool]]
) -> [Bool]? {
  let fresh = ReferenceDecoder(model, in: FiniteArithmetic(format))
  return assignments.first { inputs in
    var decoder = fresh
    let form = program.form
    let found = try? decoder.generate(after: form.prompt(inputs), count: form.emittedTokenCount)
    return found != program.emittedTokens(inputs)
  }
}

/// Circuits by name: every arity, oddities, and a few that are used.
let smallCircuits: [(name: String, circuit: Circuit)] = {
  func gates(_ inputs: Int, _ list: [(UInt64, [Int])]) -> Circuit {
    var builder = CircuitBuilder(inputCount: inputs)
    var last = Wire(0)
    for (bits, operands) in list {
      last = builder.gate(TruthTable(bits: bits, inputCount: operands.count), operands.map { Wire($0) })
    }
    return builder.circuit(outputs: [Literal(last)])
  }
  return [
    ("and", gates(2, [(0b1000, [0, 1])])),
    ("an inverter", gates(1, [(0b01, [0])])),
    ("constants alone", gates(0, [(1, []), (0, []), (0b0110, [0, 1])])),
    ("a constant among inputs", gates(2, [(1, []), (0b1000, [2, 0])])),
    ("the same wire twice", gates(2, [(0b0110, [1, 1]), (0b1011, [2, 0]), (0b0111, [3, 3])])),
    ("the wire before, and another", gates(2, [(0b0111, [0, 1]), (0b0110, [2, 0]), (0b0100, [3, 1])])),
    ("c17", c17),
    ("majority of three", gates(3, [(0b1110_1000, [0, 1, 2])])),
    ("a multiplexer and more", gates(3, [(0b1100_1010, [2, 0, 1]), (0b01, [3]), (0b1001_0110, [4, 3, 0])])),
    ("four inputs", gates(4, [(0x6996, [0, 1, 2, 3]), (0x8001, [4, 0, 1, 2]), (0b0110, [5, 4])])),
    ("a 2-bit adder", .rippleCarryAdder(width: 2)),
    ("a 3-bit comparator", .comparator(width: 3)),
    ("parity of 6", .parity(6)),
  ]
}()

/// The ISCAS'85 circuit c17: six NAND gates.
let c17: Circuit = {
  var builder = CircuitBuilder(inputCount: 5)
  let (a, b, c, d, e) = (Wire(0), Wire(1), Wire(2), Wire(3), Wire(4))
  let g10 = builder.gate(.nand, a, c)
  let g11 = builder.gate(.nand, c, d)
  let g16 = builder.gate(.nand, b, g11)
  let g19 = builder.gate(.nand, g11, e)
  let g22 = builder.gate(.nand, g10, g16)
  let g23 = builder.gate(.nand, g16, g19)
  return builder.circuit(outputs: [Literal(g22), Literal(g23)])
}()

/// Formats from the coarsest on, most in both ways of breaking ties.
let smallFormats: [FloatFormat] =
  [(0, 1), (0, 2), (0, 3), (1, 2), (2, 2), (3, 2), (3, 3), (4, 4)].flatMap { e, s in
    [FloatFormat.Ties.towardZero, .toEven].map { FloatFormat(exponentBits: e, significandBits: s, ties: $0) }
  }
