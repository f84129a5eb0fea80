// A JSON value as a tree, for the small files of a folder, and the writer of all of them.

/// A JSON value; objects keep the order of their keys.
package enum JSONValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A key and its value.
  package struct Member: Equatable, Sendable {
    package var key: String
    package var value: JSONValue

    /// A key and its value.
    package init(key: String, value: JSONValue) { (self.key, self.value) = (key, value) }
  }

  /// The object with the given keys, in their order.
  package static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object(members.map { Member(key: $0.key, value: $0.value) })
  }

  /// The value in `text`, which holds nothing else.
  package static func parse(_ text: [UInt8]) throws(JSONFault) -> JSONValue {
    try text.scanned { (scanner) throws(JSONFault) in
      let value = try scanner.value()
      try scanner.finish()
      return value
    }
  }

  /// The value as a message names it.
  package var excerpt: String {
    switch self {
    case .null: "null"
    case .boolean(let flag): "\(flag)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): text.excerpt
    case .array(let elements): "an array of \(elements.count)"
    case .object(let members): "an object of \(members.count)"
    }
  }

  /// The text, indented by two spaces a level and ended by a line feed.
  package func serialized() -> [UInt8] {
    var text: [UInt8] = []
    append(to: &text, indentation: 0)
    text.append(0x0A)
    return text
  }

  private func append(to text: inout [UInt8], indentation: Int) {
    func line(_ level: Int) {
      text.append(0x0A)
      text.append(contentsOf: repeatElement(0x20, count: 2 * level))
    }
    switch self {
    case .null, .boolean, .integer: text.append(contentsOf: excerpt.utf8)
    case .number(let value):
      precondition(value.isFinite, "JSON has no infinities and no NaN")
      text.append(contentsOf: "\(value)".utf8)
    case .string(let string): text.appendJSONString(string.utf8)
    case .array(let elements):
      text.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        line(indentation + 1)
        element.append(to: &text, indentation: indentation + 1)
      }
      if !elements.isEmpty { line(indentation) }
      text.append(UInt8(ascii: "]"))
    case .object(let members):
      text.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        line(indentation + 1)
        text.appendJSONString(member.key.utf8)
        text.append(contentsOf: ": ".utf8)
        member.value.append(to: &text, indentation: indentation + 1)
      }
      if !members.isEmpty { line(indentation) }
      text.append(UInt8(ascii: "}"))
    }
  }
}

extension JSONScanner {
  /// Reads a value of any kind and forgets it, so that a file of hundreds of megabytes makes no tree many times its size.
  package mutating func skipValue() throws(JSONFault) {
    switch peek() {
    case UInt8(ascii: "{"): try members { (scanner, _, _) throws(JSONFault) in try scanner.skipValue() }
    case UInt8(ascii: "["): try elements { (scanner) throws(JSONFault) in try scanner.skipValue() }
    default: _ = try value()
    }
  }

  /// Reads a value of any kind.
  mutating func value() throws(JSONFault) -> JSONValue {
    switch peek() {
    case UInt8(ascii: "{"):
      var result: [JSONValue.Member] = []
      try members { (scanner, key, _) throws(JSONFault) in
        result.append(JSONValue.Member(key: key, value: try scanner.value()))
      }
      return .object(result)
    case UInt8(ascii: "["):
      var result: [JSONValue] = []
      try elements { (scanner) throws(JSONFault) in result.append(try scanner.value()) }
      return .array(result)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try literal("true")
      return .boolean(true)
    case UInt8(ascii: "f"):
      try literal("false")
      return .boolean(false)
    case UInt8(ascii: "n"):
      try literal("null")
      return .null
    case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return try number()
    default: throw fault("a JSON value")
    }
  }
}

extension [UInt8] {
  /// The result of `body` on a scanner of these bytes.
  package func scanned<Output>(
    _ body: (inout JSONScanner) throws(JSONFault) -> Output
  ) throws(JSONFault) -> Output {
    let outcome: Swift.Result<Output, JSONFault> = withUnsafeBufferPointer { bytes in
      var scanner = JSONScanner(bytes)
      do throws(JSONFault) { return .success(try body(&scanner)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  /// Appends `text`, which is UTF-8, as a JSON string.
  mutating func appendJSONString(_ text: some Sequence<UInt8>) {
    append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case 0x0A: append(contentsOf: "\\n".utf8)
      case 0x09: append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let hex = String(byte, radix: 16)
        append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(hex)".utf8)
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }

  /// Appends `value` in decimal digits.
  mutating func appendDecimal(_ value: Int) {
    precondition(value >= 0, "offsets and indices are not negative")
    if value >= 10 { appendDecimal(value / 10) }
    append(UInt8(ascii: "0") + UInt8(value % 10))
  }
}
