// Truth tables of up to sixteen inputs as runs of words: the few operations that a mapping needs.

/// Operations on tables of `k` inputs in `wordCount(k)` words, laid out as in `LookupTableNetwork`.
enum WideTable {
  /// The words of 2^k bits.
  @inline(__always) static func wordCount(_ k: Int) -> Int { k <= 6 ? 1 : 1 << (k - 6) }

  /// Fills `target` with the table of input `j` of `k`.
  static func fill(_ target: UnsafeMutablePointer<UInt64>, input j: Int, of k: Int) {
    if j < 6 {
      let pattern = TruthTable.pattern(ofInput: j) & TruthTable.mask(min(k, 6))
      for w in 0..<wordCount(k) { target[w] = pattern }
    } else {
      for w in 0..<wordCount(k) { target[w] = w >> (j - 6) & 1 != 0 ? .max : 0 }
    }
  }

  /// Whether the table depends on input `j`.
  static func depends(_ table: UnsafeMutablePointer<UInt64>, on j: Int, of k: Int) -> Bool {
    if j < 6 {
      let low = ~TruthTable.pattern(ofInput: j)
      let shift = UInt64(1 << j)
      for w in 0..<wordCount(k) where (table[w] >> shift ^ table[w]) & low & TruthTable.mask(min(k, 6)) != 0 {
        return true
      }
      return false
    }
    let stride = 1 << (j - 6)
    for w in 0..<wordCount(k) where w & stride == 0 && table[w] != table[w + stride] { return true }
    return false
  }

  /// Makes a table that does not depend on input `j` one of the other `k - 1` inputs, in place.
  static func remove(_ table: UnsafeMutablePointer<UInt64>, input j: Int, of k: Int) {
    if j >= 6 {
      let stride = 1 << (j - 6)
      for w in 0..<wordCount(k - 1) { table[w] = table[(w & ~(stride - 1)) << 1 | w & (stride - 1)] }
      return
    }
    // Within words: the rows with input j false close up, block by block.
    for w in 0..<wordCount(k) {
      let word = table[w]
      let block = 1 << j
      var packed: UInt64 = 0
      for i in 0..<(32 >> j) {
        packed |= (word >> UInt64(i * 2 * block) & TruthTable.mask(j)) << UInt64(i * block)
      }
      table[w] = packed
    }
    if k > 6 {
      for w in 0..<wordCount(k) / 2 { table[w] = table[2 * w] | table[2 * w + 1] << 32 }
    }
  }

  /// Inverts the table.
  static func complement(_ table: UnsafeMutablePointer<UInt64>, of k: Int) {
    for w in 0..<wordCount(k) { table[w] = ~table[w] & TruthTable.mask(min(k, 6)) }
  }

  /// Inverts input `j`.
  static func complement(_ table: UnsafeMutablePointer<UInt64>, input j: Int, of k: Int) {
    if j < 6 {
      let high = TruthTable.pattern(ofInput: j)
      let shift = UInt64(1 << j)
      for w in 0..<wordCount(k) { table[w] = (table[w] & high) >> shift | (table[w] & ~high) << shift }
    } else {
      let stride = 1 << (j - 6)
      for w in 0..<wordCount(k) where w & stride == 0 { (table[w], table[w + stride]) = (table[w + stride], table[w]) }
    }
  }
}
