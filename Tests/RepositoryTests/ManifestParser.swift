// The small part of Swift's expression syntax that manifests are written in: calls, arrays, strings; the rest is skipped.

/// A value in a manifest.
indirect enum ManifestValue: Equatable, CustomStringConvertible {
  /// A string literal without interpolation; escapes are kept as they are written.
  case string(String)
  case array([ManifestValue])
  /// `.name(…)` or `name(…)`.
  case call(String, [Argument])
  /// Anything else, as its tokens.
  case other(String)

  struct Argument: Equatable {
    let label: String?
    let value: ManifestValue
  }

  var description: String {
    switch self {
    case .string(let text): "\"\(text)\""
    case .array(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
    case .call(let name, let arguments):
      "\(name)(\(arguments.map { ($0.label.map { "\($0): " } ?? "") + $0.value.description }.joined(separator: ", ")))"
    case .other(let tokens): tokens
    }
  }
}

/// A recursive-descent parser over the tokens of a manifest whose comments are blanked.
struct ManifestParser {
  enum Token: Equatable {
    case word(String)
    case string(String)
    case mark(Character)

    var text: String {
      switch self {
      case .word(let text): text
      case .string(let text): "\"\(text)\""
      case .mark(let character): String(character)
      }
    }
  }

  private let tokens: [Token]
  private var position = 0

  init(_ text: String) {
    tokens = Self.tokens(of: Array(text))
  }

  private static func tokens(of text: [Character]) -> [Token] {
    var tokens: [Token] = []
    var index = 0
    while index < text.count {
      let start = index
      if text[index] == "\"" {
        index += 1
        while index < text.count, text[index] != "\"" { index += text[index] == "\\" ? 2 : 1 }
        tokens.append(.string(String(text[(start + 1)..<min(index, text.count)])))
        index += 1
      } else if isWord(text[index]) {
        while index < text.count, isWord(text[index]) { index += 1 }
        tokens.append(.word(String(text[start..<index])))
      } else {
        if !text[index].isWhitespace { tokens.append(.mark(text[index])) }
        index += 1
      }
    }
    return tokens
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  /// Finds the first call of the named function and returns its arguments, or `nil` where there is none.
  mutating func call(named name: String) throws(ManifestError) -> [ManifestValue.Argument]? {
    while position + 1 < tokens.count {
      if tokens[position] == .word(name), tokens[position + 1] == .mark("(") {
        position += 2
        return try arguments()
      }
      position += 1
    }
    return nil
  }

  /// The arguments up to and with the closing parenthesis.
  private mutating func arguments() throws(ManifestError) -> [ManifestValue.Argument] {
    var list: [ManifestValue.Argument] = []
    while true {
      if take(.mark(")")) { return list }
      var label: String?
      if case .word(let word)? = peek(), peek(1) == .mark(":") {
        label = word
        position += 2
      }
      list.append(ManifestValue.Argument(label: label, value: try value()))
      if take(.mark(",")) { continue }
      guard peek() == .mark(")") else { throw unexpected("a comma or )") }
    }
  }

  /// A value up to the comma or the bracket after it. An operator after a call or an array makes the whole `.other`.
  private mutating func value() throws(ManifestError) -> ManifestValue {
    let start = position
    let parsed = try simpleValue()
    if let parsed, isAtEndOfValue { return parsed }
    position = start
    return .other(try skipped())
  }

  private mutating func simpleValue() throws(ManifestError) -> ManifestValue? {
    if case .string(let text)? = peek() {
      position += 1
      return .string(text)
    }
    if take(.mark("[")) {
      var elements: [ManifestValue] = []
      while true {
        if take(.mark("]")) { return .array(elements) }
        elements.append(try value())
        if take(.mark(",")) { continue }
        if peek() == .mark(":") { return nil }  // a dictionary
        guard peek() == .mark("]") else { throw unexpected("a comma or ]") }
      }
    }
    let dot = peek() == .mark(".") ? 1 : 0
    if case .word(let name)? = peek(dot), peek(dot + 1) == .mark("(") {
      position += dot + 2
      return .call(name, try arguments())
    }
    return nil
  }

  private var isAtEndOfValue: Bool {
    switch peek() {
    case .mark(","), .mark(")"), .mark("]"), nil: true
    default: false
    }
  }

  /// The text of the tokens up to the end of this value, brackets balanced.
  private mutating func skipped() throws(ManifestError) -> String {
    var text = ""
    var depth = 0
    while let token = peek() {
      if depth == 0, isAtEndOfValue || token == .mark(":") { break }
      if token == .mark("(") || token == .mark("[") || token == .mark("{") { depth += 1 }
      if token == .mark(")") || token == .mark("]") || token == .mark("}") { depth -= 1 }
      text += token.text
      position += 1
    }
    guard !text.isEmpty else { throw unexpected("a value") }
    return text
  }

  private func peek(_ offset: Int = 0) -> Token? {
    position + offset < tokens.count ? tokens[position + offset] : nil
  }

  private mutating func take(_ token: Token) -> Bool {
    guard peek() == token else { return false }
    position += 1
    return true
  }

  private func unexpected(_ expectation: String) -> ManifestError {
    let near = tokens[..<min(position, tokens.count)].suffix(6).map(\.text).joined(separator: " ")
    return ManifestError(
      description: "expected \(expectation), found \(peek()?.text ?? "the end") after: \(near)")
  }
}
