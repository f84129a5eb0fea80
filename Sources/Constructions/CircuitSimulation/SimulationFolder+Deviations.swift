// What else in a folder decides what other software decodes from its weights.
public import Transformers

extension SimulationFolder {
  /// What the tokenizer, the settings of generation and config.json say that the construction does not: reasons, in words, why other software would
  /// emit other tokens than these weights by greedy decoding. Empty for a folder as it was written.
  ///
  /// - Throws: `FolderError` where the tokenizer cannot be read.
  public func deviations() throws(FolderError) -> [String] {
    var found: [String] = []
    let generation = folder.generation
    if generation.samples { found.append("generation_config.json: do_sample draws tokens at random") }
    let ends = manifest.form == .llama ? [2 * manifest.wireCount + 1] : []
    if manifest.precision == nil, generation.endTokens != ends {
      found.append("generation_config.json: eos_token_id is \(generation.endTokens) instead of \(ends)")
    }
    let prompt = manifest.leadingTokenCount + manifest.inputCount
    if let most = generation.maximumNewTokens, most < manifest.emittedTokenCount {
      found.append("generation_config.json: max_new_tokens is \(most), and the chain has \(manifest.emittedTokenCount)")
    } else if generation.maximumNewTokens == nil, let most = generation.maximumLength,
      most < prompt + manifest.emittedTokenCount
    {
      found.append(
        "generation_config.json: max_length is \(most), and the chain ends at \(prompt + manifest.emittedTokenCount)")
    }
    if !generation.unreadKeys.isEmpty {
      found.append(
        "generation_config.json: \(generation.unreadKeys.prefix(8).joined(separator: ", ")) may change what is generated"
      )
    }
    if let tokenizer = try folder.tokenizer() {
      if tokenizer.words.count != manifest.tokenCount {
        found.append("tokenizer.json: \(tokenizer.words.count) words for \(manifest.tokenCount) tokens")
      } else if let token = (0..<manifest.tokenCount).first(where: {
        !tokenizer.words.utf8($0).elementsEqual(manifest.word(ofToken: $0).utf8)
      }) {
        found.append(
          "tokenizer.json: token \(token) is \(tokenizer.words[token].debugDescription) instead of "
            + manifest.word(ofToken: token).debugDescription)
      }
    }
    if let scalar = folder.declaredScalar, !model.isExact(as: scalar) {
      found.append("config.json: dtype \(scalar.configurationName) rounds the weights when they are loaded")
    }
    if let name = folder.unknownScalar {
      found.append(
        "config.json: dtype \(name.prefix(40).debugDescription) is no type of number that weights are checked for")
    }
    return found
  }
}

extension SimulationManifest {
  /// The number of tokens in the vocabulary.
  var tokenCount: Int { form == .llama ? 2 * wireCount + 2 : 2 }
}
