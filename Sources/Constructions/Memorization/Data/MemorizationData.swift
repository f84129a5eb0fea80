// What is memorized: points with rational coordinates, kept as integers over one denominator, and a rational label each.
public import ExactArithmetic

/// N points in dimension d, each with a label.
///
/// Point i is X_i / `scale` with integers X_i; networks take the point itself, so that their first layers multiply by `scale`. Rows are counted from 0
/// here and from 1 in messages. Points need not be distinct: constructions that need it check it.
public struct MemorizationData: Sendable, Hashable {
  /// The number of coordinates, d.
  public let dimension: Int
  /// The positive common denominator of all coordinates.
  public let scale: Integer
  /// One label a point.
  public let labels: [Rational]
  private let coordinates: Coordinates

  /// Row-major; words where all fit, which a point then costs no allocation to read.
  private enum Coordinates: Sendable, Hashable {
    case words([Int])
    case integers([Integer])
  }

  /// The number of points, N.
  public var pointCount: Int { labels.count }

  /// Points with rational coordinates.
  ///
  /// - Parameters:
  ///   - points: at least one; all of the same dimension, at least 1.
  ///   - labels: one a point.
  /// - Throws: `MemorizationError` (well-formed data) that names the first row that differs.
  public init(points: [[Rational]], labels: [Rational]) throws(MemorizationError) {
    let scale = points.reduce(Integer(1)) { $1.reduce($0) { $0.leastCommonMultiple(with: $1.denominator) } }
    let integers = points.map { $0.map { $0.numerator * (scale / $0.denominator) } }
    try self.init(integerPoints: integers, scale: scale, labels: labels)
  }

  /// Points with integer coordinates over one denominator.
  ///
  /// - Parameters:
  ///   - points: at least one; all of the same dimension, at least 1. They stand for points[i] / scale.
  ///   - scale: a positive common denominator.
  ///   - labels: one a point.
  /// - Throws: `MemorizationError` (well-formed data) that names the first row that differs.
  public init(integerPoints points: [[Integer]], scale: Integer = 1, labels: [Rational]) throws(MemorizationError) {
    let dimension = points.first?.count ?? 0
    if let odd = points.firstIndex(where: { $0.count != dimension }) {
      throw MemorizationError(
        hypothesis: .wellFormed, rows: [odd + 1], expected: "\(dimension) coordinates as in row 1",
        found: "\(points[odd].count)")
    }
    try self.init(dimension: dimension, integers: points.flatMap { $0 }, scale: scale, labels: labels)
  }

  /// Points with integer coordinates, one after another.
  ///
  /// - Parameters:
  ///   - dimension: the number of coordinates, at least 1.
  ///   - coordinates: row-major, `dimension` a point.
  ///   - labels: one a point, at least one.
  /// - Throws: `MemorizationError` (well-formed data) where the numbers do not match.
  public init(dimension: Int, coordinates: [Int], labels: [Rational]) throws(MemorizationError) {
    try Self.checkShape(dimension: dimension, count: coordinates.count, labels: labels)
    self.init(dimension, .words(coordinates), scale: 1, labels)
  }

  init(dimension: Int, integers: [Integer], scale: Integer, labels: [Rational]) throws(MemorizationError) {
    precondition(scale > 0, "a common denominator is positive")
    try Self.checkShape(dimension: dimension, count: integers.count, labels: labels)
    let words = integers.compactMap { Int(exactly: $0) }
    self.init(dimension, words.count == integers.count ? .words(words) : .integers(integers), scale: scale, labels)
  }

  private init(_ dimension: Int, _ coordinates: Coordinates, scale: Integer, _ labels: [Rational]) {
    self.dimension = dimension
    self.coordinates = coordinates
    self.scale = scale
    self.labels = labels
  }

  private static func checkShape(dimension: Int, count: Int, labels: [Rational]) throws(MemorizationError) {
    guard (1...IntegerNetwork.maximumWidth).contains(dimension), !labels.isEmpty else {
      throw MemorizationError(
        hypothesis: .wellFormed, rows: [],
        expected: "at least one point, of 1 to \(IntegerNetwork.maximumWidth) coordinates",
        found: "\(labels.count) labels, dimension \(dimension)")
    }
    guard count.isMultiple(of: dimension), count / dimension == labels.count else {
      throw MemorizationError(
        hypothesis: .wellFormed, rows: [], expected: "one label a point",
        found: "\(labels.count) labels, \(count) coordinates in dimension \(dimension)")
    }
  }

  /// The integers X of point `index`, which stand for X / `scale`.
  ///
  /// - Parameter index: the row, from 0.
  /// - Returns: `dimension` integers.
  public func integerPoint(_ index: Int) -> [Integer] {
    let range = index * dimension..<(index + 1) * dimension
    return switch coordinates {
    case .words(let words): words[range].map { Integer($0) }
    case .integers(let integers): Array(integers[range])
    }
  }

  /// The coordinates of point `index`.
  ///
  /// - Parameter index: the row, from 0.
  /// - Returns: `dimension` numbers.
  public func point(_ index: Int) -> [Rational] { integerPoint(index).map { Rational($0, scale) } }

  /// All integers X, row-major, where each fits in a word.
  var words: [Int]? {
    if case .words(let words) = coordinates { words } else { nil }
  }

  /// Gives the integers X of point `index` to a machine.
  func addPoint(_ index: Int, to machine: LimbMachine) {
    switch coordinates {
    case .words(let words): for i in index * dimension..<(index + 1) * dimension { machine.add(words[i]) }
    case .integers(let integers): for i in index * dimension..<(index + 1) * dimension { machine.add(integers[i]) }
    }
  }

  /// The same points with other labels, one a point.
  ///
  /// - Parameter labels: `pointCount` labels.
  /// - Returns: the relabelled data.
  public func relabelled(_ labels: [Rational]) -> MemorizationData {
    precondition(labels.count == pointCount, "each of the \(pointCount) points has one label")
    return MemorizationData(dimension, coordinates, scale: scale, labels)
  }

  /// The data of some rows.
  ///
  /// - Parameter rows: row numbers from 0, at least one.
  /// - Returns: those rows, in that order.
  public func selecting(_ rows: [Int]) -> MemorizationData {
    precondition(!rows.isEmpty, "data have at least one point")
    func pick<Number>(_ all: [Number]) -> [Number] {
      rows.flatMap { all[$0 * dimension..<($0 + 1) * dimension] }
    }
    let chosen: Coordinates =
      switch coordinates {
      case .words(let words): .words(pick(words))
      case .integers(let integers): .integers(pick(integers))
      }
    return MemorizationData(dimension, chosen, scale: scale, rows.map { labels[$0] })
  }
}
