// A libFuzzer target: tokenizer.json, and after a zero byte tokenizer_config.json. What is accepted is written and read again, and
// every word of the vocabulary is reached by splitting a text. Built by Scripts/fuzz.
import Transformers

/// Runs one input; traps where the reader breaks its promise.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  let end = bytes.firstIndex(of: 0) ?? count
  let settings = end < count ? Array(bytes[(end + 1)...]) : nil
  let tokenizer: WordLevelTokenizer
  do { tokenizer = try WordLevelTokenizer(parsing: Array(bytes[..<end]), configuration: settings) } catch {
    checkRefusal(error)
    return 0
  }
  countAccepted()
  do {
    let again = try WordLevelTokenizer(
      parsing: tokenizer.serialized(), configuration: tokenizer.serializedConfiguration(maximumLength: 7))
    precondition(again.words == tokenizer.words && again.roles == tokenizer.roles, "what is written is read back")
    precondition(again.specialTokens == tokenizer.specialTokens, "special tokens are read back")
  } catch { preconditionFailure("what is written is read back: \(error)") }
  let tokens = Array(0..<tokenizer.words.count)
  do {
    let begin = tokenizer.roles.prependsBegin ? tokenizer.roles.begin.map { [$0] } ?? [] : []
    let reached = try tokenizer.encode(tokenizer.decode(tokens))
    precondition(reached == begin + tokens, "every word of the vocabulary is reached")
  } catch { preconditionFailure("every word of the vocabulary is reached: \(error)") }
  do { _ = try tokenizer.encode(String(decoding: bytes, as: UTF8.self)) } catch {
    precondition(!error.description.isEmpty, "a refusal says why")
  }
  return 0
}
