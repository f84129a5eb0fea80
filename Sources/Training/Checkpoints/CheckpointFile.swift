// The file of a checkpoint: a head, raw arrays, and the SHA-256 of both.
internal import Crypto
internal import Foundation
internal import Tensors

/// The format of checkpoint files, and their writing.
///
/// Layout, little-endian: 8 bytes `WRIGHTCP`; UInt32 version (1); UInt32 0; UInt64 n; n bytes of JSON, filled up with spaces so that what
/// follows stands at a multiple of 64; the arrays, one after the other; 32 bytes, the SHA-256 of everything before them. Files of later versions
/// begin with the same 12 bytes and end with the digest too.
enum CheckpointFile {
  static let magic = Swift.Array("WRIGHTCP".utf8)
  static let version: UInt32 = 1
  static let preludeSize = 24

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

  /// The head of a checkpoint, which alone is read and need not be whole.
  static func header(of path: String) throws(CheckpointError) -> CheckpointHeader {
    var reader = try CheckpointReader(OpenFile(path))
    return try reader.header().header
  }
}
