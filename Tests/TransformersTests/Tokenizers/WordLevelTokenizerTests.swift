// Texts to tokens and back, vocabularies that are refused, and the files of a tokenizer.
import Foundation
import Testing
import TestSupport
import Transformers

/// The vocabulary of the Python tests.
private let words = ["<s>", "</s>", "<pad>", "<unk>", "w0=0", "w0=1", "\"", "\\", "é", "日本", "a/b", "{", "\u{1}"]
private func tokenizer(_ roles: WordLevelTokenizer.Roles) throws -> WordLevelTokenizer {
  try WordLevelTokenizer(words: WordList(words), roles: roles)
}
private let allRoles = WordLevelTokenizer.Roles(begin: 0, end: 1, padding: 2, unknown: 3)

// The same cases run through `transformers` in Tests/Python/test_folders.py.
@Test(arguments: [
  ("w0=0 w0=1", [4, 5]), ("  w0=1\t\nw0=0\u{a0}", [5, 4]), ("<s>w0=0</s>", [0, 4, 1]), ("", []),
  ("\" \\ é 日本 a/b {", [6, 7, 8, 9, 10, 11]), ("w0=0\u{3000}w0=0\u{2003}w0=1", [4, 4, 5]), ("nothing w0=0", [3, 4]),
  ("w0=0w0=1", [3]), ("w0=0\u{200b}w0=1", [3]), ("é<pad>é", [8, 2, 8]),
]) func textsBecomeTokens(text: String, tokens: [Int]) throws {
  #expect(try tokenizer(allRoles).encode(text) == tokens)
  var prepending = allRoles
  prepending.prependsBegin = true
  #expect(try tokenizer(prepending).encode(text) == [0] + tokens)
}

@Test func everyScalarSplitsAsItsWhiteSpacePropertySays() throws {
  let tokenizer = try WordLevelTokenizer(words: WordList(["a", "?"]), roles: WordLevelTokenizer.Roles(unknown: 1))
  for value in UInt32(0)...0x3_0000 {
    guard let scalar = Unicode.Scalar(value) else { continue }
    let tokens = try tokenizer.encode("a\(Character(scalar))a")
    if (tokens == [0, 0]) != scalar.properties.isWhitespace {
      Issue.record("U+\(String(value, radix: 16)): \(tokens)")
    }
  }
}

@Test func unknownWordsAreErrorsWithTheirPlace() throws {
  let strict = try tokenizer(WordLevelTokenizer.Roles(begin: 0))
  #expect(throws: TokenizerError.unknownWord("x", offset: 3)) { try strict.encode("é x w0=0") }
  let error = #expect(throws: TokenizerError.self) { try strict.encode("w0=0 <s>nope<s> w0=1") }
  #expect(error?.description == #"byte 8: expected a word of the vocabulary, found "nope""#)
}

@Test func decodingJoinsWordsAndRefusesOtherTokens() throws {
  let tokenizer = try tokenizer(allRoles)
  #expect(try tokenizer.decode([0, 4, 9, 1]) == "<s> w0=0 日本 </s>")
  #expect(try tokenizer.decode([0, 4, 9, 1], skippingSpecialTokens: true) == "w0=0 日本")
  #expect(try tokenizer.decode([]) == "")
  let error = #expect(throws: TokenizerError.self) { try tokenizer.decode([4, 13]) }
  #expect(error?.description == "index 1: expected a token from 0 to 12, found 13")
  #expect(throws: TokenizerError.unknownToken(-1, index: 0, count: 13)) { try tokenizer.decode([-1]) }
}

@Test func decodedTokensEncodeToThemselves() throws {
  let tokenizer = try tokenizer(allRoles)
  var random = SplitMix64(seed: 5)
  for _ in 0..<200 {
    let tokens = (0..<Int.random(in: 0...12, using: &random)).map { _ in Int.random(in: 0..<13, using: &random) }
    #expect(try tokenizer.encode(tokenizer.decode(tokens)) == tokens)
  }
}

@Test(arguments: [
  (["a", "b", "a"], #"token 2: expected a word of its own, found "a", the word of token 0"#),
  (["a", ""], #"token 1: expected a word without white space and special tokens, found """#),
  (["a", "b c"], #"token 1: expected a word without white space and special tokens, found "b c""#),
  (["a", "b\u{2028}"], "token 1: expected a word without white space and special tokens, found \"b\u{2028}\""),
  (["a", "ba"], #"token 1: expected a word without white space and special tokens, found "ba""#),
]) func vocabulariesThatNoTextReachesAreRefused(words: [String], message: String) {
  let error = #expect(throws: TokenizerError.self) {
    try WordLevelTokenizer(words: WordList(words), roles: WordLevelTokenizer.Roles(begin: 0))
  }
  #expect(error?.description == message)
}

@Test func theLongestSpecialTokenIsTaken() throws {
  let tokenizer = try WordLevelTokenizer(
    words: WordList(["<", "<a", "<ab>", "x"]), roles: WordLevelTokenizer.Roles(unknown: 3),
    specialTokens: [1, 2])
  #expect(try tokenizer.encode("<ab>x<ab<") == [2, 3, 1, 3])
}

@Test func generatedVocabulariesReadBackAndEncodeInAnyOrder() throws {
  let words = WordList(count: 20_000) { index, bytes in bytes.append(contentsOf: "w\(index / 2)=\(index % 2)".utf8) }
  let tokenizer = try WordLevelTokenizer(words: words)
  #expect(try WordLevelTokenizer(parsing: tokenizer.serialized()).words == words)
  var random = SplitMix64(seed: 11)
  let tokens = (0..<words.count).shuffled(using: &random)
  #expect(try tokenizer.encode(tokenizer.decode(tokens)) == tokens)
  #expect(tokenizer.token("w7=1") == 15 && tokenizer.token("w7=2") == nil && words[19_999] == "w9999=1")
}

@Test func specialTokensThatAreTooLongAreRefused() {
  let error = #expect(throws: TokenizerError.self) {
    try WordLevelTokenizer(
      words: WordList([String(repeating: "a", count: 257)]), roles: WordLevelTokenizer.Roles(begin: 0))
  }
  #expect(error?.description == "token 0: expected a special token of at most 256 bytes, found 257")
}

@Test func rolesOutsideTheVocabularyAreRefused() {
  let error = #expect(throws: TokenizerError.self) {
    try WordLevelTokenizer(words: WordList(["a"]), roles: WordLevelTokenizer.Roles(end: 1))
  }
  #expect(error?.description == "eos_token: expected a token from 0 to 0, found 1")
}

@Test func theFilesReadBack() throws {
  for roles in [
    WordLevelTokenizer.Roles(), WordLevelTokenizer.Roles(begin: 0), allRoles,
    WordLevelTokenizer.Roles(begin: 4, end: 5, prependsBegin: true),
  ] {
    let given = try WordLevelTokenizer(words: WordList(words), roles: roles, specialTokens: [9])
    let read = try WordLevelTokenizer(parsing: given.serialized(), configuration: given.serializedConfiguration())
    #expect(read.words == given.words && read.roles == given.roles && read.specialTokens == given.specialTokens)
    #expect(read.vocabulary == words)
  }
}

@Test func aVocabularyInAnyOrderAndWithAddedWordsIsRead() throws {
  let text = #"""
    {"model": {"vocab": {"b": 1, "a": 0, "\u00e9\ud83d\ude00": 2}, "type": "WordLevel", "unk_token": "b"},
     "added_tokens": [{"id": 3, "content": "<s>"}], "pre_tokenizer": {"type": "WhitespaceSplit"}, "version": "1.0"}
    """#
  let read = try WordLevelTokenizer(parsing: Array(text.utf8))
  #expect(read.vocabulary == ["a", "b", "é😀", "<s>"])
  #expect(read.roles == WordLevelTokenizer.Roles(unknown: 1) && read.specialTokens == [1, 3])
}

/// A tokenizer.json with `model` in place of its model and `rest` before it.
private func file(model: String = #"{"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "u"}"#, _ rest: String = "")
  -> String
{
  #"{"pre_tokenizer": {"type": "WhitespaceSplit"}, \#(rest)"model": \#(model)}"#
}

/// What is refused, and the words.
private let otherTokenizers: [Refusal] = [
  Refusal("", "byte 0: expected an object, found the end"),
  Refusal("[]", "byte 0: expected an object, found '['"),
  Refusal(file() + "x", "byte 115: expected the end of the text, found 'x'"),
  Refusal(
    "{}",
    "key model: expected this key, found nothing",
    "key pre_tokenizer: expected this key, found nothing"
  ),
  Refusal(
    file(model: #"{"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": null}"#),
    #"key model.type: expected "WordLevel", found "BPE""#,
    "key model.unk_token: expected a word, found none"
  ),
  Refusal(file(model: "[]"), "key model: expected an object, found an array of 0"),
  Refusal(
    file(model: #"{"type": "WordLevel", "unk_token": "u"}"#),
    "key model.vocab: expected an object of words and tokens, found nothing"
  ),
  Refusal(
    file(model: #"{"type": "WordLevel", "vocab": {"a": 1, "b": 3}, "unk_token": "u"}"#),
    "key model.vocab: expected tokens from 0 to 1, one for each word, found 3"
  ),
  Refusal(
    file(model: #"{"type": "WordLevel", "vocab": {"a": 1, "b": 1}, "unk_token": "u"}"#),
    "key model.vocab: expected one word for each token, found two for token 1"
  ),
  Refusal(
    file(model: #"{"type": "WordLevel", "vocab": {"a": 0, "a": 1}, "unk_token": "u"}"#),
    #"key model.vocab: expected a vocabulary of words, found token 1: expected a word of its own, found "a", the word of token 0"#
  ),
  Refusal(
    file(model: #"{"type": "WordLevel", "vocab": {"a": 0.5}, "unk_token": "u"}"#),
    "byte 93: expected an integer of at most 63 bits, found another number"
  ),
  Refusal(
    file(model: #"{"type": "WordLevel", "vocab": {"a": 99999999999999999999}, "unk_token": "u"}"#),
    "byte 93: expected an integer of at most 63 bits, found another number"
  ),
  Refusal(file(#""normalizer": {"type": "Lowercase"}, "#), "key normalizer: expected null, found an object of 1"),
  Refusal(file(#""decoder": {"type": "BPE"}, "#), "key decoder: expected null, found an object of 1"),
  Refusal(
    file(#""post_processor": {"type": "ByteLevel"}, "#),
    #"key post_processor: expected null or a TemplateProcessing, found "ByteLevel""#
  ),
  Refusal(
    file(#""added_tokens": [{"id": 0, "content": "b"}], "#),
    #"key added_tokens[0].content: expected "a", the word of token 0, found "b""#
  ),
  Refusal(
    file(#""added_tokens": [{"id": 2000000000, "content": "b"}], "#),
    "key added_tokens: expected tokens below 2, as many as there are words, found 2000000000"
  ),
  Refusal(
    file(#""added_tokens": [{"content": 1, "lstrip": true}], "#),
    "key added_tokens[0].id: expected an integer from 0 to 2147483646, found nothing",
    "key added_tokens[0].content: expected a word, found 1",
    "key added_tokens[0].lstrip: expected false, found true"
  ),
  Refusal(
    #"{"pre_tokenizer": {"type": "ByteLevel"}, "model": {"type": "WordLevel", "vocab": {}, "unk_token": "u"}}"#,
    #"key pre_tokenizer.type: expected "WhitespaceSplit", found "ByteLevel""#
  ),
]

@Test(arguments: otherTokenizers) func otherTokenizersAreRefused(refusal: Refusal) {
  let error = #expect(throws: FolderError.self) { try WordLevelTokenizer(parsing: refusal.bytes) }
  #expect(error?.description == refusal.message(in: "tokenizer.json"))
}

@Test func rolesThatAreNoWordsAreRefused() throws {
  let error = #expect(throws: FolderError.self) {
    try WordLevelTokenizer(
      parsing: Array(file().utf8), configuration: Array(#"{"bos_token": "<s>", "eos_token": {"content": "a"}}"#.utf8))
  }
  #expect(
    error?.description == #"tokenizer_config.json, key bos_token: expected a word of the vocabulary, found "<s>""#)
}
