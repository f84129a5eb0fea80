// The digest of a circuit: one sequence of bytes for each circuit, whatever file it was read from.

extension CircuitStatement {
  /// The SHA-256 digest of the circuit's canonical bytes.
  ///
  /// Circuits have the same digest exactly where they have the same inputs, gates, operands, rows of truth tables and outputs in the same
  /// order; names are no part of it. Linear in the size of the circuit.
  public var digest: ContentDigest { ContentDigest(of: canonicalBytes) }

  /// The canonical bytes: `WRIGHTS1`; inputs, gates, operands and outputs as four counts of 8 bytes; then the number of operands of each
  /// gate in 1 byte, the tables in 8 bytes for each 64 rows, operands and outputs in 4 bytes each. All are little-endian, and rows that a gate does
  /// not have are 0.
  package var canonicalBytes: [UInt8] {
    var bytes = Array("WRIGHTS1".utf8)
    bytes.reserveCapacity(40 + 9 * gateCount + 4 * (operands.count + outputs.count))
    for count in [inputCount, gateCount, operands.count, outputs.count] { bytes.append(littleEndian: UInt64(count)) }
    for gate in 0..<gateCount { bytes.append(UInt8(offsets[gate + 1] - offsets[gate])) }
    for gate in 0..<gateCount {
      for word in maskedTable(ofGate: gate) { bytes.append(littleEndian: word) }
    }
    for operand in operands { bytes.append(littleEndian: operand) }
    for output in outputs { bytes.append(littleEndian: output) }
    return bytes
  }

  /// The truth table of gate `i`, bits of rows that it does not have cleared.
  func maskedTable(ofGate i: Int) -> some Collection<UInt64> {
    let rows = UInt64(1) << UInt64(offsets[i + 1] - offsets[i])
    let mask = rows < 64 ? 1 << rows - 1 : UInt64.max
    return table(ofGate: i).lazy.map { $0 & mask }
  }
}

extension [UInt8] {
  /// Appends the bytes of `value`, the least significant first.
  mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
