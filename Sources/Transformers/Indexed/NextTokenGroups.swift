// Checks on the weights that the head points at a next token by its code: groups of rows that share a code.
import Tensors

/// The rows of the model's head, grouped by the signs of the columns that neither attention nor the feedforward layer writes.
///
/// On these columns every row has one absolute value a column and every state too, so the part of a score that they make is largest, by at
/// least `2 * min weight`, for the rows whose signs are the state's: the group of the state. What is left to decide within a group is made by the other
/// columns alone. A head of few rows is one group that all states share.
struct NextTokenGroups: Sendable {
  /// Group `i` has the rows `tokens[starts[i] ..< starts[i + 1]]`, in order of number.
  let starts: [Int]
  let tokens: [UInt32]
  /// For each state, its group, or `noGroup`.
  let groupOfState: [UInt32]
  /// For each group, a number that tells groups apart whose rows differ on the columns that decide within a group.
  let kindOfGroup: [UInt32]
  /// The columns that decide within a group.
  let decidingColumns: [Int]
  /// The largest absolute value of the head in each deciding column.
  let largestDeciding: [Float]
  /// The columns that hold the code, and the absolute value that every row of the head has there; empty where all rows are one group.
  let codeColumns: [Int]
  let largestCode: [Float]

  static let noGroup = UInt32.max
  /// Up to this number of tokens, all rows are one group where their codes do not tell enough.
  static let smallVocabulary = 64
  /// So many tokens may share a code.
  static let maximumGroupSize = 8

  init(_ space: StateSpace, written: Set<Int>) throws(StructureRefusal) {
    let model = space.model
    let head = model.head
    let (rows, width) = (head.rowCount, space.width)
    let normalization = VectorNormalization(
      kind: model.configuration.normalization, weights: model.weights.finalNormalization)
    let ranges = head.columnRanges()
    let used = (0..<width).filter { ranges[$0].largest != 0 }
    let states = model.weights.tokenEmbedding.columnRanges()
    let code = used.filter { c in
      !written.contains(c) && ranges[c].isOneMagnitude && states[c].isOneMagnitude && normalization.bias(c) == 0
    }
    let deciding = used.filter { !code.contains($0) }
    let flipped = code.map { normalization.gain($0) < 0 }
    if rows <= NextTokenGroups.smallVocabulary {
      // Of coordinates of about 1 this is what the deciding columns can do; where it is less than a code's lead, the next group is known
      // without the values, which is what a schedule of the cache needs.
      func weight(_ c: Int) -> Double { Double(ranges[c].largest) * Double(abs(normalization.gain(c))) }
      guard
        !space.hasLearnedPositions, !normalization.takesMean, (1...64).contains(code.count),
        let least = code.map({ weight($0) * Double(states[$0].largest) }).min(),
        least > 2 * deciding.reduce(0, { $0 + weight($1) }),
        head.hasGroups(ofAtMost: NextTokenGroups.maximumGroupSize, columns: code, flipped: flipped)
      else {
        starts = [0, rows]
        tokens = (0..<UInt32(rows)).map { $0 }
        groupOfState = [UInt32](repeating: 0, count: space.count)
        kindOfGroup = [0]
        decidingColumns = used
        largestDeciding = used.map { ranges[$0].largest }
        codeColumns = []
        largestCode = []
        return
      }
    }
    guard !space.hasLearnedPositions else {
      throw StructureRefusal("learned positions with more than \(NextTokenGroups.smallVocabulary) tokens")
    }
    guard !code.isEmpty, code.count <= 64 else {
      throw StructureRefusal("the head reads \(code.count) columns that hold a code; it needs 1 to 64")
    }
    guard !normalization.takesMean else {
      throw StructureRefusal("layer normalization with more than \(NextTokenGroups.smallVocabulary) tokens")
    }
    codeColumns = code
    largestCode = code.map { ranges[$0].largest }
    decidingColumns = deciding
    largestDeciding = deciding.map { ranges[$0].largest }
    let kinds = try NextTokenGroups.rowKinds(head, columns: decidingColumns)

    var numbering: [UInt64: UInt32] = [:]
    var groupOfRow = [UInt32](repeating: 0, count: rows)
    head.forEachSignature(columns: code, flipped: flipped) { row, signature in
      let next = UInt32(numbering.count)
      let known = numbering[signature]
      if known == nil { numbering[signature] = next }
      groupOfRow[row] = known ?? next
    }
    var groupOfState = [UInt32](repeating: NextTokenGroups.noGroup, count: space.count)
    model.weights.tokenEmbedding.forEachSignature(columns: code, flipped: code.map { _ in false }) { state, signature in
      groupOfState[state] = numbering[signature] ?? NextTokenGroups.noGroup
    }
    self.groupOfState = groupOfState

    // Counting sort of the rows by group; rows stay in order of number.
    var starts = [Int](repeating: 0, count: numbering.count + 1)
    for group in groupOfRow { starts[Int(group) + 1] += 1 }
    for i in 0..<numbering.count { starts[i + 1] += starts[i] }
    var next = starts
    var tokens = [UInt32](repeating: 0, count: rows)
    for row in 0..<rows {
      let group = Int(groupOfRow[row])
      tokens[next[group]] = UInt32(row)
      next[group] += 1
    }
    var kindNumbers: [UInt64: UInt32] = [:]
    var kindOfGroup: [UInt32] = []
    for i in 0..<numbering.count {
      let size = starts[i + 1] - starts[i]
      guard size <= NextTokenGroups.maximumGroupSize else {
        throw StructureRefusal("\(size) tokens share one code; at most \(NextTokenGroups.maximumGroupSize) may")
      }
      var kind: UInt64 = 0
      for t in starts[i]..<starts[i + 1] { kind = kind << 8 | UInt64(kinds[Int(tokens[t])] + 1) }
      let number = UInt32(kindNumbers.count)
      let known = kindNumbers[kind]
      if known == nil { kindNumbers[kind] = number }
      kindOfGroup.append(known ?? number)
    }
    self.starts = starts
    self.tokens = tokens
    self.kindOfGroup = kindOfGroup
  }

  /// For each row, a number below 255 that tells apart rows that differ on `columns`.
  private static func rowKinds(_ head: Tensor<Float>, columns: [Int]) throws(StructureRefusal) -> [UInt8] {
    var kinds: [UInt8] = []
    var examples: [Int] = []
    let width = head.columnCount
    kinds.reserveCapacity(head.rowCount)
    let fits = head.elements.withUnsafeBufferPointer { elements in
      for row in 0..<head.rowCount {
        let found = examples.firstIndex { example in
          columns.allSatisfy { elements[row * width + $0] == elements[example * width + $0] }
        }
        if let found {
          kinds.append(UInt8(found))
        } else {
          guard examples.count < 64 else { return false }
          kinds.append(UInt8(examples.count))
          examples.append(row)
        }
      }
      return true
    }
    guard fits else { throw StructureRefusal("rows of the head differ in more than 64 ways besides their codes") }
    return kinds
  }
}

/// The range of the absolute values of one column.
struct ColumnRange: Sendable {
  var smallest = Float.infinity
  var largest: Float = 0
  /// Whether every entry has the same absolute value, which is not 0.
  var isOneMagnitude: Bool { smallest == largest && largest > 0 }
}

extension Tensor<Float> {
  /// The range of each column's absolute values.
  func columnRanges() -> [ColumnRange] {
    let width = columnCount
    var smallest = [Float](repeating: .infinity, count: width)
    var largest = [Float](repeating: 0, count: width)
    elements.withUnsafeBufferPointer { elements in
      smallest.withUnsafeMutableBufferPointer { smallest in
        largest.withUnsafeMutableBufferPointer { largest in
          for row in 0..<rowCount {
            for c in 0..<width {
              let magnitude = abs(elements[row * width + c])
              smallest[c] = magnitude < smallest[c] ? magnitude : smallest[c]
              largest[c] = magnitude > largest[c] ? magnitude : largest[c]
            }
          }
        }
      }
    }
    return zip(smallest, largest).map { ColumnRange(smallest: $0, largest: $1) }
  }

  /// Whether at most `limit` rows share their signs on the given columns.
  func hasGroups(ofAtMost limit: Int, columns: [Int], flipped: [Bool]) -> Bool {
    var counts: [UInt64: Int] = [:]
    forEachSignature(columns: columns, flipped: flipped) { counts[$1, default: 0] += 1 }
    return counts.values.allSatisfy { $0 <= limit }
  }

  /// Calls `body` for each row with the signs of the given columns, bit i for `columns[i]`, inverted where `flipped`.
  func forEachSignature(columns: [Int], flipped: [Bool], _ body: (Int, UInt64) -> Void) {
    var flips: UInt64 = 0
    for (i, isFlipped) in flipped.enumerated() where isFlipped { flips |= 1 << UInt64(i) }
    let width = columnCount
    elements.withUnsafeBufferPointer { elements in
      columns.withUnsafeBufferPointer { columns in
        for row in 0..<rowCount {
          var signature: UInt64 = 0
          for i in 0..<columns.count where elements[row * width + columns[i]] < 0 { signature |= 1 << UInt64(i) }
          body(row, signature ^ flips)
        }
      }
    }
  }
}
