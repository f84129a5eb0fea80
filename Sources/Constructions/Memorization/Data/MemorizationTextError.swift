// What a text of numbers is refused with, and the cursor that finds it: networks and data are read through it.
import ExactArithmetic

/// The first place where a text of a network or of data is not what it should be.
public struct MemorizationTextError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line, from 1.
  public let line: Int
  /// The column in bytes, from 1.
  public let column: Int
  /// What should stand there.
  public let expected: String
  /// What stands there, shortened.
  public let found: String

  /// One line.
  public var description: String { "line \(line), column \(column): expected \(expected), found \(found)" }
}

/// Reads a text byte by byte and knows where it is.
struct TextCursor {
  private let bytes: [UInt8]
  private(set) var offset = 0
  private(set) var line = 1
  private var lineStart = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next byte, nil at the end.
  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  var isAtEnd: Bool { offset == bytes.count }

  mutating func advance() {
    if bytes[offset] == UInt8(ascii: "\n") {
      line += 1
      lineStart = offset + 1
    }
    offset += 1
  }

  /// Takes `byte` if it is next.
  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    advance()
    return true
  }

  /// The bytes up to the next one that ends a field, or the end.
  mutating func field(endingBefore isEnd: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let start = offset
    while offset < bytes.count, !isEnd(bytes[offset]) { advance() }
    return bytes[start..<offset]
  }

  /// The fault of the text at `offset` (here, where none is given), a place on this line.
  func fault(at place: Int? = nil, expected: String) -> MemorizationTextError {
    let place = place ?? offset
    let end = bytes[place...].firstIndex { $0 == UInt8(ascii: "\n") } ?? bytes.count
    let excerpt = bytes[place..<min(end, place + 40)]
    let found =
      place == bytes.count
      ? "the end of the text"
      : excerpt.isEmpty ? "the end of the line" : "\"\(Self.printable(excerpt))\(end > place + 40 ? "…" : "")\""
    return MemorizationTextError(line: line, column: place - lineStart + 1, expected: expected, found: found)
  }

  /// The bytes as text that cannot move a terminal's cursor: others than printable ASCII are named by their number.
  private static func printable(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { (32..<127).contains($0) ? String(UnicodeScalar($0)) : "\\x\(String($0, radix: 16))" }.joined()
  }
}
