// What a certificate promises beyond what is found is seen, number by number, and what it leaves out is not held against it.
import Testing
import Verification

/// A change of stated bounds, and what is said of it.
private struct Statement: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let change: @Sendable (inout Bounds) -> Void
  init(_ words: String, _ change: @escaping @Sendable (inout Bounds) -> Void) {
    (testDescription, self.change) = (words, change)
  }
}

private let found = Bounds(
  layers: [
    Bounds.Layer(scoreGap: .init(100), leak: .init(1e-9, step: 3), fetchError: 0.5, comparesAllPairs: false)
  ],
  tokenMargin: .init(0.25, step: 7), largestMagnitude: 1000, caseCount: 40)

@Suite struct CertificateBoundsTests {
  @Test(arguments: [
    Statement("a score gap of 101.0, and 100.0 was found") { $0.layers[0].scoreGap.value = 101 },
    Statement("a score gap of inf, and 100.0 was found") { $0.layers[0].scoreGap.value = .infinity },
    Statement("a leak of at most 0.0, and 1e-09 was found") { $0.layers[0].leak.value = 0 },
    Statement("a fetch error of at most 0.4, and 0.5 was found") { $0.layers[0].fetchError = 0.4 },
    Statement("a token margin of 0.26, and 0.25 was found") { $0.tokenMargin.value = 0.26 },
    Statement("a token margin of inf, and 0.25 was found") { $0.tokenMargin.value = .infinity },
    Statement("numbers up to 999.0, and 1000.0 was found") { $0.largestMagnitude = 999 },
    Statement("0 layers, and 1 were found") { $0.layers = [] },
  ])
  private func aPromiseThatIsTooGoodIsSeen(_ statement: Statement) {
    var stated = found
    statement.change(&stated)
    #expect(stated.excess(over: found) == statement.testDescription)
    // The other way round it promises less; a layer more or less is another model.
    #expect((found.excess(over: stated) == nil) == !stated.layers.isEmpty)
  }

  @Test func equalBoundsAndThoseOfAnotherOrderOfSumsPromiseNothingMore() {
    #expect(found.excess(over: found) == nil)
    var stated = found
    stated.layers[0].scoreGap.value *= 1 + 1e-12
    stated.tokenMargin = .init(0.25 * (1 + 1e-12), step: 9)
    #expect(stated.excess(over: found) == nil)
    var unbounded = found
    unbounded.tokenMargin.value = .infinity
    #expect(unbounded.excess(over: unbounded) == nil)
  }
}
