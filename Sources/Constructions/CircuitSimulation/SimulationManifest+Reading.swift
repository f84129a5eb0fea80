// A manifest out of the text of a wright.json, which may come from anybody, and its text.
import ExactArithmetic
public import Transformers

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension SimulationManifest {
  /// The manifest in the text of a wright.json; other keys than the manifest's are ignored.
  ///
  /// What is read has sizes that can be: names and words of as many pins as there are, blocks with columns, outputs that read wires.
  /// Whether it suits a model is for the reader of the folder to check. Linear in the size of the text; nothing but what is kept is stored.
  ///
  /// - Throws: `FolderError` with the first fault of the syntax and types, or with all keys that are missing, or with what cannot be.
  public init(parsing bytes: [UInt8], path: String = fileName) throws(FolderError) {
    var text = ManifestText()
    do throws(JSONFault) {
      try bytes.scanned { (scanner) throws(JSONFault) in try text.read(&scanner) }
    } catch { throw error.inFile(path) }
    guard let manifest = text.manifest else {
      throw FolderError(
        text.missingKeys.map {
          FolderError.Fault(path: path, place: .key($0), expected: "this key", found: "nothing")
        })
    }
    self = manifest
    if let violatedInvariant {
      throw FolderError([
        FolderError.Fault(path: path, expected: "what wright construct writes", found: violatedInvariant)
      ])
    }
  }

  /// The text of wright.json.
  package func serialized() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return Array(try encoder.encode(self))
  }

  /// The manifest of a text, or `nil` where keys are missing.
  fileprivate init?(_ text: ManifestText) {
    guard let version = text.version, let form = text.form, let circuit = text.circuit,
      let inputCount = text.inputCount, let wireCount = text.wireCount, let fanIn = text.fanIn,
      let inputNames = text.inputNames, let outputNames = text.outputNames, let inputWidths = text.inputWidths,
      let outputWidths = text.outputWidths, let readOut = text.readOut, let foldsInverters = text.foldsInverters,
      let dropsDeadGates = text.dropsDeadGates, let residualStream = text.residualStream
    else { return nil }
    self.version = version
    self.form = form
    precision = text.precision
    self.circuit = circuit
    self.inputCount = inputCount
    self.wireCount = wireCount
    self.fanIn = fanIn
    self.inputNames = inputNames
    self.outputNames = outputNames
    self.inputWidths = inputWidths
    self.outputWidths = outputWidths
    self.readOut = readOut
    self.foldsInverters = foldsInverters
    self.dropsDeadGates = dropsDeadGates
    self.residualStream = residualStream
  }
}

/// What a text says, as far as it was read.
private struct ManifestText {
  var version: Int?
  var form: SimulationManifest.Form?
  var precision: FloatFormat?
  var circuit: String?
  var inputCount: Int?
  var wireCount: Int?
  var fanIn: Int?
  var inputNames: [String]?
  var outputNames: [String]?
  var inputWidths: [Int]?
  var outputWidths: [Int]?
  var readOut: [Int]?
  var foldsInverters: Bool?
  var dropsDeadGates: Bool?
  var residualStream: [SimulationManifest.Block]?

  var manifest: SimulationManifest? { SimulationManifest(self) }

  /// The keys that were not there.
  var missingKeys: [String] {
    let found: [(String, Any?)] = [
      ("circuit", circuit), ("dropsDeadGates", dropsDeadGates), ("fanIn", fanIn), ("foldsInverters", foldsInverters),
      ("form", form), ("inputCount", inputCount), ("inputNames", inputNames), ("inputWidths", inputWidths),
      ("outputNames", outputNames), ("outputWidths", outputWidths), ("readOut", readOut),
      ("residualStream", residualStream), ("version", version), ("wireCount", wireCount),
    ]
    return found.compactMap { $0.1 == nil ? $0.0 : nil }
  }

  mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
    try scanner.members { (scanner, key, offset) throws(JSONFault) in
      switch key {
      case "version": self.version = try scanner.integer()
      case "form":
        let word = try scanner.string()
        self.form = SimulationManifest.Form(rawValue: word)
        if self.form == nil {
          throw JSONFault(offset: offset, expected: "the form \"llama\" or \"li\"", found: word.excerpt)
        }
      case "precision":
        self.precision = try scanner.takeNull() ? nil : ManifestText.format(&scanner)
      case "circuit": self.circuit = try scanner.string()
      case "inputCount": self.inputCount = try scanner.integer()
      case "wireCount": self.wireCount = try scanner.integer()
      case "fanIn": self.fanIn = try scanner.integer()
      case "inputNames": self.inputNames = try ManifestText.strings(&scanner)
      case "outputNames": self.outputNames = try ManifestText.strings(&scanner)
      case "inputWidths": self.inputWidths = try scanner.integers(limit: .max)
      case "outputWidths": self.outputWidths = try scanner.integers(limit: .max)
      case "readOut": self.readOut = try scanner.integers(limit: .max)
      case "foldsInverters": self.foldsInverters = try scanner.boolean()
      case "dropsDeadGates": self.dropsDeadGates = try scanner.boolean()
      case "residualStream": self.residualStream = try ManifestText.blocks(&scanner)
      default: try scanner.skipValue()
      }
    }
    try scanner.finish()
  }

  private static func strings(_ scanner: inout JSONScanner) throws(JSONFault) -> [String] {
    var strings: [String] = []
    try scanner.elements { (scanner) throws(JSONFault) in strings.append(try scanner.string()) }
    return strings
  }

  private static func blocks(_ scanner: inout JSONScanner) throws(JSONFault) -> [SimulationManifest.Block] {
    var blocks: [SimulationManifest.Block] = []
    try scanner.elements { (scanner) throws(JSONFault) in
      _ = scanner.peek()
      let start = scanner.position
      var name: String?
      var size: Int?
      var meaning: String?
      try scanner.members { (scanner, key, _) throws(JSONFault) in
        switch key {
        case "name": name = try scanner.string()
        case "size": size = try scanner.integer()
        case "meaning": meaning = try scanner.takeNull() ? nil : scanner.string()
        default: try scanner.skipValue()
        }
      }
      guard let name, let size else {
        throw JSONFault(offset: start, expected: "a block with name and size", found: "one without")
      }
      blocks.append(SimulationManifest.Block(name: name, size: size, meaning: meaning))
    }
    return blocks
  }

  private static func format(_ scanner: inout JSONScanner) throws(JSONFault) -> FloatFormat {
    _ = scanner.peek()
    let start = scanner.position
    var numbers: [String: Int] = [:]
    var ties: FloatFormat.Ties?
    try scanner.members { (scanner, key, _) throws(JSONFault) in
      switch key {
      case "precision", "minimumExponent", "maximumExponent": numbers[key] = try scanner.integer()
      case "ties": ties = FloatFormat.Ties(rawValue: try scanner.string())
      default: try scanner.skipValue()
      }
    }
    guard let precision = numbers["precision"], let least = numbers["minimumExponent"],
      let greatest = numbers["maximumExponent"], let ties,
      let format = FloatFormat(
        checkingPrecision: precision, minimumExponent: least, maximumExponent: greatest, ties: ties)
    else {
      throw JSONFault(
        offset: start, expected: "a precision in 1...60, ordered exponents, and ties toEven or towardZero",
        found: "another format")
    }
    return format
  }
}
