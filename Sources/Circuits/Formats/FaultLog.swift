// Collects a file's faults by byte offset; lines and columns are counted only for the faults that are kept.

/// The faults that a reader finds.
struct FaultLog {
  let bytes: UnsafeRawBufferPointer
  private(set) var error: CircuitFileError
  /// Where the binary part of the file begins: offsets from here on are reported as bytes, earlier ones as lines.
  var binaryStart = Int.max

  init(_ bytes: UnsafeRawBufferPointer, path: String?, format: CircuitFormat?) {
    self.bytes = bytes
    error = CircuitFileError(path: path, format: format)
  }

  var isEmpty: Bool { error.faultCount == 0 }

  /// Reports that `expected` should stand at `offset`, where `found` stands.
  mutating func report(at offset: Int, expected: @autoclosure () -> String, found: @autoclosure () -> String) {
    guard error.keepsNextFault else { return error.add(nil) }
    let fault = CircuitFileError.Fault(position: place(offset), expected: expected(), found: found())
    error.add(fault)
  }

  /// Reports that `expected` should stand at `offset`, and quotes the word or the end that stands there.
  mutating func report(at offset: Int, expected: @autoclosure () -> String) {
    guard error.keepsNextFault else { return error.add(nil) }
    let quote = excerpt(at: offset)
    report(at: offset, expected: expected(), found: quote)
  }

  /// Counts faults that are not described.
  mutating func countFurther(_ count: Int) {
    for _ in 0..<count { error.add(nil) }
  }

  /// The error, to be thrown after a fault that ends the reading.
  mutating func stop(at offset: Int, expected: String, found: String? = nil) -> CircuitFileError {
    let quote = found ?? excerpt(at: offset)
    report(at: offset, expected: expected, found: quote)
    return error
  }

  /// Throws the faults so far, where there are any.
  func check() throws(CircuitFileError) {
    if !isEmpty { throw error }
  }

  /// The position of a byte offset.
  func place(_ offset: Int) -> CircuitFileError.Position {
    if offset >= binaryStart { return .byte(offset) }
    var line = 1
    var start = 0
    for i in 0..<min(offset, bytes.count) where bytes[i] == 0x0A {
      line += 1
      start = i + 1
    }
    return .line(line, column: offset - start + 1)
  }

  /// `LINE:COLUMN` of a byte offset, for a message that points back.
  func reference(_ offset: Int) -> String {
    switch place(offset) {
    case .line(let line, let column): "\(line):\(column)"
    case .byte(let byte): "byte \(byte)"
    case .file: "the file"
    }
  }

  /// What stands at `offset`: a quoted word, or which end.
  func excerpt(at offset: Int) -> String {
    var scanner = ByteScanner(bytes, at: min(offset, bytes.count))
    scanner.skipBlanks()
    if scanner.isAtEndOfFile { return "the end of the file" }
    if scanner.isAtEndOfLine { return "the end of the line" }
    return "\"\(scanner.excerpt(scanner.tokenRange()))\""
  }
}
