// Words between white space to tokens and back: the `WordLevel` model of the `tokenizers` library with its `WhitespaceSplit`.

/// Why a text has no tokens, tokens have no text, or words are no vocabulary.
public enum TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The word that begins `offset` bytes into the text is not in the vocabulary.
  case unknownWord(String, offset: Int)
  /// The token at `index` is not in the vocabulary of `count` words.
  case unknownToken(Int, index: Int, count: Int)
  /// Two tokens have the same word.
  case duplicateWord(String, first: Int, second: Int)
  /// The word of a token is empty, holds white space, or holds a special token, so that no text could be split into it.
  case unreachableWord(String, token: Int)
  /// The word of a special token is longer than `WordLevelTokenizer.specialTokenLimit`.
  case specialTokenTooLong(token: Int, byteCount: Int)
  /// A token with a role is not in the vocabulary.
  case roleOutsideVocabulary(role: String, token: Int, count: Int)

  /// One line.
  public var description: String {
    switch self {
    case .unknownWord(let word, let offset): "byte \(offset): expected a word of the vocabulary, found \(word.excerpt)"
    case .unknownToken(let token, let index, let count):
      "index \(index): expected a token from 0 to \(count - 1), found \(token)"
    case .duplicateWord(let word, let first, let second):
      "token \(second): expected a word of its own, found \(word.excerpt), the word of token \(first)"
    case .unreachableWord(let word, let token):
      "token \(token): expected a word without white space and special tokens, found \(word.excerpt)"
    case .specialTokenTooLong(let token, let byteCount):
      "token \(token): expected a special token of at most \(WordLevelTokenizer.specialTokenLimit) bytes, found \(byteCount)"
    case .roleOutsideVocabulary(let role, let token, let count):
      "\(role): expected a token from 0 to \(count - 1), found \(token)"
    }
  }
}

/// A tokenizer whose tokens are whole words.
///
/// A text is cut at white space (Unicode's `White_Space`) and around special tokens, which are found even within words, as the
/// `tokenizers` library does. Decoding joins words by single spaces.
public struct WordLevelTokenizer: Sendable {
  /// The word of each token.
  public let words: WordList
  /// The tokens with a role.
  public let roles: Roles
  /// The tokens that are found even within words, in increasing order; those with a role are among them.
  public let specialTokens: [Int]
  private let index: WordIndex
  private let specials: PrefixTree

  /// The most bytes of a special token's word; with it, encoding and checking a vocabulary stay linear.
  public static let specialTokenLimit = 256

  /// Tokens with a role.
  public struct Roles: Sendable, Equatable {
    /// The token that begins a text.
    public var begin: Int?
    /// The token that ends a text.
    public var end: Int?
    /// The token that fills the shorter rows of a batch.
    public var padding: Int?
    /// The token of words that are not in the vocabulary; without it such a word is an error.
    public var unknown: Int?
    /// Whether encoding puts the begin token first.
    public var prependsBegin: Bool

    /// The given roles.
    public init(
      begin: Int? = nil, end: Int? = nil, padding: Int? = nil, unknown: Int? = nil, prependsBegin: Bool = false
    ) {
      precondition(!prependsBegin || begin != nil, "a begin token that is prepended is there")
      (self.begin, self.end, self.padding, self.unknown) = (begin, end, padding, unknown)
      self.prependsBegin = prependsBegin
    }

    /// The roles under their names in tokenizer_config.json.
    var named: [(key: String, token: Int?)] {
      [("bos_token", begin), ("eos_token", end), ("pad_token", padding), ("unk_token", unknown)]
    }
  }

  /// A tokenizer of the given words.
  ///
  /// - Throws: `TokenizerError` where two words are equal or where a word cannot be the outcome of splitting.
  public init(words: WordList, roles: Roles = Roles(), specialTokens: [Int] = []) throws(TokenizerError) {
    self.words = words
    self.roles = roles
    for (key, token) in roles.named + specialTokens.map({ ("special token", $0) }) {
      if let token, token < 0 || token >= words.count {
        throw .roleOutsideVocabulary(role: key, token: token, count: words.count)
      }
    }
    self.specialTokens = Set(specialTokens + roles.named.compactMap(\.token)).sorted()
    if let token = self.specialTokens.first(where: { words.utf8($0).count > WordLevelTokenizer.specialTokenLimit }) {
      throw .specialTokenTooLong(token: token, byteCount: words.utf8(token).count)
    }
    specials = PrefixTree(words, self.specialTokens)
    index = WordIndex(words)
    if let (first, second) = index.duplicate {
      throw .duplicateWord(words[first], first: first, second: second)
    }
    let unreachable = words.bytes.withUnsafeBytes { bytes in
      (0..<words.count).first { token in
        let word = UnsafeRawBufferPointer(rebasing: bytes[words.starts[token]..<words.starts[token + 1]])
        if word.isEmpty { return true }
        let isSpecial = specials.longestMatch(word, at: 0) == token
        return word.indices.contains { position in
          whiteSpaceLength(word, at: position) > 0
            || (!isSpecial && specials.longestMatch(word, at: position) != nil)
        }
      }
    }
    if let unreachable { throw .unreachableWord(words[unreachable], token: unreachable) }
  }

  /// The words as strings.
  public var vocabulary: [String] { (0..<words.count).map { words[$0] } }

  /// The token of `word`, where it is in the vocabulary.
  public func token(_ word: String) -> Int? {
    var word = word
    return word.withUTF8 { index.token(UnsafeRawBufferPointer($0), in: words) }
  }

  /// The tokens of `text`.
  ///
  /// - Throws: `TokenizerError.unknownWord` for the first word that is not in the vocabulary, unless there is a token for those.
  public func encode(_ text: String) throws(TokenizerError) -> [Int] {
    var text = text
    let outcome: Swift.Result<[Int], TokenizerError> = text.withUTF8 { buffer in
      do throws(TokenizerError) { return .success(try encode(UnsafeRawBufferPointer(buffer))) } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private func encode(_ text: UnsafeRawBufferPointer) throws(TokenizerError) -> [Int] {
    var tokens: [Int] = []
    if roles.prependsBegin, let begin = roles.begin { tokens.append(begin) }
    var position = 0
    while position < text.count {
      let space = whiteSpaceLength(text, at: position)
      if space > 0 {
        position += space
        continue
      }
      if let token = specials.longestMatch(text, at: position) {
        tokens.append(token)
        position += words.utf8(token).count
        continue
      }
      let start = position
      repeat {
        position += 1
      } while position < text.count && whiteSpaceLength(text, at: position) == 0
        && specials.longestMatch(text, at: position) == nil
      let word = UnsafeRawBufferPointer(rebasing: text[start..<position])
      guard let token = index.token(word, in: words) ?? roles.unknown else {
        throw .unknownWord(String(decoding: word, as: UTF8.self), offset: start)
      }
      tokens.append(token)
    }
    return tokens
  }

  /// The words of `tokens`, joined by spaces.
  ///
  /// - Throws: `TokenizerError.unknownToken` for the first that is not in the vocabulary.
  public func decode(_ tokens: [Int], skippingSpecialTokens: Bool = false) throws(TokenizerError) -> String {
    var text: [UInt8] = []
    let skipped = skippingSpecialTokens ? Set(specialTokens) : []
    for (index, token) in tokens.enumerated() {
      guard 0 <= token && token < words.count else {
        throw .unknownToken(token, index: index, count: words.count)
      }
      if skipped.contains(token) { continue }
      if !text.isEmpty { text.append(0x20) }
      text.append(contentsOf: words.utf8(token))
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// The length of the white space character of Unicode at `position` of UTF-8 text, or 0 where there is none.
private func whiteSpaceLength(_ text: UnsafeRawBufferPointer, at position: Int) -> Int {
  let byte = text[position]
  if byte < 0x80 { return byte == 0x20 || (0x09...0x0D).contains(byte) ? 1 : 0 }
  func next(_ distance: Int) -> UInt8 { position + distance < text.count ? text[position + distance] : 0 }
  switch (byte, next(1), next(2)) {
  case (0xC2, 0x85, _), (0xC2, 0xA0, _): return 2
  case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8...0xA9), (0xE2, 0x80, 0xAF),
    (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80):
    return 3
  default: return 0
  }
}
