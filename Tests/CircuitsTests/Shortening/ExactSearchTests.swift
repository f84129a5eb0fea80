// Minimum circuits: known sizes, the solver against the enumeration, and what must be refused.
import Circuits
import Testing
import TestSupport

struct ExactSearchTests {
  static let solver = SatisfiabilitySolver.installed()

  private func parity(_ n: Int) -> TruthTable { TruthTable(inputCount: n) { $0.reduce(false) { $0 != $1 } } }

  /// The size of a minimum, or `nil`; its circuit computes what was asked.
  private func size(_ functions: [TruthTable], upTo size: Int = 8, bounds: Bool = true) -> Int? {
    var search = ExactSearch(functions, solver: Self.solver)
    search.timeLimit = .seconds(120)
    guard case .minimum(let circuit, _) = bounds ? search.minimum(upTo: size) : search.minimumWithoutBounds(upTo: size)
    else { return nil }
    #expect(circuit.truthTables() == functions && circuit.maximumFanIn <= 2)
    return (0..<circuit.gateCount).count { circuit.fanIn(ofGate: $0) > 0 }
  }

  @Test func functionsOfFourInputsNeedNoSolver() {
    let search = ExactSearch([parity(4)], solver: nil)
    guard case .minimum(let circuit, .enumeration) = search.minimum(upTo: 3) else {
      Issue.record("the parity of four inputs has three gates")
      return
    }
    #expect(circuit.gateCount == 3 && circuit.truthTables() == [parity(4)])
    #expect(search.minimum(upTo: 2) == .none(upTo: 2))
    // Whether the sum of n inputs is r modulo 3 (Kojevnikov et al. 2009): 3n - 5 - [3 divides n + r] gates.
    for (n, r, gates) in [(3, 0, 3), (3, 1, 4), (3, 2, 4), (4, 0, 7), (4, 1, 7), (4, 2, 6)] {
      #expect(size([TruthTable(inputCount: n) { $0.count { $0 } % 3 == r }]) == gates, "\(n) inputs, remainder \(r)")
    }
  }

  @Test func withoutASolverTheAnswerIsUndecidedAndSaysWhy() {
    let search = ExactSearch([parity(5)], solver: nil)
    guard case .undecided(let excluded, let reason) = search.minimum(upTo: 6) else {
      Issue.record("nobody can know")
      return
    }
    #expect(excluded == 3 && reason.contains("no solver"))
    // What a simple bound excludes needs no solver.
    #expect(search.minimum(upTo: 3) == .none(upTo: 3))
  }

  @Test func constantsAndInputsNeedNoGate() {
    let x = TruthTable(bits: 0b1100, inputCount: 2)
    let one = TruthTable(bits: 0b1111, inputCount: 2)
    #expect(size([x, x.complemented, one, one.complemented]) == 0)
    #expect(size([TruthTable.true]) == 0 && size([TruthTable.not]) == 0)
  }

  @Test(.enabled(if: solver != nil)) func parityOfNInputsTakesOneGateLessThanInputs() {
    for n in 2...5 { #expect(size([parity(n), parity(n)], bounds: n < 5) == n - 1) }
  }

  @Test(.enabled(if: solver != nil)) func addersHaveTheirKnownMinima() {
    let half = [TruthTable.xor, TruthTable.and]
    #expect(size(half) == 2)
    #expect(size([parity(3), TruthTable.majority], bounds: false) == 5)
    #expect(ExactSearch([parity(3), .majority]).minimum(upTo: 4) == .none(upTo: 4))
    // A three-way comparison shares gates: less, equal, greater of two bits.
    let less = TruthTable(bits: 0b0100, inputCount: 2)
    #expect(size([less, TruthTable.xnor, TruthTable(bits: 0b0010, inputCount: 2)]) == 3)
  }

  @Test(.enabled(if: solver != nil)) func theSolverAgreesWithTheEnumeration() {
    // One function of each class of at most five gates by the solver alone, whose clauses break many symmetries; asked twice so that no
    // table is looked up.
    var counts = [Int](repeating: 0, count: 6)
    for (index, representative) in FourInputClasses.shared.representatives.enumerated() {
      let cost = FourInputLibrary.cost(of: representative)
      guard cost >= 1, cost <= 4 || cost == 5 && index % 12 == 0 else { continue }
      let table = TruthTable(bits: UInt64(representative), inputCount: 4)
      #expect(size([table, table.complemented], bounds: false) == cost, "\(table)")
      counts[cost] += 1
    }
    #expect(counts[1...4].elementsEqual([2, 5, 20, 34]) && counts[5] > 3)
  }

  @Test(.enabled(if: solver != nil)) func fiveInputsAreSearched() {
    let and = TruthTable(inputCount: 5) { $0.allSatisfy { $0 } }
    #expect(size([and]) == 4)
    // x0 ? x1 ^ x2 : x3 & x4: five gates, by two for the choice's data and three for the choice.
    let choice = TruthTable(inputCount: 5) { $0[0] ? $0[1] != $0[2] : $0[3] && $0[4] }
    #expect(size([choice], upTo: 6) == 5)
    let majority = TruthTable(inputCount: 5) { $0.count { $0 } >= 3 }
    #expect(ExactSearch([majority]).minimum(upTo: 6) == .none(upTo: 6))
  }
}
