// Assignments as text: one character an input, or hexadecimal words.

/// How the bits of a circuit's inputs, or of its outputs, are written.
///
/// Bits: one character `0` or `1` each, in the circuit's order. Hexadecimal: one word for each of the groups that the circuit's file declares
/// (one group otherwise), separated by commas; a word's last digit holds the group's first four bits, the first of them in the digit's
/// lowest place, so that a group reads as an unsigned integer whose bit i is the group's bit i.
struct BitText {
  /// The groups' widths, which add up to the number of bits.
  let widths: [Int]
  let isHexadecimal: Bool

  /// What help texts say.
  static let documentation = """
    Bits stand in the circuit's order, one character each. With --hex they are hexadecimal numbers, one for each group of inputs that the \
    circuit's file declares (otherwise one for all), separated by commas: bit i of a number is bit i of its group.
    """

  init(widths: [Int], count: Int, isHexadecimal: Bool) {
    self.widths = widths.isEmpty || widths.reduce(0, +) != count ? [count] : widths
    self.isHexadecimal = isHexadecimal
  }

  /// The number of bits.
  var count: Int { widths.reduce(0, +) }

  /// The text of `bits`.
  func text(_ bits: [Bool]) -> String {
    guard isHexadecimal else {
      return String(decoding: bits.map { $0 ? UInt8(ascii: "1") : UInt8(ascii: "0") }, as: UTF8.self)
    }
    var start = 0
    return widths.map { width in
      defer { start += width }
      let digits = (width + 3) / 4
      return (0..<digits).reversed().map { digit in
        let value = (0..<4).reduce(0) { sum, bit in
          let i = 4 * digit + bit
          return i < width && bits[start + i] ? sum | 1 << bit : sum
        }
        return String(value, radix: 16)
      }.joined()
    }.joined(separator: ",")
  }

  /// The bits of `line`; `place` is what a message says about where the line stands.
  func bits(_ line: some StringProtocol, place: String) throws -> [Bool] {
    isHexadecimal ? try hexadecimalBits(String(line), place) : try plainBits(String(line), place)
  }

  private func plainBits(_ line: String, _ place: String) throws -> [Bool] {
    var bits: [Bool] = []
    bits.reserveCapacity(line.utf8.count)
    for (column, byte) in line.utf8.enumerated() {
      guard byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1") else {
        let character = Array(line.utf8)[column...].prefix(4)
        throw Failure.refused(
          "\(place), column \(column + 1)", expected: "0 or 1",
          found: BitText.quoted(String(String(decoding: character, as: UTF8.self).prefix(1))))
      }
      bits.append(byte == UInt8(ascii: "1"))
    }
    guard bits.count == count else {
      throw Failure.refused(place, expected: BitText.number(count, "bit"), found: "\(bits.count)")
    }
    return bits
  }

  private func hexadecimalBits(_ line: String, _ place: String) throws -> [Bool] {
    let words =
      count == 0 && line.isEmpty ? [""] : line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard words.count == widths.count else {
      throw Failure.refused(
        place, expected: BitText.number(widths.count, "number") + " separated by commas", found: "\(words.count)")
    }
    var bits: [Bool] = []
    for (index, (word, width)) in zip(words, widths).enumerated() {
      let here = words.count == 1 ? place : "\(place), number \(index + 1)"
      let digits = word.hasPrefix("0x") || word.hasPrefix("0X") ? word.dropFirst(2) : word[...]
      var group: [Bool] = []
      for digit in digits.reversed() {
        guard digit.isASCII, let value = digit.hexDigitValue else {
          throw Failure.refused(here, expected: "hexadecimal digits", found: BitText.quoted(word))
        }
        group += (0..<4).map { value >> $0 & 1 != 0 }
      }
      guard !digits.isEmpty || width == 0, !group.dropFirst(width).contains(true) else {
        throw Failure.refused(
          here, expected: "a hexadecimal number of at most \(BitText.number(width, "bit"))", found: BitText.quoted(word)
        )
      }
      group += [Bool](repeating: false, count: max(0, width - group.count))
      bits += group.prefix(width)
    }
    return bits
  }

  /// A text of the user as messages quote it.
  private static func quoted(_ text: String) -> String {
    let short = text.count > 40 ? text.prefix(40) + "..." : text[...]
    return String(short).debugDescription
  }

  /// `1 bit`, `2 bits`.
  static func number(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }
}
