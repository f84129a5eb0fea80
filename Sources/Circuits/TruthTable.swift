// The truth table of a Boolean function of at most six inputs, in one machine word.

/// A Boolean function of `inputCount <= 6` inputs: bit `sum of x_j * 2^j` of `bits` is its value at `(x_0, x_1, ...)`.
///
/// Bits past `2^inputCount` are zero, so that equality of tables is equality of functions.
public struct TruthTable: Hashable, Sendable, Codable {
  /// The values, the assignment `x_0 = x_1 = ... = 0` in the lowest bit.
  public let bits: UInt64
  /// The number of inputs, 0 (a constant) to 6.
  public let inputCount: Int

  /// The largest number of inputs.
  public static let maximumInputCount = 6

  /// The table with the given values; bits past `2^inputCount` are ignored.
  @inlinable public init(bits: UInt64, inputCount: Int) {
    precondition(inputCount >= 0 && inputCount <= 6, "a truth table has 0 to 6 inputs")
    self.bits = bits & TruthTable.mask(inputCount)
    self.inputCount = inputCount
  }

  /// The table of `function`, which is called once for each assignment, in counting order.
  public init(inputCount: Int, _ function: ([Bool]) -> Bool) {
    precondition(inputCount >= 0 && inputCount <= 6, "a truth table has 0 to 6 inputs")
    var bits: UInt64 = 0
    for row in 0..<(1 << inputCount) where function((0..<inputCount).map { row >> $0 & 1 != 0 }) {
      bits |= 1 << UInt64(row)
    }
    self.init(bits: bits, inputCount: inputCount)
  }

  /// The low `2^inputCount` bits.
  @inlinable public static func mask(_ inputCount: Int) -> UInt64 {
    inputCount == 6 ? .max : (1 << (1 << UInt64(inputCount))) - 1
  }

  /// The function's value on row `row`, whose bit `j` is input `j`.
  @inlinable public subscript(row: Int) -> Bool { bits >> UInt64(row) & 1 != 0 }

  /// The number of rows, `2^inputCount`.
  @inlinable public var rowCount: Int { 1 << inputCount }

  /// The table of input `j` itself, as a 64-bit pattern.
  @inlinable public static func pattern(ofInput j: Int) -> UInt64 {
    switch j {
    case 0: 0xAAAA_AAAA_AAAA_AAAA
    case 1: 0xCCCC_CCCC_CCCC_CCCC
    case 2: 0xF0F0_F0F0_F0F0_F0F0
    case 3: 0xFF00_FF00_FF00_FF00
    case 4: 0xFFFF_0000_FFFF_0000
    default: 0xFFFF_FFFF_0000_0000
    }
  }
}

/// Named functions.
extension TruthTable {
  /// The constant 0, of no inputs.
  public static let `false` = TruthTable(bits: 0b0, inputCount: 0)
  /// The constant 1, of no inputs.
  public static let `true` = TruthTable(bits: 0b1, inputCount: 0)
  /// `x_0`.
  public static let identity = TruthTable(bits: 0b10, inputCount: 1)
  /// The complement of `x_0`.
  public static let not = TruthTable(bits: 0b01, inputCount: 1)
  /// Whether both inputs are true.
  public static let and = TruthTable(bits: 0b1000, inputCount: 2)
  /// Whether some input is false.
  public static let nand = TruthTable(bits: 0b0111, inputCount: 2)
  /// Whether some input is true.
  public static let or = TruthTable(bits: 0b1110, inputCount: 2)
  /// Whether both inputs are false.
  public static let nor = TruthTable(bits: 0b0001, inputCount: 2)
  /// Whether the inputs differ.
  public static let xor = TruthTable(bits: 0b0110, inputCount: 2)
  /// Whether the inputs are equal.
  public static let xnor = TruthTable(bits: 0b1001, inputCount: 2)
  /// `x_2 ? x_1 : x_0`.
  public static let multiplexer = TruthTable(bits: 0b1100_1010, inputCount: 3)
  /// Whether at least two of three inputs are true.
  public static let majority = TruthTable(bits: 0b1110_1000, inputCount: 3)
}

extension TruthTable {
  /// The complement of the function.
  @inlinable public var complemented: TruthTable { TruthTable(bits: ~bits, inputCount: inputCount) }

  /// Whether the function is constant, and then its value.
  @inlinable public var constantValue: Bool? {
    bits == 0 ? false : bits == TruthTable.mask(inputCount) ? true : nil
  }

  /// Whether some assignment of the others makes input `j` matter.
  @inlinable public func depends(onInput j: Int) -> Bool { cofactor(j, false) != cofactor(j, true) }

  /// The function with input `j` fixed to `value`; it still has `inputCount` inputs and no longer depends on `j`.
  @inlinable public func cofactor(_ j: Int, _ value: Bool) -> TruthTable {
    precondition(j >= 0 && j < inputCount, "the input is one of the table's inputs")
    let shift = UInt64(1 << j)
    let high = TruthTable.pattern(ofInput: j)
    let half = value ? bits & high : bits & ~high
    return TruthTable(bits: value ? half | half >> shift : half | half << shift, inputCount: inputCount)
  }

  /// The function of the other inputs when input `j` is fixed to `value`; inputs above `j` move down by one.
  @inlinable public func removingInput(_ j: Int, fixedTo value: Bool) -> TruthTable {
    precondition(j >= 0 && j < inputCount, "the input is one of the table's inputs")
    var result: UInt64 = 0
    for row in 0..<(1 << (inputCount - 1)) {
      let low = row & (1 << j - 1)
      let source = (row - low) << 1 | low | (value ? 1 << j : 0)
      if self[source] { result |= 1 << UInt64(row) }
    }
    return TruthTable(bits: result, inputCount: inputCount - 1)
  }

  /// The function with input `j` inverted.
  @inlinable public func complementingInput(_ j: Int) -> TruthTable {
    precondition(j >= 0 && j < inputCount, "the input is one of the table's inputs")
    let shift = UInt64(1 << j)
    let high = TruthTable.pattern(ofInput: j)
    return TruthTable(bits: (bits & high) >> shift | (bits & ~high) << shift, inputCount: inputCount)
  }

  /// The function in which input `from` is fed the same value as input `onto`; inputs above `from` move down by one.
  @inlinable public func mergingInput(_ from: Int, onto: Int) -> TruthTable {
    precondition(from != onto && from < inputCount && onto < inputCount, "two different inputs of the table")
    var result: UInt64 = 0
    let target = onto > from ? onto - 1 : onto
    for row in 0..<(1 << (inputCount - 1)) {
      let low = row & (1 << from - 1)
      let value = row >> target & 1
      if self[(row - low) << 1 | low | value << from] { result |= 1 << UInt64(row) }
    }
    return TruthTable(bits: result, inputCount: inputCount - 1)
  }
}

extension TruthTable: CustomStringConvertible {
  /// The values from the last row to the first, as in a hexadecimal or binary literal: AND is `1000`.
  public var description: String {
    String((0..<rowCount).reversed().map { self[$0] ? "1" : "0" })
  }
}
