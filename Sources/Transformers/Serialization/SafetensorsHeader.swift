// The header of a safetensors file: eight bytes of length, a JSON object of names, types, shapes and offsets.
// Format: https://github.com/huggingface/safetensors#format.

/// What a safetensors file holds and where.
///
/// Every property that reading relies on has been checked: names are distinct, the byte ranges lie in the file, have the size that
/// type and shape ask for, and cover the data without overlap or gap.
public struct SafetensorsHeader: Sendable, Equatable {
  /// The tensors in the order of their data.
  public let tensors: [Entry]
  /// The texts under `__metadata__`.
  public let metadata: [String: String]
  /// The offset of the first byte of data.
  public let dataOffset: Int

  /// One tensor of the file.
  public struct Entry: Sendable, Equatable {
    /// The tensor's name.
    public let name: String
    /// The type's name in the format, such as "F32" or "I64".
    public let type: String
    /// The extents, outermost first.
    public let shape: [Int]
    /// The bytes of the data, counted from the start of the file.
    public let byteRange: Range<Int>
  }

  /// The longest header that the format's reference implementation accepts.
  public static let lengthLimit = 100_000_000
  /// The most extents of a tensor.
  static let rankLimit = 8

  /// The sizes in bytes of the format's types; types below a byte are not read.
  static let typeSizes: [String: Int] = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4,
    "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8,
  ]

  /// The header of the safetensors file that `bytes` is; the data itself is not looked at.
  ///
  /// - Throws: `FolderError` with all faults of the tensors, or with the first of the syntax.
  public init(parsing bytes: [UInt8], path: String = "safetensors") throws(FolderError) {
    let length = try SafetensorsHeader.length(Array(bytes.prefix(8)), fileSize: bytes.count, path: path)
    try self.init(json: Array(bytes[8..<8 + length]), fileSize: bytes.count, path: path)
  }

  /// The header's length, from the first eight bytes of a file of `fileSize` bytes.
  static func length(_ prefix: [UInt8], fileSize: Int, path: String) throws(FolderError) -> Int {
    guard prefix.count == 8 else {
      throw FolderError(path: path, place: .byte(0), expected: "8 bytes of header length", found: "\(fileSize)")
    }
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(lengthLimit) else {
      throw FolderError(
        path: path, place: .byte(0), expected: "a header of at most \(lengthLimit) bytes", found: "\(length)")
    }
    guard Int(length) <= fileSize - 8 else {
      throw FolderError(
        path: path, place: .byte(0), expected: "a header of at most \(fileSize - 8) bytes, which the file has",
        found: "\(length)")
    }
    return Int(length)
  }

  /// The header with the given text, of a file of `fileSize` bytes.
  init(json: [UInt8], fileSize: Int, path: String) throws(FolderError) {
    let start = 8 + json.count
    var parser = Parser(path: path, dataOffset: start, dataSize: fileSize - start)
    do throws(JSONFault) {
      try json.scanned { (scanner) throws(JSONFault) in try parser.read(&scanner) }
    } catch {
      throw error.inFile(path, shift: 8)
    }
    parser.checkCoverage()
    if !parser.faults.isEmpty { throw FolderError(parser.faults) }
    tensors = parser.entries
    metadata = parser.metadata
    dataOffset = start
  }

  /// Reads the entries and collects their faults.
  private struct Parser {
    let path: String
    let dataOffset: Int
    let dataSize: Int
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    var faults: [FolderError.Fault] = []

    mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
      try scanner.members { (scanner, name, _) throws(JSONFault) in
        if name == "__metadata__" {
          try scanner.members { (scanner, key, _) throws(JSONFault) in metadata[key] = try scanner.string() }
        } else {
          try self.readEntry(name, &scanner)
        }
      }
      try scanner.finish()
    }

    private mutating func readEntry(_ name: String, _ scanner: inout JSONScanner) throws(JSONFault) {
      var type: String?
      var shape: [Int]?
      var offsets: [Int]?
      try scanner.members { (scanner, key, offset) throws(JSONFault) in
        switch key {
        case "dtype": type = try scanner.string()
        case "shape": shape = try scanner.integers(limit: SafetensorsHeader.rankLimit)
        case "data_offsets": offsets = try scanner.integers(limit: 2)
        default:
          throw JSONFault(offset: offset, expected: "dtype, shape or data_offsets", found: key.excerpt)
        }
      }
      guard let type else { return report(name, "a dtype", "none") }
      guard let shape else { return report(name, "a shape", "none") }
      guard let offsets else { return report(name, "data_offsets", "none") }
      guard let size = SafetensorsHeader.typeSizes[type] else {
        return report(name, "a dtype of the format, of whole bytes", type.excerpt)
      }
      guard shape.allSatisfy({ $0 >= 0 }) else { return report(name, "extents that are not negative", "\(shape)") }
      var count = size
      for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        if overflow { return report(name, "a tensor of less than 2^63 bytes", "shape \(shape)") }
        count = product
      }
      guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= dataSize else {
        return report(name, "data_offsets [begin, end] within the \(dataSize) bytes of data", "\(offsets)")
      }
      guard offsets[1] - offsets[0] == count else {
        return report(name, "\(count) bytes for \(type) of shape \(shape)", "\(offsets[1] - offsets[0])")
      }
      entries.append(
        Entry(
          name: name, type: type, shape: shape, byteRange: dataOffset + offsets[0]..<dataOffset + offsets[1]))
    }

    private mutating func report(_ name: String, _ expected: String, _ found: String) {
      guard faults.count < FolderError.faultLimit else { return }
      faults.append(FolderError.Fault(path: path, place: .tensor(name), expected: expected, found: found))
    }

    /// Sorts the entries by place and checks that they cover the data.
    mutating func checkCoverage() {
      guard faults.isEmpty else { return }
      entries.sort {
        ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
      }
      var end = dataOffset
      for entry in entries {
        if entry.byteRange.lowerBound != end {
          let found = entry.byteRange.lowerBound < end ? "an overlap" : "a gap"
          report(
            entry.name, "data from byte \(end - dataOffset) on, where the tensor before ends",
            "\(found): byte \(entry.byteRange.lowerBound - dataOffset)")
        }
        end = max(end, entry.byteRange.upperBound)
      }
      if end != dataOffset + dataSize, faults.isEmpty {
        faults.append(
          FolderError.Fault(
            path: path, place: .byte(end), expected: "the end of the file, after the last tensor",
            found: "\(dataOffset + dataSize - end) more bytes"))
      }
    }
  }
}

extension JSONScanner {
  /// Reads an array of at most `limit` integers.
  package mutating func integers(limit: Int) throws(JSONFault) -> [Int] {
    var result: [Int] = []
    try elements { (scanner) throws(JSONFault) in
      if result.count == limit { throw scanner.fault("at most \(limit) integers") }
      result.append(try scanner.integer())
    }
    return result
  }
}
