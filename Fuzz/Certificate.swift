// A libFuzzer target: certificates. What is accepted is written and read again, and a witness that passes the check is true. Built by Scripts/fuzz.
import Transformers
import Verification

/// The half adder and a copy of its carry, complemented: what the witness of an accepted certificate is held against.
private let circuit = CircuitStatement(
  inputCount: 2, tables: [0b0110, 0b1000, 0b01], offsets: [0, 2, 4, 5], operands: [0, 1, 0, 1, 3], outputs: [4, 8])
private let program = LookupProgram(
  form: PromptForm(tokens: .values, inputCount: 2, wireCount: 4, leadingTokens: [], endToken: nil), headCount: 2,
  operands: [1, 0, 0, 1], tables: [0b0110, 0b1000])

/// Runs one input; traps where the reader breaks its promise.
///
/// An input that begins with W is a certificate as it stands. Any other is a header, a zero byte and a body, and is sealed here: of what
/// mutations leave of a certificate, no digest would fit.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeRawBufferPointer(start: start, count: count))
  let isWhole = input.first == UInt8(ascii: "W")
  let end = input.firstIndex(of: 0) ?? count
  let bytes =
    isWhole ? input : CertificateEnvelope.sealed(header: Array(input[..<end]), body: Array(input[end...].dropFirst()))
  let certificate: Certificate
  do throws(CertificateError) { certificate = try Certificate(parsing: bytes, path: "x") } catch {
    checkRefusal(error)
    return 0
  }
  countAccepted()
  do throws(CertificateError) {
    let written = try certificate.serialized()
    let again = try Certificate(parsing: written)
    precondition(again == certificate, "what is written is read back: \(certificate) became \(again)")
    let twice = try again.serialized()
    precondition(twice == written, "a certificate has one spelling in this program's hand")
    var changed = written
    let place = Int(input.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) }) % (8 * changed.count)
    changed[place / 8] ^= 1 << UInt8(place % 8)
    do throws(CertificateError) {
      _ = try Certificate(parsing: changed)
      preconditionFailure("a changed bit is noticed")
    } catch { checkRefusal(error) }
  } catch { preconditionFailure("what is read can be written and read: \(error)") }
  let summary = certificate.summary
  precondition(summary.utf8.count <= 20_000, "a summary is not larger than a page")
  precondition(
    summary.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control },
    "a summary has no control characters")
  if let witness = certificate.witness { checkWitness(witness, certificate.claim.readOut) }
  return 0
}

/// Traps where a witness passes the check that running circuit and program on all inputs does not bear out.
private func checkWitness(_ witness: Witness, _ readOut: [Int]) {
  let fault = WitnessCheck.fault(circuit: circuit, program: program, witness: witness, readOut: readOut)
  guard fault == nil else {
    precondition(fault?.reason.isEmpty == false, "a fault says what is wrong")
    return
  }
  for number in 0..<4 {
    let inputs = [number & 1 != 0, number & 2 != 0]
    let (wires, chain) = (circuit.wireValues(inputs), program.wireValues(inputs))
    func value(_ code: Int) -> Bool { code < 0 ? code == -2 : chain[code >> 1] != (code & 1 != 0) }
    for (source, wire) in zip(witness.sources, wires) where source != Witness.nowhere {
      precondition(value(Int(source)) == wire, "a witness that is accepted is true")
    }
    for (code, output) in zip(readOut, circuit.outputs) {
      precondition(value(code) == (wires[Int(output >> 1)] != (output & 1 != 0)), "a read-out that is accepted is true")
    }
  }
}

/// Traps unless `error` says in a message of bounded size, which no terminal takes for commands, what was expected and what was found.
private func checkRefusal(_ error: CertificateError) {
  let words = error.description
  precondition(!error.expected.isEmpty && !error.found.isEmpty, "a refusal says what was expected and what was found")
  precondition(words.utf8.count <= 10_000, "a message is not larger than a page")
  precondition(
    words.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
    "a message has no control characters")
}
