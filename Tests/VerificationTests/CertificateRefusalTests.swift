// Hostile certificates: whatever is wrong is refused with a sentence that says where.
import ExactArithmetic
import Foundation
import Testing
import Verification

private let sample = (try? sampleCertificate().serialized()) ?? []
private let body: [UInt8] = [4, 0, 0, 0, 0]

/// The header of the sample as text.
private let header = String(decoding: sample.dropFirst(24).dropLast(32 + body.count), as: UTF8.self)

/// The refusal of bytes, or `nil` where they are accepted.
private func refusal(_ bytes: [UInt8]) -> CertificateError? {
  do throws(CertificateError) {
    _ = try Certificate(parsing: bytes, path: "x.cert")
    return nil
  } catch { return error }
}

/// A text of the header that gives way to another, and what the refusal says.
private struct Edit: Sendable, CustomTestStringConvertible {
  let old: String
  let new: String
  let message: String
  init(_ old: String, _ new: String, _ message: String) { (self.old, self.new, self.message) = (old, new, message) }
  var testDescription: String { "\(old.prefix(40)) -> \(new.prefix(40))" }
}

private let edits = [
  Edit("\"version\":1", "\"version\":2", "expected version 1, found version 2"),
  Edit(",\"version\":1", "", "expected version 1, found none"),
  Edit("\"version\":1", "\"version\":1,\"version\":1", "expected each key once, found \"version\" again"),
  Edit("\"version\":1", "\"version\":1.0", "expected an integer of at most 63 bits, found another number"),
  Edit("\"version\":1", "\"version\":1,\"proof\":true", "expected a key of a certificate, found \"proof\""),
  Edit("\"version\":1}", "\"version\":1}}", "expected the end of the text, found '}'"),
  Edit("{\"bounds\"", "[\"bounds\"", "expected an object, found '['"),
  Edit("\"tool\":\"wright 0.1.0\",", "", "expected the key tool before the end, found none"),
  Edit(
    "\"tool\":\"wright 0.1.0\"", "\"tool\":\"\(String(repeating: "x", count: 201))\"",
    "key tool: expected at most 200 bytes, found 201"),
  Edit("\"tool\":\"wright 0.1.0\"", "\"tool\":\"\\ud800\"", "expected a pair of surrogates, found a lone surrogate"),
  // Numbers that are none, or none that can be.
  Edit("\"fetchError\":0.1", "\"fetchError\":NaN", "expected a JSON value, found 'N'"),
  Edit("\"fetchError\":0.1", "\"fetchError\":1e999", "expected a number in the range of a double, found \"1e999\""),
  Edit("\"fetchError\":0.1", "\"fetchError\":\"infinity\"", "expected a number, found '\"'"),
  Edit(
    "\"fetchError\":0.1", "\"fetchError\":-1e-320",
    "key bounds.layers.0.fetchError: expected a finite number that is not negative, found -1e-320"),
  Edit(
    "{\"value\":\"infinity\"}", "{\"value\":\"-infinity\"}", "expected a number or \"infinity\", found \"-infinity\""),
  Edit("{\"value\":\"infinity\"}", "{\"value\":\"nan\"}", "expected a number or \"infinity\", found \"nan\""),
  Edit("{\"value\":\"infinity\"}", "{}", "expected the key value before the end, found none"),
  Edit(
    "\"value\":5e-324", "\"value\":\"infinity\"",
    "key bounds.layers.0.leak: expected a finite number that is not negative, found inf"),
  Edit(
    "\"value\":0.3333333333333333", "\"value\":-1",
    "key bounds.tokenMargin: expected a number that is not negative, found -1.0"),
  Edit("\"step\":0", "\"step\":3", "key bounds.tokenMargin.step: expected a step up to 2, found 3"),
  Edit("\"head\":1", "\"head\":-1", "key bounds.layers.0.leak.head: expected a head, found -1"),
  Edit(
    "\"caseCount\":12", "\"caseCount\":-1", "key bounds.caseCount: expected a number that is not negative, found -1"),
  Edit(
    "\"caseCount\":12", "\"caseCount\":9223372036854775808",
    "expected an integer of at most 63 bits, found another number"),
  // Counts that cannot be.
  Edit(
    "\"inputCount\":2", "\"inputCount\":-1",
    "key claim.form: expected no fewer wires than inputs, and below 2^30, found -1 inputs, 4 wires"),
  Edit(
    "\"inputCount\":2", "\"inputCount\":5",
    "key claim.form: expected no fewer wires than inputs, and below 2^30, found 5 inputs, 4 wires"),
  Edit(
    "\"wireCount\":4", "\"wireCount\":9223372036854775807",
    "key claim.form: expected no fewer wires than inputs, and below 2^30, found 2 inputs, 9223372036854775807 wires"),
  Edit("\"leadingTokens\":[8]", "\"leadingTokens\":[-1]", "key claim.form.leadingTokens: expected tokens, found -1"),
  Edit("\"endToken\":9", "\"endToken\":2147483648", "key claim.form.endToken: expected a token, found 2147483648"),
  Edit(
    "\"endToken\":9,\"inputCount\":2,\"leadingTokens\":[8]", "\"inputCount\":0,\"leadingTokens\":[]",
    "key claim.form: expected a prompt of some tokens, found none"),
  Edit(
    "\"tokens\":\"wiresWithValues\"", "\"tokens\":\"words\"",
    "expected \"wiresWithValues\" or \"values\", found \"words\""),
  Edit("\"readOut\":[4,7]", "\"readOut\":[4,8]", "key claim.readOut: expected -1, -2 or one of 4 wires, found 8"),
  Edit("\"readOut\":[4,7]", "\"readOut\":[4,-3]", "key claim.readOut: expected -1, -2 or one of 4 wires, found -3"),
  Edit("\"circuit\":\"", "\"circuit\":\"g", "expected 64 lower-case hexadecimal digits, found \"g"),
  // Semantics.
  Edit(
    "\"name\":\"nearest\"", "\"name\":\"exact\"",
    "expected in claim.semantics.name, ideal, softmax, rounded, nearest or finite-precision, found \"exact\""),
  Edit("\"name\":\"nearest\",", "", "expected in claim.semantics.name, this key, found nothing"),
  Edit(
    "\"name\":\"nearest\"", "\"name\":\"ideal\"",
    "expected in claim.semantics.unit, no such key of these semantics, found one"),
  Edit(
    "\"name\":\"nearest\"", "\"name\":\"nearest\",\"ties\":\"toEven\"",
    "expected in claim.semantics.ties, no such key of these semantics, found one"),
  Edit(
    "\"name\":\"nearest\"", "\"name\":\"rounded\"",
    "expected in claim.semantics.keptBits, no such key of these semantics, found one"),
  Edit("\"keptBits\":8,", "", "expected in claim.semantics.keptBits, this key, found nothing"),
  Edit("\"unit\":0.00390625,", "", "expected in claim.semantics.unit, this key, found nothing"),
  Edit("\"unit\":0.00390625", "\"unit\":1", "key claim.semantics.unit: expected a unit roundoff in 0 ..< 1, found 1.0"),
  Edit(
    "\"unit\":0.00390625", "\"unit\":-0.5", "key claim.semantics.unit: expected a unit roundoff in 0 ..< 1, found -0.5"),
  Edit(
    "\"functionMultiple\":4", "\"functionMultiple\":-4",
    "key claim.semantics.functionMultiple: expected a finite number that is not negative, found -4.0"),
  Edit(
    "\"largest\":65504", "\"largest\":0", "key claim.semantics.largest: expected a finite number above 0, found 0.0"),
  Edit(
    "\"largest\":65504", "\"largest\":1e-20",
    "key claim.semantics.smallestNormal: expected a number from 0 to below the largest, found 6.103515625e-05"),
  Edit(
    "\"vanishing\":7.006492321624085e-46", "\"vanishing\":1",
    "key claim.semantics.vanishing: expected a number from 0 to the smallest normal one, found 1.0"),
  Edit("\"keptBits\":8", "\"keptBits\":0", "key claim.semantics.keptBits: expected 1 to 24 digits, found 0"),
  // Files.
  Edit("\"files\":[", "\"files\":[7,", "expected an object, found '7'"),
  Edit(
    "\"name\":\"config.json\"", "\"name\":\"../config.json\"",
    "key files: expected the name of a file in a folder, found \"../config.json\""),
  Edit(
    "\"name\":\"config.json\"", "\"name\":\"model.safetensors\"",
    "key files: expected names in ascending order, found \"model.safetensors\" before \"model.safetensors\""),
  Edit(
    "\"name\":\"config.json\"", "\"name\":\"z\"",
    "key files: expected names in ascending order, found \"z\" before \"model.safetensors\""),
  Edit("\"name\":\"config.json\",", "", "expected the key name before the end, found none"),
]

/// Formats of finite precision that are none.
private let formats: [(String, Int, Int, String)] = [
  ("0", 0, 0, "toEven"), ("61", 0, 0, "toEven"), ("-1", 0, 0, "toEven"), ("11", 5, -24, "toEven"),
  ("11", -1 << 39, 0, "toEven"), ("11", .min, 0, "toEven"), ("11", 0, 1 << 42, "toEven"), ("11", 0, .max, "toEven"),
  ("11", -24, 5, "up"),
]

/// Bodies that are no witness, and what the refusal says.
private let bodies: [([UInt8], String)] = [
  ([5, 0, 0, 0, 0], "expected at most 4 wires, one a byte, found 5"),
  ([3, 0, 0, 0, 0], "expected the end of the witness, found 1 more bytes"),
  ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "expected at most 0 wires, one a byte, found 4398046511103"),
  ([0x80], "expected the rest of a number, found the end"),
  ([1, 0x80], "expected the rest of a number, found the end"),
  ([0x80, 0], "expected a number in its shortest form, of at most 6 bytes, found a longer one"),
  (
    [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
    "expected a number in its shortest form, of at most 6 bytes, found a longer one"
  ),
  ([1, 7], "expected a source from -3 to 2^31 - 1, found -4"),
  ([1, 0x80, 0x80, 0x80, 0x80, 0x10], "expected a source from -3 to 2^31 - 1, found 2147483648"),
  ([2, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 2], "expected a source from -3 to 2^31 - 1, found 2147483649"),
]

@Suite struct CertificateRefusalTests {
  @Test(arguments: edits)
  private func aHostileHeaderIsRefusedWithASentence(_ edit: Edit) throws {
    try #require(header.contains(edit.old))
    let range = try #require(header.range(of: edit.old))
    let changed = header.replacingCharacters(in: range, with: edit.new)
    let error = try #require(refusal(CertificateEnvelope.sealed(header: Array(changed.utf8), body: body)))
    #expect(error.description.hasPrefix("x.cert, "))
    #expect(error.description.contains(edit.message), "\(error)")
  }

  @Test(arguments: formats.indices)
  func aFormatOfFinitePrecisionThatIsNoneIsRefused(_ index: Int) throws {
    let (precision, least, greatest, ties) = formats[index]
    let fields = """
      {"maximumExponent":\(greatest),"minimumExponent":\(least),"name":"finite-precision","precision":\(precision),\
      "ties":"\(ties)"}
      """
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Semantics.self, from: Data(fields.utf8)) }
    let start = try #require(header.range(of: "\"semantics\":")?.upperBound)
    let end = try #require(header.range(of: "},\"files\"")?.lowerBound)
    let changed = header.replacingCharacters(in: start..<end, with: fields)
    let error = try #require(refusal(CertificateEnvelope.sealed(header: Array(changed.utf8), body: body)))
    #expect(error.description.contains("a precision in 1...60, ordered exponents, and ties toEven or towardZero"))
  }

  @Test(arguments: bodies.indices)
  func aBodyThatIsNoWitnessIsRefused(_ index: Int) throws {
    let (body, message) = bodies[index]
    let error = try #require(refusal(CertificateEnvelope.sealed(header: Array(header.utf8), body: body)))
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func everyPrefixIsRefused() {
    for length in sample.indices { #expect(refusal(Array(sample.prefix(length))) != nil, "\(length) bytes") }
    #expect(refusal([])?.description == "x.cert: expected at least 56 bytes, found 0")
    #expect(
      refusal(sample.dropLast())?.description
        == "x.cert: expected \(sample.count) bytes, as its beginning says, found \(sample.count - 1)")
  }

  @Test func everyChangedBitIsNoticed() {
    for offset in sample.indices {
      for bit in 0..<8 {
        var bytes = sample
        bytes[offset] ^= 1 << UInt8(bit)
        #expect(refusal(bytes) != nil, "bit \(bit) of byte \(offset)")
      }
    }
    var bytes = sample
    bytes[100] ^= 1
    #expect(
      refusal(bytes)?.description
        == "x.cert, byte \(sample.count - 32): expected the SHA-256 digest of all bytes before, found another, so one was changed"
    )
  }

  @Test func whatFollowsOrPrecedesACertificateIsRefused() {
    #expect(
      refusal(sample + [0])?.description
        == "x.cert: expected \(sample.count) bytes, as its beginning says, found \(sample.count + 1)")
    #expect(
      refusal([0] + sample)?.description
        == "x.cert: expected a certificate, which begins with WRIGHTC1, found another file")
    #expect(
      refusal(Array("WRIGHTC2".utf8) + sample.dropFirst(8))?.description
        == "x.cert: expected a certificate of layout 1, found one of another layout")
    #expect(refusal(Array("{}".utf8)) != nil)
  }

  @Test(arguments: [(8, "header of at most 16777216"), (16, "body of at most 268435456")])
  func aHugeLengthIsRefusedBeforeAnythingIsRead(_ offset: Int, _ expected: String) {
    for bytes in [[UInt8](repeating: 0xFF, count: 8), [1, 0, 0, 0x40, 0, 0, 0, 0]] {
      var file = sample
      file.replaceSubrange(offset..<offset + 8, with: bytes)
      #expect(refusal(file)?.description.contains("byte \(offset): expected a \(expected) bytes") == true)
    }
  }

  @Test func deepNestingAndGiantArraysAreRefusedQuickly() {
    let deep = "{\"version\":1,\"x\":" + String(repeating: "[", count: 1 << 20)
    #expect(
      refusal(CertificateEnvelope.sealed(header: Array(deep.utf8), body: []))?.description.contains("nested") == true)
    let many = header.replacingOccurrences(
      of: "\"leadingTokens\":[8]", with: "\"leadingTokens\":[\(String(repeating: "0,", count: 1 << 20))0]")
    #expect(
      refusal(CertificateEnvelope.sealed(header: Array(many.utf8), body: []))?.description.contains("65536") == true)
    let files = header.replacingOccurrences(
      of: "\"files\":[",
      with: "\"files\":["
        + String(repeating: "{\"name\":\"a\",\"sha256\":\"\(String(repeating: "0", count: 64))\"},", count: 70_000))
    #expect(
      refusal(CertificateEnvelope.sealed(header: Array(files.utf8), body: []))?.description.contains(
        "at most 65536 elements") == true)
  }

  @Test(arguments: ["{", "[]", "", "null", "\u{0}", "{\"version\":1}"])
  func aHeaderThatIsNoCertificateIsRefused(_ text: String) {
    #expect(refusal(CertificateEnvelope.sealed(header: Array(text.utf8), body: [])) != nil)
  }

  @Test func controlCharactersOfAFileDoNotReachTheTerminal() throws {
    let changed = header.replacingOccurrences(of: "\"version\":1", with: "\"version\":1,\"\\u001b[2J\":0")
    let error = try #require(refusal(CertificateEnvelope.sealed(header: Array(changed.utf8), body: body)))
    #expect(!error.description.unicodeScalars.contains("\u{1b}"))
  }

  /// What the reader would refuse is not written either.
  @Test func aCertificateWithNumbersThatAreNoneIsNotWritten() throws {
    func message(_ change: (inout Certificate) -> Void) -> String? {
      var certificate = sampleCertificate()
      change(&certificate)
      do throws(CertificateError) {
        _ = try certificate.serialized(path: "out.cert")
        return nil
      } catch { return error.description }
    }
    #expect(message { _ in } == nil)
    #expect(
      message { $0.bounds.tokenMargin.value = .nan }
        == "out.cert, key bounds.tokenMargin: expected a number that is not negative, found nan")
    #expect(message { $0.bounds.largestMagnitude = .infinity }?.contains("bounds.largestMagnitude") == true)
    #expect(message { $0.bounds.layers[0].fetchError = .nan }?.contains("fetchError") == true)
    #expect(message { $0.bounds.layers[0].scoreGap.value = -.infinity }?.contains("scoreGap") == true)
    #expect(message { $0.files = [] }?.contains("1 to 65536 files, found 0") == true)
    #expect(message { $0.files.reverse() }?.contains("ascending") == true)
    #expect(message { $0.claim.semantics = .rounded(RoundingModel(unit: .nan)) }?.contains("semantics.unit") == true)
    #expect(
      message { $0.claim.semantics = .rounded(RoundingModel(unit: .infinity)) }?.contains("semantics.unit") == true)
  }
}
