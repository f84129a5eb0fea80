// A libFuzzer target: config.json, beside the tensors of one small model. What is accepted is written and read again, and where the
// tensors fit it, both decoders and the checker of what weights compute take the model. Built by Scripts/fuzz.
import ExactArithmetic
import Tensors
import Transformers
import Verification

/// A model, written once; its config.json is the seed.
private let model: Void = {
  do {
    try ModelFolder.write(tinyLlama(), to: folder + "/model", options: ModelFolder.WriteOptions(overwrites: true))
  } catch { preconditionFailure("a model is written: \(error)") }
}()

/// Runs one input; traps where the reader breaks its promise.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  _ = model
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  let configuration: ModelConfiguration
  do { configuration = try ModelConfiguration(parsing: Array(bytes)) } catch {
    checkRefusal(error)
    return 0
  }
  let format = FolderFormat(for: configuration)
  do {
    let text = try configuration.serialized(as: format)
    do {
      let again = try ModelConfiguration(parsing: text)
      precondition(again == configuration, "what is written is read back: \(configuration) became \(again)")
    } catch { preconditionFailure("what is written is read back: \(error)") }
  } catch { checkRefusal(error) }
  store(bytes, as: "model/config.json")
  do {
    let read = try ModelFolder.read(folder + "/model")
    countAccepted()
    _ = read.parameterCount
    run(read)
  } catch { checkRefusal(error) }
  return 0
}

/// Has both decoders take one token; whatever they do not take, they refuse.
private func run(_ model: Model) {
  do {
    let token = model.configuration.vocabularySize - 1
    let session = try Engine(model).makeSession()
    let logits = session.step([token]).elements
    var reference = ReferenceDecoder(model, in: FloatArithmetic())
    let expected = try reference.step(token)
    precondition(logits.count == token + 1 && expected.count == token + 1, "a logit for each token")
  } catch { precondition(!"\(error)".isEmpty, "a refusal says why") }
  let form = PromptForm(
    tokens: .wiresWithValues, inputCount: 1, wireCount: max(1, model.configuration.vocabularySize / 2 - 1),
    leadingTokens: [model.configuration.vocabularySize - 1], endToken: nil)
  do { _ = try Checker(model, form: form).derive(.rounded(.float32)) } catch {
    precondition(!error.description.isEmpty, "a refusal says why")
  }
}
