// A circuit with its weights, what its tokens must be, and every way to decode it.
import Circuits
import Constructions
import ExactArithmetic
import Randomness
import Transformers
import Verification

/// A simulation, its model, and the tokens that follow from the circuit alone.
struct ConstructedChain {
  let circuit: Circuit
  let simulation: CircuitSimulation
  let model: Model

  var chain: CircuitChain { simulation.chain }
  var manifest: SimulationManifest { simulation.manifest }

  init(_ circuit: Circuit, form: SimulationManifest.Form = .llama, options: CircuitChain.Options = .init()) {
    self.circuit = circuit
    simulation = CircuitSimulation(of: circuit, form: form, options: options)
    model = simulation.model()
  }

  /// The whole chain of thought by the circuit's own values, prompt included.
  func expected(_ inputs: [Bool]) -> [Int] {
    let values = circuit.wireValues(inputs)
    let steps = chain.sourceWires.enumerated().dropFirst(chain.inputCount).map { w, source in
      manifest.token(wire: w, value: values[source.index])
    }
    return manifest.prompt(inputs) + steps + (manifest.form == .llama ? [2 * chain.wireCount + 1] : [])
  }

  /// Every assignment up to 2^10 of them, and so many random ones beyond.
  func assignments(atMost count: Int, using random: inout Philox) -> [[Bool]] {
    let n = circuit.inputCount
    if n <= 10, 1 << n <= count { return (0..<1 << n).map { number in (0..<n).map { number >> $0 & 1 != 0 } } }
    return (0..<count).map { _ in (0..<n).map { _ in Bool.random(using: &random) } }
  }

  /// Dense attention over a batch.
  func dense(_ inputs: [[Bool]], compacts: Bool = true) throws -> [[Int]] {
    let session = try Engine(model, compacts: compacts).makeSession(batchSize: inputs.count)
    let prompts = inputs.map(manifest.prompt)
    let texts = session.generate(after: prompts, maximumNewTokens: manifest.emittedTokenCount)
    return zip(prompts, texts).map { $0 + $1 }
  }

  /// What the checker derives from the weights.
  func proof() throws -> Proof { try Checker(model, form: manifest.promptForm).derive(.rounded(.float32)) }

  /// The derived program, one input after another.
  func indexed(_ inputs: [[Bool]]) throws -> [[Int]] {
    let lookup = SequentialLookup(try proof())
    return inputs.map { lookup.tokens(for: $0).map(Int.init) }
  }

  /// The derived program on all inputs at once.
  func bitsliced(_ inputs: [[Bool]]) throws -> [[Int]] {
    BitslicedLookup(try proof()).tokens(for: inputs).map { $0.map(Int.init) }
  }

  /// The scalar reference in the given arithmetic.
  func reference<A: Arithmetic>(
    _ inputs: [Bool], in arithmetic: A, attention: AttentionRule = .softmax, subtractsMaximum: Bool? = nil
  ) throws -> [Int] {
    var decoder = ReferenceDecoder(model, in: arithmetic, attention: attention, subtractsMaximum: subtractsMaximum)
    let prompt = manifest.prompt(inputs)
    return prompt + (try decoder.generate(after: prompt, count: manifest.emittedTokenCount))
  }
}

/// A random circuit of every oddity: constants, operands that repeat, gates that do not depend on an operand, outputs that are inputs,
/// complemented, constant or the same twice.
func oddCircuit(gates: Int, inputs: Int, fanIn: Int, using random: inout Philox) -> Circuit {
  var builder = CircuitBuilder(inputCount: inputs)
  for _ in 0..<gates {
    let k = builder.wireCount == 0 ? 0 : Int.random(in: 0...fanIn, using: &random)
    let operands = (0..<k).map { _ in Wire(Int.random(in: 0..<builder.wireCount, using: &random)) }
    builder.gate(TruthTable(bits: random.next(), inputCount: k), operands)
  }
  guard builder.wireCount > 0 else { return builder.circuit(outputs: []) }
  let outputs = (0..<Int.random(in: 0...4, using: &random)).map { _ in
    Literal(Wire(Int.random(in: 0..<builder.wireCount, using: &random)), complemented: Bool.random(using: &random))
  }
  return builder.circuit(outputs: outputs)
}

extension TruthTable {
  /// All 16 functions of two inputs.
  static var allOfTwo: [TruthTable] { (0..<16).map { TruthTable(bits: $0, inputCount: 2) } }
}

/// All circuits of two gates over two inputs: each gate any of the 16 functions of any two earlier wires; both gates are outputs, the
/// second complemented.
func allCircuitsOfTwoGates() -> [Circuit] {
  var circuits: [Circuit] = []
  for first in TruthTable.allOfTwo {
    for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      for second in TruthTable.allOfTwo {
        for pair in 0..<9 {
          var builder = CircuitBuilder(inputCount: 2)
          let x = builder.gate(first, Wire(a), Wire(b))
          let y = builder.gate(second, Wire(pair / 3), Wire(pair % 3))
          circuits.append(builder.circuit(outputs: [Literal(x), Literal(y, complemented: true)]))
        }
      }
    }
  }
  return circuits
}
