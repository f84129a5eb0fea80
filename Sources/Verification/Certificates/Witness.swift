// The part of a certificate that cannot be guessed from weights: where on the chain each wire of the circuit has its value.

/// For each wire of a circuit, inputs first, where its value is found on the chain.
///
/// Nobody believes a witness: `WitnessCheck` shows gate by gate that it is right.
public struct Witness: Sendable, Equatable {
  /// 2w for chain wire w, 2w + 1 for its complement, or one of the constants below.
  public var sources: [Int32]

  /// The wire is always false.
  public static let alwaysFalse: Int32 = -1
  /// The wire is always true.
  public static let alwaysTrue: Int32 = -2
  /// The wire's value is not on the chain: a gate that no output needs, and that was left out.
  public static let nowhere: Int32 = -3

  /// The witness of these sources.
  public init(sources: [Int32]) { self.sources = sources }
}

extension Witness {
  /// The body of a certificate: the number of wires, then for each wire how far its source lies from the one that is the most likely.
  ///
  /// The most likely source is the first chain wire that no earlier source spoke of, which costs one byte; a folded inverter looks back and
  /// costs two or three. Numbers have 7 bits a byte, the least significant first, the top bit set in all bytes but the last; signs
  /// alternate (0, -1, 1, -2, ...).
  func serialized() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(sources.count + sources.count / 4 + 8)
    func append(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    append(UInt64(sources.count))
    var likely: Int64 = 0
    for source in sources {
      let difference = Int64(source) - likely
      append(UInt64(bitPattern: difference << 1 ^ difference >> 63))
      likely = max(likely, Int64(source) & ~1 + 2)
    }
    return bytes
  }

  /// The witness in the bytes of a body, which are a slice of those of the file at `path`.
  ///
  /// Nothing is allocated for more wires than there are bytes, and each witness has one spelling only.
  init(parsing bytes: ArraySlice<UInt8>, path: String) throws(CertificateError) {
    var position = bytes.startIndex
    func number() throws(CertificateError) -> UInt64 {
      let start = position
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), through: 35, by: 7) {
        guard position < bytes.endIndex else {
          throw CertificateError(path: path, place: .byte(position), expected: "the rest of a number", found: "the end")
        }
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 {
          if byte == 0 && shift > 0 { break }
          return value
        }
      }
      throw CertificateError(
        path: path, place: .byte(start), expected: "a number in its shortest form, of at most 6 bytes",
        found: "a longer one")
    }
    let count = try number()
    guard count <= bytes.endIndex - position else {
      throw CertificateError(
        path: path, place: .byte(bytes.startIndex), expected: "at most \(bytes.endIndex - position) wires, one a byte",
        found: "\(count)")
    }
    var sources: [Int32] = []
    sources.reserveCapacity(Int(count))
    var likely: Int64 = 0
    for _ in 0..<count {
      let start = position
      let code = try number()
      let source = likely + (Int64(code >> 1) ^ -Int64(code & 1))
      guard source >= Int64(Witness.nowhere), source <= Int64(Int32.max) else {
        throw CertificateError(
          path: path, place: .byte(start), expected: "a source from -3 to 2^31 - 1", found: "\(source)")
      }
      sources.append(Int32(source))
      likely = max(likely, source & ~1 + 2)
    }
    guard position == bytes.endIndex else {
      throw CertificateError(
        path: path, place: .byte(position), expected: "the end of the witness",
        found: "\(bytes.endIndex - position) more bytes")
    }
    self.sources = sources
  }
}
