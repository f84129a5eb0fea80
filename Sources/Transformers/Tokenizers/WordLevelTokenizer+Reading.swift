// A word-level tokenizer out of tokenizer.json and tokenizer_config.json.

extension WordLevelTokenizer {
  /// The tokenizer in the texts of a tokenizer.json and, where there is one, a tokenizer_config.json.
  ///
  /// The vocabulary goes from a pull parser into packed bytes; linear in the size of the text.
  ///
  /// - Throws: `FolderError` where a text is not JSON (the first fault), or does not describe a word-level tokenizer with white-space
  ///   splitting (all faults).
  public init(
    parsing bytes: [UInt8], configuration: [UInt8]? = nil, path: String = "tokenizer.json",
    configurationPath: String = "tokenizer_config.json"
  ) throws(FolderError) {
    var text = TokenizerText(path: path)
    do throws(JSONFault) {
      try bytes.scanned { (scanner) throws(JSONFault) in try text.read(&scanner) }
    } catch { throw error.inFile(path) }
    guard let words = text.words() else { throw FolderError(text.faults) }
    var roles = Roles()
    roles.unknown = text.unknownWord.flatMap { words.firstToken(of: $0) }
    roles.prependsBegin = text.prependedToken != nil
    roles.begin = text.prependedToken
    if let configuration {
      var fields = try ConfigurationFields(parsing: configuration, path: configurationPath)
      func role(_ key: String) -> Int? {
        var value = fields[key]
        if case .object(let members)? = value { value = members.first { $0.key == "content" }?.value }
        guard let value else { return nil }
        guard case .string(let word) = value, let token = words.firstToken(of: word) else {
          if key != "unk_token" { fields.report(key, expected: "a word of the vocabulary", found: value.excerpt) }
          return nil
        }
        return token
      }
      let begin = role("bos_token")
      if let prepended = text.prependedToken, let begin, begin != prepended {
        fields.report("bos_token", expected: "\(words[prepended].excerpt), which tokenizer.json prepends")
      }
      roles.begin = roles.begin ?? begin
      roles.end = role("eos_token")
      roles.padding = role("pad_token")
      _ = role("unk_token")
      try fields.check()
    }
    do throws(TokenizerError) {
      try self.init(words: words, roles: roles, specialTokens: text.addedTokens.map(\.id))
    } catch {
      throw FolderError(path: path, place: .key("model.vocab"), expected: "a vocabulary of words", found: "\(error)")
    }
  }
}

extension WordList {
  /// The first token whose word is `word`, by looking at all of them.
  fileprivate func firstToken(of word: String) -> Int? {
    let word = Array(word.utf8)
    return (0..<count).first { starts[$0 + 1] - starts[$0] == word.count && utf8($0).elementsEqual(word) }
  }
}

/// What a tokenizer.json says, and its faults.
private struct TokenizerText {
  let path: String
  private(set) var faults: [FolderError.Fault] = []
  private(set) var addedTokens: [(id: Int, word: String)] = []
  private(set) var unknownWord: String?
  /// The token that the template puts before a text.
  private(set) var prependedToken: Int?
  /// The words in the order of the file, packed, with their tokens.
  private var bytes: [UInt8] = []
  private var starts = [0]
  private var tokens: [Int] = []

  init(path: String) { self.path = path }

  private mutating func report(_ key: String, _ expected: String, _ found: String) {
    guard faults.count < FolderError.faultLimit else { return }
    faults.append(FolderError.Fault(path: path, place: .key(key), expected: expected, found: found))
  }

  mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
    var keys = Set<String>()
    try scanner.members { (scanner, key, _) throws(JSONFault) in
      keys.insert(key)
      switch key {
      case "model": try self.readModel(&scanner)
      case "added_tokens": try self.readAddedTokens(&scanner)
      case "version", "padding", "truncation": try scanner.skipValue()
      case "pre_tokenizer": self.checkSplitting(try scanner.value())
      case "post_processor": self.readTemplate(try scanner.value())
      case "normalizer", "decoder":
        let value = try scanner.value()
        if value != .null { self.report(key, "null", value.excerpt) }
      default:
        try scanner.skipValue()
        self.report(key, "a key of a tokenizer", "this one")
      }
    }
    try scanner.finish()
    for key in ["model", "pre_tokenizer"] where !keys.contains(key) { report(key, "this key", "nothing") }
  }

  private mutating func checkSplitting(_ value: JSONValue) {
    let kind = value["type"] ?? value
    if kind != .string("WhitespaceSplit") { report("pre_tokenizer.type", "\"WhitespaceSplit\"", kind.excerpt) }
  }

  private mutating func readModel(_ scanner: inout JSONScanner) throws(JSONFault) {
    var kind = JSONValue.null
    var hasVocabulary = false
    guard scanner.peek() == UInt8(ascii: "{") else {
      return report("model", "an object", try scanner.value().excerpt)
    }
    try scanner.members { (scanner, key, _) throws(JSONFault) in
      switch key {
      case "type": kind = try scanner.value()
      case "vocab":
        hasVocabulary = true
        if kind != .null, kind != .string("WordLevel") {
          try scanner.skipValue()
        } else {
          try self.readVocabulary(&scanner)
        }
      case "unk_token":
        if case .string(let word) = try scanner.value() { self.unknownWord = word }
      default: try scanner.skipValue()
      }
    }
    if kind != .string("WordLevel") { report("model.type", "\"WordLevel\"", kind.excerpt) }
    if !hasVocabulary { report("model.vocab", "an object of words and tokens", "nothing") }
    if unknownWord == nil { report("model.unk_token", "a word", "none") }
  }

  private mutating func readVocabulary(_ scanner: inout JSONScanner) throws(JSONFault) {
    try scanner.object { (scanner) throws(JSONFault) in
      try scanner.string(appendingTo: &self.bytes)
      self.starts.append(self.bytes.count)
      try scanner.colon()
      self.tokens.append(try scanner.integer())
    }
  }

  private mutating func readAddedTokens(_ scanner: inout JSONScanner) throws(JSONFault) {
    guard scanner.peek() == UInt8(ascii: "[") else {
      try scanner.skipValue()
      return report("added_tokens", "an array", "another value")
    }
    var index = 0
    try scanner.elements { (scanner) throws(JSONFault) in
      if self.faults.count == FolderError.faultLimit { return try scanner.skipValue() }
      self.readAddedToken(index, try scanner.value())
      index += 1
    }
  }

  private mutating func readAddedToken(_ index: Int, _ value: JSONValue) {
    var fields = ConfigurationFields(value, path: path, prefix: "added_tokens[\(index)].")
    let id = fields.integer("id", in: 0...Int(Int32.max) - 1)
    if case .string(let word)? = fields["content"], !word.isEmpty {
      addedTokens.append((id, word))
    } else {
      fields.report("content", expected: "a word")
    }
    for key in ["single_word", "lstrip", "rstrip"] {
      if fields.flag(key, default: false) { fields.report(key, expected: "false") }
    }
    faults += fields.faults.prefix(FolderError.faultLimit - faults.count)
  }

  /// Reads a template `[begin] text`, the only one that is supported.
  private mutating func readTemplate(_ value: JSONValue) {
    if value == .null { return }
    guard value["type"] == .string("TemplateProcessing"), case .array(let single)? = value["single"] else {
      return report("post_processor", "null or a TemplateProcessing", value["type"]?.excerpt ?? value.excerpt)
    }
    let last = single.last?["Sequence"]?["id"]
    guard last == .string("A"), single.count <= 2 else {
      return report("post_processor.single", "at most one special token, then sequence A", "another template")
    }
    guard single.count == 2 else { return }
    guard case .string(let name)? = single[0]["SpecialToken"]?["id"],
      case .array(let ids)? = value["special_tokens"]?[name]?["ids"], ids.count == 1, case .integer(let token) = ids[0]
    else { return report("post_processor.special_tokens", "one token for the one prepended", "something else") }
    prependedToken = token
  }

  /// The words by token, or `nil` where there are faults.
  mutating func words() -> WordList? {
    let count = max(tokens.count, (addedTokens.map(\.id).max() ?? -1) + 1)
    // Every token has one word: so many words, added ones included, and no token twice.
    guard faults.isEmpty else { return nil }
    if tokens.count == count, tokens.indices.allSatisfy({ tokens[$0] == $0 }) {
      return accepting(WordList(bytes: bytes, starts: starts))
    }
    guard count <= tokens.count + addedTokens.count else {
      report(
        "added_tokens", "tokens below \(tokens.count + addedTokens.count), as many as there are words", "\(count - 1)")
      return nil
    }
    var places = [Int](repeating: -1, count: count)
    for (place, token) in tokens.enumerated() {
      guard 0 <= token && token < count else {
        report("model.vocab", "tokens from 0 to \(count - 1), one for each word", "\(token)")
        return nil
      }
      guard places[token] < 0 else {
        report("model.vocab", "one word for each token", "two for token \(token)")
        return nil
      }
      places[token] = place
    }
    var added: [Int: String] = [:]
    for (id, word) in addedTokens where places[id] < 0 { added[id] = word }
    if let missing = (0..<count).first(where: { places[$0] < 0 && added[$0] == nil }) {
      report("model.vocab", "a word for each token below \(count)", "none for token \(missing)")
      return nil
    }
    return accepting(
      WordList(count: count) { [bytes, starts] token, target in
        if places[token] >= 0 {
          target.append(contentsOf: bytes[starts[places[token]]..<starts[places[token] + 1]])
        } else {
          target.append(contentsOf: (added[token] ?? "").utf8)
        }
      })
  }

  /// The words, unless an added or prepended token contradicts them.
  private mutating func accepting(_ words: WordList) -> WordList? {
    for (index, (id, word)) in addedTokens.enumerated() where words[id] != word {
      report("added_tokens[\(index)].content", "\(words[id].excerpt), the word of token \(id)", word.excerpt)
    }
    if let prependedToken, prependedToken < 0 || prependedToken >= words.count {
      report("post_processor.special_tokens", "a token below \(words.count)", "\(prependedToken)")
    }
    return faults.isEmpty ? words : nil
  }
}

extension JSONValue {
  /// The value of `key`, where this is an object that has it.
  subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }
}
