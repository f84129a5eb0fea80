// The line from chain of thought to memorization: its rows, its ends, and rows that must be found wrong.
import Circuits
import Constructions
import Randomness
import Testing
import Transformers

@Suite struct FrontierTests {
  static func frontier(_ circuit: Circuit, _ change: (inout Frontier.Options) -> Void = { _ in }) throws -> Frontier {
    var options = Frontier.Options()
    options.measuredSeconds = 0
    options.searchesUnit = false
    change(&options)
    var random = Philox(seed: 1)
    return try Frontier(of: circuit, options: options, using: &random)
  }

  static let circuits: [(name: String, circuit: Circuit)] = [
    ("parity", .parity(6)), ("product", .wallaceMultiplier(width: 3)), ("comparator", .comparator(width: 3)),
    ("an input, a constant, an inverter", TableTreeTests.wires()), ("one input", .parity(1)),
  ]

  @Test(arguments: circuits.indices)
  func everyRowIsCertifiedAndRunOnAllInputs(_ index: Int) throws {
    let (name, circuit) = Self.circuits[index]
    let frontier = try Self.frontier(circuit)
    #expect(frontier.isSound, "\(name)")
    #expect(frontier.rows.map(\.tableInputs) == Array(2...max(2, circuit.inputCount)) + [circuit.inputCount])
    for row in frontier.rows + frontier.deepRows {
      #expect(row.isExhaustive && row.assignmentCount == 1 << circuit.inputCount, "\(name)")
      #expect(row.certifiedUnit != nil && row.tokensPerSecond > 0)
      #expect(
        row.nonZeroParameterCount <= row.parameterCount && row.distinctParameterCount <= row.nonZeroParameterCount + 1)
    }
    let chains = frontier.rows.dropLast().map(\.stepCount)
    #expect(zip(chains, chains.dropFirst()).allSatisfy { $0 >= $1 }, "larger tables, shorter chains")
    for row in frontier.deepRows {
      let shallow = frontier.rows.first { $0.tableInputs == row.tableInputs && $0.construction != .memorizer }
      // A constant output has a token where inverters and constants are not folded away.
      let constants = circuit.truthTables().contains { $0.constantValue != nil } ? 1 : 0
      #expect(row.layerCount > 1 && row.stepCount <= (shallow?.stepCount ?? 0) + constants, "\(name)")
    }
  }

  @Test func oneEndIsTheSimulationOfTheGatesAndTheOtherRemembersEveryRow() throws {
    let circuit = Circuit.wallaceMultiplier(width: 3)
    let frontier = try Self.frontier(circuit)
    let simulation = CircuitSimulation(of: circuit)
    let first = try #require(frontier.rows.first)
    #expect(first.construction == .circuit && first.stepCount == simulation.cost.stepCount)
    #expect(first.parameterCount == simulation.model().parameterCount && first.depth == circuit.depth)
    let tables = frontier.rows[frontier.rows.count - 2]
    #expect(tables.tableInputs == 6 && tables.stepCount == 6 && tables.depth == 1 && tables.hiddenUnitCount == 64)
    let last = try #require(frontier.rows.last)
    #expect(last.construction == .memorizer && last.stepCount == 1 && last.layerCount == 1)
    // A unit for each row but those of the most frequent product, 0: 15 of the 64.
    #expect(last.hiddenUnitCount == 49)
  }

  @Test func moreInputsThanCanBeRunAreSampledAndHaveNoMemorizer() throws {
    let frontier = try Self.frontier(.rippleCarryAdder(width: 11)) {
      $0.tableInputs = [2, 4]
      $0.layers = []
      $0.sampledAssignments = 40
    }
    #expect(frontier.rows.map(\.tableInputs) == [2, 4] && frontier.deepRows.isEmpty && frontier.isSound)
    #expect(frontier.rows.allSatisfy { !$0.isExhaustive && $0.assignmentCount == 40 })
  }

  @Test func tablesOfAnotherFunctionAreFound() {
    let circuit = Circuit.parity(5)
    let other = Mutant(.flippedTableBit, .tableBit(gate: 1, row: 2)).applied(to: circuit)
    let plan = AssignmentPlan(inputCount: 5, maximumCount: nil)
    #expect(!FrontierRow.Check(mapping: other, of: circuit, plan).holds)
    #expect(FrontierRow.Check(mapping: circuit.simplified().circuit, of: circuit, plan).holds)
    let wide = Circuit.parity(30)
    let sampled = AssignmentPlan(inputCount: 30, maximumCount: 10)
    let wrong = Mutant(.flippedTableBit, .tableBit(gate: 3, row: 1)).applied(to: wide)
    #expect(!FrontierRow.Check(mapping: wrong, of: wide, sampled).holds)
  }

  @Test func thePictureHasALineForEachCurveAndAMarkForEachRow() throws {
    let frontier = try Self.frontier(.parity(4))
    let text = frontier.svg(title: "a < b & c")
    #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n") && text.contains("a &lt; b &amp; c"))
    #expect(text.ranges(of: "<polyline").count == 4)
    #expect(text.ranges(of: "<circle").count == 4 * (frontier.rows.count + frontier.deepRows.count))
  }

  @Test func workThatIsToldToStopStops() {
    var random = Philox(seed: 1)
    var told = 0
    #expect(throws: CancellationError.self) {
      _ = try Frontier(of: .parity(4), using: &random) { row, total in
        told = total
        return row < 1
      }
    }
    // k = 2, 3, 4, one token, two layers of 2 and of 3, three layers of 2.
    #expect(told == 7)
  }

  @Test func weightsAreCountedOneByOne() {
    let model = CircuitSimulation(of: .parity(3)).model()
    let statistics = ParameterStatistics(model)
    #expect(statistics.count == model.parameterCount)
    #expect(statistics.nonZero > 0 && statistics.nonZero < statistics.count && statistics.largestBits >= 2)
    #expect(statistics.bits >= 2 * statistics.nonZero)
  }
}
