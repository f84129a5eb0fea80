// The certificate's file: what is written is read back, byte for byte, and stays what it was.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Testing
import TestSupport
import Verification

private let allSemantics: [Semantics] = [
  .ideal, .softmax, .rounded(RoundingModel(unit: 0x1p-24)), .rounded(.float32), .rounded(.nearest(bits: 8)),
  .rounded(RoundingModel(unit: 0, keptBits: 24)),
  .rounded(RoundingModel(unit: Double(1).nextDown, keptBits: 1)), .finitePrecision(.binary16),
  .finitePrecision(FloatFormat(exponentBits: 0, significandBits: 30)),
  .finitePrecision(FloatFormat(precision: 1, minimumExponent: -5, maximumExponent: -5, ties: .toEven)),
]

@Suite struct CertificateFormatTests {
  @Test(arguments: allSemantics)
  func aCertificateIsReadBack(_ semantics: Semantics) throws {
    var certificate = sampleCertificate(semantics: semantics)
    try expectRoundTrip(certificate)
    certificate.witness = nil
    certificate.tool = "\u{1b}[31m\"\\\u{0}π"
    certificate.claim.form = PromptForm(
      tokens: .values, inputCount: 0, wireCount: (1 << 30) - 1, leadingTokens: [0, Int(Int32.max)], endToken: nil)
    certificate.claim.readOut = [-1, -2, 0, (1 << 31) - 3]
    certificate.bounds.layers = []
    certificate.bounds.tokenMargin = .init(.infinity)
    certificate.bounds.largestMagnitude = 0
    certificate.bounds.caseCount = .max
    try expectRoundTrip(certificate)
    certificate.bounds.tokenMargin.step = certificate.claim.form.stepCount  // the end token
    try expectRoundTrip(certificate)
    let claim = try JSONDecoder().decode(Claim.self, from: JSONEncoder().encode(certificate.claim))
    #expect(claim == certificate.claim)
    let bounds = try JSONDecoder().decode(Bounds.self, from: JSONEncoder().encode(sampleCertificate().bounds))
    #expect(bounds == sampleCertificate().bounds)
  }

  @Test func everyDoubleIsReadBackBitForBit() throws {
    var random = SplitMix64(seed: 5)
    var values: [Double] = [
      0, 1, 3, 0.1, .leastNonzeroMagnitude, 0x1p-1022, 1e15, 1e16, 123_456_789_012_345_680, 0x1p63, 1e22, 1e300,
    ]
    for _ in 0..<500 {
      let value = Double(bitPattern: random.next() >> 1)
      if value.isFinite { values.append(value) }
    }
    var certificate = sampleCertificate()
    for value in values {
      certificate.bounds.tokenMargin.value = value
      certificate.bounds.largestMagnitude = value
      let read = try Certificate(parsing: certificate.serialized())
      #expect(read.bounds.tokenMargin.value.bitPattern == value.bitPattern)
      #expect(read.bounds.largestMagnitude.bitPattern == value.bitPattern)
    }
  }

  @Test(
    arguments: [
      [], [0], [-1, -2, -3], [0, 2, 4, 6, 5, 7, 8], [0, 1 << 30, 0, -3, Int32.max, -3, Int32.max, 0],
    ] as [[Int32]])
  func aWitnessIsReadBack(_ sources: [Int32]) throws {
    var certificate = sampleCertificate()
    certificate.witness = Witness(sources: sources)
    try expectRoundTrip(certificate)
  }

  @Test func anyWitnessIsReadBack() throws {
    var random = SplitMix64(seed: 6)
    var certificate = sampleCertificate()
    for round in 0..<200 {
      let limit = Int32(truncatingIfNeeded: 1 << (1 + round % 31) - 1)
      certificate.witness = Witness(sources: (0..<round).map { _ in Int32.random(in: -3...limit, using: &random) })
      try expectRoundTrip(certificate)
    }
  }

  @Test func theWitnessOfSHA256TakesLittleMoreThanAByteAWire() throws {
    let circuit = CircuitStatement(.sha256Compression())
    var certificate = sampleCertificate()
    certificate.witness = nil
    let bare = try certificate.serialized().count
    certificate.witness = Witness.folding(circuit)
    let whole = try certificate.serialized()
    #expect(whole.count - bare < circuit.wireCount * 3 / 2)
    #expect(try Certificate(parsing: whole) == certificate)
  }

  /// The layout of version 1, which programs of later versions will have to read: written down by hand.
  @Test func theBytesOfVersionOneStayWhatTheyAre() throws {
    let header = """
      {"bounds":{"caseCount":12,"largestMagnitude":1.7976931348623157e+308,"layers":[{"comparesAllPairs":false,\
      "fetchError":0.1,"leak":{"head":1,"step":1,"value":5e-324},"scoreGap":{"value":"infinity"}}],\
      "tokenMargin":{"step":0,"value":0.3333333333333333}},"claim":{"circuit":"\(halfAdderDigest)",\
      "form":{"endToken":9,"inputCount":2,"leadingTokens":[8],"tokens":"wiresWithValues","wireCount":4},\
      "readOut":[4,7],"semantics":{"functionMultiple":4,"keptBits":8,"largest":65504,"name":"nearest",\
      "smallestNormal":6.103515625e-05,"unit":0.00390625,"vanishing":7.006492321624085e-46}},\
      "files":[{"name":"config.json","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},\
      {"name":"model.safetensors","sha256":"039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"}],\
      "tool":"wright 0.1.0","version":1}
      """
    let body: [UInt8] = [4, 0, 0, 0, 0]
    let written = try sampleCertificate().serialized()
    #expect(String(decoding: written.dropFirst(24).dropLast(37), as: UTF8.self) == header)
    #expect(written == CertificateEnvelope.sealed(header: Array(header.utf8), body: body))
    #expect(Array(written.prefix(8)) == Array("WRIGHTC1".utf8))
    #expect(
      Array(written[8..<24]) == [
        UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8), 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0,
      ])
    #expect(Array(written.suffix(32)) == ContentDigest(of: written.dropLast(32)).bytes)
  }

  /// hashlib of Python 3.11 on the canonical bytes, packed by struct.pack("<8s4Q2B2Q4I2I", b"WRIGHTS1", 2, 2, 4, 2, 2, 2, 6, 8, 0, 1, 0, 1, 4, 7).
  private let halfAdderDigest = "005ad77c90bb65cfd304f8c07d12d92188aadf968e153d49fb245234c17b154b"

  @Test func aCircuitHasTheDigestOfItsCanonicalBytes() {
    #expect(halfAdder.digest.hexadecimal == halfAdderDigest)
    // Rows that the gates do not have say nothing.
    #expect(half(tables: [0xF6, 0xABCD_0008]).digest == halfAdder.digest)
    let others = [
      half(tables: [0b0111, 0b1000]), half(tables: [0b1000, 0b0110]), half(operands: [1, 0, 0, 1]),
      half(outputs: [4, 6]),
      half(outputs: [4]), half(offsets: [0, 1, 4], operands: [0, 1, 0, 1]),
      CircuitStatement(inputCount: 3, tables: [6, 8], offsets: [0, 2, 4], operands: [0, 1, 0, 1], outputs: [4, 7]),
    ]
    #expect(Set(others.map(\.digest) + [halfAdder.digest]).count == others.count + 1)
  }

  private func half(
    tables: [UInt64] = [0b0110, 0b1000], offsets: [UInt32] = [0, 2, 4], operands: [UInt32] = [0, 1, 0, 1],
    outputs: [UInt32] = [4, 7]
  ) -> CircuitStatement {
    CircuitStatement(inputCount: 2, tables: tables, offsets: offsets, operands: operands, outputs: outputs)
  }

  /// FIPS 180-4's examples of SHA-256, by NIST.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func aDigestIsSHA256(_ text: String, _ expected: String) throws {
    #expect(ContentDigest(of: text.utf8).hexadecimal == expected)
    #expect(ContentDigest(of: AnySequence(Array(text.utf8))).description == expected)
    let digest = try #require(ContentDigest(hexadecimal: expected))
    #expect(digest == ContentDigest(of: Array(text.utf8)) && digest.abbreviation == expected.prefix(12))
    #expect(ContentDigest(hexadecimal: expected.uppercased()) == nil)
    #expect(ContentDigest(hexadecimal: String(expected.dropLast())) == nil)
    #expect(ContentDigest(hexadecimal: expected + "0") == nil)
  }

  /// Found by fuzzing: -0.0 was read as such, written as -0, and read back as 0.
  @Test func aNegativeZeroIsReadAsZero() throws {
    var certificate = sampleCertificate()
    certificate.bounds.tokenMargin.value = -0.0
    certificate.bounds.largestMagnitude = -0.0
    let read = try Certificate(parsing: certificate.serialized())
    #expect(read.bounds.tokenMargin.value.sign == .plus && read.bounds.largestMagnitude.sign == .plus)
    try expectRoundTrip(read)
  }

  @Test(arguments: [
    (1.0 / 3, "0.3333", "0.3334"), (0.1, "0.1", "0.1"), (0.99999, "0.9999", "1"), (9999.5, "9999", "10000"),
    (12345.678, "12340", "12350"), (1234.5, "1234", "1235"), (99.999, "99.99", "100"), (12.5, "12.5", "12.5"),
    (0.00012345, "0.0001234", "0.0001235"), (1.23456e-5, "1.234e-5", "1.235e-5"), (9.9999e-5, "9.999e-5", "0.0001"),
    (1e-5, "1e-5", "1e-5"), (1.5e16, "1.5e16", "1.5e16"), (999_999, "999999", "999999"), (0, "0", "0"),
    (1_234_567, "1.234e6", "1.235e6"), (.infinity, "unbounded", "unbounded"),
  ])
  func aNumberOfTheSummaryIsRoundedToItsSafeSide(_ value: Double, _ down: String, _ up: String) {
    #expect(value.digits(.towardZero) == down)
    #expect(value.digits(.awayFromZero) == up)
  }

  @Test func theSummarySaysWhatIsClaimedAndHowNearItComesToFailing() {
    #expect(
      sampleCertificate().summary == """
        claims        the weights compute the circuit for all 2^2 assignments of its inputs
        for           any runtime that rounds to nearest, to 8 binary digits or more up to float32's, functions to within 4 units, in any \
        order of summation, normal numbers from 2^-14 to 65504, 0 below 2^-150
        circuit       2 inputs, 2 gates, 2 outputs, SHA-256 \(halfAdderDigest.prefix(12))
        chain         4 wires, 2 emitted, as tokens that say a wire and its value
        score gap     unbounded, by distinct codes
        leak          at most 5e-324 at step 1, head 1
        fetch error   at most 0.1
        token margin  0.3333 at step 0
        local cases   12, numbers up to 1.798e308
        weights       config.json e3b0c44298fc, model.safetensors 039058c6f2c0
        written by    wright 0.1.0

        """)
    var certificate = sampleCertificate(semantics: .finitePrecision(.binary16))
    certificate.tool = "\u{1b}[2J"
    #expect(!certificate.summary.unicodeScalars.contains("\u{1b}"))
    #expect(certificate.summary.contains("11 digits, units 2^-24...2^5, ties to even"))
  }
}

/// What is written is read back equal, and written again has the same bytes.
private func expectRoundTrip(_ certificate: Certificate) throws {
  let bytes = try certificate.serialized()
  let read = try Certificate(parsing: bytes)
  #expect(read == certificate)
  #expect(try read.serialized() == bytes)
}
