// Writes the folders that Tests/Python loads with `transformers` and `tokenizers`, and checks that they read back.
//
// They go to `.build/python-fixtures` of the checkout (or to the folder in WRIGHT_PYTHON_FIXTURES), where the Python tests, which run after
// these, look for them. Each holds `wright-weights.json`: the numbers in this package's own layout, for an implementation in numpy
// that knows nothing of the folder's.
import Foundation
import Tensors
import Testing
import TestSupport
import Transformers

/// Where the Python tests look.
private let fixtures: String =
  ProcessInfo.processInfo.environment["WRIGHT_PYTHON_FIXTURES"]
  ?? repositoryRoot.appending(path: ".build/python-fixtures").path

/// The weights as JSON: objects and arrays of numbers, matrices as rows.
private func dump(_ model: Model) -> [UInt8] {
  func vector(_ numbers: some Collection<Float>) -> String {
    "[" + numbers.map { "\($0)" }.joined(separator: ",") + "]"
  }
  func matrix(_ tensor: Tensor<Float>) -> String {
    let rows = (0..<tensor.rowCount).map {
      vector(tensor.elements[$0 * tensor.columnCount..<($0 + 1) * tensor.columnCount])
    }
    return "[" + rows.joined(separator: ",") + "]"
  }
  func linear(_ map: Linear?) -> String {
    guard let map else { return "null" }
    let bias = map.bias.map { vector($0) } ?? "null"
    return #"{"weight":\#(matrix(map.weight)),"bias":\#(bias)}"#
  }
  func norm(_ norm: NormalizationWeights) -> String {
    #"{"gain":\#(vector(norm.gain)),"bias":\#(norm.bias.map { vector($0) } ?? "null")}"#
  }
  let layers = model.weights.layers.map { layer in
    #"{"attention_norm":\#(norm(layer.attentionNormalization)),"query":\#(linear(layer.query)),"key":\#(linear(layer.key)),"#
      + #""value":\#(linear(layer.value)),"output":\#(linear(layer.output)),"mlp_norm":\#(norm(layer.feedForwardNormalization)),"#
      + #""gate":\#(linear(layer.gate)),"up":\#(linear(layer.up)),"down":\#(linear(layer.down))}"#
  }
  let c = model.configuration
  return Array(
    (#"{"heads":\#(c.headCount),"key_value_heads":\#(c.keyValueHeadCount),"head_size":\#(c.headSize),"#
      + #""relu":\#(c.feedForward == .relu),"embedding":\#(matrix(model.weights.tokenEmbedding)),"#
      + #""positions":\#(model.weights.positionEmbedding.map(matrix) ?? "null"),"head":\#(matrix(model.head)),"#
      + #""final_norm":\#(norm(model.weights.finalNormalization)),"layers":[\#(layers.joined(separator: ","))]}"#).utf8)
}

private func options(_ model: Model, _ scalar: ScalarType = .float32) -> ModelFolder.WriteOptions {
  var options = ModelFolder.WriteOptions(scalar: scalar, overwrites: true)
  options.extraFiles = ["wright-weights.json": dump(model)]
  return options
}

/// A tokenizer of 13 words with every role, and words that JSON escapes.
private func tokenizer(prependsBegin: Bool) throws -> WordLevelTokenizer {
  let words = ["<s>", "</s>", "<pad>", "<unk>", "w0=0", "w0=1", "\"", "\\", "é", "日本", "a/b", "{", "\u{1}"]
  return try WordLevelTokenizer(
    words: WordList(words),
    roles: WordLevelTokenizer.Roles(begin: 0, end: 1, padding: 2, unknown: 3, prependsBegin: prependsBegin))
}

@Suite(.serialized) struct PythonFixtureTests {
  init() throws { try FileManager.default.createDirectory(atPath: fixtures, withIntermediateDirectories: true) }

  @Test func foldersOfEveryFormAreWrittenForPython() throws {
    var plain = smallLlama().configuration
    plain.positions = .rotary(ModelConfiguration.RotaryEncoding(theta: 1e30))
    plain.hasAttentionBiases = false
    plain.hasFeedForwardBiases = false
    let cases: [(String, Model)] = [
      ("llama", smallLlama()), ("llama-plain-tied", smallLlama(ties: true)),
      ("llama-huge-theta", randomModel(plain, seed: 9)),
      ("gpt2-relu-tied", smallGPT2(.relu, ties: true)), ("gpt2-gelu-untied", smallGPT2(.geluTanh, ties: false)),
    ]
    for (name, model) in cases {
      try ModelFolder.write(model, to: "\(fixtures)/\(name)", options: options(model))
      #expect(try ModelFolder.read("\(fixtures)/\(name)") == model)
    }
    var sharded = options(smallLlama())
    sharded.maximumShardBytes = 2_000
    try ModelFolder.write(
      smallLlama(), to: "\(fixtures)/llama-sharded", options: sharded, tokenizer: tokenizer(prependsBegin: false))
    for scalar in [ScalarType.float16, .bfloat16] {
      try ModelFolder.write(
        smallLlama(), to: "\(fixtures)/llama-\(scalar.configurationName)", options: options(smallLlama(), scalar),
        tokenizer: tokenizer(prependsBegin: true))
    }
    // Few words, no roles at all, for a GPT-2.
    try ModelFolder.write(
      smallGPT2(.relu, ties: false), to: "\(fixtures)/gpt2-words", options: options(smallGPT2(.relu, ties: false)),
      tokenizer: WordLevelTokenizer(words: WordList(["0", "1"])))
    #expect(
      try ModelFolder("\(fixtures)/llama-sharded").tokenizer()?.vocabulary == tokenizer(prependsBegin: false).vocabulary
    )
  }

  @Test(.enabled(if: sharedData != nil)) func theGoldenCheckpointsAreRewrittenForPython() throws {
    for name in ["plain_untied", "llama3rope_tied"] {
      let source = try ModelFolder(try #require(sharedData).appending(path: "llama-fixtures/\(name)").path)
      let model = try source.model()
      try ModelFolder.write(
        model, to: "\(fixtures)/golden-\(name)", options: options(model), generation: source.generation)
      #expect(try ModelFolder.read("\(fixtures)/golden-\(name)") == model)
    }
  }

  @Test(arguments: ["llama", "gpt2"]) func foldersSavedByTransformersAreReadAndRewrittenForPython(name: String) throws {
    let source = try ModelFolder(
      repositoryRoot.appending(path: "Tests/Python/goldens/\(name)-of-transformers-5").path)
    let model = try source.model()
    #expect(source.format.rawValue == name && model.configuration.layerCount == 2)
    let tokenizer = try source.tokenizer()
    #expect((tokenizer == nil) == (name == "gpt2"))
    if let tokenizer {
      #expect(try tokenizer.encode("zero one é nothing") == [0, 3, 4, 5, 2])
      #expect(tokenizer.roles.prependsBegin && tokenizer.roles.end == 1 && tokenizer.roles.padding == 1)
    }
    let path = "\(fixtures)/rewritten-\(name)"
    try ModelFolder.write(model, to: path, options: options(model), tokenizer: tokenizer, generation: source.generation)
    #expect(try ModelFolder.read(path) == model)
    #expect(try ModelFolder(path).tokenizer()?.roles == tokenizer?.roles)
  }
}
