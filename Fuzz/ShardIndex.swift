// A libFuzzer target: model.safetensors.index.json, and after a zero byte the second of the two shards. Built by Scripts/fuzz.
import Transformers

/// A model, written once as two shards; its index is the seed.
private let expected: (model: Model, second: [UInt8]) = {
  do {
    var options = ModelFolder.WriteOptions(overwrites: true)
    options.maximumShardBytes = 80
    let model = tinyLlama()
    try ModelFolder.write(model, to: folder + "/model", options: options)
    return (model, contents("model/\(secondShard)"))
  } catch { preconditionFailure("a model is written: \(error)") }
}()
private let secondShard = "model-00002-of-00002.safetensors"

/// Runs one input; traps where the reader breaks its promise.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let (model, second) = expected
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  let end = bytes.firstIndex(of: 0) ?? count
  store(UnsafeRawBufferPointer(rebasing: bytes[..<end]), as: "model/model.safetensors.index.json")
  if end < count {
    store(UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...]), as: "model/\(secondShard)")
  } else {
    second.withUnsafeBytes { store($0, as: "model/\(secondShard)") }
  }
  do {
    let read = try ModelFolder.read(folder + "/model")
    precondition(read.configuration == model.configuration, "the configuration is not in the index")
    countAccepted()
    if end == count { precondition(read.weights == model.weights, "an index that is accepted leads to the weights") }
  } catch { checkRefusal(error) }
  return 0
}
