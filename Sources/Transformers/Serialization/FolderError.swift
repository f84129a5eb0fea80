// What a refused model folder, tensor file, configuration or tokenizer says: every fault with its file, place, expectation and finding.

/// Why a folder was not read or not written.
///
/// All faults that one pass can see are listed, not only the first. A syntax error hides what follows it, so it stands alone.
public struct FolderError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One fault.
  public struct Fault: Sendable, Equatable, CustomStringConvertible {
    /// The file or folder, as the caller named it.
    public var path: String
    /// Where in the file.
    public var place: Place
    /// What should have been there.
    public var expected: String
    /// What was there.
    public var found: String

    /// A fault of `path` at `place`.
    public init(path: String, place: Place = .whole, expected: String, found: String) {
      self.path = path
      self.place = place
      self.expected = expected
      self.found = found
    }

    /// One line: path, place, expectation, finding; what a file says in them cannot move the reader's cursor.
    public var description: String {
      "\(path)\(place): expected \(expected), found \(found)".escaped(limit: 2_000)
    }
  }

  /// A place in a file.
  public enum Place: Sendable, Equatable, CustomStringConvertible {
    /// The file itself.
    case whole
    /// A key of a JSON file, as a path such as `rope_scaling.factor`.
    case key(String)
    /// A tensor.
    case tensor(String)
    /// An offset from the file's first byte.
    case byte(Int)

    /// The place as it follows the path in a message.
    public var description: String {
      switch self {
      case .whole: ""
      case .key(let key): ", key \(key.escaped(limit: 100))"
      case .tensor(let name): ", tensor \(name.escaped(limit: 100))"
      case .byte(let offset): ", byte \(offset)"
      }
    }
  }

  /// The faults, in the order of the file; never empty.
  public let faults: [Fault]

  /// An error of the given faults.
  public init(_ faults: [Fault]) {
    precondition(!faults.isEmpty, "an error has a fault")
    self.faults = faults
  }

  /// An error of one fault.
  init(path: String, place: Place = .whole, expected: String, found: String) {
    self.init([Fault(path: path, place: place, expected: expected, found: found)])
  }

  /// One line for each fault.
  public var description: String { faults.map(\.description).joined(separator: "\n") }
}

extension FolderError {
  /// The most faults that one error lists: a hostile file could otherwise make a message larger than itself.
  static let faultLimit = 100
}

extension String {
  /// The text between quotes, control characters escaped and its tail cut off, so that a file's content can stand in a message.
  package var excerpt: String { "\"\(escaped(limit: 60))\"" }

  /// The first `limit` characters, control characters escaped, and dots where that is not all.
  package func escaped(limit: Int) -> String {
    var text = ""
    var rest = unicodeScalars[...]
    for _ in 0..<limit {
      guard let scalar = rest.popFirst() else { return text }
      text += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return rest.isEmpty ? text : text + "..."
  }
}
