// The truth table of a Boolean function of at most twelve inputs; up to six stand in one machine word.

/// A Boolean function of `inputCount <= 12` inputs: its value at `(x_0, x_1, ...)` is bit `sum of x_j * 2^j`, 64 bits a word.
///
/// Bits past `2^inputCount` are zero, so that equality of tables is equality of functions. Up to six inputs, which is what circuits mostly have,
/// `bits` is the whole function and no operation allocates.
public struct TruthTable: Hashable, Sendable {
  /// The values on the first 64 rows, the assignment `x_0 = x_1 = ... = 0` in the lowest bit: all of them for up to six inputs.
  public let bits: UInt64
  /// The number of inputs, 0 (a constant) to 12.
  public let inputCount: Int
  /// The words after the first; empty for up to six inputs.
  @usableFromInline let upperWords: [UInt64]

  /// The largest number of inputs.
  public static let maximumInputCount = 12
  /// The largest number of inputs of a function whose values fit into one word.
  public static let wordInputCount = 6

  /// The table of a function of at most six inputs with the given values; bits past `2^inputCount` are ignored.
  @inlinable public init(bits: UInt64, inputCount: Int) {
    precondition(inputCount >= 0 && inputCount <= 6, "a truth table of one word has 0 to 6 inputs")
    self.bits = bits & TruthTable.mask(inputCount)
    self.inputCount = inputCount
    upperWords = []
  }

  /// The table with the given values, 64 a word, the first row in the lowest bit of the first word; bits past `2^inputCount` are ignored.
  public init(words: some Collection<UInt64>, inputCount: Int) {
    precondition(
      inputCount >= 0 && inputCount <= TruthTable.maximumInputCount, "a truth table has 0 to 12 inputs")
    precondition(words.count == TruthTable.wordCount(inputCount), "a truth table has 2^inputCount values, 64 a word")
    bits = (words.first ?? 0) & TruthTable.mask(min(6, inputCount))
    self.inputCount = inputCount
    upperWords = Array(words.dropFirst())
  }

  /// The table whose value on each row, in counting order, is what `value` says; bit `j` of a row is input `j`.
  public init(inputCount: Int, rows value: (_ row: Int) -> Bool) {
    var words = [UInt64](repeating: 0, count: TruthTable.wordCount(inputCount))
    for row in 0..<(1 << inputCount) where value(row) { words[row >> 6] |= 1 << UInt64(row & 63) }
    self.init(words: words, inputCount: inputCount)
  }

  /// The table of `function`, which is called once for each assignment, in counting order.
  public init(inputCount: Int, _ function: ([Bool]) -> Bool) {
    self.init(inputCount: inputCount, rows: { row in function((0..<inputCount).map { row >> $0 & 1 != 0 }) })
  }

  /// The number of words of 64 values that a function of `inputCount` inputs takes: 1 for up to six.
  @inlinable public static func wordCount(_ inputCount: Int) -> Int { inputCount <= 6 ? 1 : 1 << (inputCount - 6) }

  /// All values, 64 a word.
  public var words: [UInt64] { [bits] + upperWords }

  /// The low `2^inputCount` bits, for up to six inputs.
  @inlinable public static func mask(_ inputCount: Int) -> UInt64 {
    inputCount == 6 ? .max : (1 << (1 << UInt64(inputCount))) - 1
  }

  /// The function's value on row `row`, whose bit `j` is input `j`.
  @inlinable public subscript(row: Int) -> Bool {
    row < 64 ? bits >> UInt64(row) & 1 != 0 : upperWords[row >> 6 - 1] >> UInt64(row & 63) & 1 != 0
  }

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
  @inlinable public var complemented: TruthTable {
    inputCount <= 6 ? TruthTable(bits: ~bits, inputCount: inputCount) : mapWords { ~$0 }
  }

  /// Whether the function is constant, and then its value.
  @inlinable public var constantValue: Bool? {
    guard upperWords.allSatisfy({ $0 == bits }) else { return nil }
    return bits == 0 ? false : bits == TruthTable.mask(min(6, inputCount)) ? true : nil
  }

  /// Whether some assignment of the others makes input `j` matter.
  @inlinable public func depends(onInput j: Int) -> Bool { cofactor(j, false) != cofactor(j, true) }

  /// The function with input `j` fixed to `value`; it still has `inputCount` inputs and no longer depends on `j`.
  @inlinable public func cofactor(_ j: Int, _ value: Bool) -> TruthTable {
    precondition(j >= 0 && j < inputCount, "the input is one of the table's inputs")
    if inputCount > 6 { return wideCofactor(j, value) }
    let shift = UInt64(1 << j)
    let high = TruthTable.pattern(ofInput: j)
    let half = value ? bits & high : bits & ~high
    return TruthTable(bits: value ? half | half >> shift : half | half << shift, inputCount: inputCount)
  }

  /// The function of the other inputs when input `j` is fixed to `value`; inputs above `j` move down by one.
  @inlinable public func removingInput(_ j: Int, fixedTo value: Bool) -> TruthTable {
    precondition(j >= 0 && j < inputCount, "the input is one of the table's inputs")
    if inputCount > 6 { return removingWideInput(j, fixedTo: value) }
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
    if inputCount > 6 { return rearranged(inputCount) { $0 ^ 1 << j } }
    let shift = UInt64(1 << j)
    let high = TruthTable.pattern(ofInput: j)
    return TruthTable(bits: (bits & high) >> shift | (bits & ~high) << shift, inputCount: inputCount)
  }

  /// The function in which input `from` is fed the same value as input `onto`; inputs above `from` move down by one.
  @inlinable public func mergingInput(_ from: Int, onto: Int) -> TruthTable {
    precondition(from != onto && from < inputCount && onto < inputCount, "two different inputs of the table")
    let target = onto > from ? onto - 1 : onto
    return rearranged(inputCount - 1) { row in
      let low = row & (1 << from - 1)
      return (row - low) << 1 | low | (row >> target & 1) << from
    }
  }

  /// The exclusive or with a function of as many inputs.
  public func symmetricDifference(_ other: TruthTable) -> TruthTable {
    precondition(inputCount == other.inputCount, "functions of as many inputs")
    return TruthTable(words: zip(words, other.words).map { $0 ^ $1 }, inputCount: inputCount)
  }

  /// Whether `other`, a function of as many inputs, is true wherever this one is.
  public func implies(_ other: TruthTable) -> Bool {
    precondition(inputCount == other.inputCount, "functions of as many inputs")
    return bits & ~other.bits == 0 && zip(upperWords, other.upperWords).allSatisfy { $0 & ~$1 == 0 }
  }

  /// The function of `count` inputs whose value on each row is that of this one on row `source(row)`.
  @inlinable func rearranged(_ count: Int, source: (Int) -> Int) -> TruthTable {
    guard count <= 6 else { return TruthTable(inputCount: count, rows: { self[source($0)] }) }
    var result: UInt64 = 0
    for row in 0..<(1 << count) where self[source(row)] { result |= 1 << UInt64(row) }
    return TruthTable(bits: result, inputCount: count)
  }
}

extension [UInt64] {
  /// What stands for `table` in a list of one word a gate: its bits, or the place in this array to which its words are appended where it has
  /// more than six inputs.
  @inlinable package mutating func place(_ table: TruthTable) -> UInt64 {
    table.inputCount <= TruthTable.wordInputCount ? table.bits : append(words: table)
  }

  @usableFromInline package mutating func append(words table: TruthTable) -> UInt64 {
    defer { append(contentsOf: table.words) }
    return UInt64(count)
  }
}

// Functions of more than six inputs, word by word.
extension TruthTable {
  @usableFromInline func mapWords(_ change: (UInt64) -> UInt64) -> TruthTable {
    TruthTable(words: words.map(change), inputCount: inputCount)
  }

  @usableFromInline func wideCofactor(_ j: Int, _ value: Bool) -> TruthTable {
    guard j >= 6 else {
      let shift = UInt64(1 << j)
      let high = TruthTable.pattern(ofInput: j)
      return mapWords { value ? $0 & high | ($0 & high) >> shift : $0 & ~high | ($0 & ~high) << shift }
    }
    let (all, bit) = (words, 1 << (j - 6))
    return TruthTable(words: all.indices.map { all[value ? $0 | bit : $0 & ~bit] }, inputCount: inputCount)
  }

  @usableFromInline func removingWideInput(_ j: Int, fixedTo value: Bool) -> TruthTable {
    let all = words
    if j >= 6 {
      let kept = all.indices.filter { ($0 >> (j - 6) & 1 != 0) == value }
      return TruthTable(words: kept.map { all[$0] }, inputCount: inputCount - 1)
    }
    let halves = all.map {
      TruthTable(bits: $0, inputCount: 6).removingInput(j, fixedTo: value).bits
    }
    return TruthTable(
      words: (0..<halves.count / 2).map { halves[2 * $0] | halves[2 * $0 + 1] << 32 }, inputCount: inputCount - 1)
  }
}

extension TruthTable: Codable {
  private enum CodingKeys: String, CodingKey { case bits, inputCount, upperWords }

  /// Writes `bits` and `inputCount`, and the words after the first where there are some.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(bits, forKey: .bits)
    try container.encode(inputCount, forKey: .inputCount)
    if !upperWords.isEmpty { try container.encode(upperWords, forKey: .upperWords) }
  }

  /// Reads what `encode(to:)` writes.
  ///
  /// - Throws: `DecodingError` where a value is missing or the number of words is not that of the inputs.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let inputCount = try container.decode(Int.self, forKey: .inputCount)
    let words =
      try [container.decode(UInt64.self, forKey: .bits)]
      + (container.decodeIfPresent([UInt64].self, forKey: .upperWords) ?? [])
    guard (0...TruthTable.maximumInputCount).contains(inputCount), words.count == TruthTable.wordCount(inputCount)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .inputCount, in: container,
        debugDescription:
          "expected 0 to 12 inputs and 2^inputCount values, found \(inputCount) and \(words.count) words")
    }
    self.init(words: words, inputCount: inputCount)
  }
}

extension TruthTable: CustomStringConvertible {
  /// The values from the last row to the first, as in a hexadecimal or binary literal: AND is `1000`.
  public var description: String {
    String((0..<rowCount).reversed().map { self[$0] ? "1" : "0" })
  }
}
