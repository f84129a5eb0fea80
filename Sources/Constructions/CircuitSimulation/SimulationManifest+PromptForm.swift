// From a manifest to the form of prompts that claims speak of.
public import Verification

extension SimulationManifest {
  /// Which token stands at which position of a chain of thought.
  public var promptForm: PromptForm {
    let isLlama = form == .llama
    return PromptForm(
      tokens: isLlama ? .wiresWithValues : .values, inputCount: inputCount, wireCount: wireCount,
      leadingTokens: [Int](repeating: isLlama ? 2 * wireCount : 0, count: leadingTokenCount),
      endToken: isLlama ? 2 * wireCount + 1 : nil)
  }
}
