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

/// Runs one input; traps where a reader or a writer breaks its promise.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  let circuit: Circuit
  do { circuit = try Circuit(reading: bytes, format: format) } catch {
    precondition(error.faultCount > 0 && !error.description.isEmpty, "a refusal says why")
    return 0
  }
  precondition(circuit.violatedInvariant == nil, "what was read is a circuit: \(circuit.violatedInvariant ?? "")")
  // A few bytes may name millions of inputs: those are not written out, and few circuits of those sizes are fuzzed.
  guard circuit.inputCount <= 4096 else { return 0 }
  let block = assignments(circuit.inputCount)
  let expected = circuit.simulate(block)
  let first = block.assignment(0)
  precondition(circuit(first) == expected.assignment(0), "the simulator does what the definition says")
  for other in CircuitFormat.allCases {
    let again = trip(circuit, other)
    precondition(again.inputCount == circuit.inputCount, "no input is lost on a trip through \(other)")
    let difference = again.simulate(block).firstDifference(from: expected)
    precondition(difference == nil, "a circuit computes the same after a trip through \(other)")
    // bench has gates that its writer takes apart in two steps; in the others a second trip changes nothing, not even a name.
    if other == format, other != .bench {
      let written = again.bytes(as: other)
      precondition(trip(again, other).bytes(as: other) == written, "a second trip through \(other) changes nothing")
    }
  }
  return 0
}

/// Zeros, ones, and 62 mixed assignments.
private func assignments(_ inputCount: Int) -> AssignmentBlock {
  var words: [UInt64] = []
  for i in 0..<inputCount {
    let mixed = (UInt64(i) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    words.append(((mixed ^ mixed >> 29) &* 0xBF58_476D_1CE4_E5B9 | 1) & ~2)
  }
  return AssignmentBlock(count: 64, signalCount: inputCount, words: words)
}

/// The circuit, written in `format` and read again.
private func trip(_ circuit: Circuit, _ format: CircuitFormat) -> Circuit {
  do {
    let again = try Circuit(reading: circuit.bytes(as: format), format: format)
    precondition(again.violatedInvariant == nil, "what was written in \(format) is a circuit")
    return again
  } catch {
    preconditionFailure("what is written in \(format) is read back: \(error)")
  }
}
