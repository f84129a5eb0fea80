// A short straight line of two-input gates over four inputs, packed into one word: the unit of the library of optimum circuits.

/// A chain of at most seven two-input gates over inputs 0 to 3, all of them *normal*: 0 where all inputs are 0.
///
/// Step `i` drives value `4 + i`. It is packed into nine bits of `packed`, the first step lowest: the rows 1 to 3 of its table in three
/// bits (never all zero, so that zero ends the chain), and in six bits the number `b (b - 1) / 2 + a` of its operands `a < b`.
/// Every function of four inputs has a chain of at most seven steps, up to a complement (Knuth, TAOCP 4A, section 7.1.2).
package struct TwoInputChain: Hashable, Sendable {
  /// The steps, nine bits each.
  package let packed: UInt64

  /// One gate of a chain.
  package struct Step: Hashable, Sendable {
    /// The function: row `b a` at bit `2 b + a`; bit 0 is zero.
    package var table: UInt8
    /// The first operand.
    package var a: Int
    /// The second operand, larger than the first.
    package var b: Int

    /// A gate of earlier values `a < b`.
    package init(table: UInt8, a: Int, b: Int) {
      self.table = table
      self.a = a
      self.b = b
    }
  }

  /// The largest number of steps.
  package static let maximumSteps = 7

  /// The chain with these packed steps.
  package init(packed: UInt64) { self.packed = packed }

  /// The chain of `steps`, at most seven, each of which reads inputs and earlier steps.
  package init(_ steps: [Step]) {
    precondition(steps.count <= Self.maximumSteps, "a chain has at most seven steps")
    var packed: UInt64 = 0
    for (i, step) in steps.enumerated() {
      precondition(
        step.a >= 0 && step.a < step.b && step.b < 4 + i, "a step reads two different earlier values in order")
      precondition(step.table & 1 == 0 && step.table != 0 && step.table < 16, "a step is normal")
      let pair = UInt64(step.b * (step.b - 1) / 2 + step.a)
      packed |= (UInt64(step.table >> 1) | pair << 3) << UInt64(9 * i)
    }
    self.packed = packed
  }

  /// The number of steps.
  package var count: Int { (64 - packed.leadingZeroBitCount + 8) / 9 }

  /// The steps in order.
  package var steps: [Step] {
    (0..<count).map { i in
      let word = packed >> UInt64(9 * i)
      let pair = Int(word >> 3 & 63)
      var b = 1
      while b * (b + 1) / 2 <= pair { b += 1 }
      return Step(table: UInt8(word & 7) << 1, a: pair - b * (b - 1) / 2, b: b)
    }
  }

  /// The tables of all values: the four inputs, then the steps.
  package var values: [UInt16] {
    var values = Self.inputTables
    for step in steps { values.append(Self.apply(step.table, values[step.a], values[step.b])) }
    return values
  }

  /// The table of the last step; of input 0 where there is none.
  package var function: UInt16 { count == 0 ? Self.inputTables[0] : values[3 + count] }

  /// The tables of the four inputs.
  package static let inputTables: [UInt16] = (0..<4).map { UInt16(truncatingIfNeeded: TruthTable.pattern(ofInput: $0)) }

  /// The function `table` of two 16-bit columns.
  package static func apply(_ table: UInt8, _ a: UInt16, _ b: UInt16) -> UInt16 {
    var result: UInt16 = 0
    if table & 1 != 0 { result |= ~a & ~b }
    if table & 2 != 0 { result |= a & ~b }
    if table & 4 != 0 { result |= ~a & b }
    if table & 8 != 0 { result |= a & b }
    return result
  }

  /// The normal chain of the same length in which input `i` is fed input `sources[i]`, complemented where `complements` has bit `i`.
  ///
  /// Its steps compute what the old ones computed of the new inputs, or the complement.
  package func feeding(_ sources: [Int], complements: Int) -> TwoInputChain {
    precondition(sources.count == 4, "one source for each input")
    // Each old value is a new one, maybe complemented.
    var images: [(value: Int, isComplemented: Bool)] = (0..<4).map { (sources[$0], complements >> $0 & 1 != 0) }
    var result: [Step] = []
    for step in steps {
      var table = step.table
      let (a, b) = (images[step.a], images[step.b])
      if a.isComplemented { table = (table & 0b0101) << 1 | (table & 0b1010) >> 1 }
      if b.isComplemented { table = (table & 0b0011) << 2 | (table & 0b1100) >> 2 }
      let isComplemented = table & 1 != 0
      if isComplemented { table ^= 0b1111 }
      if a.value > b.value { table = table & 0b1001 | (table & 0b0010) << 1 | (table & 0b0100) >> 1 }
      images.append((4 + result.count, isComplemented))
      result.append(Step(table: table, a: min(a.value, b.value), b: max(a.value, b.value)))
    }
    return TwoInputChain(result)
  }
}
