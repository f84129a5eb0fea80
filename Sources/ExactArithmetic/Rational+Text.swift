// Rational to and from text, and from the text to Codable.

extension Rational: LosslessStringConvertible, CustomStringConvertible, Codable {
  /// The number that `text` writes as an integer or as two integers around a slash, in decimal; nil for any other text
  /// and for a denominator of 0.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let numerator = Integer(first, radix: 10) else { return nil }
    if parts.count == 1 {
      self.init(numerator)
      return
    }
    guard parts[1].first?.isASCII == true, parts[1].first != "-", parts[1].first != "+",
      let denominator = Integer(parts[1], radix: 10), denominator != 0
    else { return nil }
    self.init(numerator, denominator)
  }

  /// "n" for a whole number, else "n/d" in lowest terms.
  public var description: String { isInteger ? numerator.description : "\(numerator)/\(denominator)" }

  /// Reads a string such as "-3/7".
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Rational(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a fraction such as \"-3/7\", found \"\(text.prefix(40))\"")
    }
    self = value
  }

  /// Writes a string such as "-3/7".
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
