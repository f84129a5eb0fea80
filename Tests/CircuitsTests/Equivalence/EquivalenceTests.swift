// Verdicts on pairs of circuits: each kind of proof, counterexamples that are checked, damaged circuits that must be refused.
import Circuits
import Foundation
import Testing
import TestSupport

struct EquivalenceTests {
  static let solver = SatisfiabilitySolver.installed()

  private func checker(_ solver: SatisfiabilitySolver? = nil, exhaustive: Int = 20) -> EquivalenceChecker {
    var checker = EquivalenceChecker(solver: solver)
    checker.exhaustiveInputs = exhaustive
    return checker
  }

  /// Whether two circuits really differ where a verdict says so.
  private func isTrue(_ verdict: EquivalenceVerdict, _ a: Circuit, _ b: Circuit) -> Bool {
    guard case .different(let inputs, let output) = verdict else { return false }
    return a(inputs)[output] != b(inputs)[output]
  }

  /// Whether the inputs are alternately true and false, tested from the first on or from the last on.
  static func alternation(_ n: Int, reversed: Bool = false) -> Circuit {
    var builder = CircuitBuilder(inputCount: n + 1)
    let order = reversed ? Array((0..<n).reversed()) : Array(0..<n)
    var wire = Wire(n)
    for i in order { wire = builder.gate(i % 2 == 0 ? .and : TruthTable(bits: 0b0010, inputCount: 2), wire, Wire(i)) }
    return builder.circuit(outputs: [Literal(wire)])
  }

  /// The only assignment under which `alternation(n)` is true.
  static func alternating(_ n: Int) -> [Bool] { (0..<n).map { $0 % 2 == 0 } + [true] }

  /// The circuit of as many inputs whose only output is false.
  static func never(_ n: Int) -> Circuit {
    var builder = CircuitBuilder(inputCount: n)
    let constant = builder.gate(.false)
    return builder.circuit(outputs: [Literal(constant)])
  }

  @Test func hashingAloneProvesTheSameNetwork() {
    let circuit = Circuit.rippleCarryAdder(width: 40)
    #expect(checker().compare(circuit, circuit.simplified().circuit) == .equal(by: .structure))
  }

  @Test func fewInputsAreExhausted() {
    let (a, b) = (Circuit.arrayMultiplier(width: 5), Circuit.wallaceMultiplier(width: 5))
    #expect(checker().compare(a, b) == .equal(by: .exhaustion(assignments: 1024)))
  }

  @Test func noInputsAndNoOutputsAreCompared() {
    let nothing = CircuitBuilder(inputCount: 0).circuit(outputs: [])
    #expect(checker().compare(nothing, nothing).isEqual)
    var builder = CircuitBuilder(inputCount: 0)
    let constant = builder.gate(.true)
    let (yes, no) = (
      builder.circuit(outputs: [Literal(constant)]), builder.circuit(outputs: [Literal(constant, complemented: true)])
    )
    #expect(checker().compare(yes, no) == .different(inputs: [], output: 0))
  }

  @Test func windowsProveAddersWithoutASolver() {
    let verdict = checker(exhaustive: 0).compare(.rippleCarryAdder(width: 8), .prefixAdder(width: 8))
    guard case .equal(by: .windows(let merges, let leaves)) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(merges > 0 && leaves <= 16)
  }

  @Test func verdictsOfAllKindsAgreeOnRandomCircuits() {
    // Exhaustion is the judge; windows and the solver must never say otherwise.
    var random = SplitMix64(seed: 5)
    var (equal, different, undecided) = (0, 0, 0)
    for number in 0..<250 {
      let inputs = Int.random(in: 1...7, using: &random)
      let a = Circuit.wild(inputs: inputs, gates: 25, outputs: 2, using: &random)
      let target = Int.random(in: 0..<a.gateCount, using: &random)
      let b = number % 3 == 0 ? a.twoInputForm() : a.complementing(gate: target).twoInputForm()
      let truth = a.firstDifference(from: b)
      var quick = checker(exhaustive: 0)
      quick.randomAssignments = 0
      for solver in [nil, number % 5 == 0 ? Self.solver : nil] {
        quick.solver = solver
        let verdict = quick.compare(a, b)
        switch verdict {
        case .equal:
          #expect(truth == nil, "pair \(number)")
          equal += 1
        case .different:
          #expect(isTrue(verdict, a, b), "pair \(number)")
          different += 1
        case .undecided: undecided += 1
        }
      }
    }
    #expect(equal > 100)
    if Self.solver != nil { #expect(different > 10) }
  }

  @Test func everyDamagedGateOfAShortenedCircuitIsFound() {
    let circuit = Circuit.wallaceMultiplier(width: 4)
    let shorter = circuit.shortened(ShorteningOptions(checker: checker())).circuit
    for gate in 0..<shorter.gateCount {
      let damaged = shorter.complementing(gate: gate)
      #expect(isTrue(checker().compare(circuit, damaged), circuit, damaged), "gate \(gate)")
      var quick = checker(exhaustive: 0)
      quick.randomAssignments = 1 << 12
      #expect(isTrue(quick.compare(circuit, damaged), circuit, damaged), "gate \(gate)")
    }
  }

  @Test func withoutASolverHardPairsAreUndecided() {
    let verdict = checker().compare(Self.alternation(40), Self.never(41))
    guard case .undecided(let reason) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(reason.contains("no solver"))
  }

  @Test(.enabled(if: solver != nil)) func theSolverFindsWhatSimulationMisses() {
    // They differ on one of 2^41 assignments.
    let (a, b) = (Self.alternation(40), Self.never(41))
    let verdict = checker(Self.solver).compare(a, b)
    #expect(verdict == .different(inputs: Self.alternating(40), output: 0))
  }

  @Test(.enabled(if: solver != nil)) func theSolverProvesWhatWindowsDoNot() {
    let verdict = checker(Self.solver).compare(.rippleCarryAdder(width: 24), .prefixAdder(width: 24))
    guard case .equal(by: .satisfiability(let name, _, let calls)) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(name == Self.solver?.title && calls > 0)
    let order = checker(Self.solver).compare(Self.alternation(40), Self.alternation(40, reversed: true))
    #expect(order.isEqual, "\(order)")
  }

  @Test(.enabled(if: sharedData != nil)) func theTwoFormsOfTheErrorCorrectorAreEqual() throws {
    // c499 and c1355 are the same single-error corrector, with XOR gates and with each XOR as four NANDs.
    let folder = try #require(sharedData).appending(path: "circuits/bench")
    let (a, b) = (
      try Circuit(contentsOf: folder.appending(path: "c499.bench").path),
      try Circuit(contentsOf: folder.appending(path: "c1355.bench").path)
    )
    #expect(checker().compare(a, b).isEqual)
    let damaged = b.complementing(gate: 300)
    #expect(isTrue(checker().compare(a, damaged), a, damaged))
  }
}
