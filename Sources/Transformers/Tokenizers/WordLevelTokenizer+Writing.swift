// tokenizer.json, tokenizer_config.json and special_tokens_map.json, as `tokenizers` and `transformers` read them.

extension WordLevelTokenizer {
  /// The word of unknown ones, or where there is no token for those a word outside the vocabulary: the `tokenizers` library wants
  /// a name, and then refuses unknown words as it should.
  private var unknownWord: String {
    if let unknown = roles.unknown { return words[unknown] }
    var name = "<unk>"
    while token(name) != nil { name += "_" }
    return name
  }

  /// The text of tokenizer.json.
  ///
  /// Written byte by byte: 272,000 words take milliseconds.
  public func serialized() -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(words.bytes.count + 16 * words.count + 4096)
    func put(_ string: String) { text.append(contentsOf: string.utf8) }
    put("{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n  \"added_tokens\": [")
    for (index, token) in specialTokens.enumerated() {
      put("\(index == 0 ? "" : ",")\n    {\"id\": \(token), \"content\": ")
      text.appendJSONString(words.utf8(token))
      put(", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": true}")
    }
    put("\(specialTokens.isEmpty ? "" : "\n  ")],\n  \"normalizer\": null,\n")
    put("  \"pre_tokenizer\": {\"type\": \"WhitespaceSplit\"},\n  \"post_processor\": ")
    appendTemplate(to: &text)
    put(",\n  \"decoder\": null,\n  \"model\": {\n    \"type\": \"WordLevel\",\n    \"vocab\": {")
    for token in 0..<words.count {
      put(token == 0 ? "\n" : ",\n")
      text.appendJSONString(words.utf8(token))
      text.append(UInt8(ascii: ":"))
      text.appendDecimal(token)
    }
    put("\n    },\n    \"unk_token\": ")
    text.appendJSONString(unknownWord.utf8)
    put("\n  }\n}\n")
    return text
  }

  private func appendTemplate(to text: inout [UInt8]) {
    guard roles.prependsBegin, let begin = roles.begin else { return text.append(contentsOf: "null".utf8) }
    func sequence(_ name: String, _ type: Int) -> JSONValue {
      .object(["Sequence": .object(["id": .string(name), "type_id": .integer(type)])])
    }
    let word = JSONValue.string(words[begin])
    let special = JSONValue.object(["SpecialToken": .object(["id": word, "type_id": .integer(0)])])
    let definition = JSONValue.object([
      "id": word, "ids": .array([.integer(begin)]), "tokens": .array([word]),
    ])
    let template = JSONValue.object([
      "type": .string("TemplateProcessing"), "single": .array([special, sequence("A", 0)]),
      "pair": .array([special, sequence("A", 0), sequence("B", 1)]),
      "special_tokens": .object([JSONValue.Member(key: words[begin], value: definition)]),
    ])
    text.append(contentsOf: template.serialized().dropLast())
  }

  /// The text of tokenizer_config.json, for a model of at most `maximumLength` tokens.
  public func serializedConfiguration(maximumLength: Int? = nil) -> [UInt8] {
    var members: [JSONValue.Member] = [JSONValue.Member(key: "clean_up_tokenization_spaces", value: .boolean(false))]
    if let maximumLength { members.append(JSONValue.Member(key: "model_max_length", value: .integer(maximumLength))) }
    members += roleMembers
    members.append(JSONValue.Member(key: "tokenizer_class", value: .string("PreTrainedTokenizerFast")))
    return JSONValue.object(members).serialized()
  }

  /// The text of special_tokens_map.json.
  public func serializedSpecialTokens() -> [UInt8] { JSONValue.object(roleMembers).serialized() }

  private var roleMembers: [JSONValue.Member] {
    roles.named.compactMap { key, token in
      token.map { JSONValue.Member(key: key, value: .string(words[$0])) }
    }
  }
}
