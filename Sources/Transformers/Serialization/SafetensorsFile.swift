// Reading tensors out of a safetensors file, as float32 whatever the file stores.

/// A safetensors file, open for reading.
public struct SafetensorsFile: Sendable {
  /// What the file holds.
  public let header: SafetensorsHeader
  private let file: InputFile
  private let positions: [String: Int]

  /// Opens the file at `path` and checks its header; no tensor is read yet.
  public init(_ path: String) throws(FolderError) {
    file = try InputFile(path)
    let prefix = try file.bytes(count: min(8, file.size))
    let length = try SafetensorsHeader.length(prefix, fileSize: file.size, path: path)
    header = try SafetensorsHeader(json: file.bytes(at: 8, count: length), fileSize: file.size, path: path)
    positions = Dictionary(uniqueKeysWithValues: header.tensors.enumerated().map { ($1.name, $0) })
  }

  /// The path that the file was opened by.
  public var path: String { file.path }

  /// The entry of the tensor called `name`, where there is one.
  public func entry(_ name: String) -> SafetensorsHeader.Entry? { positions[name].map { header.tensors[$0] } }

  /// The elements of `entry` in row-major order.
  ///
  /// F32 bit for bit, F16 and BF16 exactly, F64 rounded to nearest.
  ///
  /// - Throws: `FolderError` for other types, and where the file was cut since it was opened.
  /// - Complexity: One pass; float32 data goes from the system's cache into the array without another copy.
  public func elements(_ entry: SafetensorsHeader.Entry) throws(FolderError) -> [Float] {
    let offset = entry.byteRange.lowerBound
    switch entry.type {
    case "F32":
      return try uninitializedArray(entry.byteRange.count / 4) { (target) throws(FolderError) in
        try self.file.read(into: UnsafeMutableRawBufferPointer(target), at: offset)
      }
    case "F16", "BF16":
      let scalar: ScalarType = entry.type == "F16" ? .float16 : .bfloat16
      return try chunked(entry, of: UInt16.self) { source, target in
        ScalarConversion.widen(source, scalar, into: target)
      }
    case "F64":
      return try chunked(entry, of: Double.self) { source, target in
        for index in 0..<source.count { target[index] = Float(source[index]) }
      }
    default:
      throw FolderError(
        path: path, place: .tensor(entry.name), expected: "F32, F16, BF16 or F64", found: entry.type)
    }
  }

  /// Reads `entry` by chunks that stay in the processor's cache, and converts each.
  private func chunked<Stored>(
    _ entry: SafetensorsHeader.Entry, of type: Stored.Type,
    _ convert: (UnsafeBufferPointer<Stored>, UnsafeMutablePointer<Float>) -> Void
  ) throws(FolderError) -> [Float] {
    let width = MemoryLayout<Stored>.size
    let chunk = UnsafeMutableBufferPointer<Stored>.allocate(capacity: 1 << 16)
    defer { chunk.deallocate() }
    return try uninitializedArray(entry.byteRange.count / width) { (target) throws(FolderError) in
      var done = 0
      while done < target.count {
        let count = min(chunk.count, target.count - done)
        let part = UnsafeMutableBufferPointer(rebasing: chunk[..<count])
        try self.file.read(
          into: UnsafeMutableRawBufferPointer(part), at: entry.byteRange.lowerBound + done * width)
        convert(UnsafeBufferPointer(part), target.baseAddress! + done)
        done += count
      }
    }
  }
}
