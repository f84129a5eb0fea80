// Circuits from files and bytes of any format.

extension Circuit {
  /// Reads the file at `path`.
  ///
  /// - Parameters:
  ///   - path: A file or a named pipe.
  ///   - format: The file's format; recognized by content, then by extension, where it is `nil`.
  /// - Throws: `CircuitFileError` with all faults that could be told apart, or with the reason why the file cannot be opened.
  /// - Complexity: Linear in the file's size, in time and memory, whatever its header promises.
  public init(contentsOf path: String, format: CircuitFormat? = nil) throws(CircuitFileError) {
    self = try Circuit.read(path, format: format).circuit
  }

  /// Reads the file at `path` and says in which format it was; see `init(contentsOf:format:)`. A pipe is read once.
  public static func read(
    _ path: String, format: CircuitFormat? = nil
  ) throws(CircuitFileError) -> (circuit: Circuit, format: CircuitFormat) {
    let contents = try FileContents(path: path, format: format)
    defer { withExtendedLifetime(contents) {} }
    return try Circuit.read(contents.bytes, format: format, path: path)
  }

  /// Reads a circuit from the bytes of a file; see `init(contentsOf:format:)`. `path` is used in messages, and for its
  /// extension where the bytes do not tell their format.
  public init(reading bytes: [UInt8], format: CircuitFormat? = nil, path: String? = nil) throws(CircuitFileError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(CircuitFileError) in try Circuit(reading: buffer, format: format, path: path) }
    }
    self = try result.get()
  }

  /// Reads a circuit from bytes that stay in place during the call; see `init(reading:format:path:)`.
  public init(
    reading bytes: UnsafeRawBufferPointer, format: CircuitFormat? = nil, path: String? = nil
  ) throws(CircuitFileError) {
    self = try Circuit.read(bytes, format: format, path: path).circuit
  }

  private static func read(
    _ bytes: UnsafeRawBufferPointer, format: CircuitFormat?, path: String?
  ) throws(CircuitFileError) -> (circuit: Circuit, format: CircuitFormat) {
    guard bytes.count <= FileContents.maximumSize else {
      throw CircuitFileError(
        path: path, format: format, expected: "at most \(FileContents.maximumSize) bytes", found: "\(bytes.count)")
    }
    guard let format = format ?? CircuitFormat.recognize(path: path, bytes: bytes) else {
      let start = FaultLog(bytes, path: path, format: nil).excerpt(at: 0)
      throw CircuitFileError(
        path: path, expected: "a circuit in AIGER, BLIF, bench or Bristol format", found: start)
    }
    let log = FaultLog(bytes, path: path, format: format)
    switch format {
    case .aigerASCII, .aigerBinary:
      var reader = AIGERReader(log)
      return (try reader.read(), format)
    case .blif:
      var reader = BLIFReader(log)
      return (try reader.read(), format)
    case .bench:
      var reader = BenchReader(log)
      return (try reader.read(), format)
    case .bristolFashion, .bristolOld:
      var reader = BristolReader(log)
      return (try reader.read(), format)
    }
  }
}
