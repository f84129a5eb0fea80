// The circuit file formats, and how a file's format is told from its first bytes.

/// A file format of circuits. The raw values are the names that the command line uses.
public enum CircuitFormat: String, CaseIterable, Sendable, Codable {
  /// AIGER 1.9 in ASCII (`.aag`).
  case aigerASCII = "aag"
  /// AIGER 1.9 in binary (`.aig`).
  case aigerBinary = "aig"
  /// Berkeley Logic Interchange Format (`.blif`), one combinational model.
  case blif
  /// The netlists of ISCAS-85 (`.bench`), with ABC's `LUT`, `vdd` and `gnd`.
  case bench
  /// Bristol Fashion (`.txt`): any number of input and output values.
  case bristolFashion = "bristol"
  /// The older Bristol format (`.txt`): two input values and one output value.
  case bristolOld = "bristol-old"

  /// What people call the format.
  public var title: String {
    switch self {
    case .aigerASCII: "ASCII AIGER"
    case .aigerBinary: "binary AIGER"
    case .blif: "BLIF"
    case .bench: "ISCAS bench"
    case .bristolFashion: "Bristol Fashion"
    case .bristolOld: "old Bristol format"
    }
  }

  /// The usual file name extension, without its dot.
  public var fileExtension: String {
    switch self {
    case .aigerASCII, .aigerBinary, .blif, .bench: rawValue
    case .bristolFashion, .bristolOld: "txt"
    }
  }

  /// The largest number of inputs in the formats whose inputs take no bytes in the file (binary AIGER and Bristol), so that
  /// a header of twenty bytes cannot demand gigabytes of whoever evaluates the circuit.
  public static let maximumImplicitInputCount = 1 << 24
}

extension CircuitFormat {
  /// The format of a file with the given bytes: by content first, by the extension of `path` where the content does not tell,
  /// `nil` where neither does.
  public static func recognize(path: String? = nil, bytes: [UInt8]) -> CircuitFormat? {
    bytes.withUnsafeBytes { recognize(path: path, bytes: $0) }
  }

  /// The format of a file with the given bytes: by content first, by the extension of `path` where the content does not tell,
  /// `nil` where neither does. Reads some lines at the beginning, whatever the size of the file.
  public static func recognize(path: String? = nil, bytes: UnsafeRawBufferPointer) -> CircuitFormat? {
    formatByContent(bytes) ?? path.flatMap(formatByExtension)
  }

  /// The format that the extension of `path` stands for; `.txt` stands for Bristol Fashion.
  static func formatByExtension(_ path: String) -> CircuitFormat? {
    guard let dot = path.lastIndex(of: ".") else { return nil }
    switch path[path.index(after: dot)...].lowercased() {
    case "aag": return .aigerASCII
    case "aig": return .aigerBinary
    case "blif": return .blif
    case "bench": return .bench
    case "txt": return .bristolFashion
    default: return nil
    }
  }

  private static func formatByContent(_ bytes: UnsafeRawBufferPointer) -> CircuitFormat? {
    var scanner = ByteScanner(bytes)
    switch scanner.excerpt(scanner.tokenRange()) {
    case "aag": return .aigerASCII
    case "aig": return .aigerBinary
    default: break
    }
    // Comments and blank lines open BLIF and bench files.
    var line = scanner.nextTokens()
    while let first = line.first, bytes[first.lowerBound] == UInt8(ascii: "#") { line = scanner.nextTokens() }
    guard let first = line.first else { return nil }
    let words = line.map { bytes[$0] }
    if words[0].count > 1, bytes[first.lowerBound] == UInt8(ascii: ".") { return .blif }
    if words.count == 2, words.allSatisfy({ $0.allSatisfy(ByteScanner.isDigit) }) {
      return isOldBristol(second: scanner.nextTokens(), third: scanner.nextTokens(), bytes)
        ? .bristolOld : .bristolFashion
    }
    for range in line where bytes[range].contains(where: { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "=") }) {
      return .bench
    }
    return nil
  }

  /// Whether the second and third lines that are not blank are those of the older format: three widths, then a gate.
  private static func isOldBristol(
    second: [Range<Int>], third: [Range<Int>], _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    guard second.count == 3 else { return false }
    guard let last = third.last else { return !bytes[second[0]].elementsEqual([UInt8(ascii: "2")]) }
    return !bytes[last].allSatisfy(ByteScanner.isDigit)
  }
}
