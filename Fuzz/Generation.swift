// A libFuzzer target: generation_config.json. What is accepted is written and read again. Built by Scripts/fuzz.
import Transformers

/// Runs one input; traps where the reader breaks its promise.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let settings: GenerationSettings
  do { settings = try GenerationSettings(parsing: Array(UnsafeRawBufferPointer(start: start, count: count))) } catch {
    checkRefusal(error)
    return 0
  }
  countAccepted()
  do {
    let again = try GenerationSettings(parsing: settings.serialized())
    precondition(again == settings, "what is written is read back: \(settings) became \(again)")
  } catch { preconditionFailure("what is written is read back: \(error)") }
  return 0
}
