// Folders of decoders without normalization: what is written reads back, and every damaged or foreign one is refused.
import Foundation
import Testing
import TestSupport
import Transformers

/// The configuration of a small decoder with everything that this architecture has.
private func unnormalized(biases: Bool, ties: Bool) -> Model {
  var c = ModelConfiguration(
    vocabularySize: 7, hiddenSize: 10, intermediateSize: 5, layerCount: 2, headCount: 4, keyValueHeadCount: 2,
    headSize: 3, maximumPositionCount: 9)
  c.positions = .learned
  c.normalization = .none
  c.feedForward = .relu
  c.attentionScale = 0.75
  c.hasAttentionBiases = biases
  c.hasFeedForwardBiases = biases
  c.tiesEmbeddings = ties
  return randomModel(c, seed: 11)
}

@Suite struct UnnormalizedFolderTests {
  @Test(arguments: [false, true], [false, true])
  func aModelReadsBackBitForBit(biases: Bool, ties: Bool) throws {
    let model = unnormalized(biases: biases, ties: ties)
    try withTemporaryFolder { (folder) throws in
      #expect(try ModelFolder.write(model, to: folder + "/m").isExact)
      let read = try ModelFolder(folder + "/m")
      #expect(read.format == .unnormalized && !read.format.isOfTransformers)
      #expect(try read.model() == model)
    }
  }

  @Test func theDefaultScaleIsWrittenOut() throws {
    var model = unnormalized(biases: false, ties: false)
    model.configuration.attentionScale = nil
    let text = try model.configuration.serialized(as: .unnormalized)
    let read = try ModelConfiguration(parsing: text)
    #expect(read.attentionScale == model.configuration.resolvedAttentionScale)
  }

  @Test(arguments: [
    (#""attention_scale": 0.75"#, #""attention_scale": 0.0"#, "attention_scale"),
    (#""attention_scale": 0.75"#, #""scale": 0.75"#, "attention_scale"),
    (#""hidden_act": "relu""#, #""hidden_act": "silu""#, "hidden_act"),
    (#""num_key_value_heads": 2"#, #""num_key_value_heads": 3"#, "num_key_value_heads"),
    (#""head_dim": 3"#, #""head_dim": -3"#, "head_dim"),
    (#""max_position_embeddings": 9"#, #""max_position_embeddings": "nine""#, "max_position_embeddings"),
  ])
  func aDamagedConfigurationIsRefusedWithItsKey(_ part: String, _ replacement: String, _ key: String) throws {
    let text = String(
      decoding: try unnormalized(biases: false, ties: false).configuration.serialized(as: .unnormalized), as: UTF8.self)
    let damaged = text.replacing(part, with: replacement)
    #expect(damaged != text)
    let error = #expect(throws: FolderError.self) { try ModelConfiguration(parsing: Array(damaged.utf8)) }
    #expect(error?.faults.map(\.place) == [.key(key)])
  }

  @Test func aMissingTensorIsNamed() throws {
    let model = unnormalized(biases: false, ties: false)
    try withTemporaryFolder { (folder) throws in
      try ModelFolder.write(model, to: folder + "/m")
      let path = folder + "/m/config.json"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try text.replacing(#""mlp_bias": false"#, with: #""mlp_bias": true"#)
        .write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: FolderError.self) { try ModelFolder.read(folder + "/m") }
      #expect(error?.faults.contains { $0.place == .tensor("layers.0.up.bias") } == true)
    }
  }

  @Test func otherArchitecturesAreNotWrittenInThisForm() {
    let llama = FolderFormat.unnormalized.obstacles(smallLlama().configuration).map(\.place)
    #expect(llama == [.key("positions"), .key("normalization"), .key("feedForward")])
    #expect(FolderFormat(for: smallGPT2(.relu, ties: false).configuration) == .gpt2)
    let own = unnormalized(biases: true, ties: false).configuration
    #expect(FolderFormat.unnormalized.obstacles(own).isEmpty)
    #expect(FolderFormat.gpt2.obstacles(own).map(\.place).contains(.key("normalization")))
  }
}
