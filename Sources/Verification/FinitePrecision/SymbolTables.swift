// Numbers and vectors by number: the few values that a coordinate takes, and the strings of such values that positions have.
import ExactArithmetic

/// The values that one coordinate takes; symbol i stands for `numbers[i]`.
struct Palette: Sendable {
  /// The values in the order of their first occurrence.
  private(set) var numbers: [FiniteNumber] = []
  private var symbols: [FiniteNumber: UInt32] = [:]

  /// The symbol of `number`, a new one where it has not occurred yet.
  mutating func symbol(of number: FiniteNumber) -> UInt32 {
    for (i, known) in numbers.prefix(4).enumerated() where known == number { return UInt32(i) }
    if numbers.count > 4, let symbol = symbols[number] { return symbol }
    let symbol = UInt32(numbers.count)
    symbols[number] = symbol
    numbers.append(number)
    return symbol
  }
}

/// Strings of symbols, all of one length, each stored once.
struct StringTable: Sendable {
  /// The length of the strings.
  let width: Int
  /// The number of different strings.
  private(set) var count = 0
  private var symbols: [UInt32] = []
  /// Hash table with open addressing: 1 + the number of a string, or 0. A power of two, at most half full.
  private var slots = [UInt32](repeating: 0, count: 16)

  init(width: Int) { self.width = width }

  /// The symbols of string `id`.
  subscript(id: Int) -> ArraySlice<UInt32> { symbols[id * width..<(id + 1) * width] }

  /// The number of `string`, or `nil` where it has not occurred.
  func find(_ string: some RandomAccessCollection<UInt32>) -> Int? {
    let slot = slots[slot(of: string)]
    return slot == 0 ? nil : Int(slot) - 1
  }

  /// The number of `string`, a new one where it has not occurred yet.
  mutating func intern(_ string: some RandomAccessCollection<UInt32>) -> Int {
    precondition(string.count == width, "the strings of a table have one length")
    let target = slot(of: string)
    if slots[target] != 0 { return Int(slots[target]) - 1 }
    symbols += string
    count += 1
    slots[target] = UInt32(count)
    if 2 * count > slots.count {
      slots = [UInt32](repeating: 0, count: 2 * slots.count)
      for id in 0..<count { slots[slot(of: self[id])] = UInt32(id + 1) }
    }
    return count - 1
  }

  /// The slot that holds `string`, or the free one where it belongs.
  private func slot(of string: some RandomAccessCollection<UInt32>) -> Int {
    var hasher = Hasher()
    for symbol in string { hasher.combine(symbol) }
    var slot = hasher.finalize() & (slots.count - 1)
    while slots[slot] != 0 && !self[Int(slots[slot]) - 1].elementsEqual(string) {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }
}
