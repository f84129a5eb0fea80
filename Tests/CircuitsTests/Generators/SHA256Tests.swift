// The SHA-256 circuit against swift-crypto, an independent implementation, and FIPS 180-4's example.
import Circuits
import Crypto
import Testing
import TestSupport

struct SHA256Tests {
  /// The digest of a message of any length, block after block through the circuit.
  private func digest(_ message: [UInt8], _ circuit: Circuit) -> [UInt8] {
    var state = SHA256Message.initialState
    for block in SHA256Message.blocks(of: message) {
      state = SHA256Message.state(fromOutputs: circuit(SHA256Message.inputs(block: block, state: state)))
    }
    return SHA256Message.digest(of: state)
  }

  @Test func theConstantsAreThoseOfTheStandard() {
    // FIPS 180-4, 5.3.3 and the ends of 4.2.2.
    #expect(
      SHA256Message.initialState == [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
      ])
    #expect(SHA256Message.roundConstants.count == 64)
    #expect(SHA256Message.roundConstants.prefix(4) == [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5])
    #expect(SHA256Message.roundConstants.suffix(2) == [0xbef9_a3f7, 0xc671_78f2])
  }

  @Test func paddingFillsBlocksAsTheStandardSays() {
    #expect(SHA256Message.blocks(of: []).count == 1)
    #expect(SHA256Message.blocks(of: [UInt8](repeating: 1, count: 55)).count == 1)
    #expect(SHA256Message.blocks(of: [UInt8](repeating: 1, count: 56)).count == 2)
    #expect(SHA256Message.blocks(of: [UInt8](repeating: 1, count: 64)).count == 2)
    let abc = SHA256Message.blocks(of: Array("abc".utf8))[0]
    #expect(abc[0..<4] == [0x61, 0x62, 0x63, 0x80] && abc[4..<63].allSatisfy { $0 == 0 } && abc[63] == 24)
  }

  @Test func theDigestOfABCIsTheStandardsExample() {
    // FIPS 180-4's companion example (csrc.nist.gov, "SHA256.pdf"), one-block message.
    let expected =
      "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad".split(separator: " ")
      .map { UInt32($0, radix: 16) }
    let circuit = Circuit.sha256Compression()
    let inputs = SHA256Message.inputs(block: SHA256Message.blocks(of: Array("abc".utf8))[0])
    #expect(SHA256Message.state(fromOutputs: circuit(inputs)) == expected)
  }

  @Test(arguments: AdderKind.allCases)
  func oneBlockMessagesAgreeWithSwiftCrypto(adder: AdderKind) {
    var generator = SplitMix64(seed: 256)
    let messages = (0..<512).map { i in
      (0..<(i % 56)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
    let inputs = messages.map { SHA256Message.inputs(block: SHA256Message.blocks(of: $0)[0]) }
    let circuit = Circuit.sha256Compression(adder: adder)
    for (message, outputs) in zip(messages, circuit.simulate(inputs)) {
      #expect(SHA256Message.digest(fromOutputs: outputs) == Array(SHA256.hash(data: message)))
    }
  }

  @Test func longMessagesChainThroughTheCircuit() {
    var generator = SplitMix64(seed: 257)
    let circuit = Circuit.sha256Compression()
    for length in [56, 63, 64, 65, 119, 120, 300] {
      let message = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(digest(message, circuit) == Array(SHA256.hash(data: message)), "length \(length)")
    }
  }

  @Test func aCircuitWithOneWrongGateIsNoticed() {
    let circuit = Circuit.sha256Compression()
    var generator = SplitMix64(seed: 258)
    // One message does not notice every gate (an AND hides its operand half of the time); 64 do.
    let messages = (0..<64).map { _ in (0..<55).map { _ in UInt8.random(in: 0...255, using: &generator) } }
    let inputs = messages.map { SHA256Message.inputs(block: SHA256Message.blocks(of: $0)[0]) }
    let expected = messages.map { Array(SHA256.hash(data: $0)) }
    for _ in 0..<10 {
      let mutant = circuit.complementing(gate: Int.random(in: 0..<circuit.gateCount, using: &generator))
      #expect(mutant.simulate(inputs).map(SHA256Message.digest(fromOutputs:)) != expected)
    }
  }

  @Test func theCircuitHasTheStatedSize() {
    let ripple = Circuit.sha256Compression()
    let statistics = ripple.statistics()
    #expect(statistics.inputs == 768 && statistics.outputs == 256)
    #expect(statistics.gates == 106_720 && statistics.depth == 3_664)
    let shallow = Circuit.sha256Compression(adder: .koggeStone)
    #expect(shallow.gateCount == 187_696 && shallow.depth == 1_391)
    #expect(statistics.gatesByFanIn[2] == statistics.gates && statistics.deadGates == 0)
    #expect(ripple.names.inputWidths == [512, 256] && ripple.names.outputWidths == [256])
  }
}
