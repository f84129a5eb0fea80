// A libFuzzer target: reads its input in one format, and what can be read must survive every writer. Built by Scripts/fuzz.
import Circuits

#if FUZZ_AAG
  let format = CircuitFormat.aigerASCII
#elseif FUZZ_AIG
  let format = CircuitFormat.aigerBinary
#elseif FUZZ_BLIF
  let format = CircuitFormat.blif
#elseif FUZZ_BENCH
  let format = CircuitFormat.bench
#elseif FUZZ_BRISTOL
  let format = CircuitFormat.bristolFashion
#elseif FUZZ_BRISTOL_OLD
  let format = CircuitFormat.bristolOld
#endif

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  let circuit: Circuit
  do { circuit = try Circuit(reading: bytes, format: format) } catch {
    precondition(error.faultCount > 0 && !error.description.isEmpty, "a refusal says why")
    return 0
  }
  // A few bytes may name millions of inputs: those are not written out, and few circuits of those sizes are fuzzed.
  guard circuit.inputCount <= 4096 else { return 0 }
  let inputs = (0..<circuit.inputCount).map { ($0 &* 2_654_435_761) >> 7 & 1 == 1 }
  let expected = circuit(inputs)
  for other in CircuitFormat.allCases {
    do {
      let again = try Circuit(reading: circuit.bytes(as: other), format: other)
      precondition(again(inputs) == expected, "a circuit computes the same after a trip through \(other)")
    } catch {
      preconditionFailure("what is written in \(other) is read back: \(error)")
    }
  }
  return 0
}
