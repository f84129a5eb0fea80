// The AES-128 circuit against FIPS-197, NIST's known answers and an independent implementation.
import Circuits
import Testing
import TestSupport

struct AES128Tests {
  /// Key, plaintext, ciphertext.
  private static let knownAnswers = [
    // FIPS-197, appendix B.
    ("2b7e151628aed2a6abf7158809cf4f3c", "3243f6a8885a308d313198a2e0370734", "3925841d02dc09fbdc118597196a0b32"),
    // FIPS-197, appendix C.1.
    ("000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a"),
    // NIST AESAVS, GFSbox and VarTxt, first answers.
    ("00000000000000000000000000000000", "f34481ec3cc627bacd5dc3fb08f273e6", "0336763e966d92595a567cc9ce537f5e"),
    ("00000000000000000000000000000000", "80000000000000000000000000000000", "3ad78e726c1ec02b7ebfe92b23d9ec34"),
    // NIST SP 800-38A, F.1.1, first block.
    ("2b7e151628aed2a6abf7158809cf4f3c", "6bc1bee22e409f96e93d7e117393172a", "3ad77bb40d7a3660a89ecaf32466ef97"),
  ]

  /// Random keys and plaintexts; ciphertexts by Python's `cryptography` 48.0.0 (OpenSSL), AES in ECB mode.
  private static let independentAnswers = [
    ("0743530a603c14f8e93268d472564efa", "d3fc9af698277cd57af3fdb56194a48a", "05587003b620add120474699127377cc"),
    ("afff2fb8ba91bf989f97d8832c57b6b9", "5cf8ca7ea9c04dd7dfda1dc74aa0404b", "f3ed4cc8863880f42e56e7021fc93a7d"),
    ("f4aec8f9ce18014fcb6c4d66a6837b75", "6b853eaa21583b000205e2721d5dcafc", "b65486bdd51abf50c96da80d458d7846"),
    ("ac8a4e4ca2dc9d93a95de1f034485e59", "33dc626c2e499719ac3598ff771041a7", "50e71cc9bb1a644599ae5630f3bece51"),
    ("40ed1a94311063d361804a3ea7aa74c8", "18861f32c51c9cd4732a0878aa9a4c2b", "bdeb4ceac464b4f50b3afe3ef905aae3"),
    ("2ee4dce5ec42d88e660658cfcd185775", "3cf9d84838c4c329cb671331253957a0", "789d3beaa3ac87205a962b61912612db"),
    ("c7577af38ab83005a1f80ef8a5a44f93", "c9903a9350aa1d0351f7a064f098f3cf", "bcbeadad4d3422f1b8ef353c6b991e73"),
    ("80a806e0c9a76dda077e683847695f9c", "0086e8af75950213e2f775ea1cb7b6ef", "77c2dc300cd5cfbb4074e1b668460f3b"),
    ("b7cd275bdaefc6adb694a608249d2f4d", "1692b3a904cd39338721a096f6f2d943", "c463914986cb5d327f8de980179e0f4c"),
    ("a979bde3255beaced685f9efc1fe89c6", "1d17129835af1060a113b14772f6d543", "0a4a1c679725f3df094388936f7fb29d"),
    ("35501fa957bb250f197f3721edcb9345", "7d38f62e9b2c403401d95ef0dfdd6b38", "8d81cd481c3dd0a5f480ca7991689e7a"),
    ("04748d3c6e4d2c3ed6f59833928e0d6a", "bce5526fe805a510388110058767a799", "bd7295b780576a0415709ddf8a1e0e84"),
    ("317b131aa6bfc703ffb6ad79549909dc", "0d660fa0680f3939e8e3fe97734532ec", "995a8d65fbaa98ce755633a5a21e6de8"),
    ("52e6fe5db0c6c2aba6d7db6aa79eedf5", "8001d96aff39b5e92e7403740615aea3", "f2719495c8d0fd409901df3989eda14d"),
    ("9546a65f956b9da89cabded13308988b", "5f69dce5ef3dc4fe770684bf6e52e986", "c3b98397b42a6e3a5673d16c7e76cd37"),
    ("ec6bb1c67768d05e966dc54e3fe0f98b", "fc28bdfeec32c61340a167fb171cde34", "73a0c4c785f5642377babb4d75e90b36"),
  ]

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
  }

  private func inputs(_ key: String, _ plaintext: String) -> [Bool] {
    BigEndianBits.bits(of: bytes(key)) + BigEndianBits.bits(of: bytes(plaintext))
  }

  @Test func knownAnswersComeOut() {
    let circuit = Circuit.aes128Encryption()
    for (key, plaintext, ciphertext) in Self.knownAnswers + Self.independentAnswers {
      #expect(BigEndianBits.bytes(of: circuit(inputs(key, plaintext))) == bytes(ciphertext), "key \(key)")
    }
  }

  @Test func theSubstitutionIsTheStandardsOnEveryByte() {
    // FIPS-197, 5.1.1: the inverse in GF(2^8), then an affine map.
    func product(_ a: UInt8, _ b: UInt8) -> UInt8 {
      var (a, b, sum) = (a, b, UInt8(0))
      while b != 0 {
        if b & 1 != 0 { sum ^= a }
        a = a << 1 ^ (a & 0x80 != 0 ? 0x1B : 0)
        b >>= 1
      }
      return sum
    }
    var logic = LogicBuilder(inputCount: 8)
    let outputs = logic.aesSubstitution(logic.inputs(0..<8))
    let circuit = logic.finish(outputs: outputs)
    #expect(circuit.gateCount == 115)
    for x in UInt8.min...UInt8.max {
      let inverse = (UInt8.min...UInt8.max).first { product(x, $0) == 1 } ?? 0
      let rotations = (1...4).map { inverse << UInt8($0) | inverse >> UInt8(8 - $0) }
      let expected = rotations.reduce(inverse ^ 0x63, ^)
      #expect(circuit(x.bits(8)) == expected.bits(8))
    }
  }

  @Test func aCircuitWithOneWrongGateIsNoticed() {
    let circuit = Circuit.aes128Encryption()
    let answers = Self.knownAnswers + Self.independentAnswers
    let expected = answers.map { bytes($0.2) }
    var generator = SplitMix64(seed: 128)
    for _ in 0..<10 {
      let mutant = circuit.complementing(gate: Int.random(in: 0..<circuit.gateCount, using: &generator))
      let found = mutant.simulate(answers.map { inputs($0.0, $0.1) }).map { BigEndianBits.bytes(of: $0) }
      #expect(found != expected)
    }
  }

  @Test func theCircuitHasTheStatedSize() {
    let statistics = Circuit.aes128Encryption().statistics()
    #expect(statistics.inputs == 256 && statistics.outputs == 128 && statistics.deadGates == 0)
    // 200 S-boxes of 115, 36 mixed columns of 108, 11 additions of a round key, 10 rounds of the key schedule.
    #expect(statistics.gates == 200 * 115 + 36 * 108 + 11 * 128 + 10 * 128)
    #expect(statistics.gatesByFunction["XOR"] == statistics.gates - 200 * 32)
  }
}
