// JSON texts that config.json must refuse, with the place and words of each message.
import Testing
import Transformers

/// What is refused, and the words.
private let malformedTexts: [Refusal] = [
  Refusal("", "byte 0: expected a JSON value, found the end"), Refusal("{", "byte 1: expected a string, found the end"),
  Refusal(#"{"a": 1,}"#, "byte 8: expected a string, found '}'"),
  Refusal(#"{"a": 1 "b": 2}"#, "byte 8: expected ',' or '}', found '\"'"),
  Refusal(#"{"a": [1,]}"#, "byte 9: expected a JSON value, found ']'"),
  Refusal(#"{"a": [1 2]}"#, "byte 9: expected ',' or ']', found '2'"),
  Refusal(#"{"a": tru}"#, "byte 6: expected a JSON value, found 't'"),
  Refusal(#"{"a": 01}"#, "byte 6: expected a number without leading zeros, found '0' before another digit"),
  Refusal(#"{"a": -}"#, "byte 7: expected a number, found '}'"),
  Refusal(#"{"a": 1.}"#, "byte 8: expected a digit after the point, found '}'"),
  Refusal(#"{"a": 1e}"#, "byte 8: expected a digit of the exponent, found '}'"),
  Refusal(#"{"a": 1e999}"#, #"byte 6: expected a number in the range of a double, found "1e999""#),
  Refusal(#"{"a": NaN}"#, "byte 6: expected a JSON value, found 'N'"),
  Refusal(#"{"a": "x}"#, "byte 9: expected '\"' at the end of a string, found the end"),
  Refusal("{\"a\": \"\u{1}\"}", "byte 7: expected an escaped control character, found byte 0x1"),
  Refusal(#"{"a": "\x"}"#, "byte 7: expected an escape sequence of JSON, found a backslash before another byte"),
  Refusal(#"{"a": "\u12"}"#, "byte 11: expected four hexadecimal digits, found '\"'"),
  Refusal(#"{"a": "\ud800"}"#, "byte 7: expected a pair of surrogates, found a lone surrogate"),
  Refusal(#"{"a": "\ud800\u0041"}"#, "byte 7: expected a pair of surrogates, found a lone surrogate"),
  Refusal(#"{"a": 1, "a": 2}"#, #"byte 9: expected each key once, found "a" again"#),
  Refusal(#"{"a": 1} {}"#, "byte 9: expected the end of the text, found '{'"),
  Refusal(String(repeating: "[", count: 100_000), "byte 64: expected at most 64 nested values, found one more"),
]

@Test(arguments: malformedTexts) func malformedTextIsRefused(refusal: Refusal) {
  let error = #expect(throws: FolderError.self) { try ModelConfiguration(parsing: refusal.bytes) }
  #expect(error?.description == refusal.message(in: "config.json"))
}

@Test func bytesThatAreNotUTF8AreRefused() {
  for bytes: [UInt8] in [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] {
    let error = #expect(throws: FolderError.self) {
      try ModelConfiguration(parsing: Array(#"{"a": ""#.utf8) + bytes + Array(#""}"#.utf8))
    }
    #expect(error?.description == "config.json, byte 7: expected a string in UTF-8, found bytes that are not UTF-8")
  }
}
