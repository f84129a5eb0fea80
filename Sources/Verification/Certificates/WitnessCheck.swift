// The check that a chain carries a circuit: by induction over the gates, each on all values of the few chain wires that it involves.
//
// What holds after gate g: for every assignment of the inputs, each wire of the circuit up to g has on the program's chain the value
// that its source says, and every chain wire that is defined so far is the source of such a wire. A gate looks at most at 12 chain wires,
// and the step that is to carry it at 12, mostly the same; 4 or 8 rows settle a gate of two operands, and where there are more than 2^16 the check
// gives up.

/// Why a witness does not show that a program carries a circuit.
public struct WitnessFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The value of a chain wire.
  public struct ChainValue: Sendable, Equatable {
    /// The chain wire.
    public let wire: Int
    /// Its value.
    public let value: Bool
  }

  /// What is wrong, in a sentence.
  public let reason: String
  /// The gate of the circuit at which it shows, where it does at one.
  public let gate: Int?
  /// The step of the chain that is wrong or in doubt, where there is one.
  public let step: Int?
  /// Values of chain wires, the first in the order of binary numbers, for which the gate is not what its source says. No assignment of the
  /// inputs may lead to them; where one does, it refutes the claim.
  public let row: [ChainValue]

  init(_ reason: String, gate: Int? = nil, step: Int? = nil, row: [ChainValue] = []) {
    (self.reason, self.gate, self.step, self.row) = (reason, gate, step, row)
  }

  /// The fault as the checker's third answer.
  public var doubt: Doubt { Doubt(reason, step: step) }

  /// The reason.
  public var description: String { reason }
}

/// The check of a witness.
public enum WitnessCheck {
  /// Why `witness` and `readOut` do not show that the outputs of `circuit` can be read off the chain of `program`, or `nil` where they do:
  /// then for every assignment of the inputs the chain carries the value of each wire where its source says, each chain wire carries some
  /// wire, and reading out gives the circuit's outputs.
  ///
  /// The claim about weights is more than that by what the making of `program` has shown. Linear in the size of the circuit: at most 2^16
  /// rows a gate, and for gates of two operands 4 or 8.
  public static func fault(
    circuit: CircuitStatement, program: LookupProgram, witness: Witness, readOut: [Int]
  ) -> WitnessFault? {
    var induction = WitnessInduction(circuit: circuit, program: program, sources: witness.sources)
    do throws(WitnessFault) {
      try induction.start()
      for gate in 0..<circuit.gateCount { try induction.show(gate: gate) }
      try induction.finish(readOut: readOut)
    } catch { return error }
    return nil
  }
}

/// What is defined so far, and the variables of the gate that is looked at.
private struct WitnessInduction {
  let circuit: CircuitStatement
  let program: LookupProgram
  let sources: [Int32]
  /// The chain wires below this are defined.
  var definedCount = 0
  /// The distinct unknowns of one gate: a chain wire w as w; an operand that is nowhere, which may have any value, as -1 - its wire.
  var variables: [Int32] = []
  /// The gate's row in terms of the variables, and the expected value's.
  var gate = RowForm()
  var carrier = RowForm()
  /// The most unknowns of which all values are tried.
  static let greatestVariableCount = 16

  init(circuit: CircuitStatement, program: LookupProgram, sources: [Int32]) {
    (self.circuit, self.program, self.sources) = (circuit, program, sources)
    variables.reserveCapacity(2 * CircuitStatement.maximumFanIn)
  }

  /// The start of the induction: inputs stand where the prompt puts them.
  mutating func start() throws(WitnessFault) {
    guard program.form.inputCount == circuit.inputCount else {
      throw WitnessFault(
        "the circuit has \(circuit.inputCount) inputs, and the prompt says \(program.form.inputCount)")
    }
    guard program.headCount <= CircuitStatement.maximumFanIn else {
      throw WitnessFault(
        "a step looks up \(program.headCount) wires; \(CircuitStatement.maximumFanIn) are possible")
    }
    guard program.stepCount == program.form.stepCount else {
      throw WitnessFault("the chain has \(program.stepCount) steps, and the form says \(program.form.stepCount)")
    }
    guard sources.count == circuit.wireCount else {
      throw WitnessFault("the circuit has \(circuit.wireCount) wires, and the witness speaks of \(sources.count)")
    }
    for wire in 0..<circuit.inputCount where Int(sources[wire]) != 2 * wire {
      throw WitnessFault("input \(wire) is not found where the prompt has it")
    }
    definedCount = circuit.inputCount
  }

  /// The step of the induction.
  mutating func show(gate g: Int) throws(WitnessFault) {
    let source = sources[circuit.inputCount + g]
    guard source != Witness.nowhere else { return }
    guard source >= Witness.alwaysTrue else {
      throw WitnessFault("gate \(g) has the unknown source \(source)", gate: g)
    }
    variables.removeAll(keepingCapacity: true)
    gate = RowForm(table: circuit.table(ofGate: g))
    for operand in circuit.operands(ofGate: g) {
      let source = sources[Int(operand)]
      switch source {
      case Witness.alwaysFalse: gate.append(constant: false)
      case Witness.alwaysTrue: gate.append(constant: true)
      case Witness.nowhere: gate.append(variable: place(of: -1 - Int32(operand)), isComplemented: false)
      default: gate.append(variable: place(of: source >> 1), isComplemented: source & 1 != 0)
      }
    }
    var step: Int?
    if source < 0 {
      carrier = RowForm(word: source == Witness.alwaysTrue ? 1 : 0)
    } else if Int(source >> 1) < definedCount {
      carrier = RowForm(word: 0b10)
      carrier.append(variable: place(of: source >> 1), isComplemented: source & 1 != 0)
    } else {
      step = try define(source, forGate: g)
    }
    guard variables.count <= WitnessInduction.greatestVariableCount else {
      throw WitnessFault(
        "gate \(g) and what is to carry it read \(variables.count) wires between them; \(WitnessInduction.greatestVariableCount) can be told apart",
        gate: g, step: step)
    }
    for assignment in 0..<UInt64(1) << UInt64(variables.count)
    where gate.value(assignment) != carrier.value(assignment) {
      let row = variables.enumerated().compactMap { place, wire in
        wire < 0
          ? nil : WitnessFault.ChainValue(wire: Int(wire), value: assignment >> UInt64(place) & 1 != 0)
      }
      let carried = step.map { "what step \($0) emits" } ?? "its source"
      let place = row.map { "wire \($0.wire) is \($0.value ? 1 : 0)" }.joined(separator: ", ")
      throw WitnessFault(
        "gate \(g) is not \(carried)" + (row.isEmpty ? "" : " where on the chain \(place)"), gate: g, step: step,
        row: row)
    }
  }

  /// Lets the next step carry gate `g`, whose source is to be the next chain wire or its complement.
  private mutating func define(_ source: Int32, forGate g: Int) throws(WitnessFault) -> Int {
    let step = definedCount - circuit.inputCount
    guard Int(source >> 1) < program.form.wireCount else {
      throw WitnessFault(
        "gate \(g) has its source on chain wire \(source >> 1), and the chain has \(program.form.wireCount) wires",
        gate: g)
    }
    guard Int(source >> 1) == definedCount else {
      throw WitnessFault("gate \(g) has its source beyond chain wire \(definedCount), the next one", gate: g)
    }
    // The complement of what the step emits is its table's.
    carrier = RowForm(table: program.table(ofStep: step), isComplemented: source & 1 != 0)
    for wire in program.operands(ofStep: step) {
      guard Int(wire) < definedCount else {
        throw WitnessFault("step \(step) looks up chain wire \(wire), which comes later", gate: g, step: step)
      }
      if wire < 0 {
        carrier.append(constant: false)
      } else {
        carrier.append(variable: place(of: wire), isComplemented: false)
      }
    }
    definedCount += 1
    return step
  }

  /// The end: nothing is emitted that is not a gate's, and outputs are read where they are.
  func finish(readOut: [Int]) throws(WitnessFault) {
    guard definedCount == program.form.wireCount else {
      let step = definedCount - circuit.inputCount
      throw WitnessFault("step \(step) emits what is no gate's value", step: step)
    }
    guard readOut.count == circuit.outputs.count else {
      throw WitnessFault("the circuit has \(circuit.outputs.count) outputs, and \(readOut.count) are read out")
    }
    for (index, output) in circuit.outputs.enumerated() {
      let source = Int(sources[Int(output >> 1)])
      let isComplemented = output & 1 != 0
      let wire = Int(output >> 1)
      let gate = wire < circuit.inputCount ? nil : wire - circuit.inputCount
      guard source != Int(Witness.nowhere) else {
        throw WitnessFault("output \(index) is a gate that is not on the chain", gate: gate)
      }
      // The complement of -1 is -2, and that of 2w is 2w + 1.
      let expected = !isComplemented ? source : source < 0 ? -3 - source : source ^ 1
      guard readOut[index] == expected else {
        throw WitnessFault("output \(index) is read from \(readOut[index]), and its source is \(expected)", gate: gate)
      }
    }
  }

  /// Where `variable` stands among the variables; it is added where it is new.
  private mutating func place(of variable: Int32) -> UInt8 {
    if let place = variables.firstIndex(of: variable) { return UInt8(place) }
    variables.append(variable)
    return UInt8(variables.count - 1)
  }
}

/// A truth table over at most 12 operands, each a constant or a variable, perhaps complemented.
private struct RowForm {
  /// The table's words, or none where `word` is all of it.
  let table: ArraySlice<UInt64>
  let word: UInt64
  /// What is added to the table's values.
  let isComplemented: Bool
  /// The place of each operand's variable, a byte each.
  private var places: UInt128 = 0
  /// Which operands follow a variable, and what is added to their bits: the complement, or the constant.
  private var isVariable: UInt64 = 0
  private var flips: UInt64 = 0
  private var count: UInt64 = 0

  init(word: UInt64 = 0) {
    self.word = word
    table = []
    isComplemented = false
  }

  init(table: ArraySlice<UInt64>, isComplemented: Bool = false) {
    self.table = table.count > 1 ? table : []
    word = table.first ?? 0
    self.isComplemented = isComplemented
  }

  mutating func append(constant value: Bool) {
    if value { flips |= 1 << count }
    count += 1
  }

  mutating func append(variable place: UInt8, isComplemented: Bool) {
    places |= UInt128(place) << UInt128(8 * count)
    isVariable |= 1 << count
    append(constant: isComplemented)
  }

  /// The value where the variables have the bits of `assignment`.
  func value(_ assignment: UInt64) -> Bool {
    var row: UInt64 = 0
    var rest = places
    for j in 0..<count {
      row |= (assignment >> UInt64(truncatingIfNeeded: rest & 0xFF) & 1) << j
      rest >>= 8
    }
    row = row & isVariable ^ flips
    let value = table.isEmpty ? word >> row & 1 != 0 : TableWords.value(table, row: row)
    return value != isComplemented
  }
}
