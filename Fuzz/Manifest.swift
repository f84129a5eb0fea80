// A libFuzzer target: wright.json. What is accepted is written and read again, and answers for an assignment. Built by Scripts/fuzz.
import Constructions
import Transformers

/// Runs one input; traps where the reader breaks its promise.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let manifest: SimulationManifest
  do { manifest = try SimulationManifest(parsing: Array(UnsafeRawBufferPointer(start: start, count: count))) } catch {
    checkRefusal(error)
    return 0
  }
  countAccepted()
  do {
    let again = try SimulationManifest(parsing: manifest.serialized())
    precondition(again == manifest, "what is written is read back: \(manifest) became \(again)")
  } catch { preconditionFailure("what is written is read back: \(error)") }
  precondition(manifest.emittedTokenCount >= 0 && manifest.outputCount == manifest.readOut.count, "counts are numbers")
  precondition(manifest.precision == nil || manifest.precisionName?.isEmpty == false, "a precision has a name")
  let columns = manifest.residualStream.reduce(0) { $0 + $1.size }
  precondition(columns >= manifest.residualStream.count, "blocks have columns")
  let (inputs, outputs) = (manifest.inputWidths.reduce(0, +), manifest.outputWidths.reduce(0, +))
  precondition(inputs >= 0 && outputs >= 0, "widths are numbers")
  // A few bytes may name a billion wires: a chain of that length is not made here.
  guard manifest.wireCount <= 4096 else { return 0 }
  let prompt = manifest.prompt((0..<manifest.inputCount).map { $0 % 3 == 0 })
  let tokens = prompt + (manifest.inputCount..<manifest.wireCount).map { manifest.token(wire: $0, value: $0 % 2 == 0) }
  do {
    let values = try manifest.wireValues(ofTokens: tokens)
    precondition(values.count == manifest.wireCount, "a chain has a value for each wire")
    precondition(manifest.outputs(ofWireValues: values).count == manifest.outputCount, "a value for each output")
  } catch { preconditionFailure("a whole chain is read: \(error)") }
  let isCutRead = (try? manifest.wireValues(ofTokens: tokens.dropLast())) != nil
  precondition(!isCutRead || manifest.wireCount == 0, "a chain that is cut is refused")
  return 0
}
