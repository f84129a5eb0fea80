// Reads the golden checkpoints of `shared/data/llama-fixtures` with a reader of its own, independent of the product's.
import Foundation
import Tensors
import TestSupport
import Transformers

/// A golden checkpoint and the logits that `transformers` computed for it.
struct GoldenModel {
  var model: Model
  /// [2][16].
  var inputs: [[Int]]
  /// [2, 16, V].
  var logits: Tensor<Float>
  /// Of each rotary pair, [D / 2].
  var inverseFrequencies: [Double]

  init(_ name: String) throws {
    let folder = sharedData!.appending(path: "llama-fixtures").appending(path: name)
    let tensors = try floatTensors(folder.appending(path: "model.safetensors"))
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "config.json")))
    let config = json as! [String: Any]
    func int(_ key: String) -> Int { config[key] as! Int }
    var c = ModelConfiguration(
      vocabularySize: int("vocab_size"), hiddenSize: int("hidden_size"), intermediateSize: int("intermediate_size"),
      layerCount: int("num_hidden_layers"), headCount: int("num_attention_heads"),
      keyValueHeadCount: int("num_key_value_heads"), headSize: int("head_dim"),
      maximumPositionCount: int("max_position_embeddings"))
    c.normalization = .rootMeanSquare(epsilon: config["rms_norm_eps"] as! Double)
    c.tiesEmbeddings = config["tie_word_embeddings"] as! Bool
    var rotary = ModelConfiguration.RotaryEncoding(theta: config["rope_theta"] as! Double)
    if let scaling = config["rope_scaling"] as? [String: Any] {
      rotary.scaling = .init(
        factor: scaling["factor"] as! Double, lowFrequencyFactor: scaling["low_freq_factor"] as! Double,
        highFrequencyFactor: scaling["high_freq_factor"] as! Double,
        originalPositionCount: scaling["original_max_position_embeddings"] as! Int)
    }
    c.positions = .rotary(rotary)
    func linear(_ name: String) -> Linear { Linear(weight: tensors[name + ".weight"]!) }
    func gain(_ name: String) -> NormalizationWeights {
      NormalizationWeights(gain: tensors[name + ".weight"]!.elements)
    }
    let layers = (0..<c.layerCount).map { i in
      let prefix = "model.layers.\(i)."
      return LayerWeights(
        attentionNormalization: gain(prefix + "input_layernorm"), query: linear(prefix + "self_attn.q_proj"),
        key: linear(prefix + "self_attn.k_proj"), value: linear(prefix + "self_attn.v_proj"),
        output: linear(prefix + "self_attn.o_proj"),
        feedForwardNormalization: gain(prefix + "post_attention_layernorm"), gate: linear(prefix + "mlp.gate_proj"),
        up: linear(prefix + "mlp.up_proj"), down: linear(prefix + "mlp.down_proj"))
    }
    model = Model(
      configuration: c,
      weights: ModelWeights(
        tokenEmbedding: tensors["model.embed_tokens.weight"]!, layers: layers,
        finalNormalization: gain("model.norm"), head: c.tiesEmbeddings ? nil : tensors["lm_head.weight"]!))
    let expected = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "expected.json")))
    inputs = (expected as! [String: Any])["input_ids"] as! [[Int]]
    inverseFrequencies = (expected as! [String: Any])["inv_freq"] as! [Double]
    logits = try floatTensors(folder.appending(path: "expected.safetensors"))["logits"]!
  }
}

private func floatTensors(_ url: URL) throws -> [String: Tensor<Float>] {
  let data = try Data(contentsOf: url)
  let headerSize = data.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
  let header = try JSONSerialization.jsonObject(with: data[8..<8 + headerSize]) as! [String: [String: Any]]
  var tensors: [String: Tensor<Float>] = [:]
  for (name, entry) in header where entry["dtype"] as? String == "F32" {
    let offsets = entry["data_offsets"] as! [Int]
    let elements = data.withUnsafeBytes { bytes in
      stride(from: offsets[0], to: offsets[1], by: 4).map {
        bytes.loadUnaligned(fromByteOffset: 8 + headerSize + $0, as: Float.self)
      }
    }
    tensors[name] = Tensor(shape: entry["shape"] as! [Int], elements: elements)
  }
  return tensors
}
