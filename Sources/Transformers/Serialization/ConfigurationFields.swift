// The keys of a JSON object read with their types and ranges; every fault is kept, so that one pass reports them all.

/// The members of one object of a JSON file.
package struct ConfigurationFields {
  /// The file, as messages name it.
  package let path: String
  /// What stands before a key in messages, such as "rope_scaling.".
  package let prefix: String
  /// The faults so far.
  package private(set) var faults: [FolderError.Fault] = []
  private let members: [String: JSONValue]

  /// The fields of `value`, which should be an object.
  package init(_ value: JSONValue, path: String, prefix: String = "") {
    self.path = path
    self.prefix = prefix
    if case .object(let list) = value {
      members = Dictionary(uniqueKeysWithValues: list.map { ($0.key, $0.value) })
    } else {
      members = [:]
      faults.append(
        FolderError.Fault(
          path: path, place: prefix.isEmpty ? .whole : .key(String(prefix.dropLast())), expected: "an object",
          found: value.excerpt))
    }
  }

  /// The fields of the JSON text in `bytes`.
  package init(parsing bytes: [UInt8], path: String) throws(FolderError) {
    let value: JSONValue
    do throws(JSONFault) { value = try JSONValue.parse(bytes) } catch { throw error.inFile(path) }
    self.init(value, path: path)
  }

  /// The value of `key`; `null` counts as absent.
  package subscript(key: String) -> JSONValue? { members[key].flatMap { $0 == .null ? nil : $0 } }

  /// The keys with a value, sorted.
  package var keys: [String] { members.filter { $0.value != .null }.keys.sorted() }

  /// Whether `key` is written, be it as `null`.
  package func has(_ key: String) -> Bool { members[key] != nil }

  /// Adds a fault at `key`.
  package mutating func report(_ key: String, expected: String, found: String? = nil) {
    guard faults.count < FolderError.faultLimit else { return }
    faults.append(
      FolderError.Fault(
        path: path, place: .key(prefix + key), expected: expected,
        found: found ?? self[key]?.excerpt ?? (has(key) ? "null" : "nothing")))
  }

  /// Adds the faults of an object within.
  package mutating func adopt(_ inner: ConfigurationFields) { faults += inner.faults }

  /// The integer in `range` at `key`; without a default the key is required.
  package mutating func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) -> Int {
    if let fallback, self[key] == nil { return fallback }
    if case .integer(let value)? = self[key], range.contains(value) { return value }
    report(key, expected: "an integer from \(range.lowerBound) to \(range.upperBound)")
    return range.lowerBound
  }

  /// The number at `key`, at least `minimum` or, where `isStrict`, above it; without a default the key is required.
  package mutating func number(
    _ key: String, from minimum: Double, isStrict: Bool = true, default fallback: Double? = nil
  ) -> Double {
    if let fallback, self[key] == nil { return fallback }
    var value: Double?
    switch self[key] {
    case .integer(let integer)?: value = Double(integer)
    case .number(let number)?: value = number
    default: break
    }
    if let value, isStrict ? value > minimum : value >= minimum { return value }
    report(key, expected: "a number \(isStrict ? "above" : "of at least") \(minimum)")
    return 1
  }

  /// The truth value at `key`.
  package mutating func flag(_ key: String, default fallback: Bool) -> Bool {
    guard let value = self[key] else { return fallback }
    if case .boolean(let flag) = value { return flag }
    report(key, expected: "true or false")
    return fallback
  }

  /// The text at `key`; without a default the key is required.
  package mutating func text(_ key: String, oneOf choices: [String], default fallback: String? = nil) -> String? {
    if let fallback, self[key] == nil { return fallback }
    if case .string(let text)? = self[key], choices.contains(text) { return text }
    report(key, expected: choices.map(\.excerpt).joined(separator: " or "))
    return nil
  }

  /// The tokens at `key`: an integer, a list of them, `null` or nothing.
  package mutating func tokens(_ key: String, default fallback: [Int] = []) -> [Int] {
    guard has(key) else { return fallback }
    guard let value = self[key] else { return [] }
    let list: [JSONValue]
    if case .array(let elements) = value { list = elements } else { list = [value] }
    var tokens: [Int] = []
    for element in list {
      guard case .integer(let token) = element else {
        report(key, expected: "a token or a list of tokens")
        return []
      }
      tokens.append(token)
    }
    return tokens
  }

  /// The list of integers in `range` at `key`, which is required and has at least `minimumCount` of them.
  package mutating func integers(_ key: String, in range: ClosedRange<Int>, minimumCount: Int) -> [Int] {
    var integers: [Int] = []
    if case .array(let elements)? = self[key] {
      for case .integer(let value) in elements where range.contains(value) { integers.append(value) }
      if integers.count == elements.count, integers.count >= minimumCount { return integers }
    }
    report(
      key, expected: "a list of at least \(minimumCount) integers from \(range.lowerBound) to \(range.upperBound)")
    return Array(repeating: range.lowerBound, count: minimumCount)
  }

  /// Refuses `key` unless it is absent or has a value that changes nothing.
  package mutating func refuse(_ key: String, unless neutral: JSONValue..., because reason: String) {
    if let value = self[key], !neutral.contains(value) { report(key, expected: reason) }
  }

  /// Throws the faults, if there are any.
  package func check() throws(FolderError) {
    if !faults.isEmpty { throw FolderError(faults) }
  }
}
