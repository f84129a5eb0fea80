// The names of a decoder's parameters: those of the tensors in the folder that the decoder is written as.
import Transformers

/// Names as the folders' formats have them.
///
/// GPT-2's folder holds query, key and value as one matrix, which is no parameter here: each part has its own name below the matrix's.
struct DecoderNames {
  let format: FolderFormat

  init(_ configuration: ModelConfiguration) { format = FolderFormat(for: configuration) }

  /// A linear map or a normalization of a layer.
  enum Part: CaseIterable {
    case attentionNormalization, query, key, value, output, feedForwardNormalization, gate, up, down
  }

  var tokenEmbedding: String {
    switch format {
    case .llama: "model.embed_tokens.weight"
    case .gpt2: "transformer.wte.weight"
    case .unnormalized: "token_embedding.weight"
    }
  }

  var positionEmbedding: String {
    switch format {
    case .llama: "model.embed_positions.weight"
    case .gpt2: "transformer.wpe.weight"
    case .unnormalized: "position_embedding.weight"
    }
  }

  /// Without ".weight" and ".bias".
  var finalNormalization: String { format == .gpt2 ? "transformer.ln_f" : "model.norm" }

  var head: String { format == .unnormalized ? "head.weight" : "lm_head.weight" }

  /// Without ".weight" and ".bias".
  func name(_ part: Part, layer: Int) -> String {
    switch format {
    case .llama: "model.layers.\(layer)." + llama(part)
    case .gpt2: "transformer.h.\(layer)." + gpt2(part)
    case .unnormalized: "layers.\(layer)." + unnormalized(part)
    }
  }

  private func llama(_ part: Part) -> String {
    switch part {
    case .attentionNormalization: "input_layernorm"
    case .query: "self_attn.q_proj"
    case .key: "self_attn.k_proj"
    case .value: "self_attn.v_proj"
    case .output: "self_attn.o_proj"
    case .feedForwardNormalization: "post_attention_layernorm"
    case .gate: "mlp.gate_proj"
    case .up: "mlp.up_proj"
    case .down: "mlp.down_proj"
    }
  }

  private func gpt2(_ part: Part) -> String {
    switch part {
    case .attentionNormalization: "ln_1"
    case .query: "attn.c_attn.query"
    case .key: "attn.c_attn.key"
    case .value: "attn.c_attn.value"
    case .output: "attn.c_proj"
    case .feedForwardNormalization: "ln_2"
    case .gate: "mlp.c_gate"
    case .up: "mlp.c_fc"
    case .down: "mlp.c_proj"
    }
  }

  private func unnormalized(_ part: Part) -> String {
    switch part {
    case .attentionNormalization: "attention_norm"
    case .query: "query"
    case .key: "key"
    case .value: "value"
    case .output: "output"
    case .feedForwardNormalization: "feed_forward_norm"
    case .gate: "gate"
    case .up: "up"
    case .down: "down"
    }
  }
}
