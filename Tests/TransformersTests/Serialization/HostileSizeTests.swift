// Small files that ask for much: for memory, for pages of faults, or for the reader's terminal.
import ExactArithmetic
import Foundation
import Tensors
import Testing
import Transformers

private let splitting = #""pre_tokenizer": {"type": "WhitespaceSplit"}"#
private let vocabulary = #""model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}"#

private func tokenizerFaults(_ rest: String) -> [FolderError.Fault] {
  let text = "{\(splitting), \(rest), \(vocabulary)}"
  return #expect(throws: FolderError.self) { try WordLevelTokenizer(parsing: Array(text.utf8)) }?.faults ?? []
}

@Test func aFloodOfFaultsIsCutAtAHundred() throws {
  let elements = (0..<1_000).map { _ in "0" }.joined(separator: ",")
  #expect(tokenizerFaults(#""added_tokens": [\#(elements)]"#).count == 100)

  try withTemporaryFolder { (folder) throws in
    try ModelFolder.write(smallLlama(), to: folder + "/m")
    try FileManager.default.removeItem(atPath: folder + "/m/model.safetensors")
    let places = (0..<1_000).map { #""t\#($0)":"s\#($0).safetensors""# }.joined(separator: ",")
    try write(Array(#"{"weight_map":{\#(places)}}"#.utf8), to: folder + "/m/model.safetensors.index.json")
    let error = #expect(throws: FolderError.self) { try ModelFolder.read(folder + "/m") }
    #expect(error?.faults.count == 100)
    #expect(error?.faults.last?.path.hasSuffix("/m/s99.safetensors") == true)
  }
}

@Test func namesOutOfFilesDoNotReachTheTerminalAsTheyAre() throws {
  let long = String(repeating: "k", count: 5_000)
  let faults = tokenizerFaults(#""\u001b[2J\u009b1m": 1, "\#(long)": 2"#)
  #expect(
    faults.map(\.description) == [
      #"tokenizer.json, key \u{1B}[2J\u{009B}1m: expected a key of a tokenizer, found this one"#,
      "tokenizer.json, key \(long.prefix(100))...: expected a key of a tokenizer, found this one",
    ])
  // A shard's name stands in the expectation, and may hold the control characters above 0x7F.
  try withTemporaryFolder { (folder) throws in
    try ModelFolder.write(smallLlama(), to: folder + "/m")
    let shard = "x\u{9b}.safetensors"
    try FileManager.default.moveItem(atPath: folder + "/m/model.safetensors", toPath: folder + "/m/" + shard)
    try write(
      Array(#"{"weight_map":{"\u001bc":"\#(shard)"}}"#.utf8), to: folder + "/m/model.safetensors.index.json")
    let error = #expect(throws: FolderError.self) { try ModelFolder.read(folder + "/m") }
    #expect(
      error?.faults.first?.description.hasSuffix(
        #"tensor \u{1B}c: expected a tensor of x\u{009B}.safetensors, found none of that name"#) == true)
  }
}

@Test func whatIsSkippedIsStillCheckedJSON() {
  for (value, fault) in [
    (#"{"x": [1, {"y": 2, "y": 3}]}"#, #"expected each key once, found "y" again"#),
    (#"[1,]"#, "expected a JSON value, found ']'"),
    (#"["\ud800"]"#, "expected a pair of surrogates, found a lone surrogate"),
    (String(repeating: "[", count: 100), "expected at most 64 nested values, found one more"),
  ] {
    let faults = tokenizerFaults(#""truncation": \#(value)"#)
    #expect(faults.count == 1 && faults.first?.description.hasSuffix(fault) == true)
  }
}

// Two gigabytes of heads' width would be eight of angles; nothing in the file holds the width down where there are no layers.
@Test(.timeLimit(.minutes(10))) func aModelWithoutLayersTakesNoMemoryForTheWidthOfItsHeads() throws {
  let text = #"""
    {"model_type": "llama", "vocab_size": 3, "hidden_size": 2, "intermediate_size": 1, "num_hidden_layers": 0,
     "num_attention_heads": 1, "head_dim": 2147483646, "max_position_embeddings": 2147483647, "tie_word_embeddings": true}
    """#
  var model = randomModel(try ModelConfiguration(parsing: Array(text.utf8)), seed: 3)
  model.configuration.endTokens = []
  let logits = try Engine(model).makeSession().step([2]).elements
  var reference = ReferenceDecoder(model, in: FloatArithmetic())
  #expect(logits.count == 3)
  for (fast, slow) in zip(logits, try reference.step(2)) { #expect(abs(fast - slow) < 1e-5) }
}
