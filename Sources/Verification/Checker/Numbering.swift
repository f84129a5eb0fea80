// Numbering combinations of small numbers: which of the few that occur does each state have.

/// Refines a numbering of states, one small number after the other.
struct Numbering {
  /// The number of each state.
  private(set) var ids: [UInt32]
  /// How many different numbers there are.
  private(set) var count: Int
  /// A state of each number.
  private(set) var examples: [Int]

  /// All of `stateCount` states alike.
  init(stateCount: Int) {
    ids = [UInt32](repeating: 0, count: stateCount)
    count = min(1, stateCount)
    examples = stateCount > 0 ? [0] : []
  }

  /// Tells states apart whose `other` numbers, which are below `otherCount`, differ.
  mutating func refine(by other: [UInt16], count otherCount: Int) {
    guard otherCount > 1 else { return }
    let none = UInt32.max
    var table: [UInt32] = []
    var index: [UInt64: UInt32] = [:]
    let isSmall = count * otherCount <= 1 << 22
    if isSmall { table = [UInt32](repeating: none, count: count * otherCount) }
    var next: UInt32 = 0
    var found: [Int] = []
    ids.withUnsafeMutableBufferPointer { ids in
      other.withUnsafeBufferPointer { other in
        for s in ids.indices {
          let key = Int(ids[s]) * otherCount + Int(other[s])
          var number = isSmall ? table[key] : index[UInt64(key)] ?? none
          if number == none {
            number = next
            next += 1
            found.append(s)
            if isSmall { table[key] = number } else { index[UInt64(key)] = number }
          }
          ids[s] = number
        }
      }
    }
    count = Int(next)
    examples = found
  }
}
