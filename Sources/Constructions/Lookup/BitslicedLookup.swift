// A derived program on 512 inputs at once, one bit each: what the bitsliced engine runs.
public import Circuits
public import Verification

/// The chains of thought of a program that was derived from weights, for many assignments at once.
///
///     let proof = try Checker(model, form: manifest.promptForm).derive(.rounded(.float32))
///     let values = BitslicedLookup(proof).wireValues(of: block)     // a bit for each token
///
/// The looked-up gates alone are run: for each assignment these are the values that greedy decoding of the weights says under the semantics of the
/// derivation. There is no other way to get one than through a proof.
public struct BitslicedLookup: Sendable {
  /// What was derived.
  public let program: LookupProgram
  private let simulator: Simulator
  private let expansion: TokenExpansion

  /// The program of `proof`.
  public init(_ proof: Proof) {
    program = proof.program
    simulator = Simulator(Circuit(program), keepsAllWires: true)
    expansion = TokenExpansion(program.form)
  }

  /// The values that the tokens of all wires say, inputs first, under each assignment of `block`.
  public func wireValues(of block: AssignmentBlock) -> AssignmentBlock { simulator.wireValues(of: block) }

  /// The tokens of a chain for each of `assignments`: the prompt, a token for each step, and the end token where there is one.
  public func tokens(for assignments: [[Bool]]) -> [[Int32]] {
    var texts: [[Int32]] = []
    texts.reserveCapacity(assignments.count)
    for start in stride(from: 0, to: assignments.count, by: Simulator.lanesPerPass) {
      let part = Array(assignments[start..<min(start + Simulator.lanesPerPass, assignments.count)])
      texts += tokens(for: AssignmentBlock(part, signalCount: program.form.inputCount))
    }
    return texts
  }

  /// The tokens of a chain for each assignment of `block`.
  public func tokens(for block: AssignmentBlock) -> [[Int32]] { expansion.texts(wireValues(of: block)) }
}

extension Circuit {
  /// The gates of a derived program, one a step: operands that do not matter, and leading tokens, whose bit is 0, are left out.
  init(_ program: LookupProgram) {
    var builder = CircuitBuilder(inputCount: program.form.inputCount)
    builder.reserveCapacity(gates: program.stepCount, operands: program.operands.count)
    var wires: [Wire] = []
    for i in 0..<program.stepCount {
      var table = TruthTable(words: program.table(ofStep: i), inputCount: program.headCount)
      wires.removeAll(keepingCapacity: true)
      for operand in program.operands(ofStep: i) {
        if operand >= 0, table.depends(onInput: wires.count) {
          wires.append(Wire(Int(operand)))
        } else {
          table = table.removingInput(wires.count, fixedTo: false)
        }
      }
      builder.gate(table, wires)
    }
    self = builder.circuit(outputs: [])
  }
}
