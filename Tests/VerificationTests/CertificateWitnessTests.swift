// The witness check: what it accepts is true on all inputs, what is constructed is accepted, and what is changed is not.
import Circuits
import Constructions
import Foundation
import Testing
import TestSupport
import Verification

/// A program of one head or more for `inputs` inputs.
private func program(inputs: Int, heads: Int, operands: [Int32], tables: [UInt64]) -> LookupProgram {
  LookupProgram(
    form: PromptForm(
      tokens: .values, inputCount: inputs, wireCount: inputs + operands.count / heads, leadingTokens: [], endToken: nil),
    headCount: heads, operands: operands, tables: tables)
}

/// A change of one thing of the half adder's check, and what the fault says.
private struct Change: Sendable, CustomTestStringConvertible {
  var reason: String
  var tables: [UInt64] = [0b0110, 0b1000]
  var operands: [Int32] = [0, 1, 0, 1]
  var sources: [Int32] = [0, 2, 4, 6]
  var readOut = [4, 7]
  var heads = 2
  var inputs = 2
  var step: Int?
  var gate: Int?
  var row: [Bool] = []

  var testDescription: String { reason }
}

private let changes = [
  Change(
    reason: "gate 0 is not what step 0 emits where on the chain wire 0 is 0, wire 1 is 0", tables: [0b0111, 0b1000],
    step: 0, gate: 0, row: [false, false]),
  Change(
    reason: "gate 1 is not what step 1 emits where on the chain wire 0 is 1, wire 1 is 1, wire 2 is 0",
    operands: [0, 1, 0, 2], step: 1, gate: 1, row: [true, true, false]),
  Change(
    reason: "gate 0 is not its source where on the chain wire 0 is 1, wire 1 is 0", sources: [0, 2, -1, 4], gate: 0,
    row: [true, false]),
  Change(reason: "gate 0 has its source beyond chain wire 2, the next one", sources: [0, 2, 6, 4], gate: 0),
  Change(reason: "gate 0 has the unknown source -4", sources: [0, 2, -4, 6], gate: 0),
  Change(reason: "input 1 is not found where the prompt has it", sources: [0, 3, 4, 6]),
  Change(reason: "input 0 is not found where the prompt has it", sources: [2, 0, 4, 6]),
  Change(reason: "the circuit has 4 wires, and the witness speaks of 3", sources: [0, 2, 4]),
  Change(reason: "step 1 looks up chain wire 3, which comes later", operands: [0, 1, 0, 3], step: 1, gate: 1),
  Change(
    reason: "step 2 emits what is no gate's value", tables: [0b0110, 0b1000, 0b1000], operands: [0, 1, 0, 1, 0, 1],
    step: 2),
  Change(
    reason: "gate 1 has its source on chain wire 3, and the chain has 3 wires", tables: [0b0110], operands: [0, 1],
    gate: 1),
  Change(reason: "output 1 is read from 6, and its source is 7", readOut: [4, 6], gate: 1),
  Change(reason: "output 0 is read from -1, and its source is 4", readOut: [-1, 7], gate: 0),
  Change(
    reason: "output 1 is a gate that is not on the chain", tables: [0b0110], operands: [0, 1], sources: [0, 2, 4, -3],
    gate: 1),
  Change(reason: "the circuit has 2 outputs, and 1 are read out", readOut: [4]),
  Change(
    reason: "the circuit has 2 inputs, and the prompt says 1", tables: [2, 2, 2], operands: [0, 0, 0], heads: 1,
    inputs: 1),
  Change(
    reason: "a step looks up 13 wires; 12 are possible", tables: [UInt64](repeating: 0, count: 256),
    operands: [Int32](repeating: 0, count: 26), heads: 13),
]

@Suite struct CertificateWitnessTests {
  @Test(arguments: changes)
  private func aChangedHalfAdderIsRefusedAtItsPlace(_ change: Change) throws {
    let program = program(
      inputs: change.inputs, heads: change.heads, operands: change.operands, tables: change.tables)
    let fault = try #require(
      WitnessCheck.fault(
        circuit: halfAdder, program: program, witness: Witness(sources: change.sources), readOut: change.readOut))
    #expect(fault.description == change.reason)
    #expect(fault.step == change.step && fault.gate == change.gate)
    #expect(fault.row.map(\.value) == change.row)
    #expect(fault.doubt == fault.doubt && fault.doubt.step == change.step && fault.doubt.reason == change.reason)
  }

  @Test func complementsAndConstantsAndDeadGatesAreFollowed() {
    // NAND(x, y), emitted as AND; its complement; a constant; a dead gate; a gate that reads the dead one and does not depend on it.
    let circuit = CircuitStatement(
      inputCount: 2, tables: [0b0111, 0b01, 0b1, 0b0110, 0b0101], offsets: [0, 2, 3, 3, 5, 7],
      operands: [0, 1, 2, 0, 1, 2, 5], outputs: [4, 6, 8, 13])
    let witness = Witness(sources: [0, 2, 5, 4, -2, -3, 4])
    let program = program(inputs: 2, heads: 2, operands: [1, 0], tables: [0b1000])
    #expect(WitnessCheck.fault(circuit: circuit, program: program, witness: witness, readOut: [5, 4, -2, 5]) == nil)
    #expect(simulationAgrees(circuit, program, witness, [5, 4, -2, 5]))
    let dependent = CircuitStatement(
      inputCount: 2, tables: [0b0111, 0b01, 0b1, 0b0110, 0b0001], offsets: [0, 2, 3, 3, 5, 7],
      operands: [0, 1, 2, 0, 1, 2, 5], outputs: [])
    #expect(WitnessCheck.fault(circuit: dependent, program: program, witness: witness, readOut: [])?.gate == 4)
  }

  /// One gate of two operands, all its tables, all programs of no or one step, all sources: accepted exactly where it is true.
  @Test func everythingAboutOneGateIsDecided() {
    var accepted = 0
    for table in UInt64(0)..<16 {
      let circuit = CircuitStatement(inputCount: 2, tables: [table], offsets: [0, 2], operands: [0, 1], outputs: [])
      for step in [nil] + (UInt64(0)..<16).map(Optional.some) {
        let program = program(
          inputs: 2, heads: 2, operands: step == nil ? [] : [0, 1], tables: step.map { [$0] } ?? [])
        for source in Int32(-3)...5 where step != nil || source < 4 {
          let witness = Witness(sources: [0, 2, source])
          let isAccepted = WitnessCheck.fault(circuit: circuit, program: program, witness: witness, readOut: []) == nil
          // A step that carries no gate is refused, whatever it emits.
          let isCarried = step == nil || source >> 1 == 2
          #expect(isAccepted == (isCarried && simulationAgrees(circuit, program, witness, [])))
          accepted += isAccepted ? 1 : 0
        }
      }
    }
    // Each table as itself and complemented, left out, and those that are constants or literals as such.
    #expect(accepted == 16 * 2 + 16 + 6)
  }

  @Test func aChainOfAnyCircuitIsAcceptedAndASingleChangeIsNotUnlessItIsTrue() {
    var random = SplitMix64(seed: 3)
    var counts = (refused: 0, equal: 0)
    for round in 0..<60 {
      let circuit = irregularCircuit(
        inputs: 1 + round % 5, gates: 12, fanIn: 1 + round % 6, outputs: 3, using: &random)
      let (folding, options) = foldings[round % 4]
      let chain = CircuitChain(circuit, options: options)
      let original = CircuitStatement(circuit)
      let witness = Witness.folding(original, folding)
      let program = program(of: chain, readsPreviousWire: round % 2 == 0)
      #expect(
        WitnessCheck.fault(circuit: original, program: program, witness: witness, readOut: readOut(of: chain)) == nil)
      #expect(simulationAgrees(original, program, witness, readOut(of: chain)))
      for _ in 0..<30 {
        var mutant = Mutant(circuit: original, program: program, witness: witness, readOut: readOut(of: chain))
        guard mutant.change(using: &random) else { continue }
        let fault = WitnessCheck.fault(
          circuit: mutant.circuit, program: mutant.program, witness: mutant.witness, readOut: mutant.readOut)
        if fault == nil {
          counts.equal += 1
          #expect(
            simulationAgrees(mutant.circuit, mutant.program, mutant.witness, mutant.readOut), "\(mutant) is accepted")
        } else {
          counts.refused += 1
        }
      }
    }
    #expect(counts.refused > 1000 && counts.equal > 50, "\(counts)")
  }

  @Test(.enabled(if: sharedData != nil), arguments: CombinationalCircuits.files)
  func theChainOfASharedCircuitIsAccepted(_ file: String) throws {
    let circuit = try CombinationalCircuits.read(file)
    let statement = CircuitStatement(circuit)
    for (folding, options) in foldings {
      let chain = CircuitChain(circuit, options: options)
      let fault = WitnessCheck.fault(
        circuit: statement, program: program(of: chain), witness: Witness.folding(statement, folding),
        readOut: readOut(of: chain))
      #expect(fault == nil)
    }
  }

  @Test func oneWrongTableOfSHA256IsFound() {
    let circuit = Circuit.sha256Compression()
    let statement = CircuitStatement(circuit)
    let chain = CircuitChain(circuit)
    let witness = Witness.folding(statement)
    let program = program(of: chain)
    #expect(
      WitnessCheck.fault(circuit: statement, program: program, witness: witness, readOut: readOut(of: chain)) == nil)
    var tables = program.tables
    let step = tables.count * 2 / 3
    tables[step] ^= 1
    let changed = LookupProgram(
      form: program.form, headCount: program.headCount, operands: program.operands, tables: tables)
    #expect(
      WitnessCheck.fault(circuit: statement, program: changed, witness: witness, readOut: readOut(of: chain))?.step
        == step)
  }
}

/// The parts of a check, one of them changed.
private struct Mutant {
  var circuit: CircuitStatement
  var program: LookupProgram
  var witness: Witness
  var readOut: [Int]

  /// Changes one gate, operand, step, lookup, source or output; `false` where there was nothing to change.
  mutating func change(using random: inout SplitMix64) -> Bool {
    var (tables, operands, outputs) = (circuit.tables, circuit.operands, circuit.outputs)
    var (steps, lookups) = (program.tables, program.operands)
    switch Int.random(in: 0..<7, using: &random) {
    case 0:
      let gate = tables.indices.randomElement(using: &random)!
      let rows = UInt64(1) << UInt64(circuit.operands(ofGate: gate).count)
      tables[gate] ^= 1 << UInt64.random(in: 0..<rows, using: &random)
    case 1:
      guard let place = operands.indices.randomElement(using: &random) else { return false }
      let gate = circuit.offsets.lastIndex { Int($0) <= place }!
      operands[place] = UInt32.random(in: 0..<UInt32(circuit.inputCount + gate), using: &random)
    case 2:
      guard let step = steps.indices.randomElement(using: &random) else { return false }
      steps[step] ^= 1 << UInt64.random(in: 0..<1 << UInt64(program.headCount), using: &random)
    case 3:
      guard let place = lookups.indices.randomElement(using: &random) else { return false }
      lookups[place] = Int32.random(in: -1..<Int32(program.form.inputCount + place / program.headCount), using: &random)
    case 4:
      let wire = witness.sources.indices.randomElement(using: &random)!
      witness.sources[wire] = Int32.random(in: -3..<2 * Int32(program.form.wireCount), using: &random)
    case 5:
      readOut[readOut.indices.randomElement(using: &random)!] =
        Int.random(in: -2..<2 * program.form.wireCount, using: &random)
    default:
      outputs[outputs.indices.randomElement(using: &random)!] =
        UInt32.random(in: 0..<2 * UInt32(circuit.wireCount), using: &random)
    }
    circuit = CircuitStatement(
      inputCount: circuit.inputCount, tables: tables, offsets: circuit.offsets, operands: operands, outputs: outputs)
    program = LookupProgram(
      form: program.form, headCount: program.headCount, operands: lookups, tables: steps)
    return true
  }
}

/// The shared circuits without memory.
enum CombinationalCircuits {
  static let files: [String] = {
    guard let folder = sharedData?.appending(path: "circuits") else { return [] }
    let sequential = ["cnt1.aag", "toggle.aag", "toggle-re.aag", "s27.bench"]
    return ["aiger", "bench", "blif", "bristol"].flatMap { part -> [String] in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: part).path)) ?? []
      return names.filter { !sequential.contains($0) }.sorted().map { "\(part)/\($0)" }
    }
  }()

  static func read(_ file: String) throws -> Circuit {
    try Circuit(contentsOf: try #require(sharedData).appending(path: "circuits/\(file)").path)
  }
}
