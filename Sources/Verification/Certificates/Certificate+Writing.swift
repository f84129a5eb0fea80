// A certificate as bytes: a sealed envelope of a JSON header and a binary body.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Certificate {
  /// The bytes of the certificate's file.
  ///
  /// - Throws: `CertificateError` where the certificate says something that its reader would refuse, such as a margin that is no number;
  ///   `path` names the file that was to be written.
  public func serialized(path: String = "certificate") throws(CertificateError) -> [UInt8] {
    do throws(CertificateFault) { try check() } catch { throw error.inFile(path) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let header = try? encoder.encode(self), header.count <= CertificateEnvelope.headerLimit else {
      throw CertificateError(
        path: path, expected: "a header of at most \(CertificateEnvelope.headerLimit) bytes", found: "a larger one")
    }
    return CertificateEnvelope.sealed(header: Array(header), body: witness?.serialized() ?? [])
  }
}

/// The layout of a certificate's file.
///
/// | Bytes | What they are |
/// |---|---|
/// | 8 | `WRIGHTC1` |
/// | 8 | the length of the header, little-endian |
/// | 8 | the length of the body, little-endian |
/// | | the header: JSON in UTF-8 |
/// | | the body: the witness, or nothing |
/// | 32 | the SHA-256 digest of all before |
package enum CertificateEnvelope {
  /// The first bytes; the last of them counts the layouts.
  static let magic = Array("WRIGHTC1".utf8)
  /// The largest header and the largest body that are read.
  static let headerLimit = 16 << 20
  static let bodyLimit = 256 << 20
  /// The bytes before the header and after the body.
  static let prefixLength = 24

  /// The file of `header` and `body`.
  package static func sealed(header: [UInt8], body: [UInt8]) -> [UInt8] {
    var bytes = magic
    bytes.reserveCapacity(prefixLength + header.count + body.count + ContentDigest.byteCount)
    bytes.append(littleEndian: UInt64(header.count))
    bytes.append(littleEndian: UInt64(body.count))
    bytes += header
    bytes += body
    return bytes + ContentDigest(of: bytes).bytes
  }

  /// Where header and body lie in `bytes`.
  ///
  /// - Throws: `CertificateError` where the beginning is another file's, where bytes are missing or too many, and where one was changed.
  static func opened(_ bytes: [UInt8], path: String) throws(CertificateError) -> (header: Range<Int>, body: Range<Int>)
  {
    guard bytes.prefix(magic.count).elementsEqual(magic.prefix(bytes.count)) else {
      if bytes.count >= magic.count, bytes.prefix(magic.count - 1).elementsEqual(magic.dropLast()) {
        throw CertificateError(path: path, expected: "a certificate of layout 1", found: "one of another layout")
      }
      throw CertificateError(path: path, expected: "a certificate, which begins with WRIGHTC1", found: "another file")
    }
    guard bytes.count >= prefixLength + ContentDigest.byteCount else {
      throw CertificateError(
        path: path, expected: "at least \(prefixLength + ContentDigest.byteCount) bytes", found: "\(bytes.count)")
    }
    func length(at offset: Int, _ what: String, limit: Int) throws(CertificateError) -> Int {
      let value = bytes[offset..<offset + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard value <= limit else {
        throw CertificateError(
          path: path, place: .byte(offset), expected: "\(what) of at most \(limit) bytes", found: "\(value)")
      }
      return Int(value)
    }
    let headerEnd = prefixLength + (try length(at: magic.count, "a header", limit: headerLimit))
    let bodyEnd = headerEnd + (try length(at: magic.count + 8, "a body", limit: bodyLimit))
    let end = bodyEnd + ContentDigest.byteCount
    guard bytes.count == end else {
      throw CertificateError(
        path: path, expected: "\(end) bytes, as its beginning says", found: "\(bytes.count)")
    }
    guard bytes[bodyEnd...].elementsEqual(ContentDigest(of: bytes[..<bodyEnd]).bytes) else {
      throw CertificateError(
        path: path, place: .byte(bodyEnd), expected: "the SHA-256 digest of all bytes before",
        found: "another, so one was changed")
    }
    return (prefixLength..<headerEnd, headerEnd..<bodyEnd)
  }
}
