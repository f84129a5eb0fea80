// The file of a checkpoint: a head, raw arrays, and the SHA-256 of both.
internal import Crypto
internal import Foundation
internal import Tensors

/// Reading and writing of one checkpoint file.
///
/// Layout, little-endian: 8 bytes `WRIGHTCP`; UInt32 version (1); UInt32 0; UInt64 n; n bytes of JSON, filled up with spaces so that what
/// follows stands at a multiple of 64; the arrays, one after the other; 32 bytes, the SHA-256 of everything before them. Files of later versions
/// begin with the same 12 bytes and end with the digest too.
enum CheckpointFile {
  static let magic = Swift.Array("WRIGHTCP".utf8)
  static let version: UInt32 = 1
  private static let preludeSize = 24

  /// The bytes that stand before the arrays.
  private static func prelude(_ header: CheckpointHeader) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var json = Swift.Array(try encoder.encode(header))
    while (preludeSize + json.count) % 64 != 0 { json.append(UInt8(ascii: " ")) }
    var bytes = magic
    withUnsafeBytes(of: version.littleEndian) { bytes += $0 }
    bytes += [0, 0, 0, 0]
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { bytes += $0 }
    return bytes + json
  }

  /// Writes a checkpoint beside `path` and renames it when it is on the disk, so that `path` is never half a file.
  static func write<Scalar>(
    _ header: CheckpointHeader, arrays: [AlignedBuffer<Scalar>], to path: String, by write: FileWrite
  ) throws(CheckpointError) {
    precondition(header.arrays.map(\.count) == arrays.map(\.count), "the head names the arrays that follow")
    do {
      try replaceDurably(path) { descriptor in
        var hash = SHA256()
        func put(_ bytes: UnsafeRawBufferPointer) throws {
          hash.update(bufferPointer: bytes)
          try writeAll(bytes, to: descriptor, by: write)
        }
        try prelude(header).withUnsafeBytes(put)
        for array in arrays { try put(UnsafeRawBufferPointer(array.elements)) }
        try Swift.Array(hash.finalize()).withUnsafeBytes { try writeAll($0, to: descriptor, by: write) }
      }
    } catch {
      throw .unwritable(path: path, reason: (error as? FileFault)?.reason ?? "\(error)")
    }
  }

  /// Reads a checkpoint whose digest is right.
  static func read<Scalar: TensorScalar>(
    _ path: String, as scalar: Scalar.Type
  ) throws(CheckpointError) -> (header: CheckpointHeader, arrays: [AlignedBuffer<Scalar>]) {
    var reader = try CheckpointReader(path: path)
    defer { reader.close() }
    let prelude = try reader.bytes(preludeSize, what: "the start of a checkpoint")
    if !prelude.starts(with: magic) {
      throw .damaged(path: path, byte: 0, expected: "WRIGHTCP", found: "\(prelude.prefix(8))")
    }
    func number<N: FixedWidthInteger>(at offset: Int, _ type: N.Type) -> N {
      prelude.withUnsafeBytes { N(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: N.self)) }
    }
    let version = number(at: 8, UInt32.self)
    if version != Self.version {
      try reader.checkDigest()
      throw .different(path: path, what: "version of the format", expected: "\(Self.version)", found: "\(version)")
    }
    guard let length = Int(exactly: number(at: 16, UInt64.self)), length <= reader.remaining else {
      throw .damaged(
        path: path, byte: 16, expected: "a head of at most \(reader.remaining) bytes",
        found: "\(number(at: 16, UInt64.self))")
    }
    let json = try reader.bytes(length, what: "the head")
    let header: CheckpointHeader
    do {
      header = try JSONDecoder().decode(CheckpointHeader.self, from: Data(json))
    } catch {
      throw .damaged(path: path, byte: preludeSize, expected: "the head as JSON", found: "\(error)")
    }
    guard header.scalar == CheckpointHeader.name(of: scalar) else {
      try reader.checkDigest()
      throw .different(
        path: path, what: "kind of numbers", expected: CheckpointHeader.name(of: scalar), found: header.scalar)
    }
    let stride = MemoryLayout<Scalar>.stride
    var expected = SHA256.byteCount
    for array in header.arrays {
      let (bytes, overflow) = array.count.multipliedReportingOverflow(by: stride)
      guard array.count >= 0, !overflow, bytes <= reader.remaining else {
        throw .damaged(
          path: path, byte: reader.position, expected: "\(array.count) numbers of \(array.name)",
          found: "\(reader.remaining) bytes")
      }
      expected += bytes
    }
    guard expected == reader.remaining else {
      throw .damaged(
        path: path, byte: reader.position, expected: "\(expected) bytes to the end", found: "\(reader.remaining)")
    }
    var arrays: [AlignedBuffer<Scalar>] = []
    for array in header.arrays {
      let buffer = AlignedBuffer<Scalar>(count: array.count)
      try reader.fill(UnsafeMutableRawBufferPointer(buffer.elements), what: array.name)
      arrays.append(buffer)
    }
    try reader.checkDigest()
    return (header, arrays)
  }
}

/// A file that is read from its start, and the SHA-256 of what was read.
private struct CheckpointReader {
  let path: String
  private let handle: FileHandle
  private let size: Int
  private(set) var position = 0
  private var hash = SHA256()

  init(path: String) throws(CheckpointError) {
    self.path = path
    do {
      handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      size = Int(try handle.seekToEnd())
      try handle.seek(toOffset: 0)
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
  }

  var remaining: Int { size - position }

  func close() { try? handle.close() }

  /// Reads on to the end, which is the digest of everything before it in every version of the format.
  mutating func checkDigest() throws(CheckpointError) {
    while remaining > SHA256.byteCount {
      _ = try bytes(min(1 << 20, remaining - SHA256.byteCount), what: "the arrays")
    }
    let digest = Swift.Array(hash.finalize())
    let place = position
    let stored = try bytes(SHA256.byteCount, what: "the digest")
    guard stored == digest else {
      throw .damaged(
        path: path, byte: place, expected: "SHA-256 \(Self.hexadecimal(digest))", found: Self.hexadecimal(stored))
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  mutating func bytes(_ count: Int, what: String) throws(CheckpointError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    do {
      try result.withUnsafeMutableBytes { try fill($0, what: what) }
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw .unreadable(path: path, reason: "\(error)")
    }
    return result
  }

  mutating func fill(_ target: UnsafeMutableRawBufferPointer, what: String) throws(CheckpointError) {
    var filled = 0
    while filled < target.count {
      let piece: Data?
      do {
        piece = try handle.read(upToCount: min(1 << 24, target.count - filled))
      } catch {
        throw .unreadable(path: path, reason: error.localizedDescription)
      }
      guard let piece, !piece.isEmpty else {
        throw .damaged(
          path: path, byte: position, expected: "\(target.count - filled) more bytes of \(what)",
          found: "the end of the file")
      }
      piece.withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(rebasing: target[filled...]).copyMemory(from: bytes)
        hash.update(bufferPointer: bytes)
      }
      filled += piece.count
      position += piece.count
    }
  }
}
