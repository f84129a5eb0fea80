// SHA-256 digests as a certificate writes them: of files, and of the circuit that a claim is about.
import Crypto
public import Transformers

/// The SHA-256 digest of some bytes.
public struct ContentDigest: Sendable, Hashable, CustomStringConvertible {
  /// The 32 bytes of the digest.
  public let bytes: [UInt8]

  /// The number of bytes of a digest.
  public static let byteCount = 32

  /// The digest of `content`.
  public init(of content: some Sequence<UInt8>) {
    var hash = SHA256()
    if content.withContiguousStorageIfAvailable({ hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }) == nil {
      hash.update(data: Array(content))
    }
    bytes = Array(hash.finalize())
  }

  /// The digest of the file at `path`, read in pieces of a megabyte.
  ///
  /// - Throws: `FolderError` where it cannot be read.
  public init(ofFile path: String) throws(FolderError) {
    let file = try InputFile(path)
    var hash = SHA256()
    var offset = 0
    while offset < file.size {
      let piece = try file.bytes(at: offset, count: min(1 << 20, file.size - offset))
      piece.withUnsafeBytes { hash.update(bufferPointer: $0) }
      offset += piece.count
    }
    bytes = Array(hash.finalize())
  }

  /// The digest that 64 lower-case hexadecimal digits write, or `nil` where these are not such digits.
  public init?(hexadecimal text: String) {
    guard text.utf8.count == 2 * ContentDigest.byteCount else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in text.utf8 {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    self.bytes = bytes
  }

  /// 64 lower-case hexadecimal digits.
  public var hexadecimal: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The first 12 hexadecimal digits, for people.
  public var abbreviation: String { String(hexadecimal.prefix(12)) }

  /// 64 lower-case hexadecimal digits.
  public var description: String { hexadecimal }
}

extension ContentDigest: Codable {
  /// Reads 64 hexadecimal digits.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let digest = ContentDigest(hexadecimal: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected 64 lower-case hexadecimal digits, found \(text.excerpt)")
    }
    self = digest
  }

  /// Writes 64 hexadecimal digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hexadecimal)
  }
}
