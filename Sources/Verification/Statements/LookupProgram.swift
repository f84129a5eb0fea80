// What weights were found to compute: for each step, which wires are looked up and the truth table of the token that follows.

/// A chain of thought as found on weights: step i looks up one wire a head and emits the value that its truth table has for them.
///
/// Only the checker makes one, after it has shown that greedy decoding under some semantics emits exactly these values, whatever the inputs.
public struct LookupProgram: Sendable, Equatable {
  /// How wires become tokens.
  public let form: PromptForm
  /// The number of heads, K; at most 12.
  public let headCount: Int
  /// The wire that each head looks up in each step, K numbers a step; -1 where it looks up a leading token, whose bit in a row is 0.
  public let operands: [Int32]
  /// The truth tables of the steps over the K heads, one after the other: bit r is the emitted value on row r, head j being bit j of r; 64 rows a
  /// word, so that a table has one word for up to six heads and 2^(K - 6) for more.
  public let tables: [UInt64]
  /// The wire that each head looks up before the end token, as in `operands`; empty where there is no end token, or where it is not known.
  public let endOperands: [Int32]

  package init(
    form: PromptForm, headCount: Int, operands: [Int32], tables: [UInt64], endOperands: [Int32] = []
  ) {
    precondition(
      operands.count * TableWords.count(operands: headCount) == headCount * tables.count,
      "one operand for each head and step")
    precondition(endOperands.isEmpty || endOperands.count == headCount, "one operand for each head")
    self.form = form
    self.headCount = headCount
    self.operands = operands
    self.tables = tables
    self.endOperands = endOperands
  }

  /// The number of steps.
  public var stepCount: Int { tables.count / wordsPerTable }

  /// The number of words of a table: 1 for up to six heads.
  public var wordsPerTable: Int { TableWords.count(operands: headCount) }

  /// The words of the truth table of step `i`.
  public func table(ofStep i: Int) -> ArraySlice<UInt64> {
    tables[i * wordsPerTable..<(i + 1) * wordsPerTable]
  }

  /// The wires that step `i` looks up, one a head.
  public func operands(ofStep i: Int) -> ArraySlice<Int32> { operands[i * headCount..<(i + 1) * headCount] }

  /// The values of all wires under one assignment of the inputs.
  public func wireValues(_ inputs: [Bool]) -> [Bool] {
    precondition(inputs.count == form.inputCount, "one value for each input")
    var values = inputs
    values.reserveCapacity(form.wireCount)
    for i in 0..<stepCount {
      var row: UInt64 = 0
      for (j, operand) in operands(ofStep: i).enumerated() where operand >= 0 && values[Int(operand)] {
        row |= 1 << UInt64(j)
      }
      values.append(TableWords.value(table(ofStep: i), row: row))
    }
    return values
  }
}
