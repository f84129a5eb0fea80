// Which position each head selects at each position, and by how much: from the codes of keys, in O(T d), or else by comparing all pairs.
import ExactArithmetic
import Transformers

/// What one query head does at every answering position.
struct HeadSelection {
  /// The position that each answering position selects, in order; the same for both values of its own wire.
  var selected: [Int32]
  /// The least lead of a selected position's score, rounding and rotation subtracted.
  var gap: Double
  /// The answering position that has it, where it is one's own.
  var place: Int?
  var comparesAllPairs: Bool
}

/// The values of a projection's block, state by state.
struct BlockValues<E: Enclosure> {
  /// For each state, an index into `values`.
  let ids: [UInt16]
  let values: [PairValue<E>]

  /// The block of the given rows; `nil` stands for a row of zeros.
  init?(_ first: RowValues<E>?, _ second: RowValues<E>?, stateCount: Int) throws(Doubt) {
    guard first != nil || second != nil else { return nil }
    var numbering = Numbering(stateCount: stateCount)
    for row in [first, second] {
      if let row { numbering.refine(by: row.ids, count: row.values.count) }
    }
    guard numbering.count <= 65_535 else { throw Doubt("a pair of coordinates has more than 65,535 values") }
    ids = numbering.ids.map { UInt16(truncatingIfNeeded: $0) }
    values = numbering.examples.map { s in
      PairValue(
        first: first.map { $0.values[Int($0.ids[s])] } ?? .zero,
        second: second.map { $0.values[Int($0.ids[s])] } ?? .zero)
    }
  }
}

/// The keys of a key-value head, cut into blocks; in each block its values are gathered into symbols.
struct KeyCode<E: Enclosure> {
  struct Block {
    let block: ScoreBlock
    let values: BlockValues<E>
    /// The symbol of each value.
    let symbolOfValue: [Int]
    /// All values of each symbol together; `nil` where none has it.
    let symbols: [PairValue<E>?]
    /// Where the block's symbols stand in a code word; `nil` where all states have the same.
    let place: Int?
  }

  let blocks: [Block]
  /// The code word of each state.
  let words: [SIMD2<UInt64>]
  /// For each code word the position that has it, or -1 where several have.
  let positionOfWord: [SIMD2<UInt64>: Int32]
  /// Why the code cannot be used; `nil` where it can.
  let fault: String?

  /// The symbol of a value: the sign of its greater coordinate, or 0 where it is less than half of the largest.
  init(_ all: [(ScoreBlock, BlockValues<E>)], positionCount: Int) {
    var blocks: [Block] = []
    var places = 0
    for (block, values) in all {
      let sizes = (
        values.values.reduce(0) { max($0, $1.first.magnitude) },
        values.values.reduce(0) { max($0, $1.second.magnitude) }
      )
      let isFirst = sizes.0 >= sizes.1
      let threshold = max(sizes.0, sizes.1) / 2
      let symbolOfValue = values.values.map { value -> Int in
        let x = isFirst ? value.first : value.second
        return x.lowerBound > threshold ? 2 : x.upperBound < -threshold ? 1 : 0
      }
      var symbols: [PairValue<E>?] = [nil, nil, nil]
      for (i, symbol) in symbolOfValue.enumerated() {
        symbols[symbol] = symbols[symbol]?.hull(values.values[i]) ?? values.values[i]
      }
      let varies = Set(symbolOfValue).count > 1
      blocks.append(
        Block(
          block: block, values: values, symbolOfValue: symbolOfValue, symbols: symbols, place: varies ? places : nil))
      if varies { places += 1 }
    }
    self.blocks = blocks
    guard places <= 64 else {
      fault = "keys vary in \(places) blocks, more than 64"
      words = []
      positionOfWord = [:]
      return
    }
    var words = [SIMD2<UInt64>](repeating: .zero, count: 2 * positionCount)
    for block in blocks {
      guard let place = block.place else { continue }
      let shifted = block.symbolOfValue.map { symbol -> SIMD2<UInt64> in
        let bits = UInt64(symbol) << UInt64(2 * (place & 31))
        return place < 32 ? SIMD2(bits, 0) : SIMD2(0, bits)
      }
      block.values.ids.withUnsafeBufferPointer { ids in
        words.withUnsafeMutableBufferPointer { words in
          for s in ids.indices { words[s] |= shifted[Int(ids[s])] }
        }
      }
    }
    var index: [SIMD2<UInt64>: Int32] = [:]
    index.reserveCapacity(positionCount)
    var fault: String?
    for p in 0..<positionCount {
      if words[2 * p] != words[2 * p + 1] {
        fault = "the key of position \(p) depends on the value that it carries"
        break
      }
      if index.updateValue(Int32(p), forKey: words[2 * p]) != nil { index[words[2 * p]] = -1 }
    }
    self.words = words
    positionOfWord = index
    self.fault = fault
  }
}

/// What scores are multiplied by after their sums.
struct ScoreScale {
  /// The attention scale times the query factors, from below.
  let least: Double
  /// The same from above.
  let greatest: Double
  /// The least and the greatest key factor.
  let keys: (least: Double, greatest: Double)
  /// Whether the product by the attention scale is exact.
  let isExact: Bool
  /// What queries and keys are relative to, each.
  let vector: CommonFactor

  /// How far a computed score leads another one, as softmax sees it, when their sums lead by `lead` and are at most `mass` in absolute value.
  func lead<E: Enclosure>(_ lead: Double, mass: Double, _ operations: Operations<E>) -> Double {
    let unit = operations.unit
    // r S - r' S' = r (S - S') + (r - r') S'
    let spread = (keys.greatest - keys.least).nextUp
    let relative = lead > 0 ? keys.least * lead : keys.greatest * lead
    let less = (relative - (spread * mass).nextUp).nextDown
    let scaled = less > 0 ? less * least : less * greatest
    // The scale is rounded once for all; each of two products by it rounds, and they and the difference may underflow.
    let all = isExact ? scaled : (scaled * (1 - unit)).nextDown
    let rounding = isExact ? 0 : (2 * unit * (1 + 2 * unit) * greatest * keys.greatest * mass).nextUp
    let underflow = 4 * (operations.model?.smallestNormal ?? 0)
    // The difference from the greatest score rounds once.
    return ((all - rounding).nextDown * (1 - unit) - underflow).nextDown
  }
}

extension ScoreScale {
  /// Notes scores whose sums are at most `mass`, before and after they are multiplied.
  func note<E: Enclosure>(mass: Double, _ operations: inout Operations<E>) {
    operations.note(mass)
    operations.noteWhole((greatest * keys.greatest * mass * 1.01).nextUp)
  }
}

extension KeyCode {
  /// What a head's queries select, by the code; `nil` with the reason where the code does not tell.
  func select(
    _ queries: [Int: BlockValues<E>], form: PromptForm, scale: ScoreScale, _ operations: inout Operations<E>
  ) throws(Doubt) -> Result<HeadSelection, Doubt> {
    if let fault { return .failure(Doubt(fault)) }
    let (first, count) = (form.firstAnsweringPosition, form.readPositionCount)
    guard count > first else {
      return .success(HeadSelection(selected: [], gap: .infinity, place: nil, comparesAllPairs: false))
    }
    var least = (gap: Double.infinity, block: -1, value: -1)
    var slack = 0.0
    var largest = 0.0
    var sum = ScoreSum()
    var wanted = [SIMD2<UInt64>](repeating: .zero, count: 2 * (count - first))
    for (number, block) in blocks.enumerated() {
      guard let query = queries[block.block.first] else {
        if block.place != nil { return .failure(Doubt("a coordinate in which keys differ is not read")) }
        continue
      }
      // Only values that answering states have matter.
      var occurs = [Bool](repeating: false, count: query.values.count)
      for s in 2 * first..<2 * count { occurs[Int(query.ids[s])] = true }
      var wantedOfValue = [SIMD2<UInt64>](repeating: .zero, count: query.values.count)
      var parts: [Contribution<E>] = []
      var blockSlack = 0.0
      for (i, value) in query.values.enumerated() where occurs[i] {
        let all = block.symbols.map { symbol in
          symbol.map { Contribution(value, $0, block.block.rotation, vector: scale.vector, &operations) }
        }
        parts.append(contentsOf: all.compactMap(\.self))
        var best = -1
        for (s, part) in all.enumerated() {
          guard let part else { continue }
          if best < 0 || part.exact.lowerBound > (all[best]?.exact.lowerBound ?? 0) { best = s }
        }
        guard let winner = all[best] else { continue }
        blockSlack = max(blockSlack, (winner.exact.upperBound - winner.exact.lowerBound).nextUp)
        guard let place = block.place else { continue }
        let second = all.enumerated().filter { $0.offset != best }.compactMap { $0.element?.exact.upperBound }.max()
        let gap = (winner.exact.lowerBound - (second ?? -.infinity)).nextDown
        if gap < least.gap { least = (gap, number, i) }
        let bits = UInt64(best) << UInt64(2 * (place & 31))
        wantedOfValue[i] = place < 32 ? SIMD2(bits, 0) : SIMD2(0, bits)
      }
      slack = (slack + blockSlack).nextUp
      largest = (largest + (parts.map(\.magnitude).max() ?? 0)).nextUp
      sum.add(parts, turns: block.block.second != nil && block.block.rotation.angle > 0)
      guard block.place != nil else { continue }
      query.ids.withUnsafeBufferPointer { ids in
        for s in 2 * first..<2 * count { wanted[s - 2 * first] |= wantedOfValue[Int(ids[s])] }
      }
    }
    let error = sum.error(&operations)
    let isOnly = count == 1 || least.gap == .infinity
    let lead = isOnly ? Double.infinity : (least.gap - slack - 2 * error).nextDown
    let gap = isOnly ? Double.infinity : scale.lead(lead, mass: (largest + error).nextUp, operations)
    scale.note(mass: (largest + error).nextUp, &operations)
    guard gap > 0 else {
      return .failure(
        Doubt("scores of different codes differ by \(least.gap), and \(slack + 2 * error) of it is in doubt"))
    }
    if isOnly, count > 1 { return .failure(Doubt("all keys are alike")) }
    var selected: [Int32] = []
    selected.reserveCapacity(count - first)
    for p in first..<count {
      let word = wanted[2 * (p - first)]
      guard word == wanted[2 * (p - first) + 1] else {
        return .failure(Doubt("what position \(p) looks up depends on its own value"))
      }
      guard let a = positionOfWord[word], a >= 0, Int(a) <= p else {
        return .failure(Doubt("no one position up to \(p) has the key that position \(p) looks up"))
      }
      selected.append(a)
    }
    var place: Int?
    if least.block >= 0, let query = queries[blocks[least.block].block.first] {
      place = (first..<count).first {
        Int(query.ids[2 * $0]) == least.value || Int(query.ids[2 * $0 + 1]) == least.value
      }
    }
    return .success(HeadSelection(selected: selected, gap: gap, place: place, comparesAllPairs: false))
  }
}
