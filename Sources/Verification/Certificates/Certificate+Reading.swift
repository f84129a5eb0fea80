// A certificate out of bytes that may come from anybody.
import Transformers

extension Certificate {
  /// The certificate in the file at `path`.
  ///
  /// - Throws: `CertificateError` where the file cannot be read or holds no certificate.
  public init(contentsOf path: String) throws(CertificateError) {
    let limit =
      CertificateEnvelope.prefixLength + CertificateEnvelope.headerLimit + CertificateEnvelope.bodyLimit
      + ContentDigest.byteCount
    let bytes: [UInt8]
    do throws(FolderError) { bytes = try InputFile.contents(path, limit: limit) } catch {
      let fault = error.faults[0]
      throw CertificateError(path: path, expected: fault.expected, found: fault.found)
    }
    try self.init(parsing: bytes, path: path)
  }

  /// The certificate in `bytes`, which are those of the file at `path`.
  ///
  /// What is read can be: counts that fit each other, numbers that are numbers, sources of wires. Whether it is true, and of these weights
  /// and this circuit, is for the checker. Linear in the number of bytes, and in no number that they hold.
  ///
  /// - Throws: `CertificateError` with the first fault.
  public init(parsing bytes: [UInt8], path: String = "certificate") throws(CertificateError) {
    let (header, body) = try CertificateEnvelope.opened(bytes, path: path)
    do throws(JSONFault) { self = try Certificate(header: Array(bytes[header])) } catch {
      throw CertificateError(
        path: path, place: .byte(header.lowerBound + error.offset), expected: error.expected, found: error.found)
    }
    if !body.isEmpty { witness = try Witness(parsing: bytes[body], path: path) }
    do throws(CertificateFault) { try check() } catch { throw error.inFile(path) }
  }

  /// The certificate, without its witness, that the text of a header writes.
  private init(header: [UInt8]) throws(JSONFault) {
    // The version first: of another one, nothing else can be expected.
    let version = try header.scanned { (scanner) throws(JSONFault) in
      var version: Int?
      try scanner.members { (scanner, key, _) throws(JSONFault) in
        if key == "version" { version = try scanner.integer() } else { try scanner.skipValue() }
      }
      try scanner.finish()
      return version
    }
    guard version == Certificate.version else {
      throw JSONFault(
        offset: 0, expected: "version \(Certificate.version)", found: version.map { "version \($0)" } ?? "none")
    }
    self = try header.scanned { (scanner) throws(JSONFault) in try Certificate(&scanner) }
  }

  private init(_ scanner: inout JSONScanner) throws(JSONFault) {
    var tool: String?
    var files: [FileDigest]?
    var claim: Claim?
    var bounds: Bounds?
    try scanner.members { (scanner, key, offset) throws(JSONFault) in
      switch key {
      case "version": _ = try scanner.integer()
      case "tool": tool = try scanner.string()
      case "files": files = try scanner.list(limit: Certificate.fileLimit, FileDigest.init)
      case "claim": claim = try Claim(&scanner)
      case "bounds": bounds = try Bounds(&scanner)
      default: throw unknownKey(key, offset)
      }
    }
    let end = scanner.position
    version = Certificate.version
    self.tool = try required(tool, "tool", end)
    self.files = try required(files, "files", end)
    self.claim = try required(claim, "claim", end)
    self.bounds = try required(bounds, "bounds", end)
    witness = nil
  }
}

/// The value of a key, or the fault that it is not there.
private func required<Value>(_ value: Value?, _ key: String, _ offset: Int) throws(JSONFault) -> Value {
  guard let value else { throw JSONFault(offset: offset, expected: "the key \(key) before the end", found: "none") }
  return value
}

/// The fault that a certificate has a key which nobody would read.
private func unknownKey(_ key: String, _ offset: Int) -> JSONFault {
  JSONFault(offset: offset, expected: "a key of a certificate", found: key.excerpt)
}

extension JSONScanner {
  /// Reads an array of at most `limit` elements.
  fileprivate mutating func list<Element>(
    limit: Int, _ element: (inout JSONScanner) throws(JSONFault) -> Element
  ) throws(JSONFault) -> [Element] {
    var elements: [Element] = []
    try self.elements { (scanner) throws(JSONFault) in
      if elements.count == limit {
        throw JSONFault(offset: scanner.position, expected: "at most \(limit) elements", found: "one more")
      }
      elements.append(try element(&scanner))
    }
    return elements
  }

  /// Reads a digest.
  fileprivate mutating func digest() throws(JSONFault) -> ContentDigest {
    _ = peek()
    let start = position
    let text = try string()
    guard let digest = ContentDigest(hexadecimal: text) else {
      throw JSONFault(offset: start, expected: "64 lower-case hexadecimal digits", found: text.excerpt)
    }
    return digest
  }
}

extension Certificate.FileDigest {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONFault) {
    var name: String?
    var digest: ContentDigest?
    try scanner.members { (scanner, key, offset) throws(JSONFault) in
      switch key {
      case "name": name = try scanner.string()
      case "sha256": digest = try scanner.digest()
      default: throw unknownKey(key, offset)
      }
    }
    self.init(
      name: try required(name, "name", scanner.position), sha256: try required(digest, "sha256", scanner.position))
  }
}

extension Claim {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONFault) {
    var form: PromptForm?
    var semantics: Semantics?
    var readOut: [Int]?
    var circuit: ContentDigest?
    try scanner.members { (scanner, key, offset) throws(JSONFault) in
      switch key {
      case "form": form = try PromptForm(&scanner)
      case "semantics": semantics = try Semantics(&scanner)
      case "readOut": readOut = try scanner.integers(limit: .max)
      case "circuit": circuit = try scanner.digest()
      default: throw unknownKey(key, offset)
      }
    }
    let end = scanner.position
    self.init(
      form: try required(form, "form", end), semantics: try required(semantics, "semantics", end),
      readOut: try required(readOut, "readOut", end), circuit: try required(circuit, "circuit", end))
  }
}

extension PromptForm {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONFault) {
    var tokens: Tokens?
    var inputCount: Int?
    var wireCount: Int?
    var leadingTokens: [Int]?
    var endToken: Int?
    try scanner.members { (scanner, key, offset) throws(JSONFault) in
      switch key {
      case "tokens":
        let word = try scanner.string()
        tokens = Tokens(rawValue: word)
        if tokens == nil {
          throw JSONFault(offset: offset, expected: "\"wiresWithValues\" or \"values\"", found: word.excerpt)
        }
      case "inputCount": inputCount = try scanner.integer()
      case "wireCount": wireCount = try scanner.integer()
      case "leadingTokens": leadingTokens = try scanner.integers(limit: 1 << 16)
      case "endToken": endToken = try scanner.integer()
      default: throw unknownKey(key, offset)
      }
    }
    let end = scanner.position
    self.init(
      tokens: try required(tokens, "tokens", end), inputCount: try required(inputCount, "inputCount", end),
      wireCount: try required(wireCount, "wireCount", end),
      leadingTokens: try required(leadingTokens, "leadingTokens", end), endToken: endToken)
  }
}

extension Semantics {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONFault) {
    _ = scanner.peek()
    let start = scanner.position
    var fields = Fields()
    try scanner.members { (scanner, key, offset) throws(JSONFault) in
      guard let field = Field(rawValue: key) else { throw unknownKey(key, offset) }
      switch field {
      case .name: fields.name = try scanner.string()
      case .ties: fields.ties = try scanner.string()
      case .keptBits, .precision, .minimumExponent, .maximumExponent: fields.integers[field] = try scanner.integer()
      case .unit, .functionMultiple, .smallestNormal, .vanishing, .largest:
        fields.numbers[field] = try scanner.double()
      }
    }
    do throws(CertificateFault) { self = try fields.semantics() } catch {
      throw JSONFault(offset: start, expected: "in \(error.key), \(error.expected)", found: error.found)
    }
  }
}

extension Bounds {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONFault) {
    var layers: [Layer]?
    var tokenMargin: Worst?
    var largestMagnitude: Double?
    var caseCount: Int?
    try scanner.members { (scanner, key, offset) throws(JSONFault) in
      switch key {
      case "layers": layers = try scanner.list(limit: Bounds.layerLimit, Layer.init)
      case "tokenMargin": tokenMargin = try Worst(&scanner)
      case "largestMagnitude": largestMagnitude = try scanner.double()
      case "caseCount": caseCount = try scanner.integer()
      default: throw unknownKey(key, offset)
      }
    }
    let end = scanner.position
    self.init(
      layers: try required(layers, "layers", end), tokenMargin: try required(tokenMargin, "tokenMargin", end),
      largestMagnitude: try required(largestMagnitude, "largestMagnitude", end),
      caseCount: try required(caseCount, "caseCount", end))
  }
}

extension Bounds.Layer {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONFault) {
    var scoreGap: Bounds.Worst?
    var leak: Bounds.Worst?
    var fetchError: Double?
    var comparesAllPairs: Bool?
    try scanner.members { (scanner, key, offset) throws(JSONFault) in
      switch key {
      case "scoreGap": scoreGap = try Bounds.Worst(&scanner)
      case "leak": leak = try Bounds.Worst(&scanner)
      case "fetchError": fetchError = try scanner.double()
      case "comparesAllPairs": comparesAllPairs = try scanner.boolean()
      default: throw unknownKey(key, offset)
      }
    }
    let end = scanner.position
    self.init(
      scoreGap: try required(scoreGap, "scoreGap", end), leak: try required(leak, "leak", end),
      fetchError: try required(fetchError, "fetchError", end),
      comparesAllPairs: try required(comparesAllPairs, "comparesAllPairs", end))
  }
}

extension Bounds.Worst {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONFault) {
    var value: Double?
    var step: Int?
    var head: Int?
    try scanner.members { (scanner, key, offset) throws(JSONFault) in
      switch key {
      case "value":
        if scanner.peek() == UInt8(ascii: "\"") {
          let word = try scanner.string()
          guard word == Bounds.Worst.infinity else {
            throw JSONFault(offset: offset, expected: "a number or \"infinity\"", found: word.excerpt)
          }
          value = .infinity
        } else {
          value = try scanner.double()
        }
      case "step": step = try scanner.integer()
      case "head": head = try scanner.integer()
      default: throw unknownKey(key, offset)
      }
    }
    self.init(try required(value, "value", scanner.position), step: step, head: head)
  }
}
