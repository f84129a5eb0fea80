// The strict reader of the plain text of a network; IntegerNetwork+Text.swift documents the format.
import ExactArithmetic

extension IntegerNetwork {
  /// What a text may at most hold; everything it declares is checked against these before memory is spent on it.
  public struct TextLimits: Sendable, Hashable {
    /// The most inputs, outputs or units of a layer.
    public var width = IntegerNetwork.maximumWidth
    /// The most hidden layers.
    public var layers = 1 << 22
    /// The most digits of a number.
    public var digits = 1 << 20
    /// The limits as they stand above.
    public init() {}
  }

  /// Reads a network from its plain text.
  ///
  /// - Parameters:
  ///   - text: the bytes of the text.
  ///   - limits: what it may at most hold.
  /// - Throws: `MemorizationTextError` with line and column at the first byte that is not canonical or does not fit.
  /// - Complexity: linear in the text, but for the conversion of long numbers from decimal; memory is linear in the text.
  public init(text: [UInt8], limits: TextLimits = TextLimits()) throws(MemorizationTextError) {
    var reader = NetworkTextReader(cursor: TextCursor(text), limits: limits)
    self = try reader.network()
  }

  /// Reads a network from its plain text, as `init(text:limits:)` does from its bytes.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - limits: what it may at most hold.
  /// - Throws: `MemorizationTextError` with line and column at the first byte that is not canonical or does not fit.
  public init(text: String, limits: TextLimits = TextLimits()) throws(MemorizationTextError) {
    try self.init(text: Array(text.utf8), limits: limits)
  }
}

private struct NetworkTextReader {
  var cursor: TextCursor
  let limits: IntegerNetwork.TextLimits

  mutating func network() throws(MemorizationTextError) -> IntegerNetwork {
    try line(IntegerNetwork.textMagic)
    try word("inputs ")
    let inputCount = try count(1...limits.width, "inputs")
    try endOfLine()
    var width = inputCount
    var layers: [IntegerNetwork.Layer] = []
    while cursor.next == UInt8(ascii: "l") {
      if layers.count == limits.layers { throw cursor.fault(expected: "at most \(limits.layers) layers") }
      try word("layer ")
      let name = cursor.offset
      let field = String(decoding: cursor.field { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }, as: UTF8.self)
      guard let activation = IntegerNetwork.Activation(rawValue: field) else {
        throw cursor.fault(at: name, expected: "relu or threshold")
      }
      try word(" ")
      let rowCount = try count(1...limits.width, "rows")
      try endOfLine()
      let rows = try rows(rowCount, width) { (reader: inout Self) throws(MemorizationTextError) in try reader.integer()
      }
      layers.append(IntegerNetwork.Layer(activation, rows))
      width = rowCount
    }
    try word("outputs ")
    let outputCount = try count(1...limits.width, "rows")
    try endOfLine()
    let outputs = try rows(outputCount, width) { (reader: inout Self) throws(MemorizationTextError) in
      try reader.rational()
    }
    try line("end")
    guard cursor.isAtEnd else { throw cursor.fault(expected: "the end of the text") }
    return IntegerNetwork(uncheckedInputCount: inputCount, hiddenLayers: layers, outputs: outputs)
  }

  mutating func rows<Number: Equatable & ExpressibleByIntegerLiteral>(
    _ rowCount: Int, _ width: Int, _ number: (inout Self) throws(MemorizationTextError) -> Number
  ) throws(MemorizationTextError) -> [IntegerNetwork.Row<Number>] {
    var rows: [IntegerNetwork.Row<Number>] = []
    while rows.count < rowCount {
      let bias = try number(&self)
      if cursor.take(UInt8(ascii: "\n")) {
        rows.append(IntegerNetwork.Row([], bias: bias))
        continue
      }
      try word(" ")
      let place = cursor.offset
      if cursor.take(UInt8(ascii: "=")) {
        guard let above = rows.last, !above.terms.isEmpty else {
          throw cursor.fault(at: place, expected: "= only below a row with weights")
        }
        rows.append(IntegerNetwork.Row(above.terms, bias: bias))
        try endOfLine()
        continue
      }
      var terms: [IntegerNetwork.Term<Number>] = []
      repeat {
        let place = cursor.offset
        let column = try count(0...(width - 1), "a column")
        if let last = terms.last, column <= last.column {
          throw cursor.fault(at: place, expected: "a column above \(last.column)")
        }
        try word(":")
        let weightPlace = cursor.offset
        let weight = try number(&self)
        if weight == 0 { throw cursor.fault(at: weightPlace, expected: "a weight that is not 0") }
        terms.append(IntegerNetwork.Term(column, weight))
      } while cursor.take(UInt8(ascii: " "))
      if terms == rows.last?.terms { throw cursor.fault(at: place, expected: "= for the weights of the row above") }
      try endOfLine()
      rows.append(IntegerNetwork.Row(terms, bias: bias))
    }
    return rows
  }

  mutating func line(_ text: String) throws(MemorizationTextError) {
    try word(text)
    try endOfLine()
  }

  mutating func word(_ text: String) throws(MemorizationTextError) {
    let place = cursor.offset
    for byte in text.utf8 where !cursor.take(byte) {
      throw cursor.fault(at: place, expected: "\"\(text)\"")
    }
  }

  mutating func endOfLine() throws(MemorizationTextError) {
    guard cursor.take(UInt8(ascii: "\n")) else { throw cursor.fault(expected: "the end of the line") }
  }

  /// Digits without a leading zero, at most `limits.digits` of them.
  mutating func digits() throws(MemorizationTextError) -> ArraySlice<UInt8> {
    let place = cursor.offset
    let digits = cursor.field { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    if digits.isEmpty || (digits.count > 1 && digits.first == UInt8(ascii: "0")) {
      throw cursor.fault(at: place, expected: "a decimal number without leading zeros")
    }
    if digits.count > limits.digits {
      throw cursor.fault(at: place, expected: "a number of at most \(limits.digits) digits")
    }
    return digits
  }

  mutating func count(_ range: ClosedRange<Int>, _ what: String) throws(MemorizationTextError) -> Int {
    let place = cursor.offset
    guard let value = Int(String(decoding: try digits(), as: UTF8.self)), range.contains(value) else {
      throw cursor.fault(at: place, expected: "\(what) in \(range.lowerBound)...\(range.upperBound)")
    }
    return value
  }

  mutating func integer() throws(MemorizationTextError) -> Integer {
    let place = cursor.offset
    let isNegative = cursor.take(UInt8(ascii: "-"))
    guard let value = Integer(String(decoding: try digits(), as: UTF8.self)), !(isNegative && value == 0) else {
      throw cursor.fault(at: place, expected: "a decimal integer")
    }
    return isNegative ? -value : value
  }

  mutating func rational() throws(MemorizationTextError) -> Rational {
    let place = cursor.offset
    let numerator = try integer()
    guard cursor.take(UInt8(ascii: "/")) else { return Rational(numerator) }
    let denominator = try integer()
    guard denominator > 1, numerator.greatestCommonDivisor(with: denominator) == 1 else {
      throw cursor.fault(at: place, expected: "a fraction in lowest terms")
    }
    return Rational(numerator, denominator)
  }
}
