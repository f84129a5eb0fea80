// Brings a gate to the one form that all gates of the same function share: what structural hashing compares.

/// A gate whose operands are strictly increasing wires that all matter, and whose value on the all-zero row is false;
/// `isComplemented` says that the asked function is the opposite of `table`.
///
/// Two gates compute the same function of the same wires, or opposite ones, exactly if they have equal tables and operands here.
struct GateNormalForm: Equatable {
  /// The function; bit 0 is zero, and it depends on each of its inputs.
  var table: TruthTable
  /// The wires, strictly increasing.
  var operands: [UInt32]
  /// Whether the asked function is the complement of `table`.
  var isComplemented: Bool

  /// The normal form of `table` of `literals`, where `constant` says which wires are known to be constant.
  ///
  /// Complexity: O(k^2) operations on words of 2^k bits.
  init(_ table: TruthTable, _ literals: some Collection<Literal>, constant: (Wire) -> Bool?) {
    precondition(literals.count == table.inputCount, "a gate has one operand for each input of its table")
    var table = table
    var operands: [UInt32] = []
    for literal in literals {
      let j = operands.count
      if literal.isComplemented { table = table.complementingInput(j) }
      if let value = constant(literal.wire) {
        table = table.removingInput(j, fixedTo: value)
      } else if let earlier = operands.firstIndex(of: literal.wire.rawValue) {
        table = table.mergingInput(j, onto: earlier)
      } else {
        operands.append(literal.wire.rawValue)
      }
    }
    for j in operands.indices.reversed() where !table.depends(onInput: j) {
      table = table.removingInput(j, fixedTo: false)
      operands.remove(at: j)
    }
    for sorted in operands.indices.dropFirst() {
      var j = sorted
      while j > 0, operands[j - 1] > operands[j] {
        operands.swapAt(j - 1, j)
        table = table.swappingInputs(j - 1)
        j -= 1
      }
    }
    isComplemented = table[0]
    self.table = isComplemented ? table.complemented : table
    self.operands = operands
  }
}

extension TruthTable {
  /// The function in which inputs `j` and `j + 1` change places.
  func swappingInputs(_ j: Int) -> TruthTable {
    precondition(j >= 0 && j + 1 < inputCount, "two neighbouring inputs of the table")
    if inputCount > TruthTable.wordInputCount {
      return rearranged(inputCount) { row in
        let differ = (row >> j ^ row >> (j + 1)) & 1
        return row ^ (differ << j | differ << (j + 1))
      }
    }
    let first = TruthTable.pattern(ofInput: j)
    let second = TruthTable.pattern(ofInput: j + 1)
    let shift = UInt64(1 << j)
    let onlyFirst = bits & first & ~second
    let onlySecond = bits & second & ~first
    return TruthTable(
      bits: bits & ~(first ^ second) | onlyFirst << shift | onlySecond >> shift, inputCount: inputCount)
  }
}
