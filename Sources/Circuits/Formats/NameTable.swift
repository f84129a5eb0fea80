// Numbers the distinct names of a file: each is hashed where it stands, and becomes a String only when asked for.

/// Names as ranges of a file's bytes, numbered from 0 in order of first occurrence.
struct NameTable {
  private let bytes: UnsafeRawBufferPointer
  /// Open addressing, a power of two; `-1` is free. Keys are hashed with the process's random seed, so no file can make them collide.
  private var slots: [Int32] = Array(repeating: -1, count: 64)
  private var hashes: [UInt32] = []
  private var starts: [UInt32] = []
  private var lengths: [UInt32] = []

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { starts.count }

  /// The number of the name at `range`, a new one where it was not seen before.
  mutating func number(_ range: Range<Int>) -> UInt32 {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]))
    let hash = UInt32(truncatingIfNeeded: hasher.finalize())
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let name = Int(slots[slot])
      if hashes[name] == hash, Int(lengths[name]) == range.count, bytes[self.range(name)].elementsEqual(bytes[range]) {
        return UInt32(name)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(count)
    hashes.append(hash)
    starts.append(UInt32(range.lowerBound))
    lengths.append(UInt32(range.count))
    if 2 * count > slots.count { grow() }
    return UInt32(count - 1)
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: 2 * slots.count)
    for name in 0..<count {
      var slot = Int(hashes[name]) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(name)
    }
  }

  private func range(_ name: Int) -> Range<Int> { Int(starts[name])..<Int(starts[name]) + Int(lengths[name]) }

  /// Where the name stands first.
  func offset(_ name: UInt32) -> Int { Int(starts[Int(name)]) }

  /// The name as text.
  subscript(_ name: UInt32) -> String { String(decoding: bytes[range(Int(name))], as: UTF8.self) }

  /// The name for a message, in quotes.
  func quoted(_ name: UInt32) -> String { "\"\(ByteScanner(bytes).excerpt(range(Int(name))))\"" }

  /// Whether the name is `word`.
  func matches(_ name: UInt32, _ word: StaticString) -> Bool { ByteScanner(bytes).matches(range(Int(name)), word) }
}
