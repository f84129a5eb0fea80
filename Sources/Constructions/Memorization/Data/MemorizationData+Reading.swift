// The strict reader of data as text: one point a line, its coordinates and its label separated by commas.
//
//     x,y,label          a first line without a number in it is a header and left out
//     0,1/3,-2.5         integers, fractions, decimals with an optional exponent: all exact; the last column is the label
//
// Lines end with "\n" or "\r\n", the last one with or without; a byte order mark is skipped. Blanks, tabs and quotes are refused, and so are empty lines.
import ExactArithmetic

extension MemorizationData {
  /// What a text may at most hold.
  public struct TextLimits: Sendable, Hashable {
    /// The most columns.
    public var columns = 1 << 20
    /// The most characters of a number.
    public var digits = 4096
    /// The largest exponent of a decimal, either way.
    public var exponent = 4096
    /// The most bits of the coordinates' common denominator.
    public var scaleBits = 1 << 16
    /// The limits as they stand above.
    public init() {}
  }

  /// Reads data from text.
  ///
  /// - Parameters:
  ///   - text: the bytes; at least one point.
  ///   - limits: what they may at most hold.
  /// - Throws: `MemorizationTextError` with line and column at the first byte that is not as it should be.
  /// - Complexity: linear in the text where coordinates are integers.
  public init(text: [UInt8], limits: TextLimits = TextLimits()) throws(MemorizationTextError) {
    var reader = DataTextReader(cursor: TextCursor(text), limits: limits)
    self = try reader.data()
  }

  /// Reads data from text, as `init(text:limits:)` does from its bytes.
  ///
  /// - Parameters:
  ///   - text: the text; at least one point.
  ///   - limits: what it may at most hold.
  /// - Throws: `MemorizationTextError` with line and column at the first byte that is not as it should be.
  public init(text: String, limits: TextLimits = TextLimits()) throws(MemorizationTextError) {
    try self.init(text: Array(text.utf8), limits: limits)
  }
}

private struct DataTextReader {
  var cursor: TextCursor
  let limits: MemorizationData.TextLimits
  private var columnCount: Int?
  /// Row-major numerators; denominators only where one is not 1, by index.
  private var coordinates: [Integer] = []
  private var denominators: [Int: Integer] = [:]
  private var labels: [Rational] = []
  private var scale: Integer = 1

  init(cursor: TextCursor, limits: MemorizationData.TextLimits) {
    self.cursor = cursor
    self.limits = limits
  }

  mutating func data() throws(MemorizationTextError) -> MemorizationData {
    for byte in [0xEF, 0xBB, 0xBF] as [UInt8] where cursor.next == byte { _ = cursor.take(byte) }
    if isHeader() { try skipHeader() }
    repeat { try row() } while !cursor.isAtEnd
    let whole = coordinates.enumerated().map { index, numerator in
      scale == 1 ? numerator : numerator * (scale / (denominators[index] ?? 1))
    }
    do {
      return try MemorizationData(dimension: (columnCount ?? 2) - 1, integers: whole, scale: scale, labels: labels)
    } catch {
      throw cursor.fault(expected: error.expected)
    }
  }

  /// Whether no field of the first line is a number.
  private func isHeader() -> Bool {
    var look = cursor
    let line = look.field { $0 == UInt8(ascii: "\n") }
    guard !line.isEmpty, line.first != UInt8(ascii: "\r") else { return false }
    return line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).allSatisfy { field in
      let name = field.last == UInt8(ascii: "\r") ? field.dropLast() : field
      // A letter, and not one of an exponent: "1.2.3" is no name but a number with a fault.
      let hasLetter = name.contains { $0 >= 128 || (65...90).contains($0 & 0xDF) }
      return hasLetter && Self.value(name, exponentLimit: limits.exponent) == nil
    }
  }

  private mutating func skipHeader() throws(MemorizationTextError) {
    let line = cursor.field { $0 == UInt8(ascii: "\n") }
    columnCount = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).count
    if let columnCount, !(2...limits.columns).contains(columnCount) {
      throw cursor.fault(at: line.startIndex, expected: "2 to \(limits.columns) columns")
    }
    _ = cursor.take(UInt8(ascii: "\n"))
  }

  private mutating func row() throws(MemorizationTextError) {
    let line = cursor.line
    var column = 0
    var last = Rational(0)
    while true {
      if column == limits.columns { throw cursor.fault(expected: "at most \(limits.columns) columns") }
      let value = try number()
      column += 1
      if cursor.take(UInt8(ascii: ",")) {
        if let columnCount, column == columnCount {
          throw cursor.fault(expected: "the end of the line behind \(columnCount) columns")
        }
        try append(value)
        continue
      }
      let place = cursor.offset
      _ = cursor.take(UInt8(ascii: "\r"))
      guard cursor.isAtEnd || cursor.take(UInt8(ascii: "\n")) else {
        throw cursor.fault(at: place, expected: "a comma or the end of the line")
      }
      last = value
      if let columnCount, column != columnCount {
        throw MemorizationTextError(
          line: line, column: 1, expected: "\(columnCount) columns", found: "\(column)")
      }
      break
    }
    if column < 2 {
      throw MemorizationTextError(
        line: line, column: 1, expected: "at least one coordinate and a label", found: "1 column")
    }
    columnCount = column
    labels.append(last)
  }

  private mutating func append(_ value: Rational) throws(MemorizationTextError) {
    if !value.isInteger {
      denominators[coordinates.count] = value.denominator
      scale = scale.leastCommonMultiple(with: value.denominator)
      if scale.bitLength > limits.scaleBits {
        throw cursor.fault(expected: "coordinates with a common denominator of at most \(limits.scaleBits) bits")
      }
    }
    coordinates.append(value.numerator)
  }

  /// A number up to a comma or the end of the line.
  private mutating func number() throws(MemorizationTextError) -> Rational {
    let place = cursor.offset
    let field = cursor.field { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    if field.count > limits.digits {
      throw cursor.fault(at: place, expected: "a number of at most \(limits.digits) characters")
    }
    guard let value = Self.value(field, exponentLimit: limits.exponent) else {
      throw cursor.fault(at: place, expected: "a number such as -12, 3/7, 0.25 or 1e-3")
    }
    return value
  }

  /// The exact value of a field, nil where it is no number.
  private static func value(_ field: ArraySlice<UInt8>, exponentLimit: Int) -> Rational? {
    if let small = smallInteger(field) { return Rational(small) }
    let text = String(decoding: field, as: UTF8.self)
    if text.contains("/") { return Rational(text) }
    let parts = text.split(separator: /[eE]/, maxSplits: 1, omittingEmptySubsequences: false)
    var exponent = 0
    if parts.count == 2 {
      guard let given = Int(parts[1]), given.magnitude <= exponentLimit else { return nil }
      exponent = given
    }
    guard let mantissa = parts.first else { return nil }
    let pieces = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = pieces.count == 2 ? pieces[1] : ""
    guard let whole = pieces.first, fraction.utf8.allSatisfy({ (48...57).contains($0) }),
      pieces.count == 1 || whole.utf8.last.map({ (48...57).contains($0) }) == true && !fraction.isEmpty,
      let digits = Integer(String(whole) + fraction, radix: 10)
    else { return nil }
    exponent -= fraction.utf8.count
    let power = Integer(10).power(Int(exponent.magnitude))
    return exponent < 0 ? Rational(digits, power) : Rational(digits * power)
  }

  /// The value of up to 18 digits with an optional minus, without a detour over text: nearly all fields.
  private static func smallInteger(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.first == UInt8(ascii: "-") ? field.dropFirst() : field
    guard (1...18).contains(digits.count) else { return nil }
    var value = 0
    for byte in digits {
      guard (48...57).contains(byte) else { return nil }
      value = 10 * value + Int(byte - 48)
    }
    return digits.count == field.count ? value : -value
  }
}
