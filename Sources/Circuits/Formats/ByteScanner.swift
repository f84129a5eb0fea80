// A cursor over the bytes of a text format: blanks, numbers, words and lines, by offsets and without allocation.

/// Scans bytes that the caller keeps alive. Blanks are spaces, tabs and carriage returns; a line ends at a line feed.
struct ByteScanner {
  let bytes: UnsafeRawBufferPointer
  /// The offset of the next byte.
  var offset: Int

  init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

  /// The byte at `offset`, or `nil` at the end of the file.
  @inline(__always) var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }
  @inline(__always) var isAtEndOfFile: Bool { offset >= bytes.count }
  /// Whether the cursor is on a line feed or at the end of the file.
  @inline(__always) var isAtEndOfLine: Bool { offset >= bytes.count || bytes[offset] == 0x0A }

  @inline(__always) mutating func skipBlanks() {
    while offset < bytes.count, ByteScanner.isBlank(bytes[offset]) { offset += 1 }
  }

  /// Goes to the start of the next line.
  @inline(__always) mutating func skipLine() {
    while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
    if offset < bytes.count { offset += 1 }
  }

  /// Skips blanks and line feeds.
  @inline(__always) mutating func skipBlankLines() {
    while offset < bytes.count, ByteScanner.isBlank(bytes[offset]) || bytes[offset] == 0x0A { offset += 1 }
  }

  /// The decimal number at the cursor, after blanks; `nil`, and the cursor in front of the word, where that is not a number below
  /// `limit`, which is at most 2^31.
  @inline(__always) mutating func number(below limit: Int = 1 << 31) -> Int? {
    skipBlanks()
    var end = offset
    var value = 0
    while end < bytes.count, ByteScanner.isDigit(bytes[end]) {
      value = value &* 10 &+ Int(bytes[end] &- 0x30)
      if value >= limit { return nil }
      end += 1
    }
    guard end > offset, end == bytes.count || bytes[end] <= 0x20 else { return nil }
    offset = end
    return value
  }

  /// The word at the cursor, up to a blank or the end of the line; may be empty. The cursor stays.
  @inline(__always) func tokenRange() -> Range<Int> {
    var end = offset
    while end < bytes.count, bytes[end] > 0x20 { end += 1 }
    // Control characters and such belong to no format: take at least one byte, so that scanning goes on.
    if end == offset, end < bytes.count, !ByteScanner.isBlank(bytes[end]), bytes[end] != 0x0A { end += 1 }
    return offset..<end
  }

  /// The word after blanks, and the cursor after it; `nil` at the end of the line.
  @inline(__always) mutating func token() -> Range<Int>? {
    skipBlanks()
    let range = tokenRange()
    offset = range.upperBound
    return range.isEmpty ? nil : range
  }

  /// The words of the next line that is not blank, empty at the end of the file; 16 at most.
  mutating func nextTokens() -> [Range<Int>] {
    skipBlankLines()
    var tokens: [Range<Int>] = []
    while tokens.count < 16, let token = token() { tokens.append(token) }
    skipLine()
    return tokens
  }

  /// Whether the bytes of `range` are those of `word`, letter by letter; `ignoringCase` where `word` is in capitals.
  @inline(__always) func matches(_ range: Range<Int>, _ word: StaticString, ignoringCase: Bool = false) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    for i in 0..<range.count {
      var byte = bytes[range.lowerBound + i]
      if ignoringCase, byte >= 0x61, byte <= 0x7A { byte -= 0x20 }
      if byte != word.utf8Start[i] { return false }
    }
    return true
  }

  /// The bytes of `range` as text; bytes that are not UTF-8 become replacement characters.
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The bytes of `range` for a message: printable ASCII as it is, the rest as `\xNN`, 40 bytes at most.
  func excerpt(_ range: Range<Int>) -> String {
    var result = ""
    for byte in bytes[range].prefix(40) {
      switch byte {
      case 0x22, 0x5C: result += "\\" + String(UnicodeScalar(byte))
      case 0x20..<0x7F: result += String(UnicodeScalar(byte))
      default: result += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return range.count > 40 ? result + "..." : result
  }
}
