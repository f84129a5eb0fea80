// The finitely many vectors that can enter the first layer: one or two for each position, whatever the inputs.
import Tensors
import Transformers

/// The distinct numbers of one column of the embedded states, and which of them each state has.
struct StateColumn {
  /// For each state, an index into `values`.
  var ids: [UInt16]
  var values: [Double]
}

/// The embedded states: state 2p + v is that of position p with value v; a leading token's two states are the same.
struct PositionStates {
  let form: PromptForm
  let width: Int
  /// Positions that are read.
  let positionCount: Int
  /// One entry for each column of the residual stream.
  let columns: [StateColumn]
  /// For each state, the class of its sums.
  let normClass: [UInt16]
  /// What the normalizations of a state read.
  let sums: [StateSums]
  /// The columns that add two numbers, neither of them 0, where positions are learned: rounding may change these sums.
  let isSummed: [Bool]

  var stateCount: Int { 2 * positionCount }

  /// The value of column `c` in state `s`.
  @inline(__always) func value(_ c: Int, _ s: Int) -> Double { columns[c].values[Int(columns[c].ids[s])] }

  /// The token at position p where its wire has value v.
  static func token(_ form: PromptForm, _ p: Int, _ v: Int) -> Int {
    p < form.leadingTokens.count
      ? form.leadingTokens[p] : form.token(wire: p - form.leadingTokens.count, value: v != 0)
  }

  /// The states of `model` under `form`, whose faults have been looked for.
  init(_ model: Model, _ form: PromptForm) throws(Doubt) {
    let width = model.configuration.hiddenSize
    let count = form.readPositionCount
    let stateCount = 2 * count
    var classes = [UInt16](repeating: 0, count: stateCount)
    var reader = SumsReader(width: width, normalization: model.configuration.normalization)
    var failure: Doubt?
    var summed = [Bool](repeating: false, count: width)
    var known = KnownValues(columnCount: width)
    var ids = [[UInt16]](repeating: [], count: width)
    for c in 0..<width { ids[c].reserveCapacity(stateCount) }
    // Some states at a time, and then column by column: a state's columns lie a page or more apart each.
    let tileSize = 64
    var tile = [UInt16](repeating: 0, count: tileSize * width)
    model.weights.tokenEmbedding.elements.withUnsafeBufferPointer { tokens in
      (model.weights.positionEmbedding?.elements ?? []).withUnsafeBufferPointer { positions in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { x in
          for start in stride(from: 0, to: stateCount, by: tileSize) where failure == nil {
            let states = start..<min(start + tileSize, stateCount)
            tile.withUnsafeMutableBufferPointer { tile in
              for s in states {
                let p = s >> 1
                let row = PositionStates.token(form, p, s & 1) * width
                if positions.isEmpty {
                  for c in 0..<width { x[c] = Double(tokens[row + c]) }
                } else {
                  for c in 0..<width {
                    let (a, b) = (Double(tokens[row + c]), Double(positions[p * width + c]))
                    let sum = a + b
                    // Exact in double precision, or else beyond what is handled.
                    let shadow = sum - a
                    if (a - (sum - shadow)) + (b - shadow) != 0 {
                      failure = Doubt("column \(c) of position \(p): the sum of two embeddings needs more than 53 bits")
                    }
                    if a != 0, b != 0 { summed[c] = true }
                    x[c] = sum
                  }
                }
                known.record(x.baseAddress, to: tile.baseAddress, stride: tileSize, state: s - start)
                classes[s] = reader.classOf(x)
              }
            }
            for c in 0..<width { ids[c].append(contentsOf: tile[c * tileSize..<c * tileSize + states.count]) }
          }
        }
      }
    }
    if let full = known.overfull { failure = Doubt("column \(full) of the embedding has more than 65,535 numbers") }
    if reader.sums.count > 4096 { failure = Doubt("the embedded states have more than 4,096 different norms") }
    if let failure { throw failure }
    self.form = form
    self.width = width
    positionCount = count
    columns = zip(ids, known.values).map { StateColumn(ids: $0, values: $1) }
    normClass = classes
    sums = reader.sums
    isSummed = summed
  }
}

/// The numbers met so far in each column.
private struct KnownValues {
  var values: [[Double]]
  private var first: [Double]
  private var second: [Double]
  private var index: [[Double: UInt16]]
  private(set) var overfull: Int?

  init(columnCount: Int) {
    values = Array(repeating: [], count: columnCount)
    first = Array(repeating: .nan, count: columnCount)
    second = first
    index = Array(repeating: [:], count: columnCount)
  }

  /// Writes the index of each x[c] to ids[c * stride + state].
  mutating func record(
    _ x: UnsafePointer<Double>?, to ids: UnsafeMutablePointer<UInt16>?, stride: Int, state: Int
  ) {
    guard let x, let ids else { return }
    for c in first.indices {
      let value = x[c]
      if value == first[c] {
        ids[c * stride + state] = 0
      } else if value == second[c] {
        ids[c * stride + state] = 1
      } else {
        ids[c * stride + state] = slow(c, value)
      }
    }
  }

  private mutating func slow(_ c: Int, _ value: Double) -> UInt16 {
    if let known = index[c][value] { return known }
    let next = values[c].count
    guard next < 65_535 else {
      overfull = c
      return 0
    }
    values[c].append(value)
    index[c][value] = UInt16(next)
    if next == 0 { first[c] = value } else if next == 1 { second[c] = value }
    return UInt16(next)
  }
}

/// What a normalization reads of a state: sums over its columns, exact or enclosed.
struct StateSums: Hashable {
  var squaresLower: Double
  var squaresUpper: Double
  /// The sum of the columns, where a normalization takes the mean.
  var sumLower: Double
  var sumUpper: Double
  /// The sum of absolute values, from above.
  var mass: Double
  /// How many columns are not 0.
  var count: Int
  /// All columns are multiples of 2^grid.
  var grid: Int
  /// Whether every column is 0 or plus or minus a power of two.
  var isOfPowers: Bool
}

/// Sums states up and numbers the different results.
private struct SumsReader {
  let width: Int
  let takesMean: Bool
  private(set) var sums: [StateSums] = []
  private var index: [StateSums: UInt16] = [:]
  private var last: (sums: StateSums, number: UInt16)?

  init(width: Int, normalization: ModelConfiguration.Normalization) {
    self.width = width
    if case .layer = normalization { takesMean = true } else { takesMean = false }
  }

  mutating func classOf(_ x: UnsafeMutableBufferPointer<Double>) -> UInt16 {
    var ones = 0
    var signed = 0.0
    var isRegular = true
    for c in 0..<width {
      let square = x[c] * x[c]
      if square == 1 { ones += 1 } else if square != 0 { isRegular = false }
      signed += x[c]
    }
    let found =
      isRegular
      ? StateSums(
        squaresLower: Double(ones), squaresUpper: Double(ones), sumLower: takesMean ? signed : 0,
        sumUpper: takesMean ? signed : 0, mass: Double(ones), count: ones, grid: 0, isOfPowers: true)
      : general(x)
    if let last, last.sums == found { return last.number }
    let number = index[found] ?? UInt16(min(sums.count, 65_535))
    if index[found] == nil {
      index[found] = number
      if sums.count < 65_535 { sums.append(found) }
    }
    last = (found, number)
    return number
  }

  private func general(_ x: UnsafeMutableBufferPointer<Double>) -> StateSums {
    var grid = Int.max
    var (squares, sum, mass) = (0.0, 0.0, 0.0)
    var count = 0
    var isOfPowers = true
    for c in 0..<width where x[c] != 0 {
      grid = min(grid, BinaryDigits.lowestExponent(x[c]))
      squares += x[c] * x[c]
      sum += x[c]
      mass += abs(x[c])
      count += 1
      if !BinaryDigits.isPowerOfTwo(x[c]) { isOfPowers = false }
    }
    grid = grid == .max ? 0 : grid
    // Partial sums are multiples of 2^grid (of squares, 2^(2 grid)): exact while below 2^53 of them.
    func isExact(_ total: Double, _ grid: Int) -> Bool {
      grid > -500 && total < Double(sign: .plus, exponent: grid + 53, significand: 1)
    }
    let slack = Double(width + 2) * 0x1p-53
    let squareError = isExact(squares, 2 * grid) ? 0 : squares * slack + 0x1p-1000
    let sumError = isExact(mass, grid) ? 0 : mass * slack + 0x1p-1000
    return StateSums(
      squaresLower: max(0, squares - squareError), squaresUpper: squares + squareError,
      sumLower: takesMean ? sum - sumError : 0, sumUpper: takesMean ? sum + sumError : 0,
      mass: mass * (1 + slack), count: count, grid: grid, isOfPowers: isOfPowers)
  }
}
