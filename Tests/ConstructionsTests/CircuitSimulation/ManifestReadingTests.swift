// wright.json: what is written reads back, and what cannot be is refused with its reason.
import Circuits
import Constructions
import ExactArithmetic
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

@Test func aFinitePrecisionAndMeaningsReadBack() throws {
  var written = manifest(.li)
  for format in [nil, FloatFormat.binary16, FloatFormat(exponentBits: 0, significandBits: 2)] {
    written.precision = format
    written.residualStream[0].meaning = format == nil ? nil : "the wire's own code"
    #expect(try SimulationManifest(parsing: written.serialized()) == written)
  }
}

@Test(arguments: [
  ("\"version\" : 1", "\"version\" : 2", "version 2; this program reads version 1"),
  ("\"inputCount\" : 2", "\"inputCount\" : -1", "impossible wire counts"),
  ("\"inputCount\" : 2", "\"inputCount\" : 9", "impossible wire counts"),
  ("\"wireCount\" : 4", "\"wireCount\" : 9223372036854775807", "impossible wire counts"),
  ("\"fanIn\" : 2", "\"fanIn\" : 13", "fan-in 13; 1 to 12 are possible"),
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

@Test(arguments: [
  ("", "byte 0: expected an object, found the end"), ("{", "byte 1: expected a string, found the end"),
  ("[]", "byte 0: expected an object, found '['"), ("null", "byte 0: expected an object, found 'n'"),
  (#"{"x": \#(String(repeating: "[", count: 100))"#, "byte 69: expected at most 64 nested values, found one more"),
  (#"{"form": "\u001b[2J"}"#, #"byte 1: expected the form "llama" or "li", found "\u{1B}[2J""#),
  (#"{"fanIn": 2.5}"#, "byte 10: expected an integer of at most 63 bits, found another number"),
  (#"{"fanIn": "2"}"#, "byte 10: expected a number, found '\"'"),
  (#"{"foldsInverters": 1}"#, "byte 19: expected true or false, found '1'"),
  (#"{"foldsInverters": trye}"#, "byte 19: expected a JSON value, found 't'"),
  (#"{"inputNames": [1]}"#, "byte 16: expected a string, found '1'"),
  (#"{"readOut": {}}"#, "byte 12: expected an array, found '{'"),
  (#"{"readOut": [], "readOut": []}"#, #"byte 16: expected each key once, found "readOut" again"#),
  (
    #"{"precision": {"precision": 61, "minimumExponent": 0, "maximumExponent": 0, "ties": "toEven"}}"#,
    "byte 14: expected a precision in 1...60, ordered exponents, and ties toEven or towardZero, found another format"
  ),
  (
    #"{"precision": {"precision": 4, "minimumExponent": 1, "maximumExponent": 0, "ties": "toEven"}}"#,
    "byte 14: expected a precision in 1...60, ordered exponents, and ties toEven or towardZero, found another format"
  ),
  (#"{"residualStream": [{"name": "own"}]}"#, "byte 20: expected a block with name and size, found one without"),
]) func otherTextsAreRefusedWithTheirPlace(text: String, message: String) {
  let error = #expect(throws: FolderError.self) { try SimulationManifest(parsing: Array(text.utf8)) }
  #expect(error?.description == "wright.json, " + message)
}

@Test func allMissingKeysAreNamedAndOthersIgnored() throws {
  let error = #expect(throws: FolderError.self) { try SimulationManifest(parsing: Array("{}".utf8)) }
  #expect(error?.faults.count == 14)
  #expect(error?.faults.last?.description == "wright.json, key wireCount: expected this key, found nothing")
  let written = manifest(.llama)
  let text = String(decoding: try written.serialized(), as: UTF8.self)
  #expect(try SimulationManifest(parsing: Array(#"{"note": [{}, null, true],\#(text.dropFirst())"#.utf8)) == written)
  let without = text.replacing("\"fanIn\" : 2,", with: "")
  #expect(without != text)
  let fault = #expect(throws: FolderError.self) { try SimulationManifest(parsing: Array(without.utf8)) }
  #expect(fault?.description == "wright.json, key fanIn: expected this key, found nothing")
}
