// A pull parser of JSON over bytes: headers and vocabularies of many megabytes are read without building a tree.

/// Why bytes are not the JSON that was asked for.
package struct JSONFault: Error, Equatable {
  /// The offset of the first byte that is wrong.
  package var offset: Int
  /// What should have been there.
  package var expected: String
  /// What was there.
  package var found: String

  /// A fault at `offset`.
  package init(offset: Int, expected: String, found: String) {
    (self.offset, self.expected, self.found) = (offset, expected, found)
  }

  /// The fault as one of a file; `shift` is added where the JSON does not begin at the file's first byte.
  package func inFile(_ path: String, shift: Int = 0) -> FolderError {
    FolderError(path: path, place: .byte(offset + shift), expected: expected, found: found)
  }
}

/// A position in JSON text.
///
/// Strict RFC 8259: UTF-8, no duplicate keys, no lone surrogates, no trailing commas. Nesting is limited, so that hostile text does not
/// exhaust the stack. Linear in the number of bytes.
package struct JSONScanner {
  /// The text; the caller keeps it alive.
  let bytes: UnsafeBufferPointer<UInt8>
  /// The offset of the next byte.
  package private(set) var position = 0
  private var depth = 0

  /// The deepest nesting of arrays and objects.
  static let depthLimit = 64

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  // MARK: Bytes

  /// The next byte after white space, not consumed; `nil` at the end.
  package mutating func peek() -> UInt8? {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return bytes[position]
      }
    }
    return nil
  }

  /// Consumes `byte` if it is next.
  mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  /// A fault at the next byte.
  mutating func fault(_ expected: String) -> JSONFault {
    guard let byte = peek() else { return JSONFault(offset: position, expected: expected, found: "the end") }
    let found =
      (0x21..<0x7F).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
    return JSONFault(offset: position, expected: expected, found: found)
  }

  private mutating func expect(_ byte: UInt8, or expected: String) throws(JSONFault) {
    guard take(byte) else { throw fault(expected) }
  }

  /// Checks that nothing but white space is left.
  package mutating func finish() throws(JSONFault) {
    if peek() != nil { throw fault("the end of the text") }
  }

  // MARK: Containers

  /// Reads an object of distinct keys; `body` is given each key and its offset, and consumes the value.
  package mutating func members(
    _ body: (inout JSONScanner, String, Int) throws(JSONFault) -> Void
  ) throws(JSONFault) {
    var seen = Set<String>()
    try object { (scanner) throws(JSONFault) in
      _ = scanner.peek()
      let start = scanner.position
      let key = try scanner.string()
      if !seen.insert(key).inserted {
        throw JSONFault(offset: start, expected: "each key once", found: "\(key.excerpt) again")
      }
      try scanner.colon()
      try body(&scanner, key, start)
    }
  }

  /// Reads an object; `member` consumes each key, colon and value.
  mutating func object(_ member: (inout JSONScanner) throws(JSONFault) -> Void) throws(JSONFault) {
    try expect(UInt8(ascii: "{"), or: "an object")
    try enter()
    if !take(UInt8(ascii: "}")) {
      repeat {
        try member(&self)
      } while take(UInt8(ascii: ","))
      try expect(UInt8(ascii: "}"), or: "',' or '}'")
    }
    depth -= 1
  }

  /// Consumes the colon between a key and its value.
  mutating func colon() throws(JSONFault) { try expect(UInt8(ascii: ":"), or: "':'") }

  /// Reads an array; `element` consumes each element.
  package mutating func elements(_ element: (inout JSONScanner) throws(JSONFault) -> Void) throws(JSONFault) {
    try expect(UInt8(ascii: "["), or: "an array")
    try enter()
    if !take(UInt8(ascii: "]")) {
      repeat {
        try element(&self)
      } while take(UInt8(ascii: ","))
      try expect(UInt8(ascii: "]"), or: "',' or ']'")
    }
    depth -= 1
  }

  private mutating func enter() throws(JSONFault) {
    depth += 1
    if depth > JSONScanner.depthLimit {
      throw JSONFault(
        offset: position - 1, expected: "at most \(JSONScanner.depthLimit) nested values", found: "one more")
    }
  }

  // MARK: Scalars

  /// Reads a string.
  package mutating func string() throws(JSONFault) -> String {
    var text: [UInt8] = []
    try string(appendingTo: &text)
    return String(decoding: text, as: UTF8.self)  // validated by the scan
  }

  /// Reads a string and appends its UTF-8 bytes to `text`.
  mutating func string(appendingTo text: inout [UInt8]) throws(JSONFault) {
    try expect(UInt8(ascii: "\""), or: "a string")
    let first = position
    var run = position
    var isASCII = true
    while true {
      guard position < bytes.count else {
        throw JSONFault(offset: position, expected: "'\"' at the end of a string", found: "the end")
      }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") { break }
      if byte < 0x20 {
        throw JSONFault(
          offset: position, expected: "an escaped control character", found: "byte 0x\(String(byte, radix: 16))")
      }
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[run..<position]))
        try escape(appendingTo: &text)
        run = position
        continue
      }
      if byte >= 0x80 { isASCII = false }
      position += 1
    }
    let body = UnsafeBufferPointer(rebasing: bytes[first..<position])
    if !isASCII, String(validating: body, as: UTF8.self) == nil {
      throw JSONFault(offset: first, expected: "a string in UTF-8", found: "bytes that are not UTF-8")
    }
    text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[run..<position]))
    position += 1
  }

  private mutating func escape(appendingTo text: inout [UInt8]) throws(JSONFault) {
    let start = position
    position += 1
    guard position < bytes.count else { throw fault("an escape sequence") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var units = [try hexadecimalUnit()]
      if UTF16.isLeadSurrogate(units[0]), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        units.append(try hexadecimalUnit())
      }
      guard let character = String(validating: units, as: UTF16.self) else {
        throw JSONFault(offset: start, expected: "a pair of surrogates", found: "a lone surrogate")
      }
      text.append(contentsOf: character.utf8)
    default:
      throw JSONFault(offset: start, expected: "an escape sequence of JSON", found: "a backslash before another byte")
    }
  }

  private mutating func hexadecimalUnit() throws(JSONFault) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue,
        bytes[position] < 0x80
      else { throw fault("four hexadecimal digits") }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  /// Reads an integer that fits `Int` and is written without fraction or exponent.
  package mutating func integer() throws(JSONFault) -> Int {
    _ = peek()
    let start = position
    guard case .integer(let value) = try number() else {
      throw JSONFault(offset: start, expected: "an integer of at most 63 bits", found: "another number")
    }
    return value
  }

  /// Reads a number, rounded to the nearest double; -0.0 is read as 0, as -0 is.
  package mutating func double() throws(JSONFault) -> Double {
    switch try number() {
    case .integer(let value): Double(value)
    case .number(let value): value + 0
    default: throw fault("a number")
    }
  }

  /// Reads a number.
  mutating func number() throws(JSONFault) -> JSONValue {
    let expected = "a number"
    _ = peek()
    let start = position
    if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
    let firstDigit = position
    try digits(expected)
    if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
      throw JSONFault(offset: firstDigit, expected: "a number without leading zeros", found: "'0' before another digit")
    }
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits("a digit after the point")
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      try digits("a digit of the exponent")
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw JSONFault(offset: start, expected: "a number in the range of a double", found: text.excerpt)
    }
    return .number(value)
  }

  private mutating func digits(_ expected: String) throws(JSONFault) {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
    if position == start { throw fault(expected) }
  }

  /// Reads `true` or `false`.
  package mutating func boolean() throws(JSONFault) -> Bool {
    switch peek() {
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"):
      try literal("false")
      return false
    default: throw fault("true or false")
    }
    return true
  }

  /// Consumes `null` if it is next.
  package mutating func takeNull() throws(JSONFault) -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    try literal("null")
    return true
  }

  /// Consumes `word` (`true`, `false` or `null`).
  mutating func literal(_ word: StaticString) throws(JSONFault) {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count,
      (0..<length).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
    else { throw fault("a JSON value") }
    position += length
  }
}
