// Gathers lookup tables in normal form, equal ones once, and finishes them as a network.

/// Tables that are pairwise different up to complement: each depends on all of its operands, which increase, and is false on row 0.
struct TableCollection {
  private let inputCount: Int
  private var offsets: [UInt32] = [0]
  private var operands: [UInt32] = []
  private var wordOffsets: [Int] = [0]
  private var words: [UInt64] = []
  /// The hash of each table, kept so that growing does not read tables.
  private var hashes: [UInt32] = []
  /// Open addressing: table number + 1, or 0 where a slot is empty; at most half full.
  private var slots = [UInt32](repeating: 0, count: 256)

  init(inputCount: Int) { self.inputCount = inputCount }

  /// What a function turned out to be.
  enum Value: Equatable {
    case constant(Bool)
    case literal(Literal)
  }

  private var tableCount: Int { offsets.count - 1 }

  /// The function with table `table` of the increasing wires `wires`; both buffers are used up.
  mutating func add(
    _ table: UnsafeMutablePointer<UInt64>, _ wires: UnsafeMutablePointer<UInt32>, count: Int
  ) -> Value {
    var k = count
    for j in stride(from: count - 1, through: 0, by: -1) where !WideTable.depends(table, on: j, of: k) {
      WideTable.remove(table, input: j, of: k)
      for i in j..<k - 1 { wires[i] = wires[i + 1] }
      k -= 1
    }
    let isComplemented = table[0] & 1 != 0
    if isComplemented { WideTable.complement(table, of: k) }
    if k == 0 { return .constant(isComplemented) }
    if k == 1 { return .literal(Literal(Wire(rawValue: wires[0]), complemented: isComplemented)) }
    let found = number(table, wires, k)
    return .literal(Literal(Wire(inputCount + found), complemented: isComplemented))
  }

  /// The number of the table in normal form, which is appended where it is new.
  private mutating func number(
    _ table: UnsafeMutablePointer<UInt64>, _ wires: UnsafeMutablePointer<UInt32>, _ k: Int
  ) -> Int {
    let wordCount = WideTable.wordCount(k)
    var hash = UInt64(k)
    for i in 0..<k { hash = (hash ^ UInt64(wires[i])) &* 0x9E37_79B9_7F4A_7C15 }
    for w in 0..<wordCount { hash = (hash ^ hash >> 29 ^ table[w]) &* 0xBF58_476D_1CE4_E5B9 }
    var slot = Int(truncatingIfNeeded: hash >> 32) & (slots.count - 1)
    while slots[slot] != 0 {
      let t = Int(slots[slot]) - 1
      if isTable(t, table, wires, k) { return t }
      slot = (slot + 1) & (slots.count - 1)
    }
    operands.append(contentsOf: UnsafeBufferPointer(start: wires, count: k))
    offsets.append(UInt32(operands.count))
    words.append(contentsOf: UnsafeBufferPointer(start: table, count: wordCount))
    wordOffsets.append(words.count)
    hashes.append(UInt32(truncatingIfNeeded: hash >> 32))
    slots[slot] = UInt32(tableCount)
    if 2 * tableCount > slots.count { grow() }
    return tableCount - 1
  }

  private func isTable(
    _ t: Int, _ table: UnsafeMutablePointer<UInt64>, _ wires: UnsafeMutablePointer<UInt32>, _ k: Int
  ) -> Bool {
    guard Int(offsets[t + 1] - offsets[t]) == k else { return false }
    for i in 0..<k where operands[Int(offsets[t]) + i] != wires[i] { return false }
    for w in 0..<WideTable.wordCount(k) where words[wordOffsets[t] + w] != table[w] { return false }
    return true
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: 2 * slots.count)
    for t in 0..<tableCount {
      var slot = Int(hashes[t]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(t + 1)
    }
  }

  /// The network of the tables that `outputs` need; the collection is used up.
  ///
  /// A table that no output reads as it is, and some output complemented, becomes its complement, so that as few outputs as possible are
  /// complemented; tables that read it change with it. Constant outputs read one table without operands, true where none of them is false.
  consuming func network(outputs: [Value], names: Circuit.Names) -> LookupTableNetwork {
    let (isLive, isFlipped) = uses(outputs)
    var newWire = [UInt32](repeating: 0, count: inputCount + tableCount)
    for i in 0..<inputCount { newWire[i] = UInt32(i) }
    // Tables only move down, so that the large array of words is never there twice.
    var (count, operandCount, wordCount) = (0, 0, 0)
    var ends: [(operands: UInt32, words: Int)] = []
    for t in 0..<tableCount where isLive[t] {
      newWire[inputCount + t] = UInt32(inputCount + count)
      let (firstOperand, firstWord) = (Int(offsets[t]), wordOffsets[t])
      let k = Int(offsets[t + 1]) - firstOperand
      words.withUnsafeMutableBufferPointer { words in
        guard let base = words.baseAddress else { return }
        let table = base + wordCount
        table.update(from: base + firstWord, count: WideTable.wordCount(k))
        for j in 0..<k {
          let wire = Int(operands[firstOperand + j])
          if wire >= inputCount, isFlipped[wire - inputCount] { WideTable.complement(table, input: j, of: k) }
        }
        if isFlipped[t] { WideTable.complement(table, of: k) }
      }
      for j in 0..<k { operands[operandCount + j] = newWire[Int(operands[firstOperand + j])] }
      operandCount += k
      wordCount += WideTable.wordCount(k)
      count += 1
      ends.append((UInt32(operandCount), wordCount))
    }
    operands.removeLast(operands.count - operandCount)
    words.removeLast(words.count - wordCount)
    let isConstantTrue = !outputs.contains(.constant(false))
    let literals = outputs.map { output -> Literal in
      switch output {
      case .literal(let literal):
        let wire = literal.wire.index
        let isFlipped = wire >= inputCount && isFlipped[wire - inputCount]
        return Literal(Wire(rawValue: newWire[wire]), complemented: literal.isComplemented != isFlipped)
      case .constant(let value):
        return Literal(Wire(inputCount + count), complemented: value != isConstantTrue)
      }
    }
    if !isConstantTrue || outputs.contains(.constant(true)) {
      words.append(isConstantTrue ? 1 : 0)
      ends.append((UInt32(operandCount), wordCount + 1))
    }
    return LookupTableNetwork(
      inputCount: inputCount, offsets: [0] + ends.map(\.operands), operands: operands,
      wordOffsets: [0] + ends.map(\.words), words: words, outputs: literals, names: names)
  }

  /// Which tables some output needs, and which become their complements.
  private func uses(_ outputs: [Value]) -> (isLive: [Bool], isFlipped: [Bool]) {
    var isLive = [Bool](repeating: false, count: tableCount)
    var isReadPlain = isLive
    var isReadComplemented = isLive
    for case .literal(let literal) in outputs where literal.wire.index >= inputCount {
      let t = literal.wire.index - inputCount
      isLive[t] = true
      if literal.isComplemented { isReadComplemented[t] = true } else { isReadPlain[t] = true }
    }
    for t in stride(from: tableCount - 1, through: 0, by: -1) where isLive[t] {
      for i in offsets[t]..<offsets[t + 1] where Int(operands[Int(i)]) >= inputCount {
        isLive[Int(operands[Int(i)]) - inputCount] = true
      }
    }
    return (isLive, (0..<tableCount).map { isReadComplemented[$0] && !isReadPlain[$0] })
  }
}
