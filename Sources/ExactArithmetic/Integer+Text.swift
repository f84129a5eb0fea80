// Integer to and from text, and from the text to Codable.
import CGMP

extension Integer: LosslessStringConvertible, CustomStringConvertible, Codable {
  /// The integer that `text` writes in `radix` (2 to 36): an optional sign, then at least one digit (either case) and
  /// nothing else; nil for any other text.
  public init?<Text: StringProtocol>(_ text: Text, radix: Int) {
    precondition((2...36).contains(radix), "the radix lies in 2...36, not at \(radix)")
    var digits = Array(text.utf8)
    let negative = digits.first == UInt8(ascii: "-")
    if negative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
    guard !digits.isEmpty, digits.allSatisfy({ Self.isDigit($0, radix: radix) }) else { return nil }
    if digits.count <= 18, radix <= 10, let small = Int(text, radix: radix) {
      self.init(small)
      return
    }
    digits.append(0)
    let storage = IntegerStorage()
    let status = digits.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { integer_set_text(storage.z, $0, Int32(radix)) } ?? -1
      }
    }
    guard status == 0 else { return nil }
    let value = Integer(adopting: storage)
    self = negative ? -value : value
  }

  /// The integer that `text` writes in decimal, or nil.
  public init?(_ text: String) { self.init(text, radix: 10) }

  private static func isDigit(_ character: UInt8, radix: Int) -> Bool {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character) - 48 < radix
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character) - 97 + 10 < radix
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character) - 65 + 10 < radix
    default: false
    }
  }

  /// The digits in `radix` (2 to 36), lower case, after a minus sign where negative.
  public func text(radix: Int) -> String {
    precondition((2...36).contains(radix), "the radix lies in 2...36, not at \(radix)")
    guard let storage else { return String(word, radix: radix) }
    return withExtendedLifetime(storage) {
      let size = integer_text_size(storage.z, Int32(radix))
      return withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
        guard let base = buffer.baseAddress else { return "" }
        integer_get_text(base, storage.z, Int32(radix))
        return String(cString: base)
      }
    }
  }

  /// Decimal digits, after a minus sign where negative.
  public var description: String { text(radix: 10) }

  /// Reads a string of decimal digits with an optional sign.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Integer(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a decimal integer, found \"\(text.prefix(40))\"")
    }
    self = value
  }

  /// Writes the decimal digits as one string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
