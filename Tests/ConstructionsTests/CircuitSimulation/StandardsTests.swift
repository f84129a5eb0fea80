// AES-128 and SHA-256 as chains of thought: the vectors of FIPS-197 and FIPS 180-4, and swift-crypto on random messages.
import Circuits
import Constructions
import Crypto
import Foundation
import Randomness
import Testing
import TestSupport
import Verification

/// A circuit that is run by lookup, its weights checked once.
struct LookupRunner {
  let simulation: CircuitSimulation
  let circuit: Circuit
  private let lookup: SequentialLookup

  init(_ circuit: Circuit) throws {
    self.circuit = circuit
    simulation = CircuitSimulation(of: circuit)
    lookup = SequentialLookup(
      try Checker(simulation.model(), form: simulation.manifest.promptForm).derive(.rounded(.float32)))
  }

  /// The outputs, read off the tokens; every token is compared with the circuit's own wire value.
  mutating func outputs(_ inputs: [Bool]) throws -> [Bool] {
    let manifest = simulation.manifest
    let tokens = lookup.tokens(for: inputs)
    #expect(tokens.count == 1 + simulation.chain.wireCount + 1)
    #expect(tokens.last == Int32(2 * simulation.chain.wireCount + 1))
    let values = try manifest.wireValues(ofTokens: tokens.map(Int.init))
    let wires = circuit.wireValues(inputs)
    #expect(
      simulation.chain.sourceWires.indices.allSatisfy { values[$0] == wires[simulation.chain.sourceWires[$0].index] })
    return manifest.outputs(ofWireValues: values)
  }
}

/// A circuit on words: each is the integer that its bytes are, most significant first, written least bit first, as Bristol files have it.
struct BlockCircuit {
  var runner: LookupRunner

  mutating func callAsFunction(_ words: [UInt8]...) throws -> [UInt8] {
    let inputs: [Bool] = words.flatMap { word -> [Bool] in
      let bits: [Bool] = word.flatMap { byte in (0..<8).map { bit in byte >> (7 - bit) & 1 != 0 } }
      return bits.reversed()
    }
    let outputs: [Bool] = try runner.outputs(inputs).reversed()
    return stride(from: 0, to: outputs.count, by: 8).map { i in outputs[i..<i + 8].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
    }
  }
}

private func bytes(_ hex: String) -> [UInt8] {
  let digits = hex.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// SHA-256 by chaining the compression circuit over padded blocks.
private func digest(_ message: [UInt8], by compress: inout BlockCircuit) throws -> [UInt8] {
  var state = SHA256Message.digest(of: SHA256Message.initialState)
  for block in SHA256Message.blocks(of: message) { state = try compress(block, state) }
  return state
}

private let slow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"

private func shared(_ name: String) throws -> BlockCircuit {
  let path = try #require(sharedData).appending(path: "circuits/bristol/\(name)").path
  return BlockCircuit(runner: try LookupRunner(try Circuit(contentsOf: path)))
}

private func checkAES(_ encrypt: inout BlockCircuit) throws {
  // FIPS-197 appendix B and appendix C.1.
  #expect(
    try encrypt(bytes("2b7e151628aed2a6abf7158809cf4f3c"), bytes("3243f6a8885a308d313198a2e0370734"))
      == bytes("3925841d02dc09fbdc118597196a0b32"))
  #expect(
    try encrypt(bytes("000102030405060708090a0b0c0d0e0f"), bytes("00112233445566778899aabbccddeeff"))
      == bytes("69c4e0d86a7b0430d8cdb78070b4c55a"))
}

private func checkSHA256(_ compress: inout BlockCircuit) throws {
  // FIPS 180-4's examples: one block, two blocks.
  #expect(
    try digest(Array("abc".utf8), by: &compress)
      == bytes("ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"))
  #expect(
    try digest(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8), by: &compress)
      == bytes("248d6a61 d20638b8 e5c02693 0c3e6039 a33ce459 64ff2167 f6ecedd4 19db06c1"))
  var random = Philox(seed: 91)
  for length in slow ? [0, 1, 55, 56, 63, 64, 65, 119, 120, 200] : [55] {
    let message = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
    #expect(try digest(message, by: &compress) == Array(SHA256.hash(data: message)), "\(length) bytes")
  }
}

@Suite struct StandardsTests {
  @Test func ourAESCircuitAsAChainOfThoughtMeetsFIPS197() throws {
    var encrypt = BlockCircuit(runner: try LookupRunner(.aes128Encryption()))
    try checkAES(&encrypt)
  }

  @Test func ourSHA256CircuitAsAChainOfThoughtMeetsFIPS180() throws {
    var compress = BlockCircuit(runner: try LookupRunner(.sha256Compression()))
    try checkSHA256(&compress)
  }

  @Test(.enabled(if: sharedData != nil))
  func theBristolAESCircuitAsAChainOfThoughtMeetsFIPS197() throws {
    var encrypt = try shared("aes_128.txt")
    try checkAES(&encrypt)
  }

  @Test(.enabled(if: sharedData != nil))
  func theBristolSHA256CircuitAsAChainOfThoughtMeetsFIPS180() throws {
    var compress = try shared("sha256.txt")
    try checkSHA256(&compress)
  }
}
