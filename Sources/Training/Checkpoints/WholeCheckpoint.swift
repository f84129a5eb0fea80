// Reading of checkpoints: first whether the file is whole, then its arrays to where they belong.
internal import Crypto
internal import Foundation
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A checkpoint file whose digest is right, open for the reading of its arrays.
///
/// The file is read twice, first for its digest: arrays then go straight to their places, and nothing is in its place before it is known that all
/// of it can be.
struct WholeCheckpoint<Scalar: TensorScalar> {
  /// What the file says about itself.
  let header: CheckpointHeader
  private let file: OpenFile
  /// Where the first array stands.
  private let start: Int

  /// The file's path.
  var path: String { file.path }

  /// Opens a file and reads through it.
  init(_ path: String) throws(CheckpointError) {
    file = try OpenFile(path)
    var reader = CheckpointReader(file)
    let version: UInt32
    (header, version) = try reader.header()
    if version != CheckpointFile.version {
      try reader.checkDigest()
      throw .different(
        path: path, what: "version of the format", expected: "\(CheckpointFile.version)", found: "\(version)")
    }
    guard header.scalar == CheckpointHeader.name(of: Scalar.self) else {
      try reader.checkDigest()
      throw .different(
        path: path, what: "kind of numbers", expected: CheckpointHeader.name(of: Scalar.self), found: header.scalar)
    }
    var expected = SHA256.byteCount
    for array in header.arrays {
      let (bytes, overflow) = array.count.multipliedReportingOverflow(by: MemoryLayout<Scalar>.stride)
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
    start = reader.position
    try reader.checkDigest()
  }

  /// Reads the array of an index into a buffer of its size.
  func read(array index: Int, into buffer: AlignedBuffer<Scalar>) throws(CheckpointError) {
    let arrays = header.arrays
    precondition(arrays[index].count == buffer.count, "an array is read into a buffer of its size")
    let offset = arrays[..<index].reduce(0) { $0 + $1.count } * MemoryLayout<Scalar>.stride
    let found = try file.read(UnsafeMutableRawBufferPointer(buffer.elements), at: start + offset)
    if found < buffer.count * MemoryLayout<Scalar>.stride {
      throw .unreadable(path: path, reason: "it became shorter while it was read")
    }
  }
}

/// A file that is open for reading for as long as this lives.
final class OpenFile {
  let path: String
  let size: Int
  private let descriptor: Int32

  init(_ path: String) throws(CheckpointError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: FileFault.last.reason) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let fault = FileFault.last
      close(descriptor)
      throw .unreadable(path: path, reason: fault.reason)
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Reads what stands at a place; fewer bytes than there is room for only where the file ends.
  func read(_ target: UnsafeMutableRawBufferPointer, at place: Int) throws(CheckpointError) -> Int {
    var filled = 0
    while filled < target.count {
      let room = min(1 << 24, target.count - filled)
      let count = pread(descriptor, target.baseAddress.map { $0 + filled }, room, off_t(place + filled))
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(path: path, reason: FileFault.last.reason)
      }
      if count == 0 { break }
      filled += count
    }
    return filled
  }
}

/// A file that is read from its start, and the SHA-256 of what was read.
struct CheckpointReader {
  private let file: OpenFile
  private(set) var position = 0
  private var hash = SHA256()

  init(_ file: OpenFile) { self.file = file }

  /// The bytes from here to the end.
  var remaining: Int { file.size - position }

  /// What stands before the arrays. Of a later version, what it has at this place may be anything; its head is then empty.
  mutating func header() throws(CheckpointError) -> (header: CheckpointHeader, version: UInt32) {
    let prelude = try bytes(CheckpointFile.preludeSize, what: "the start of a checkpoint")
    if !prelude.starts(with: CheckpointFile.magic) {
      throw .damaged(path: file.path, byte: 0, expected: "WRIGHTCP", found: "\(prelude.prefix(8))")
    }
    func number<N: FixedWidthInteger>(at offset: Int, _ type: N.Type) -> N {
      prelude.withUnsafeBytes { N(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: N.self)) }
    }
    let version = number(at: 8, UInt32.self)
    if version != CheckpointFile.version {
      return (CheckpointHeader(scalar: "", layout: [], step: 0, runs: []), version)
    }
    guard let length = Int(exactly: number(at: 16, UInt64.self)), length <= remaining else {
      throw .damaged(
        path: file.path, byte: 16, expected: "a head of at most \(remaining) bytes",
        found: "\(number(at: 16, UInt64.self))")
    }
    let json = try bytes(length, what: "the head")
    do {
      return (try JSONDecoder().decode(CheckpointHeader.self, from: Data(json)), version)
    } catch {
      throw .damaged(
        path: file.path, byte: CheckpointFile.preludeSize, expected: "the head as JSON", found: "\(length) other bytes")
    }
  }

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
        path: file.path, byte: place, expected: "SHA-256 \(Self.hexadecimal(digest))", found: Self.hexadecimal(stored))
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private mutating func bytes(_ count: Int, what: String) throws(CheckpointError) -> [UInt8] {
    var outcome: Swift.Result<Int, CheckpointError> = .success(0)
    let result = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(CheckpointError) {
        filled = try file.read(
          UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]), at: position)
      } catch { outcome = .failure(error) }
    }
    _ = try outcome.get()
    hash.update(data: result)
    if result.count < count {
      throw .damaged(
        path: file.path, byte: position + result.count, expected: "\(count - result.count) more bytes of \(what)",
        found: "the end of the file")
    }
    position += count
    return result
  }
}
