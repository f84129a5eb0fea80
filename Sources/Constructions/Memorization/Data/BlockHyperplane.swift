// A hyperplane through a block of at most d points that contains no other point of the data: what Baum's and Bubeck's constructions rest on.
import ExactArithmetic

/// An integer affine form <n, X> + c on the integer points of a data set.
struct AffineForm: Sendable {
  var normal: [Integer]
  var constant: Integer

  /// The form divided by the greatest common divisor of all its numbers and of `others`.
  static func primitive(_ numbers: [Integer]) -> (numbers: [Integer], divisor: Integer) {
    let divisor = numbers.reduce(Integer(0)) { $0.greatestCommonDivisor(with: $1) }
    return divisor <= 1 ? (numbers, 1) : (numbers.map { $0 / divisor }, divisor)
  }

  /// The weights on a point x = X / scale.
  func terms(scale: Integer) -> [IntegerNetwork.Term<Integer>] {
    normal.enumerated().compactMap { $0.element == 0 ? nil : IntegerNetwork.Term($0.offset, $0.element * scale) }
  }
}

/// A hyperplane g = 0 through the points of a block, with |g| >= margin >= 1 on every other point, and a form V that takes given values on the block.
struct BlockHyperplane: Sendable {
  /// g.
  let form: AffineForm
  /// The least |g| of the other points; 1 where there is none.
  let margin: Integer
  /// V: its value at point i of the block is `denominator` times the value that was asked for.
  let interpolation: AffineForm
  /// The positive denominator of V.
  let denominator: Integer
  /// The greatest |V| of all points.
  let greatest: Integer

  /// Finds the hyperplane.
  ///
  /// - Parameters:
  ///   - block: rows, 1 to d of them.
  ///   - data: distinct points.
  ///   - values: what V is to be on the block.
  ///   - generator: where the choice among the hyperplanes of a block of fewer than d points comes from.
  /// - Throws: `MemorizationError` (general position): the block is affinely dependent, or every hyperplane through it has another point.
  init(
    through block: ArraySlice<Int>, of data: MemorizationData, values: [Integer],
    using generator: inout some RandomNumberGenerator
  ) throws(MemorizationError) {
    let dimension = data.dimension
    let points = block.map { data.integerPoint($0) + [1] }
    // One elimination for both forms; the last column is what V is to be.
    let solved = FractionFreeElimination(zip(points, values).map { $0 + [$1] }, unknownCount: dimension + 1)
    if solved.rank < block.count { throw Self.violation(Array(block), data, "affinely dependent") }
    let pivots = Set(solved.pivotColumns)
    let free = (0...dimension).filter { !pivots.contains($0) }
    var interpolation = [Integer](repeating: 0, count: dimension + 1)
    for (row, column) in zip(solved.rows, solved.pivotColumns) { interpolation[column] = row[dimension + 1] }
    let sign: Integer = solved.determinant < 0 ? -1 : 1
    let (reduced, _) = AffineForm.primitive(interpolation.map { $0 * sign } + [solved.determinant.magnitude])
    let valueForm = AffineForm(normal: Array(reduced[..<dimension]), constant: reduced[dimension])
    // d independent rows leave one hyperplane; fewer leave a choice, in which another point's hyperplanes are a share of at most 1 / range.
    let attempts = free.count == 1 ? 1 : 64
    var isOnEvery: Set<Int>?
    for attempt in 0..<attempts {
      let range = (2 * Integer(data.pointCount)) << attempt
      let choice = free.map { _ in free.count == 1 ? 1 : Self.random(below: range, using: &generator) + 1 }
      var hyperplane = [Integer](repeating: 0, count: dimension + 1)
      for (column, value) in zip(free, choice) { hyperplane[column] = solved.determinant * value }
      for (row, column) in zip(solved.rows, solved.pivotColumns) {
        hyperplane[column] = -zip(free, choice).reduce(Integer(0)) { $0 + row[$1.0] * $1.1 }
      }
      let (primitive, _) = AffineForm.primitive(hyperplane)
      let form = AffineForm(normal: Array(primitive.dropLast()), constant: primitive[dimension])
      let found = Self.survey(form, valueForm, data, block)
      guard found.onHyperplane.isEmpty else {
        let others = Set(found.onHyperplane)
        isOnEvery = isOnEvery.map { $0.intersection(others) } ?? others
        continue
      }
      self.form = form
      self.interpolation = valueForm
      denominator = reduced[dimension + 1]
      margin = found.margin
      greatest = found.greatest
      return
    }
    // Only a point of the block's own flat lies on every hyperplane through it.
    let flat = (isOnEvery ?? []).sorted().first { row in
      FractionFreeElimination(points + [data.integerPoint(row) + [1]], unknownCount: dimension + 1).rank == block.count
    }
    guard let flat else {
      throw MemorizationError(
        hypothesis: .randomNumbers, rows: block.map { $0 + 1 },
        expected: "a hyperplane through these rows alone in \(attempts) draws",
        found: "none; the generator's numbers are not random")
    }
    throw Self.violation(block + [flat], data, "on a common flat of dimension \(block.count - 1)")
  }

  /// Both forms on all points: which other points have g = 0, the least |g| of the others, the greatest |V|.
  private static func survey(
    _ form: AffineForm, _ valueForm: AffineForm, _ data: MemorizationData, _ block: ArraySlice<Int>
  ) -> (onHyperplane: [Int], margin: Integer, greatest: Integer) {
    var program = LimbProgram(inputCount: data.dimension)
    program.addLayer(.identity)
    for form in [form, valueForm] {
      program.addForm(form.normal.enumerated().lazy.map { (column: $0.offset, weight: $0.element) })
      program.addRow(bias: form.constant)
    }
    let machine = LimbMachine(program)
    let members = Set(block)
    var onHyperplane: [Int] = []
    var margin: Integer?
    var greatest: Integer = 0
    for row in 0..<data.pointCount {
      machine.begin()
      data.addPoint(row, to: machine)
      machine.run()
      greatest = max(greatest, machine.output(1).magnitude)
      guard !members.contains(row) else { continue }
      let distance = machine.output(0).magnitude
      if distance == 0 { onHyperplane.append(row) }
      margin = min(margin ?? distance, distance)
    }
    return (onHyperplane, margin ?? 1, greatest)
  }

  private static func random(below bound: Integer, using generator: inout some RandomNumberGenerator) -> Integer {
    // The remainder of 64 bits more than the bound's is uniform but for 2^-64.
    let words = bound.bitLength / UInt64.bitWidth + 2
    let value = (0..<words).reduce(Integer(0)) { sum, _ in (sum << UInt64.bitWidth) + Integer(generator.next()) }
    return value % bound
  }

  /// The violation by rows that lie in a flat: with further rows they are d + 1 points of one hyperplane, where there are so many.
  private static func violation(_ flat: [Int], _ data: MemorizationData, _ found: String) -> MemorizationError {
    let named = Set(flat)
    let others = (0..<data.pointCount).lazy.filter { !named.contains($0) }.prefix(
      max(0, data.dimension + 1 - flat.count))
    let rows = flat + others
    let addition = others.isEmpty ? "" : ", to which \(others.count) further rows add one dimension each at most"
    return MemorizationError(
      hypothesis: .generalPosition, rows: rows.map { $0 + 1 },
      expected: "no \(data.dimension + 1) points on a common hyperplane",
      found: "\(flat.count) points \(found)\(addition)")
  }
}
