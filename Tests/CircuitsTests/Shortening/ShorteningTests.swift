// Shortening: equal and never longer for all small circuits and random ones, short where the shortest is known.
import Circuits
import Foundation
import Testing
import TestSupport

struct ShorteningTests {
  /// Options without a solver: what the quick tests need is decided without one.
  private func options(_ effort: Int) -> ShorteningOptions {
    ShorteningOptions(effort: effort, checker: EquivalenceChecker(solver: nil))
  }

  @Test func allCircuitsOfTwoGatesOfTwoInputsBecomeAsShortAsTheirFunction() {
    for first in 0..<64 {
      for second in 0..<144 {
        var builder = CircuitBuilder(inputCount: 2)
        builder.gate(bits: UInt64(first >> 2), Wire(first & 1), Wire(first >> 1 & 1))
        let last = builder.gate(bits: UInt64(second / 9), Wire(second % 3), Wire(second / 3 % 3))
        let circuit = builder.circuit(outputs: [Literal(last, complemented: first & 1 != 0)])
        let (shorter, report) = circuit.shortened(options(2))
        let table = circuit.truthTables()[0]
        let isLiteral = !table.depends(onInput: 0) || !table.depends(onInput: 1)
        // A constant output reads one gate without operands.
        let expected = isLiteral && table.constantValue == nil ? 0 : 1
        #expect(shorter.truthTables() == [table] && shorter.gateCount == expected && report.tokensAfter == expected)
      }
    }
  }

  @Test(arguments: 0..<4)
  func randomCircuitsOfEveryKindOfGateStayEqualAndNeverGrow(_ effort: Int) {
    var random = SplitMix64(seed: UInt64(effort) + 1)
    for number in 0..<150 {
      let circuit = Circuit.wild(
        inputs: Int.random(in: 0...9, using: &random), gates: Int.random(in: 1...70, using: &random),
        outputs: Int.random(in: 0...5, using: &random), using: &random)
      let form = circuit.twoInputForm()
      #expect(circuit.firstDifference(from: form) == nil && form.maximumFanIn <= 2, "circuit \(number)")
      let (shorter, report) = circuit.shortened(options(effort))
      #expect(circuit.firstDifference(from: shorter) == nil, "circuit \(number), effort \(effort)")
      #expect(shorter.gateCount <= form.gateCount && shorter.maximumFanIn <= 2, "circuit \(number)")
      #expect(report.tokensAfter == shorter.gateCount && report.sourceGates == circuit.gateCount)
      #expect(!report.hasUnprovedPass, "circuit \(number): \(report.passes)")
    }
  }

  @Test func wiresBeyondExhaustionAreProvedInWindows() {
    // The same property where no pass may be checked by running all assignments.
    var random = SplitMix64(seed: 77)
    var windows = 0
    for number in 0..<60 {
      let circuit = Circuit.wild(
        inputs: Int.random(in: 1...9, using: &random), gates: 60, outputs: 4, using: &random)
      var options = options(2)
      options.checker.exhaustiveInputs = 0
      let (shorter, report) = circuit.shortened(options)
      #expect(circuit.firstDifference(from: shorter) == nil, "circuit \(number)")
      if case .windows = report.proof { windows += 1 }
    }
    #expect(windows > 20)
  }

  @Test func namesOrderAndWidthsOfInputsAndOutputsStay() {
    let circuit = Circuit.wallaceMultiplier(width: 4)
    let shorter = circuit.shortened(options(2)).circuit
    var names = circuit.names
    names.wires = [:]
    #expect(shorter.names == names)
    #expect(shorter.inputCount == circuit.inputCount && shorter.outputCount == circuit.outputCount)
  }

  @Test func ripplingAdditionReachesFiveGatesABit() {
    // A full adder takes five gates, the first two bits' half adder two: Redkin's minimum 5n - 3 for sums of n bits.
    for width in [2, 5, 8, 32] {
      var builder = CircuitBuilder(inputCount: 2 * width)
      var carry: Wire?
      var sums: [Literal] = []
      for i in 0..<width {
        let operands = [Wire(i), Wire(width + i)] + (carry.map { [$0] } ?? [])
        let sum = TruthTable(inputCount: operands.count) { $0.reduce(false) { $0 != $1 } }
        let next = TruthTable(inputCount: operands.count) { $0.count { $0 } > 1 }
        sums.append(Literal(builder.gate(sum, operands)))
        carry = builder.gate(next, operands)
      }
      if let carry { sums.append(Literal(carry)) }
      let (shorter, report) = builder.circuit(outputs: sums).shortened()
      #expect(shorter.gateCount == 5 * width - 3 && report.verdict.isEqual, "width \(width): \(shorter.gateCount)")
    }
  }

  @Test func redundantCopiesOfAFunctionBecomeOne() {
    // (a & b) | (a & !b) is a, however it is hidden.
    var logic = CircuitBuilder(inputCount: 6)
    var wires = (0..<6).map { Wire($0) }
    for _ in 0..<5 {
      wires = wires.indices.map { i in
        let other = wires[(i + 1) % 6]
        let both = logic.gate(.and, wires[i], other)
        let alone = logic.gate(TruthTable(bits: 0b0010, inputCount: 2), wires[i], other)
        return logic.gate(.or, both, alone)
      }
    }
    let (shorter, report) = logic.circuit(outputs: wires.map { Literal($0) }).shortened(options(1))
    #expect(shorter.gateCount == 0 && shorter.outputs == (0..<6).map { Literal(Wire($0)) })
    #expect(report.tokensBefore > 0)
  }

  @Test func observabilityDoNotCaresAreUsed() {
    // y = (a ^ b) | (a & b): where a & b is true nobody sees a ^ b, so y = a | b; then 1 gate for y.
    var logic = CircuitBuilder(inputCount: 5)
    let xor = logic.gate(.xor, Wire(0), Wire(1))
    let and = logic.gate(.and, Wire(0), Wire(1))
    let y = logic.gate(.or, xor, and)
    let z = logic.gate(.and, y, logic.gate(.or, Wire(2), logic.gate(.and, Wire(3), Wire(4))))
    let shorter = logic.circuit(outputs: [Literal(z)]).shortened(options(2)).circuit
    #expect(shorter.gateCount == 4)
  }

  @Test func aCancelledShorteningReturnsWhatIsProved() {
    let circuit = Circuit.wallaceMultiplier(width: 6)
    var options = options(2)
    options.isCancelled = { true }
    let (shorter, report) = circuit.shortened(options)
    #expect(report.verdict.isEqual && circuit.firstDifference(from: shorter) == nil)
  }

  @Test func aDeepChainOfGatesNeedsNoDeepRecursion() {
    var builder = CircuitBuilder(inputCount: 2)
    var wire = Wire(0)
    for i in 0..<200_000 { wire = builder.gate(bits: i % 3 == 0 ? 0b0110 : 0b0111, wire, Wire(i % 2)) }
    let circuit = builder.circuit(outputs: [Literal(wire)])
    let shorter = circuit.shortened(options(1)).circuit
    #expect(shorter.truthTables() == circuit.truthTables() && shorter.gateCount <= 1)
  }

  @Test(
    .enabled(if: sharedData != nil && SatisfiabilitySolver.installed() != nil),
    arguments: [
      // File, tokens in two-input form at most, tokens after at most: what the default effort reached when this was written.
      ("aiger/epfl-adder.aig", 1020, 637), ("aiger/epfl-int2float.aig", 260, 212), ("aiger/epfl-ctrl.aig", 176, 92),
      ("aiger/iscas-c432.aig", 208, 142), ("aiger/iscas-c880.aig", 325, 250), ("bench/c1355.bench", 546, 182),
      ("bench/c499.bench", 202, 182), ("bristol/adder64.txt", 376, 314), ("aiger/epfl-max.aig", 2865, 2560),
    ])
  func realCircuitsBecomeShorterAndAreProved(_ file: String, _ before: Int, _ after: Int) throws {
    let path = try #require(sharedData).appending(path: "circuits/\(file)").path
    let circuit = try Circuit(contentsOf: path)
    let (shorter, report) = circuit.shortened()
    #expect(report.tokensBefore <= before && shorter.gateCount <= after, "\(report.tokensBefore), \(shorter.gateCount)")
    #expect(!report.hasUnprovedPass)
    // An independent run: the proof of source and result in one piece.
    #expect(EquivalenceChecker().compare(circuit, shorter).isEqual)
  }
}
