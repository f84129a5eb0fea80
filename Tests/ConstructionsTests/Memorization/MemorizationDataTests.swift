// Tests of data: exact reading, refusals with their place, distinctness, separation.
import Constructions
import ExactArithmetic
import TestSupport
import Testing

@Suite struct MemorizationDataTests {
  @Test(
    arguments: [
      ("0,1\n", [[0]], [1]), ("0,1", [[0]], [1]), ("e,x1\n0,1\n", [[0]], [1]), ("1e0,1\n", [[1]], [1]),
      ("x,y\n0,1\r\n2,3\r\n", [[0], [2]], [1, 3]),
      ("\u{FEFF}a,b,label\n1,-2,3/7\n", [[1, -2]], [Rational(3, 7)]),
      ("0.5,1e2\n-1.25,5E-1\n", [[Rational(1, 2)], [Rational(-5, 4)]], [100, Rational(1, 2)]),
      ("1/3,1/6,+2\n", [[Rational(1, 3), Rational(1, 6)]], [2]), ("-0,007\n", [[0]], [7]),
      ("-0.5,1\n0.125,2\n", [[Rational(-1, 2)], [Rational(1, 8)]], [1, 2]),
      ("123456789012345678901234567890,1\n", [[123_456_789_012_345_678_901_234_567_890]], [1]),
    ] as [(String, [[Rational]], [Rational])])
  func numbersAreReadExactly(text: String, points: [[Rational]], labels: [Rational]) throws {
    let data = try MemorizationData(text: text)
    #expect((0..<data.pointCount).map { data.point($0) } == points)
    #expect(data.labels == labels)
    #expect(try MemorizationData(points: points, labels: labels) == data)
  }

  @Test(arguments: [
    ("", 1, 1), ("\n", 1, 1), ("x,y\n", 2, 1), ("5\n", 1, 1), ("0,1\n\n", 2, 1), ("0,1\n2\n", 2, 1),
    ("0,1\n2,3,4\n", 2, 5),
    ("0,1\n,3\n", 2, 1), ("0,1\nx,3\n", 2, 1), ("0,x\n", 1, 3), ("0, 1\n", 1, 3), ("\"0\",1\n", 1, 1),
    ("0,1/0\n", 1, 3),
    ("0,.5\n", 1, 3), ("0,5.\n", 1, 3), ("0,1.2.3\n", 1, 3), ("0,1e\n", 1, 3), ("0,1e5000\n", 1, 3), ("0,0x10\n", 1, 3),
    ("0,nan\n", 1, 3), ("0,--1\n", 1, 3), ("0,1\r2,3\n", 1, 4), ("a,b,c\n0,1\n", 2, 1), ("1.2.3,4-5\n0,1\n", 1, 1),
    ("a,1\n0,1\n", 1, 1), ("0;1\n", 1, 1),
    ("0,1/2/3\n", 1, 3),
    ("0,1,\n", 1, 5), ("x\n1\n", 1, 1),
  ])
  func whatIsNoTableOfNumbersIsRefusedWithItsPlace(text: String, line: Int, column: Int) {
    let error = #expect(throws: MemorizationTextError.self) { try MemorizationData(text: text) }
    #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
  }

  @Test func limitsHold() {
    var limits = MemorizationData.TextLimits()
    limits.columns = 2
    #expect(throws: MemorizationTextError.self) { try MemorizationData(text: "1,2,3\n", limits: limits) }
    #expect(throws: MemorizationTextError.self) { try MemorizationData(text: "a,b,c\n1,2,3\n", limits: limits) }
    limits = MemorizationData.TextLimits()
    limits.digits = 5
    #expect(throws: MemorizationTextError.self) { try MemorizationData(text: "123456,1\n", limits: limits) }
    limits = MemorizationData.TextLimits()
    limits.scaleBits = 4
    #expect(throws: MemorizationTextError.self) { try MemorizationData(text: "1/5,1\n1/7,1\n", limits: limits) }
  }

  @Test func repeatedPointsAreNamedAndEqualLabelsMerged() throws {
    let data = try MemorizationData(text: "1,2,0\n1/2,0,1\n1,2,0\n3,3,1\n0.5,0,1\n")
    let error = #expect(throws: MemorizationError.self) { try data.checkDistinctPoints() }
    #expect(error?.hypothesis == .distinctPoints && error?.rows == [1, 3])
    let merged = try data.mergingEqualPoints()
    #expect(merged == data.selecting([0, 1, 3]))
    #expect(throws: Never.self) { try merged.checkDistinctPoints() }
    let contradiction = data.relabelled([0, 1, 0, 1, 7])
    let second = #expect(throws: MemorizationError.self) { try contradiction.mergingEqualPoints() }
    #expect(second?.rows == [2, 5] && second?.found.contains("1 and 7") == true)
  }

  @Test func numbersThatDoNotMatchAreRefused() {
    #expect(throws: MemorizationError.self) { try MemorizationData(points: [], labels: []) }
    #expect(throws: MemorizationError.self) { try MemorizationData(points: [[]], labels: [1]) }
    #expect(throws: MemorizationError.self) { try MemorizationData(points: [[1], [2]], labels: [1]) }
    let error = #expect(throws: MemorizationError.self) {
      try MemorizationData(points: [[1], [2], [1, 2]], labels: [1, 2, 3])
    }
    #expect(error?.rows == [3])
    #expect(throws: MemorizationError.self) { try MemorizationData(dimension: 2, coordinates: [1, 2, 3], labels: [1]) }
  }

  /// r^2 and delta^2 as they are defined.
  private static func separationByDefinition(_ data: MemorizationData) -> (radius: Rational, distance: Rational) {
    let points = (0..<data.pointCount).map { data.point($0) }
    func square(_ vector: [Rational]) -> Rational { vector.reduce(0) { $0 + $1 * $1 } }
    var least: Rational?
    for i in points.indices {
      for j in 0..<i {
        least = min(least ?? square(points[0]) + 1_000_000_000, square(zip(points[i], points[j]).map { $0 - $1 }))
      }
    }
    return (points.map(square).max() ?? 0, least ?? 0)
  }

  @Test(arguments: [(2, 1, 9), (40, 3, 5), (60, 70, 1), (33, 64, 1), (25, 130, 1), (50, 2, 1000), (30, 4, 0)])
  func theSeparationIsThatOfTheDefinition(count: Int, dimension: Int, bound: Int) throws {
    // bound 0: numbers that fill two words.
    let range = bound == 0 ? -40...40 : bound == 1 ? 0...1 : -bound...bound
    let points = drawnPoints(count, dimension: dimension, in: range, seed: count)
    let shift = bound == 0 ? 70 : 0
    let labels = drawnBits(count, seed: 1)
    let data = try MemorizationData(
      integerPoints: points.map { $0.map { $0 << shift } }, scale: bound == 1 ? 1 : 3, labels: labels)
    let separation = Separation(of: data)
    let expected = Self.separationByDefinition(data)
    #expect(separation.isExact && separation.squaredRadius == expected.radius)
    #expect(separation.squaredDistance == expected.distance && separation.squaredDistanceAtLeast == expected.distance)
    let rows = separation.nearestRows.map { data.point($0 - 1) }
    #expect(zip(rows[0], rows[1]).reduce(Rational(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } == expected.distance)
  }

  @Test(arguments: [0...1, -50...50])
  func tooMuchWorkGivesBoundsThatHold(range: ClosedRange<Int>) throws {
    let data = try MemorizationData(
      integerPoints: drawnPoints(300, dimension: 20, in: range, seed: 3), labels: drawnBits(300, seed: 1))
    let full = Separation(of: data)
    let some = Separation(of: data, workLimit: 2000)
    #expect(full.isExact && !some.isExact)
    let exact = try #require(full.squaredDistance)
    let found = try #require(some.squaredDistance)
    #expect(some.squaredDistanceAtLeast <= exact && exact <= found)
  }
}
