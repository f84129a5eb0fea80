// Semantics as a certificate writes them: an object with a name and the numbers that belong to it.
import ExactArithmetic
import Transformers

extension Semantics {
  /// Every key that an object of semantics can have.
  enum Field: String, CodingKey, CaseIterable {
    case name
    case unit, functionMultiple, smallestNormal, vanishing, largest, keptBits
    case precision, minimumExponent, maximumExponent, ties
  }

  /// The object's name and numbers, read before anyone knows what they mean.
  struct Fields {
    var name: String?
    var integers: [Field: Int] = [:]
    var numbers: [Field: Double] = [:]
    var ties: String?

    /// The semantics of these fields.
    func semantics() throws(CertificateFault) -> Semantics {
      guard let name else { throw CertificateFault("claim.semantics.name", expected: "this key", found: "nothing") }
      switch name {
      case "ideal":
        try refuseOthers([])
        return .ideal
      case "softmax":
        try refuseOthers([])
        return .softmax
      case "rounded":
        try refuseOthers([.unit, .functionMultiple, .smallestNormal, .vanishing, .largest])
        return .rounded(try roundingModel(keptBits: nil))
      case "nearest":
        try refuseOthers([.unit, .functionMultiple, .smallestNormal, .vanishing, .largest, .keptBits])
        return .rounded(try roundingModel(keptBits: try integer(.keptBits)))
      case "finite-precision":
        try refuseOthers([.precision, .minimumExponent, .maximumExponent, .ties])
        let precision = try integer(.precision)
        let (least, greatest) = (try integer(.minimumExponent), try integer(.maximumExponent))
        guard let ties = ties.flatMap(FloatFormat.Ties.init(rawValue:)),
          let format = FloatFormat(
            checkingPrecision: precision, minimumExponent: least, maximumExponent: greatest, ties: ties)
        else {
          throw CertificateFault(
            "claim.semantics", expected: "a precision in 1...60, ordered exponents, and ties toEven or towardZero",
            found: "another format")
        }
        return .finitePrecision(format)
      default:
        throw CertificateFault(
          "claim.semantics.name", expected: "ideal, softmax, rounded, nearest or finite-precision", found: name.excerpt)
      }
    }

    private func roundingModel(keptBits: Int?) throws(CertificateFault) -> RoundingModel {
      var model = RoundingModel(unit: try number(.unit), keptBits: keptBits)
      model.functionMultiple = try number(.functionMultiple)
      model.smallestNormal = try number(.smallestNormal)
      model.vanishing = try number(.vanishing)
      model.largest = try number(.largest)
      return model
    }

    private func refuseOthers(_ known: Set<Field>) throws(CertificateFault) {
      var present = Set(integers.keys).union(numbers.keys)
      if ties != nil { present.insert(.ties) }
      if let other = Field.allCases.first(where: { present.contains($0) && !known.contains($0) }) {
        throw CertificateFault(
          "claim.semantics.\(other.rawValue)", expected: "no such key of these semantics", found: "one")
      }
    }

    private func number(_ field: Field) throws(CertificateFault) -> Double {
      guard let value = numbers[field] else {
        throw CertificateFault("claim.semantics.\(field.rawValue)", expected: "this key", found: "nothing")
      }
      return value
    }

    private func integer(_ field: Field) throws(CertificateFault) -> Int {
      guard let value = integers[field] else {
        throw CertificateFault("claim.semantics.\(field.rawValue)", expected: "this key", found: "nothing")
      }
      return value
    }
  }

  /// Throws where a number cannot be one of a rounding model. A `FloatFormat` was checked when it was made.
  func check() throws(CertificateFault) {
    guard case .rounded(let model) = self else { return }
    func require(_ condition: Bool, _ field: Field, _ expected: String, _ value: Double) throws(CertificateFault) {
      try CertificateFault.require(
        condition, "claim.semantics.\(field.rawValue)", expected: expected, found: "\(value)")
    }
    try require(model.unit >= 0 && model.unit < 1, .unit, "a unit roundoff in 0 ..< 1", model.unit)
    try require(
      model.functionMultiple >= 0 && model.functionMultiple.isFinite, .functionMultiple,
      "a finite number that is not negative", model.functionMultiple)
    try require(
      model.largest > 0 && model.largest.isFinite, .largest, "a finite number above 0", model.largest)
    try require(
      model.smallestNormal >= 0 && model.smallestNormal < model.largest, .smallestNormal,
      "a number from 0 to below the largest", model.smallestNormal)
    try require(
      model.vanishing >= 0 && model.vanishing <= model.smallestNormal, .vanishing,
      "a number from 0 to the smallest normal one", model.vanishing)
    if let bits = model.keptBits {
      try CertificateFault.require(
        (1...24).contains(bits), "claim.semantics.keptBits", expected: "1 to 24 digits", found: "\(bits)")
    }
  }
}

extension Semantics {
  /// Reads the object of name and numbers; refuses what cannot be.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    var fields = Fields()
    for key in container.allKeys {
      switch key {
      case .name: fields.name = try container.decode(String.self, forKey: key)
      case .ties: fields.ties = try container.decode(String.self, forKey: key)
      case .keptBits, .precision, .minimumExponent, .maximumExponent:
        fields.integers[key] = try container.decode(Int.self, forKey: key)
      case .unit, .functionMultiple, .smallestNormal, .vanishing, .largest:
        fields.numbers[key] = try container.decode(Double.self, forKey: key)
      }
    }
    do throws(CertificateFault) {
      self = try fields.semantics()
      try check()
    } catch {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: container.codingPath,
          debugDescription: "\(error.key): expected \(error.expected), found \(error.found)"))
    }
  }

  /// Writes the object of name and numbers.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(name, forKey: .name)
    switch self {
    case .ideal, .softmax: break
    case .rounded(let model):
      try container.encode(model.unit, forKey: .unit)
      try container.encode(model.functionMultiple, forKey: .functionMultiple)
      try container.encode(model.smallestNormal, forKey: .smallestNormal)
      try container.encode(model.vanishing, forKey: .vanishing)
      try container.encode(model.largest, forKey: .largest)
      try container.encodeIfPresent(model.keptBits, forKey: .keptBits)
    case .finitePrecision(let format):
      try container.encode(format.precision, forKey: .precision)
      try container.encode(format.minimumExponent, forKey: .minimumExponent)
      try container.encode(format.maximumExponent, forKey: .maximumExponent)
      try container.encode(format.ties, forKey: .ties)
    }
  }
}
