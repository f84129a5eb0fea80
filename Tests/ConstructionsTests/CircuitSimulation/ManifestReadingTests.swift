// wright.json: what is written reads back, and what cannot be is refused with its reason.
import Circuits
import Constructions
import Testing
import Transformers

private func manifest(_ form: SimulationManifest.Form) -> SimulationManifest {
  var builder = CircuitBuilder(inputCount: 2)
  let sum = builder.gate(.xor, builder.input(0), builder.input(1))
  let carry = builder.gate(.and, builder.input(0), builder.input(1))
  var circuit = builder.circuit(outputs: [Literal(sum), !Literal(carry)])
  circuit.names.inputs = ["a", "é\n"]
  circuit.names.inputWidths = [1, 1]
  circuit.names.outputWidths = [2]
  return CircuitSimulation(of: circuit, form: form).manifest
}

@Test(arguments: SimulationManifest.Form.allCases) func aManifestReadsBack(form: SimulationManifest.Form) throws {
  let written = manifest(form)
  #expect(try SimulationManifest(parsing: written.serialized()) == written)
}

@Test(arguments: [
  ("\"version\" : 1", "\"version\" : 2", "version 2; this program reads version 1"),
  ("\"inputCount\" : 2", "\"inputCount\" : -1", "impossible wire counts"),
  ("\"inputCount\" : 2", "\"inputCount\" : 9", "impossible wire counts"),
  ("\"wireCount\" : 4", "\"wireCount\" : 9223372036854775807", "impossible wire counts"),
  ("\"fanIn\" : 2", "\"fanIn\" : 7", "fan-in 7; 1 to 6 are possible"),
  ("\"readOut\" : [", "\"readOut\" : [8,", "a read-out of a wire that is not there"),
  ("\"readOut\" : [", "\"readOut\" : [-3,", "a read-out of a wire that is not there"),
  ("\"inputNames\" : [", "\"inputNames\" : [\"c\",", "3 names for 2 pins"),
  // These once crashed the program, or would have: sums of widths and of sizes overflow, and ranges end before they begin.
  ("\"inputWidths\" : [", "\"inputWidths\" : [9223372036854775807, 1,", "a word of 9223372036854775807 of 2 bits"),
  ("\"outputWidths\" : [", "\"outputWidths\" : [-1,", "a word of -1 of 2 bits"),
  ("\"size\" : 4", "\"size\" : 9223372036854775807", "a block of 9223372036854775807 columns"),
  ("\"size\" : 4", "\"size\" : -4", "a block of -4 columns"),
  ("\"size\" : 4", "\"size\" : 0", "a block of 0 columns"),
]) func aManifestThatCannotBeIsRefused(old: String, new: String, found: String) throws {
  let text = String(decoding: try manifest(.llama).serialized(), as: UTF8.self)
  #expect(text.contains(old))
  let error = #expect(throws: FolderError.self) {
    try SimulationManifest(parsing: Array(text.replacing(old, with: new, maxReplacements: 1).utf8))
  }
  #expect(error?.description == "wright.json: expected what wright construct writes, found \(found)")
}

@Test(arguments: ["", "{", "[]", "{}", "null", String(repeating: "[", count: 100_000), "{\"form\": \"\\u001b[2J\"}"])
func otherTextsAreRefusedInOneLine(text: String) {
  let error = #expect(throws: FolderError.self) { try SimulationManifest(parsing: Array(text.utf8)) }
  #expect(error?.faults.count == 1 && error?.description.contains { $0 == "\n" || $0 == "\u{1B}" } == false)
}
