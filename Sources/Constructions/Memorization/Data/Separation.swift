// How far points lie apart and how far out: the numbers r and delta of the memorization theorems.
import Dispatch
public import ExactArithmetic
import Synchronization

/// The radius r = max ||x_i|| and the separation delta = min ||x_i - x_j|| of points, as exact squares.
public struct Separation: Sendable, Hashable, Codable {
  /// r^2.
  public let squaredRadius: Rational
  /// A lower bound of delta^2: delta^2 itself where `isExact`, else 1 / scale^2, what integers over one denominator have at least.
  public let squaredDistanceAtLeast: Rational
  /// The least squared distance that was found, at least delta^2; nil for a single point.
  public let squaredDistance: Rational?
  /// Two rows, from 1, at that distance.
  public let nearestRows: [Int]
  /// Whether all pairs were covered, so that `squaredDistance` is delta^2.
  public let isExact: Bool

  /// r / delta of the pair that was found, rounded; infinite for equal points, nil for a single point.
  public var ratio: Double? {
    squaredDistance.map { $0 == 0 ? .infinity : Double(squaredRadius / $0).squareRoot() }
  }

  /// Measures the points.
  ///
  /// Points with coordinates 0 and 1 are compared word by word; others in the order of the coordinate that varies most, until that coordinate alone is
  /// farther than the nearest pair so far.
  ///
  /// - Parameters:
  ///   - data: the points.
  ///   - workLimit: about how many coordinates are compared before the result is only a bound; a word of 64 binary ones counts an eighth.
  /// - Complexity: O(N^2 d) at worst, O(N^2 ceil(d / 64)) word operations for binary coordinates, shared by the cores.
  public init(of data: MemorizationData, workLimit: Int = 1 << 31) {
    let square = data.scale * data.scale
    let radius = (0..<data.pointCount).reduce(Integer(0)) { greatest, row in
      max(greatest, data.integerPoint(row).reduce(0) { $0 + $1 * $1 })
    }
    squaredRadius = Rational(radius, square)
    let found =
      Self.packed(data).map { Self.nearestBinary($0, data.pointCount, workLimit) } ?? Self.nearest(data, workLimit)
    isExact = found.isExact
    nearestRows = found.rows.map { $0 + 1 }
    squaredDistance = found.distance.map { Rational($0, square) }
    squaredDistanceAtLeast = found.isExact ? Rational(found.distance ?? 0, square) : Rational(1, square)
  }

  private typealias Nearest = (distance: Integer?, rows: [Int], isExact: Bool)

  /// The points' bits, the words of a point one after another; nil where a coordinate is neither 0 nor 1.
  private static func packed(_ data: MemorizationData) -> [UInt64]? {
    guard data.scale == 1, let words = data.words, words.allSatisfy({ $0 == 0 || $0 == 1 }) else { return nil }
    let size = (data.dimension + 63) / 64
    var packed = [UInt64](repeating: 0, count: size * data.pointCount)
    for row in 0..<data.pointCount {
      for column in 0..<data.dimension where words[row * data.dimension + column] == 1 {
        packed[row * size + column / 64] |= 1 << UInt64(column % 64)
      }
    }
    return packed
  }

  private static func nearestBinary(_ packed: [UInt64], _ count: Int, _ workLimit: Int) -> Nearest {
    let size = packed.count / count
    // Rows are taken alternately from both ends, so that each turn is N comparisons.
    let turns = (count + 1) / 2
    let turnLimit = min(turns, 8 * workLimit / max(1, count * size))
    let next = Atomic(0)
    let best = Mutex((distance: Int.max, first: 0, second: 0))
    let step = max(1, turns / 64)
    DispatchQueue.concurrentPerform(iterations: (turns + step - 1) / step) { _ in
      let start = next.wrappingAdd(step, ordering: .relaxed).oldValue
      var own = (distance: Int.max, first: 0, second: 0)
      packed.withUnsafeBufferPointer { bits in
        for turn in start..<max(start, min(start + step, turnLimit)) {
          for i in Set([turn, count - 1 - turn]) {
            let (distance, j) = Self.nearestBehind(i, bits, size, count)
            if distance < own.distance { own = (distance, i, j) }
          }
        }
      }
      // Of equally near pairs the first in rows, so that the result does not depend on the threads.
      best.withLock { if (own.distance, own.first, own.second) < ($0.distance, $0.first, $0.second) { $0 = own } }
    }
    let found = best.withLock { $0 }
    guard found.distance < .max else { return (nil, [], count == 1) }
    return (Integer(found.distance), [found.first, found.second], turnLimit == turns)
  }

  /// The nearest row behind row `i`, the first of several.
  private static func nearestBehind(
    _ i: Int, _ bits: UnsafeBufferPointer<UInt64>, _ size: Int, _ count: Int
  ) -> (distance: Int, row: Int) {
    var best = (distance: Int.max, row: 0)
    if size == 1 {
      let own = bits[i]
      // Blocks whose least distance is formed without a branch.
      for start in stride(from: i + 1, to: count, by: 1024) {
        var least = UInt64.max
        for j in start..<min(start + 1024, count) {
          least = min(least, UInt64(truncatingIfNeeded: (own ^ bits[j]).nonzeroBitCount))
        }
        if Int(least) < best.distance {
          let row = (start..<count).first { (own ^ bits[$0]).nonzeroBitCount == Int(least) }
          best = (Int(least), row ?? start)
        }
      }
      return best
    }
    for j in i + 1..<max(i + 1, count) {
      var distance = 0
      for k in 0..<size { distance += (bits[i * size + k] ^ bits[j * size + k]).nonzeroBitCount }
      if distance < best.distance { best = (distance, j) }
    }
    return best
  }

  private static func nearest(_ data: MemorizationData, _ workLimit: Int) -> Nearest {
    let count = data.pointCount
    if let words = data.words, let small = smallEnough(words, data.dimension) {
      return nearest(
        count, data.dimension, workLimit, zero: 0, coordinates: small, toInteger: { Integer($0) })
    }
    let all = (0..<count).flatMap { data.integerPoint($0) }
    return nearest(count, data.dimension, workLimit, zero: Integer(0), coordinates: all, toInteger: { $0 })
  }

  /// The coordinates, where no squared distance can leave a word.
  private static func smallEnough(_ words: [Int], _ dimension: Int) -> [Int]? {
    let largest = Integer(words.reduce(0) { max($0, $1.magnitude) })
    return (4 * largest * largest * Integer(dimension)).bitLength < Int.bitWidth - 1 ? words : nil
  }

  private static func nearest<Number: SignedNumeric & Comparable>(
    _ count: Int, _ dimension: Int, _ workLimit: Int, zero: Number, coordinates: [Number],
    toInteger: (Number) -> Integer
  ) -> Nearest {
    func spread(_ column: Int) -> Number {
      let values = (0..<count).map { coordinates[$0 * dimension + column] }
      return (values.max() ?? zero) - (values.min() ?? zero)
    }
    let spreads = (0..<dimension).map(spread)
    let key = spreads.indices.max { spreads[$0] < spreads[$1] } ?? 0
    let order = (0..<count).sorted {
      (coordinates[$0 * dimension + key], $0) < (coordinates[$1 * dimension + key], $1)
    }
    // In that order in memory too: a row's candidates are read one after another.
    let sorted = order.flatMap { coordinates[$0 * dimension..<($0 + 1) * dimension] }
    var best: (distance: Number, first: Int, second: Int)?
    var work = 0
    var isExact = true
    sorted.withUnsafeBufferPointer { sorted in
      /// Compares the row at `i` with those behind it up to `end`, as long as the key alone is not farther than the best.
      func compare(_ i: Int, to end: Int) {
        let a = i * dimension
        for j in i + 1..<max(i + 1, end) {
          let b = j * dimension
          let apart = sorted[b + key] - sorted[a + key]
          if let best, apart * apart >= best.distance { return }
          var distance = zero
          var k = 0
          while k < dimension {
            let difference = sorted[a + k] - sorted[b + k]
            distance += difference * difference
            k += 1
            if let best, distance >= best.distance { break }
          }
          work += k
          if best.map({ distance < $0.distance }) ?? true { best = (distance, order[i], order[j]) }
        }
      }
      // Near neighbours first: a near pair that is found early prunes the rest.
      for i in 0..<count { compare(i, to: min(count, i + 9)) }
      for i in 0..<count {
        if work > workLimit {
          isExact = false
          break
        }
        compare(i, to: count)
      }
    }
    let rows = best.map { [min($0.first, $0.second), max($0.first, $0.second)] } ?? []
    return (best.map { toInteger($0.distance) }, rows, isExact)
  }
}
