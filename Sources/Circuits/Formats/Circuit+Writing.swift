// Circuits to files and bytes of any format.

extension Circuit {
  /// Writes the circuit to `sink`, some kilobytes at a time.
  ///
  /// The file computes the same function of inputs and outputs in the same order. Gates that the format does not have are decomposed: AIGER gets AND
  /// gates (structurally hashed), Bristol XOR, AND and INV gates with EQ for constants and EQW for copied outputs (the older format
  /// copies by AND and makes constants by XOR), bench its gates of one and two inputs, BLIF a cover a gate. Names
  /// that the format cannot spell are changed, and AIGER and Bristol keep none of gates.
  public func write(as format: CircuitFormat, to sink: inout some ByteSink) throws {
    switch format {
    case .aigerASCII: try AIGERWriter(self).writeASCII(to: &sink)
    case .aigerBinary: try AIGERWriter(self).writeBinary(to: &sink)
    case .blif: try BLIFWriter(self).write(to: &sink)
    case .bench:
      var writer = BenchWriter(self)
      try writer.write(to: &sink)
    case .bristolFashion: try BristolWriter(self, isOld: false).write(to: &sink)
    case .bristolOld: try BristolWriter(self, isOld: true).write(to: &sink)
    }
  }

  /// The bytes of the file in `format`; see `write(as:to:)`.
  public func bytes(as format: CircuitFormat) -> [UInt8] {
    var bytes: [UInt8] = []
    // An array takes all bytes, so nothing can fail here.
    do { try write(as: format, to: &bytes) } catch { preconditionFailure("writing to memory failed: \(error)") }
    return bytes
  }

  /// Writes the file at `path` in `format`: under a temporary name beside it first, so that nothing half-written is seen.
  ///
  /// - Throws: `CircuitFileError` where the folder or the file cannot be written; the file is then as it was before.
  public func write(to path: String, as format: CircuitFormat) throws {
    do {
      try replaceFile(at: path) { descriptor in
        var sink = FileDescriptorSink(descriptor, path: path)
        try write(as: format, to: &sink)
      }
    } catch let fault as SystemFault {
      throw fault.ofFile(path)
    }
  }
}
