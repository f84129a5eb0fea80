// Every generator by name, with parameters as text: what a command line lists and calls.

/// A circuit generator with the parameters that it takes.
public struct CircuitGenerator: Sendable {
  /// The name by which it is called.
  public let name: String
  /// What it makes, in one line.
  public let summary: String
  /// The parameters, in the order in which they are listed.
  public let parameters: [Parameter]

  let build: @Sendable (GeneratorArguments) throws(GeneratorError) -> Circuit

  /// A parameter of a generator.
  public struct Parameter: Sendable, Equatable {
    /// The name by which it is given.
    public let name: String
    /// What it means, in one line.
    public let summary: String
    /// Which texts are allowed.
    public let values: Values
    /// The value where none is given; `nil` where one has to be given, or where the summary says what happens otherwise.
    public let defaultValue: String?
  }

  /// The values of a parameter.
  public enum Values: Sendable, Equatable {
    /// Integers of a range, in decimal.
    case integer(ClosedRange<UInt64>)
    /// One of some words.
    case choice([String])
  }
}

extension CircuitGenerator.Values: CustomStringConvertible {
  /// The values in words, as in "an integer from 1 to 64".
  public var description: String {
    switch self {
    case .integer(let range) where range.upperBound == .max: "an integer from \(range.lowerBound) to 2^64 - 1"
    case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    }
  }
}

/// Why a generator was not called.
public enum GeneratorError: Error, Sendable, Equatable {
  /// No generator has this name.
  case unknownGenerator(String, known: [String])
  /// The generator has no such parameter.
  case unknownParameter(String, generator: String, known: [String])
  /// The parameter has to be given.
  case missingParameter(String, generator: String, expected: CircuitGenerator.Values)
  /// The parameter's text is not an allowed value.
  case badValue(String, parameter: String, generator: String, expected: String)
}

extension GeneratorError: CustomStringConvertible {
  /// What is wrong and what would be right, in one line.
  public var description: String {
    switch self {
    case .unknownGenerator(let name, let known):
      "there is no generator '\(name)'; there are \(known.joined(separator: ", "))"
    case .unknownParameter(let name, let generator, let known):
      known.isEmpty
        ? "\(generator) has no parameter '\(name)'; it has none"
        : "\(generator) has no parameter '\(name)'; it has \(known.joined(separator: ", "))"
    case .missingParameter(let name, let generator, let expected):
      "\(generator) needs the parameter '\(name)': \(expected)"
    case .badValue(let value, let parameter, let generator, let expected):
      "\(generator)'s parameter '\(parameter)' is '\(value)', which should be \(expected)"
    }
  }
}

/// All circuit generators.
public enum GeneratorCatalog {
  /// The generators, in the order in which they are listed.
  public static let generators: [CircuitGenerator] =
    CircuitGenerator.arithmetic + CircuitGenerator.logic + CircuitGenerator.serial + CircuitGenerator.cryptography

  /// The generator of this name, or `nil`.
  public static func generator(named name: String) -> CircuitGenerator? { generators.first { $0.name == name } }

  /// Makes a circuit.
  ///
  /// - Parameters:
  ///   - name: A generator's name.
  ///   - parameters: Texts by parameter name; parameters that are left out have their default values.
  /// - Throws: `GeneratorError`: the generator or a parameter is unknown, a parameter is missing or its value is not allowed.
  public static func make(name: String, parameters: [String: String] = [:]) throws(GeneratorError) -> Circuit {
    guard let generator = generator(named: name) else {
      throw .unknownGenerator(name, known: generators.map(\.name))
    }
    let known = generator.parameters.map(\.name)
    for given in parameters.keys.sorted() where !known.contains(given) {
      throw .unknownParameter(given, generator: name, known: known)
    }
    return try generator.build(GeneratorArguments(generator: generator, texts: parameters))
  }
}

/// The texts given for a generator's parameters, read by kind.
struct GeneratorArguments {
  let generator: CircuitGenerator
  let texts: [String: String]

  /// The value of an integer parameter; `nil` where it is not given and has no default.
  func optionalInteger(_ name: String) throws(GeneratorError) -> UInt64? {
    let parameter = parameter(name)
    guard let text = texts[name] ?? parameter.defaultValue else { return nil }
    guard case .integer(let range) = parameter.values, let value = UInt64(text), range.contains(value) else {
      throw bad(text, parameter)
    }
    return value
  }

  /// The value of an integer parameter that fits `Int`.
  func integer(_ name: String) throws(GeneratorError) -> Int { Int(clamping: try wide(name)) }

  /// The value of an integer parameter of up to 64 bits.
  func wide(_ name: String) throws(GeneratorError) -> UInt64 {
    guard let value = try optionalInteger(name) else {
      throw .missingParameter(name, generator: generator.name, expected: parameter(name).values)
    }
    return value
  }

  /// The value of a parameter that is one of the words of an enumeration.
  func choice<Choice: RawRepresentable>(
    _ name: String, as type: Choice.Type = Choice.self
  ) throws(GeneratorError) -> Choice where Choice.RawValue == String {
    let parameter = parameter(name)
    guard let text = texts[name] ?? parameter.defaultValue else {
      throw .missingParameter(name, generator: generator.name, expected: parameter.values)
    }
    guard case .choice(let words) = parameter.values, words.contains(text), let value = Choice(rawValue: text) else {
      throw bad(text, parameter)
    }
    return value
  }

  /// An error about a value that is allowed alone and not together with another parameter's.
  func conflict(_ name: String, expected: String) -> GeneratorError {
    .badValue(
      texts[name] ?? parameter(name).defaultValue ?? "", parameter: name, generator: generator.name, expected: expected)
  }

  private func bad(_ text: String, _ parameter: CircuitGenerator.Parameter) -> GeneratorError {
    .badValue(text, parameter: parameter.name, generator: generator.name, expected: parameter.values.description)
  }

  private func parameter(_ name: String) -> CircuitGenerator.Parameter {
    guard let parameter = generator.parameters.first(where: { $0.name == name }) else {
      preconditionFailure("\(generator.name) declares the parameter \(name) that it reads")
    }
    return parameter
  }
}
