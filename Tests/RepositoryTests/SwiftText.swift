// Swift source text with its comments, or its comments and the insides of its string literals, replaced by spaces.

/// Returns the text with every comment replaced by spaces, so that lines and columns stay where they were; with
/// `strings: true` the insides of string literals too, but not the code of their interpolations.
///
/// It knows line comments, nested block comments, and plain, raw and multi-line strings. Regex literals are not told apart
/// from code: one that holds a quotation mark would mislead it.
func blanked(_ text: String, strings: Bool) -> String {
  var eraser = Eraser(scalars: Array(text.unicodeScalars), erasesStrings: strings)
  eraser.eraseCode(untilClosingParenthesis: false)
  return String(String.UnicodeScalarView(eraser.scalars))
}

/// A walk over source text that erases on its way.
private struct Eraser {
  var scalars: [Unicode.Scalar]
  let erasesStrings: Bool
  var position = 0

  init(scalars: [Unicode.Scalar], erasesStrings: Bool) {
    self.scalars = scalars
    self.erasesStrings = erasesStrings
  }

  /// Walks over code to the end of the text or, inside an interpolation, past the parenthesis that closes it.
  mutating func eraseCode(untilClosingParenthesis: Bool) {
    var depth = 0
    while position < scalars.count {
      if starts(with: "//") {
        while position < scalars.count, !isLineBreak(scalars[position]) { erase() }
      } else if starts(with: "/*") {
        eraseBlockComment()
      } else if let pounds = poundsOfString() {
        eraseString(pounds: pounds)
      } else {
        let scalar = scalars[position]
        position += 1
        if scalar == "(" { depth += 1 }
        if scalar == ")" {
          if untilClosingParenthesis, depth == 0 { return }
          depth -= 1
        }
      }
    }
  }

  private mutating func eraseBlockComment() {
    var depth = 0
    repeat {
      if starts(with: "/*") {
        depth += 1
        erase(2)
      } else if starts(with: "*/") {
        depth -= 1
        erase(2)
      } else {
        erase()
      }
    } while depth > 0 && position < scalars.count
  }

  /// The number of `#` before a quotation mark here, or `nil` where no string starts.
  private func poundsOfString() -> Int? {
    var end = position
    while end < scalars.count, scalars[end] == "#" { end += 1 }
    return end < scalars.count && scalars[end] == "\"" ? end - position : nil
  }

  private mutating func eraseString(pounds: Int) {
    let hashes = String(repeating: "#", count: pounds)
    position += pounds
    let quote = starts(with: "\"\"\"") ? "\"\"\"" : "\""
    position += quote.count
    while position < scalars.count {
      if starts(with: quote + hashes) {
        position += quote.count + pounds
        return
      }
      if quote.count == 1, isLineBreak(scalars[position]) { return }  // an unterminated string ends with its line
      if starts(with: "\\" + hashes + "(") {
        position += pounds + 2
        eraseCode(untilClosingParenthesis: true)
      } else if starts(with: "\\" + hashes) {
        eraseInside(pounds + 2)  // the escaped character with it, which may be a quotation mark
      } else {
        eraseInside(1)
      }
    }
  }

  private mutating func eraseInside(_ count: Int) {
    if erasesStrings { erase(count) } else { position = min(position + count, scalars.count) }
  }

  private mutating func erase(_ count: Int = 1) {
    for _ in 0..<count where position < scalars.count {
      if !isLineBreak(scalars[position]) { scalars[position] = " " }
      position += 1
    }
  }

  private func starts(with prefix: String) -> Bool {
    var index = position
    for scalar in prefix.unicodeScalars {
      guard index < scalars.count, scalars[index] == scalar else { return false }
      index += 1
    }
    return true
  }

  private func isLineBreak(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }
}

extension String {
  /// The lines, empty ones included, each with its number from 1.
  var numberedLines: [(number: Int, text: Substring)] {
    split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().map {
      ($0.offset + 1, $0.element)
    }
  }
}
