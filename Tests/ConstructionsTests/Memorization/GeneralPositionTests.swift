// Tests of what Baum's and Bubeck's constructions ask of points: violations are found, and the rows that are named are a violation.
import Constructions
import ExactArithmetic
import TestSupport
import Testing

/// The rank of rows of integers, by elimination with fractions: independent of the module's own.
private func rank(_ rows: [[Integer]]) -> Int {
  var rows = rows.map { $0.map { Rational($0) } }
  var rank = 0
  for column in 0..<(rows.first?.count ?? 0) {
    guard let pivot = rows.indices.dropFirst(rank).first(where: { rows[$0][column] != 0 }) else { continue }
    rows.swapAt(rank, pivot)
    for i in rows.indices where i > rank && rows[i][column] != 0 {
      let factor = rows[i][column] / rows[rank][column]
      for j in rows[i].indices { rows[i][j] -= factor * rows[rank][j] }
    }
    rank += 1
  }
  return rank
}

/// Whether the named rows are d + 1 different points of one hyperplane.
private func isViolation(_ error: MemorizationError, _ data: MemorizationData) -> Bool {
  guard error.hypothesis == .generalPosition, error.rows.count == data.dimension + 1,
    Set(error.rows).count == error.rows.count
  else { return false }
  return rank(error.rows.map { data.integerPoint($0 - 1) + [1] }) <= data.dimension
}

@Suite struct GeneralPositionTests {
  @Test(arguments: [MemorizationConstruction.baum, .bubeck], [3, 5, 8])
  func theBooleanCubeIsRefusedWithPointsOfOneHyperplane(construction: MemorizationConstruction, dimension: Int) throws {
    let points = (0..<(1 << dimension)).map { row in (0..<dimension).map { Integer(row >> $0 & 1) } }
    for seed in 0..<8 {
      let labels = drawnBits(points.count, seed: seed)
      let data = try MemorizationData(integerPoints: points, labels: labels)
      var generator = SplitMix64(seed: seed)
      do {
        // Few points of the cube's own three dimensions may have planes without a further one.
        let network = try construction.memorize(data, using: &generator).network
        #expect(dimension == 3 && construction == .baum && MemorizationCheck(network, on: data).isExact)
      } catch {
        #expect(isViolation(error, data), "\(error)")
      }
    }
  }

  /// Random points, of which some are moved onto a hyperplane of earlier ones, or into a smaller flat.
  @Test(arguments: [2, 3, 4], [1, 2, 3])
  func plantedViolationsAreFoundOrDoNoHarm(dimension: Int, flat: Int) throws {
    var refused = 0
    for seed in 0..<20 {
      var generator = SplitMix64(seed: 100 * seed + 10 * dimension + flat)
      var points = drawnPoints(3 * dimension + 1, dimension: dimension, in: -50...50, seed: seed)
      // An affine combination of `flat` + 1 earlier points.
      let base = points.shuffled(using: &generator).prefix(min(flat, dimension) + 1)
      let weights = base.dropFirst().map { _ in Integer(Int.random(in: -3...3, using: &generator)) }
      let first = base[base.startIndex]
      points.append(
        zip(base.dropFirst(), weights).reduce(first) { sum, term in
          sum.indices.map { sum[$0] + term.1 * (term.0[$0] - first[$0]) }
        })
      guard Set(points).count == points.count else { continue }
      points.shuffle(using: &generator)
      let data = try MemorizationData(integerPoints: points, labels: drawnLabels(points.count, bound: 9, seed: seed))
      do {
        let network = try BubeckMemorizer.memorize(data, using: &generator).network
        #expect(MemorizationCheck(network, on: data).isExact)
      } catch {
        #expect(isViolation(error, data), "\(error)")
        refused += 1
      }
    }
    // d + 1 points of one hyperplane are planted in every set where flat < d; blocks meet some of them.
    #expect(flat >= dimension || refused > 0)
  }

  @Test func pointsOnALineAreRefusedInThePlaneAndFineOnTheLine() throws {
    let line = (0..<9).map { [Integer($0)] }
    let plane = line.map { [$0[0], 2 * $0[0] + 1] }
    let labels = drawnLabels(9, bound: 5, seed: 1)
    var generator = SplitMix64(seed: 1)
    let onLine = try MemorizationData(integerPoints: line, labels: labels)
    #expect(MemorizationCheck(try BubeckMemorizer.memorize(onLine, using: &generator).network, on: onLine).isExact)
    let inPlane = try MemorizationData(integerPoints: plane, labels: labels)
    let error = #expect(throws: MemorizationError.self) { try BubeckMemorizer.memorize(inPlane, using: &generator) }
    #expect(error?.rows == [1, 2, 3])
  }

  @Test func fewerPointsThanDimensionsNeedOneBlock() throws {
    let data = try MemorizationData(
      integerPoints: drawnPoints(5, dimension: 12, in: 0...1, seed: 2), labels: drawnLabels(5, bound: 9, seed: 1))
    var generator = SplitMix64(seed: 1)
    let memorization = try BubeckMemorizer.memorize(data, using: &generator)
    #expect(memorization.network.size.hiddenUnitCount == 4 && MemorizationCheck(memorization.network, on: data).isExact)
  }

  /// As many coordinates as an image has pixels: the work goes by the points of a block, not by the dimension.
  @Test(arguments: [MemorizationConstruction.baum, .bubeck])
  func aFewWidePointsAreOneBlock(construction: MemorizationConstruction) throws {
    let data = try MemorizationData(
      integerPoints: drawnPoints(30, dimension: 784, in: 0...255, seed: 2), labels: drawnBits(30, seed: 1))
    var generator = SplitMix64(seed: 1)
    let memorization = try construction.memorize(data, using: &generator)
    #expect(memorization.network.size.hiddenUnitCount == (construction == .baum ? 2 : 4))
    #expect(MemorizationCheck(memorization.network, on: data).isExact)
  }
}
