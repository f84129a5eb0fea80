// Which token the model's head points at: by the codes of its rows, or else by comparing all rows.
import ExactArithmetic
import Tensors
import Transformers

/// The scores of tokens on a last residual vector.
struct NextTokens<E: Enclosure> {
  /// The columns that some row reads.
  let usedColumns: [Int]
  /// The columns whose part of a score is computed case by case.
  let decidingColumns: [Int]
  /// Where rows are told apart by a code on the other columns.
  let code: RowCode<E>?
  /// For each row, a number for its entries on the deciding columns.
  let kindOfRow: [UInt16]
  /// The entries of each kind.
  let kinds: [[Double]]
  /// Why rows are compared one by one, where they are.
  let reason: String?

  /// Up to so many tokens are compared one by one without looking for a code.
  static var smallVocabulary: Int { 64 }

  init(
    _ model: Model, _ states: PositionStates, written: Set<Int>, normalizer: Normalizer<E>,
    _ operations: inout Operations<E>
  ) throws(Doubt) {
    let head = model.head
    let width = head.columnCount
    var isUsed = [Bool](repeating: false, count: width)
    head.elements.withUnsafeBufferPointer { elements in
      for t in 0..<head.rowCount {
        for c in 0..<width where elements[t * width + c] != 0 { isUsed[c] = true }
      }
    }
    let used = (0..<width).filter { isUsed[$0] }
    usedColumns = used
    var reason: String?
    var code: RowCode<E>?
    if head.rowCount > Self.smallVocabulary {
      var takesMean = false
      if case .layer = model.configuration.normalization { takesMean = true }
      if normalizer.isAbsolute || takesMean {
        reason = "the last normalization adds a bias or takes the mean"
      } else {
        switch try RowCode<E>.reading(
          head, used.filter { !written.contains($0) }, states, normalizer: normalizer, &operations)
        {
        case .success(let found): code = found
        case .failure(let doubt): reason = doubt.reason
        }
      }
    }
    self.code = code
    self.reason = reason
    let deciding = code == nil ? used : used.filter { written.contains($0) }
    decidingColumns = deciding
    var kindOfRow: [UInt16] = []
    var kinds: [[Double]] = []
    var index: [[Float]: UInt16] = [:]
    kindOfRow.reserveCapacity(head.rowCount)
    for t in 0..<head.rowCount {
      let entries = deciding.map { head.elements[t * width + $0] }
      if let known = index[entries] {
        kindOfRow.append(known)
        continue
      }
      guard kinds.count < 65_535 else { throw Doubt("rows of the head differ in more than 65,535 ways") }
      index[entries] = UInt16(kinds.count)
      kindOfRow.append(UInt16(kinds.count))
      kinds.append(entries.map { Double($0) })
    }
    self.kindOfRow = kindOfRow
    self.kinds = kinds
  }

  /// How far the scores of `targets` (kinds of rows) lead all others, each: the computed ones, relative to the last factor.
  ///
  /// - Parameters:
  ///   - entries: the normalized residual on the deciding columns.
  ///   - common: the last factor.
  func margins(
    _ entries: [E], targets: [Int], common: CommonFactor, _ operations: inout Operations<E>
  ) throws(Doubt) -> [Double] {
    if let code, operations.model != nil, common.least < code.assumed.least || common.greatest > code.assumed.greatest {
      throw Doubt(
        "the last normalization's factor may lie in \(common.least) ... \(common.greatest), far from the embedding's")
    }
    return try operations.relative(to: common) { (operations) throws(Doubt) -> [Double] in
      var sum = code?.sum ?? ScoreSum()
      var totals = [E](repeating: .zero, count: kinds.count)
      for (i, entry) in entries.enumerated() {
        var parts: [Double: Contribution<E>] = [:]
        let query = PairValue(first: entry, second: E.zero)
        for k in kinds.indices {
          let h = kinds[k][i]
          if h == 0 { continue }
          if parts[h] == nil {
            parts[h] = Contribution(query, PairValue(first: E(h), second: .zero), .none, vector: nil, &operations)
          }
          if let part = parts[h] { totals[k] = totals[k] + part.exact }
        }
        sum.add(Array(parts.values), turns: false)
      }
      let error = sum.error(&operations)
      let slack = ((code?.slack ?? 0) + 2 * error).nextUp  // the code's own lead has its slack taken off
      // Rows that share the code, one by one; all others by the code's lead.
      var margins: [Double] = []
      for (i, target) in targets.enumerated() {
        var least = Double.infinity
        for (j, other) in targets.enumerated() where j != i {
          least = min(least, (totals[target].lowerBound - totals[other].upperBound - slack).nextDown)
        }
        if let code {
          if code.wordCount > 1 {
            let greatest = totals.reduce(-Double.infinity) { max($0, $1.upperBound) }
            least = min(least, (code.gap + totals[target].lowerBound - greatest - 2 * error).nextDown)
          }
        } else {
          for k in kinds.indices where !targets.contains(k) {
            least = min(least, (totals[target].lowerBound - totals[k].upperBound - slack).nextDown)
          }
        }
        margins.append(least)
      }
      return margins
    }
  }
}

/// Rows of the head told apart by the signs of the columns that no layer writes.
struct RowCode<E: Enclosure> {
  /// The least lead, on these columns, of the rows whose code a state points at over any other row.
  let gap: Double
  /// How much two rows of one code may differ on these columns.
  let slack: Double
  /// What computed sums may be off, these columns taken in.
  let sum: ScoreSum
  /// What the last factor was taken to be.
  let assumed: CommonFactor
  /// For each answering state's code word, the rows that have it.
  private let rowsOfWord: [SIMD2<UInt64>: (count: Int, first: Int, last: Int)]
  /// The code word that each state points at.
  private let wanted: [SIMD2<UInt64>]

  /// The number of different codes.
  var wordCount: Int { rowsOfWord.count }

  /// Whether `tokens`, one or two of them in order, are exactly the rows that state `s` points at.
  func points(_ s: Int, at tokens: [Int]) -> Bool {
    guard let rows = rowsOfWord[wanted[s]] else { return false }
    return rows.count == tokens.count && rows.first == tokens[0] && rows.last == tokens[tokens.count - 1]
  }

  static func reading(
    _ head: Tensor<Float>, _ columns: [Int], _ states: PositionStates, normalizer: Normalizer<E>,
    _ operations: inout Operations<E>
  ) throws(Doubt) -> Result<RowCode<E>, Doubt> {
    let rows = head.rowCount
    let first = states.form.firstAnsweringPosition
    var words = [SIMD2<UInt64>](repeating: .zero, count: rows)
    var wanted = [SIMD2<UInt64>](repeating: .zero, count: states.stateCount)
    var (places, slack, sum, least) = (0, 0.0, ScoreSum(), Double.infinity)
    // Rows of code columns are as a whole relative to the last factor, which is not known here: it is taken to be within 4 of those of the
    // embedded states, and `margins` looks whether it is.
    let factors = try states.factors(normalizer, &operations).map { normalizer.common($0) }
    let assumed = CommonFactor(
      least: (factors.map(\.least).min() ?? 1) / 4, greatest: (factors.map(\.greatest).max() ?? 1) * 4, isPower: false)
    let unknown = NormalizationFactor<E>(mean: .zero, scale: E(lower: assumed.least, upper: assumed.greatest))
    for c in columns {
      let (symbolOfRow, symbols) = RowCode.symbols(head, c)
      let varies = symbols.count { $0 != nil } > 1
      let column = states.columns[c]
      var occurs = [Bool](repeating: false, count: column.values.count)
      for s in 2 * first..<states.stateCount { occurs[Int(column.ids[s])] = true }
      var parts: [Contribution<E>] = []
      var columnSlack = 0.0
      var wantedOfValue = [SIMD2<UInt64>](repeating: .zero, count: column.values.count)
      for i in column.values.indices where occurs[i] {
        let x: E = states.residual(c, i, &operations)
        let entry = normalizer.entry(c, x, unknown, &operations)
        let query = PairValue(first: entry, second: E.zero)
        let outside = operations.enter(normalizer.kind == .none ? .one : assumed)
        defer { _ = operations.enter(outside) }
        let all = symbols.map { symbol in
          symbol.map { Contribution(query, PairValue(first: $0, second: .zero), .none, vector: nil, &operations) }
        }
        parts.append(contentsOf: all.compactMap(\.self))
        var best = -1
        for (s, part) in all.enumerated() {
          guard let part else { continue }
          if best < 0 || part.exact.lowerBound > (all[best]?.exact.lowerBound ?? 0) { best = s }
        }
        guard best >= 0, let winner = all[best] else { continue }
        columnSlack = max(columnSlack, (winner.exact.upperBound - winner.exact.lowerBound).nextUp)
        guard varies else { continue }
        let second = all.enumerated().filter { $0.offset != best }.compactMap { $0.element?.exact.upperBound }.max()
        least = min(least, (winner.exact.lowerBound - (second ?? -.infinity)).nextDown)
        wantedOfValue[i] = RowCode.bits(best, at: places)
      }
      sum.add(parts, turns: false)
      slack = (slack + columnSlack).nextUp
      guard varies else { continue }
      guard places < 64 else { return .failure(Doubt("rows of the head vary in more than 64 columns")) }
      let shifted = (0...2).map { RowCode.bits($0, at: places) }
      for t in 0..<rows { words[t] |= shifted[Int(symbolOfRow[t])] }
      for s in 2 * first..<states.stateCount { wanted[s] |= wantedOfValue[Int(column.ids[s])] }
      places += 1
    }
    guard places > 0, least > 0 else {
      return .failure(Doubt("rows of the head have no code on columns that no layer writes"))
    }
    var rowsOfWord: [SIMD2<UInt64>: (count: Int, first: Int, last: Int)] = [:]
    rowsOfWord.reserveCapacity(rows)
    for t in 0..<rows { rowsOfWord[words[t], default: (0, t, t)].count += 1 }
    for t in 0..<rows { rowsOfWord[words[t]]?.last = t }
    return .success(
      RowCode(
        gap: (least - slack).nextDown, slack: slack, sum: sum, assumed: assumed, rowsOfWord: rowsOfWord, wanted: wanted)
    )
  }

  private static func bits(_ symbol: Int, at place: Int) -> SIMD2<UInt64> {
    let bits = UInt64(symbol) << UInt64(2 * (place & 31))
    return place < 32 ? SIMD2(bits, 0) : SIMD2(0, bits)
  }

  /// The symbol of each row's entry in a column, 0, 1 (negative) or 2 (positive), and all entries of each together.
  private static func symbols(_ head: Tensor<Float>, _ c: Int) -> (ofRow: [UInt8], values: [E?]) {
    let (rows, width) = (head.rowCount, head.columnCount)
    return head.elements.withUnsafeBufferPointer { elements in
      var largest: Float = 0
      for t in 0..<rows { largest = max(largest, abs(elements[t * width + c])) }
      var symbols = [UInt8](repeating: 0, count: rows)
      var low = [Float](repeating: .infinity, count: 3)
      var high = [Float](repeating: -.infinity, count: 3)
      for t in 0..<rows {
        let x = elements[t * width + c]
        let symbol = x > largest / 2 ? 2 : x < -largest / 2 ? 1 : 0
        symbols[t] = UInt8(symbol)
        low[symbol] = min(low[symbol], x)
        high[symbol] = max(high[symbol], x)
      }
      return (symbols, (0...2).map { low[$0] <= high[$0] ? E(lower: Double(low[$0]), upper: Double(high[$0])) : nil })
    }
  }
}

extension NextTokens {
  /// A token other than `tokens` whose row equals that of one of them, where rows are compared one by one.
  func twin(of tokens: [Int]) -> Int? {
    let wanted = tokens.map { kindOfRow[$0] }
    return kindOfRow.indices.first { wanted.contains(kindOfRow[$0]) && !tokens.contains($0) }
  }
}
