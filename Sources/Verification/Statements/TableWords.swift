// Truth tables as words of 64 rows.

/// How the rows of a truth table stand in words: row r is bit r % 64 of word r / 64.
package enum TableWords {
  /// The number of words of a table over `operands` operands: 1 for up to six.
  package static func count(operands: Int) -> Int { operands <= 6 ? 1 : 1 << (operands - 6) }

  /// The value of a table on a row.
  @inline(__always) package static func value(_ table: ArraySlice<UInt64>, row: UInt64) -> Bool {
    table[table.startIndex + Int(row >> 6)] >> (row & 63) & 1 != 0
  }

  /// The values for 64 assignments at once, `operands` being the words of the operands' values.
  package static func values(_ table: ArraySlice<UInt64>, _ operands: some Collection<UInt64>) -> UInt64 {
    // Shannon expansion, from the last operand on: half as many words a level.
    var words = (0..<UInt64(1) << UInt64(operands.count)).map { value(table, row: $0) ? UInt64.max : 0 }
    for operand in Array(operands).reversed() {
      let half = words.count / 2
      words = (0..<half).map { words[$0] & ~operand | words[$0 + half] & operand }
    }
    return words[0]
  }
}
