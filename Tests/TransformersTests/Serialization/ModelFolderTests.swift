// Folders: what is written reads back, in every form; what cannot be written is refused and leaves nothing.
import Foundation
import Tensors
import Testing
import TestSupport
import Transformers

private let models: [(name: String, model: Model)] = [
  ("llama", smallLlama()), ("tied llama", smallLlama(ties: true)), ("gpt2 relu", smallGPT2(.relu, ties: true)),
  ("gpt2 gelu", smallGPT2(.geluTanh, ties: false)),
]

@Test(arguments: models.indices) func aModelReadsBackBitForBit(index: Int) throws {
  try withTemporaryFolder { (folder) throws in
    let model = models[index].model
    let report = try ModelFolder.write(model, to: folder + "/m")
    #expect(report.isExact)
    #expect(try ModelFolder.read(folder + "/m") == model)
    #expect(try names(in: folder) == ["m"])
    #expect(try names(in: folder + "/m") == ["config.json", "generation_config.json", "model.safetensors"])
  }
}

@Test(arguments: models.indices) func shardsReadBackBitForBit(index: Int) throws {
  try withTemporaryFolder { (folder) throws in
    var options = ModelFolder.WriteOptions()
    options.maximumShardBytes = 1_500
    try ModelFolder.write(models[index].model, to: folder + "/m", options: options)
    #expect(try ModelFolder.read(folder + "/m") == models[index].model)
    let files = try names(in: folder + "/m").filter { $0.hasSuffix(".safetensors") }
    #expect(files.count > 2 && files[0].hasPrefix("model-00001-of-000"))
    for file in files {
      let header = try SafetensorsFile(folder + "/m/" + file).header
      #expect(header.tensors.count == 1 || header.tensors.reduce(0) { $0 + $1.byteRange.count } <= 1_500)
      #expect(header.metadata == ["format": "pt"] && header.dataOffset % 8 == 0)
    }
  }
}

@Test(arguments: [ScalarType.float16, .bfloat16]) func shortTypesRoundOnceAndAreThenExact(scalar: ScalarType) throws {
  try withTemporaryFolder { (folder) throws in
    let model = smallLlama()
    let report = try ModelFolder.write(model, to: folder + "/a", options: ModelFolder.WriteOptions(scalar: scalar))
    #expect(report.inexactTensors.contains { $0.name == "model.embed_tokens.weight" && $0.inexactCount > 100 })
    let rounded = try ModelFolder.read(folder + "/a")
    for (given, stored) in zip(model.head.elements, rounded.head.elements) {
      let expected =
        scalar == .float16
        ? Float(Float16(given))
        : Float(bitPattern: UInt32(ScalarConversion.bfloat(floatBits: given.bitPattern)) << 16)
      #expect(stored == expected)
    }
    let exact = ModelFolder.WriteOptions(scalar: scalar, policy: .exactOnly)
    #expect(try ModelFolder.write(rounded, to: folder + "/b", options: exact).isExact)
    #expect(try ModelFolder.read(folder + "/b") == rounded)
    let error = #expect(throws: FolderError.self) { try ModelFolder.write(model, to: folder + "/c", options: exact) }
    #expect(error?.faults.first?.place == .tensor("model.embed_tokens.weight"))
    #expect(error?.faults.first?.expected == "numbers that \(scalar.rawValue) holds exactly")
    #expect(try names(in: folder) == ["a", "b"])
  }
}

@Test func aNumberThatWouldBecomeInfiniteIsRefusedUnderEveryPolicy() throws {
  try withTemporaryFolder { (folder) throws in
    var model = smallLlama()
    model.weights.layers[1].up.weight[2, 3] = 65_520  // rounds to 65,536, which binary16 has not
    let error = #expect(throws: FolderError.self) {
      try ModelFolder.write(model, to: folder + "/m", options: ModelFolder.WriteOptions(scalar: .float16))
    }
    #expect(
      error?.description
        == "\(folder)/m/model.safetensors, tensor model.layers.1.mlp.up_proj.weight: "
        + "expected numbers in the range of F16, found 65520.0 at index 27")
    #expect(try names(in: folder) == [])
  }
}

@Test(.enabled(if: sharedData != nil), arguments: ["plain_untied", "llama3rope_tied"])
func theGoldenCheckpointsReadWriteAndReadAgain(name: String) throws {
  let original = try #require(sharedData).appending(path: "llama-fixtures/\(name)").path
  let source = try ModelFolder(original)
  let model = try source.model()
  #expect(model.configuration.headSize == 8 && model.configuration.keyValueHeadCount == 2)
  #expect(model.configuration.tiesEmbeddings == (name == "llama3rope_tied"))
  #expect(source.generation.endTokens == [2] && source.generation.beginToken == 1)
  #expect(try source.tokenizer() == nil)
  try withTemporaryFolder { (folder) throws in
    try ModelFolder.write(model, to: folder + "/m", generation: source.generation)
    let again = try ModelFolder(folder + "/m")
    #expect(try again.model() == model)
    #expect(again.generation == source.generation)
    let (given, written) = (
      try SafetensorsFile(original + "/model.safetensors"), try SafetensorsFile(folder + "/m/model.safetensors")
    )
    for entry in given.header.tensors {
      let other = try #require(written.entry(entry.name))
      #expect(try given.elements(entry).map(\.bitPattern) == written.elements(other).map(\.bitPattern))
    }
    #expect(given.header.tensors.count == written.header.tensors.count)
  }
}

@Test func aFolderThatStandsThereIsKeptUnlessOverwritingIsAskedFor() throws {
  try withTemporaryFolder { (folder) throws in
    let (first, second) = (smallLlama(), smallLlama(ties: true))
    let path = folder + "/m"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try ModelFolder.write(first, to: path + "/")  // an empty folder may be filled
    let refused = #expect(throws: FolderError.self) { try ModelFolder.write(second, to: path) }
    #expect(
      refused?.description
        == "\(path): expected no folder of this name (or overwriting asked for), found a folder of 3 files")
    #expect(try ModelFolder.read(path) == first)
    var overwriting = ModelFolder.WriteOptions(overwrites: true)
    overwriting.isCancelled = { true }
    let cancelled = #expect(throws: FolderError.self) { try ModelFolder.write(second, to: path, options: overwriting) }
    #expect(cancelled?.faults.first?.found == "a cancellation")
    #expect(try ModelFolder.read(path) == first)
    overwriting.isCancelled = { false }
    try ModelFolder.write(second, to: path, options: overwriting)
    #expect(try ModelFolder.read(path) == second)
    #expect(try names(in: folder) == ["m"])
  }
}

@Test(arguments: ["日本語", "m\u{301}", "\u{301}x", "a b", "é"])
func aFolderOfAnyNameIsMadeBesideItsPlace(name: String) throws {
  try withTemporaryFolder { (folder) throws in
    try FileManager.default.createDirectory(atPath: folder + "/ö", withIntermediateDirectories: false)
    // Being cancelled after the first bytes, the writer leaves no trace anywhere; otherwise the folder stands where it was asked for.
    var options = ModelFolder.WriteOptions()
    var places: [[String]] = []
    options.isCancelled = { true }
    #expect(throws: FolderError.self) {
      try ModelFolder.write(smallLlama(), to: folder + "/ö/" + name, options: options)
    }
    places.append(try names(in: folder + "/ö"))
    options.isCancelled = { false }
    try ModelFolder.write(smallLlama(), to: folder + "/ö/" + name, options: options)
    places.append(try names(in: folder + "/ö"))
    #expect(places.map(\.count) == [0, 1])
    #expect(try ModelFolder.read(folder + "/ö/" + name) == smallLlama())
  }
}

@Test func foldersThatHoldOtherThingsAreNeverReplaced() throws {
  try withTemporaryFolder { (folder) throws in
    let options = ModelFolder.WriteOptions(overwrites: true)
    func refusal(_ path: String) -> String? {
      #expect(throws: FolderError.self) { try ModelFolder.write(smallLlama(), to: path, options: options) }?
        .faults.first.map { "\($0.expected) | \($0.found)" }
    }
    try FileManager.default.createDirectory(atPath: folder + "/a/inner", withIntermediateDirectories: true)
    #expect(refusal(folder + "/a") == "a model folder to overwrite | a folder without config.json")
    try write(Array("{}".utf8), to: folder + "/a/config.json")
    #expect(refusal(folder + "/a") == #"a model folder to overwrite | a folder with a folder "inner" in it"#)
    #expect(refusal(folder + "/a/config.json") == "no file of this name | something that is not a folder")
    #expect(refusal(folder + "/none/m") == "a folder that can be written beside it | No such file or directory")
    #expect(refusal(folder + "/..") == #"a folder's name at the end of the path | "..""#)
    #expect(refusal("/") == #"a folder's name at the end of the path | """#)
    #expect(try names(in: folder) == ["a"])
  }
}

@Test func extraFilesAreWrittenAndReservedNamesRefused() throws {
  try withTemporaryFolder { (folder) throws in
    var options = ModelFolder.WriteOptions()
    options.extraFiles = ["README.md": Array("hello".utf8)]
    try ModelFolder.write(smallLlama(), to: folder + "/m", options: options)
    #expect(try contents(folder + "/m/README.md") == Array("hello".utf8))
    let opened = try ModelFolder(folder + "/m")
    #expect(try opened.file("README.md") == Array("hello".utf8))
    #expect(try opened.file("none") == nil)
    #expect(throws: FolderError.self) { try opened.file("README.md", limit: 4) }
    options.extraFiles = ["../x": [], "config.json": [], "a.safetensors": []]
    let error = #expect(throws: FolderError.self) {
      try ModelFolder.write(smallLlama(), to: folder + "/n", options: options)
    }
    #expect(error?.faults.map(\.found) == [#""../x""#, #""a.safetensors""#, #""config.json""#])
  }
}

@Test func everythingThatAFormatCannotExpressIsListed() {
  var c = smallLlama().configuration
  c.attentionScale = 2
  c.normalization = .none
  c.feedForward = .relu
  #expect(
    FolderFormat.llama.obstacles(c).map(\.place) == [
      .key("attentionScale"), .key("normalization"), .key("feedForward"),
    ])
  #expect(
    FolderFormat.gpt2.obstacles(c).map(\.description).contains {
      $0.hasPrefix("config.json, key attentionScale: expected 1 / sqrt(headSize) = 0.408")
        && $0.hasSuffix("(another can be folded into the query weights), found 2.0")
    })
  #expect(
    FolderFormat.gpt2.obstacles(c).map(\.place) == [
      .key("attentionScale"), .key("positions"), .key("normalization"), .key("keyValueHeadCount"), .key("headSize"),
    ])
  #expect(FolderFormat.llama.obstacles(smallLlama().configuration).isEmpty)
  #expect(FolderFormat.gpt2.obstacles(smallGPT2(.relu, ties: true).configuration).isEmpty)
  c = smallLlama().configuration
  c.headCount = 5
  #expect(FolderFormat.llama.obstacles(c).map(\.place) == [.key("hiddenSize"), .key("keyValueHeadCount")])
  c = smallLlama().configuration
  c.headSize = 5
  c.endTokens = [1, 13]
  #expect(FolderFormat.llama.obstacles(c).map(\.place) == [.key("beginToken and endTokens"), .key("headSize")])
}

@Test func weightsThatDoNotFitTheConfigurationAreListed() throws {
  try withTemporaryFolder { (folder) throws in
    var model = smallLlama()
    model.weights.layers[0].gate = nil
    model.weights.layers[1].key.bias = nil
    model.weights.finalNormalization.gain.append(1)
    let error = #expect(throws: FolderError.self) { try ModelFolder.write(model, to: folder + "/m") }
    #expect(
      error?.faults.map { "\($0.place): \($0.expected), \($0.found)" } == [
        ", tensor layers[0].gate.weight: shape [10, 12], nothing", ", tensor layers[0].gate.bias: shape [10], nothing",
        ", tensor layers[1].key.bias: shape [12], nothing", ", tensor finalNormalization.gain: shape [12], shape [13]",
      ])
    #expect(try names(in: folder) == [])
  }
}

@Test func aGPT2WithoutBiasesIsWrittenWithZeros() throws {
  try withTemporaryFolder { (folder) throws in
    var model = smallGPT2(.relu, ties: false)
    model.configuration.hasAttentionBiases = false
    model.configuration.hasFeedForwardBiases = false
    for index in model.weights.layers.indices {
      model.weights.layers[index].query.bias = nil
      model.weights.layers[index].key.bias = nil
      model.weights.layers[index].value.bias = nil
      model.weights.layers[index].output.bias = nil
      model.weights.layers[index].up.bias = nil
      model.weights.layers[index].down.bias = nil
    }
    try ModelFolder.write(model, to: folder + "/m")
    let again = try ModelFolder.read(folder + "/m")
    #expect(again.weights.layers[1].value.bias == [Float](repeating: 0, count: 12))
    #expect(again.weights.layers[1].value.weight == model.weights.layers[1].value.weight)
  }
}
