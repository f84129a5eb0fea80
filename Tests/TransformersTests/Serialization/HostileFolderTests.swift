// Folders whose files contradict each other, and mutated files: refused with the right words, and never with a crash.
import Foundation
import Testing
import TestSupport
import Transformers

/// Writes a small model in shards, lets `change` damage it, and gives the message of reading it with the folder's path cut out.
private func message(shards: Bool = true, _ change: (String) throws -> Void) throws -> String? {
  try withTemporaryFolder { (folder) throws in
    var options = ModelFolder.WriteOptions()
    if shards { options.maximumShardBytes = 3_000 }
    try ModelFolder.write(smallGPT2(.relu, ties: true), to: folder + "/m", options: options)
    try change(folder + "/m")
    let error = #expect(throws: FolderError.self) { try ModelFolder.read(folder + "/m") }
    return error?.description.replacing(folder + "/m/", with: "")
  }
}

/// Replaces text in a file.
private func edit(_ path: String, _ old: String, _ new: String) throws {
  let text = String(decoding: try contents(path), as: UTF8.self)
  #expect(text.contains(old))
  try write(Array(text.replacing(old, with: new).utf8), to: path)
}

private let index = "/model.safetensors.index.json"

@Test func shardsThatContradictTheIndexAreRefused() throws {
  let count = try withTemporaryFolder { (folder) throws in
    var options = ModelFolder.WriteOptions()
    options.maximumShardBytes = 3_000
    try ModelFolder.write(smallGPT2(.relu, ties: true), to: folder + "/m", options: options)
    return try names(in: folder + "/m").count { $0.hasSuffix(".safetensors") }
  }
  let last = "model-0000\(count)-of-0000\(count).safetensors"
  #expect(
    try message {
      try edit($0 + index, #""transformer.ln_f.bias": "\#(last)""#, #""transformer.ln_f.bias": "../x.safetensors""#)
    }
      == "model.safetensors.index.json, tensor transformer.ln_f.bias: "
      + "expected the name of a .safetensors file of this folder, found \"../x.safetensors\"\n"
      + "model.safetensors.index.json, tensor transformer.ln_f.bias: "
      + "expected an entry of weight_map, since \(last) holds it, found none")
  #expect(
    try message { try edit($0 + index, #""transformer.ln_f.bias""#, #""transformer.ln_f.bios""#) }
      == "model.safetensors.index.json, tensor transformer.ln_f.bios: expected a tensor of \(last), found none of that name\n"
      + "model.safetensors.index.json, tensor transformer.ln_f.bias: "
      + "expected an entry of weight_map, since \(last) holds it, found none")
  #expect(
    try message { try FileManager.default.removeItem(atPath: $0 + "/" + last) }
      == "\(last): expected a readable file, found No such file or directory")
  #expect(
    try message { try write(Array("{}".utf8), to: $0 + index) }
      == "model.safetensors.index.json, byte 0: expected weight_map, found none")
  #expect(
    try message { try write(Array(#"{"weight_map":{"a":1}}"#.utf8), to: $0 + index) }
      == "model.safetensors.index.json, byte 19: expected a string, found '1'")
  #expect(
    try message { try FileManager.default.removeItem(atPath: $0 + index) }
      == "model.safetensors: expected a readable file, found No such file or directory")
}

@Test func tensorsThatContradictTheConfigurationAreRefused() throws {
  #expect(
    try message(shards: false) { try edit($0 + "/config.json", #""n_positions": 16"#, #""n_positions": 17"#) }
      == "model.safetensors, tensor transformer.wpe.weight: expected shape [17, 12], as config.json says, found [16, 12]"
  )
  #expect(
    try message(shards: false) {
      try edit($0 + "/config.json", #""tie_word_embeddings": true"#, #""tie_word_embeddings": false"#)
    }
      == "model.safetensors, tensor lm_head.weight: expected shape [11, 12], found no such tensor")
  #expect(
    try message(shards: false) { try edit($0 + "/config.json", #""n_layer": 2"#, #""n_layer": 0"#) }?.split(
      separator: "\n"
    ).count
      == 24)
  #expect(
    try message(shards: false) { try edit($0 + "/config.json", #""n_layer": 2"#, #""n_layer": 100000"#) }?
      .split(separator: "\n").count == 100)
  #expect(
    try message(shards: false) { try FileManager.default.removeItem(atPath: $0 + "/config.json") }
      == "config.json: expected a readable file, found No such file or directory")
}

@Test func aFileThatIsCutAfterOpeningIsRefused() throws {
  try withTemporaryFolder { (folder) throws in
    try ModelFolder.write(smallLlama(), to: folder + "/m")
    let path = folder + "/m/model.safetensors"
    let file = try SafetensorsFile(path)
    try write(Array(contents(path).dropLast(4)), to: path + ".cut")
    #expect(truncate(path, off_t(file.header.dataOffset)) == 0)
    let error = #expect(throws: FolderError.self) { try file.elements(file.header.tensors[0]) }
    #expect(error?.faults.first?.found == "the end")
    #expect(
      #expect(throws: FolderError.self) { try SafetensorsFile(path + ".cut") }?.faults.first?.expected.hasPrefix(
        "data_offsets") == true)
  }
}

@Test func aTiedHeadThatIsStoredHasToEqualTheEmbedding() throws {
  try withTemporaryFolder { (folder) throws in
    var model = smallGPT2(.relu, ties: false)
    try ModelFolder.write(model, to: folder + "/m")
    try edit(folder + "/m/config.json", #""tie_word_embeddings": false"#, #""tie_word_embeddings": true"#)
    let error = #expect(throws: FolderError.self) { try ModelFolder.read(folder + "/m") }
    #expect(error?.faults.first?.expected == "the token embedding, as tie_word_embeddings says")
    model.weights.head = model.weights.tokenEmbedding
    try ModelFolder.write(model, to: folder + "/n")
    try edit(folder + "/n/config.json", #""tie_word_embeddings": false"#, #""tie_word_embeddings": true"#)
    #expect(try ModelFolder.read(folder + "/n").weights.head == nil)
  }
}

/// How many times as many mutations are tried: more in the slow tier.
private let effort = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1" ? 200 : 1

/// Deterministic damage: bytes replaced, removed, doubled, or the tail cut off.
private func mutations(of bytes: [UInt8], count: Int, seed: UInt64, _ body: ([UInt8]) -> Void) {
  var random = SplitMix64(seed: seed)
  let special = Array("{}[]\",:\\0-9eE.u tfn\u{1}".utf8) + [0x80, 0xFF, 0xC3]
  let pieces = [
    "9223372036854775807", "18446744073709551616", "-1", "1e308", "2147483647", "null", "[]", "{}", "\"\"", "\\ud800",
    "\\u0000",
    "\"a\":", "[[[[[[[[",
  ].map { Array($0.utf8) }
  for _ in 0..<count * effort {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes[place] = special.randomElement(using: &random) ?? 0
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(bytes[place], at: place)
      case 3: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 4: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
      case 5:  // a whole number or word gives way
        let isPart = { (byte: UInt8) in
          byte > 0x2F && byte < 0x7B && byte != UInt8(ascii: ":") && byte != UInt8(ascii: "[")
        }
        let end = bytes[place...].firstIndex { !isPart($0) } ?? bytes.count
        bytes.replaceSubrange(place..<end, with: pieces.randomElement(using: &random) ?? [])
      default: if Int.random(in: 0..<8, using: &random) == 0 { bytes.removeLast(bytes.count - place) }
      }
    }
    body(bytes)
  }
}

@Test func mutatedFilesAreReadOrRefusedButNeverCrash() throws {
  try withTemporaryFolder { (folder) throws in
    let words = try WordLevelTokenizer(
      words: WordList(["<s>", "</s>", "a", "é", "\""]), roles: WordLevelTokenizer.Roles(begin: 0, prependsBegin: true))
    try ModelFolder.write(smallLlama(ties: true), to: folder + "/m", tokenizer: words)
    let header = Array(try contents(folder + "/m/model.safetensors").prefix(1_200))
    var outcomes = [0, 0]
    func attempt(_ body: () throws(FolderError) -> Void) {
      do throws(FolderError) {
        try body()
        outcomes[0] += 1
      } catch {
        outcomes[1] += 1
        if error.description.isEmpty { Issue.record("an error without words") }
      }
    }
    let small =
      #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"U8","shape":[4],"data_offsets":[24,28]}}"#
    let file = [UInt8(small.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(small.utf8) + [UInt8](repeating: 1, count: 28)
    mutations(of: file, count: 3_000, seed: 1) { bytes in
      attempt { () throws(FolderError) in
        let header = try SafetensorsHeader(parsing: bytes)
        for tensor in header.tensors where !(0...bytes.count).contains(tensor.byteRange.upperBound) {
          Issue.record("a tensor outside the file")
        }
      }
    }
    mutations(of: header, count: 300, seed: 2) { bytes in
      attempt { () throws(FolderError) in _ = try SafetensorsHeader(parsing: bytes) }
    }
    mutations(of: try contents(folder + "/m/config.json"), count: 2_000, seed: 3) { bytes in
      attempt { () throws(FolderError) in _ = try ModelConfiguration(parsing: bytes) }
    }
    mutations(of: try contents(folder + "/m/generation_config.json"), count: 500, seed: 4) { bytes in
      attempt { () throws(FolderError) in _ = try GenerationSettings(parsing: bytes) }
    }
    let settings = try contents(folder + "/m/tokenizer_config.json")
    mutations(of: try contents(folder + "/m/tokenizer.json"), count: 2_000, seed: 5) { bytes in
      attempt { () throws(FolderError) in _ = try WordLevelTokenizer(parsing: bytes, configuration: settings) }
    }
    var options = ModelFolder.WriteOptions()
    options.maximumShardBytes = 3_000
    try ModelFolder.write(smallLlama(), to: folder + "/n", options: options)
    let index = folder + "/n" + index
    mutations(of: try contents(index), count: 100, seed: 6) { bytes in
      do { try write(bytes, to: index) } catch { Issue.record(error) }
      attempt { () throws(FolderError) in _ = try ModelFolder.read(folder + "/n") }
    }
    #expect(outcomes[0] > 200 && outcomes[1] > 4_000, "\(outcomes)")
  }
}
