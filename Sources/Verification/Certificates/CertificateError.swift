// What a refused certificate says: its file, place, expectation and finding, in one sentence.
import Transformers

/// Why a certificate was not read, not written, or is not one of what it was held against.
public struct CertificateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A place in a certificate.
  public enum Place: Sendable, Equatable, CustomStringConvertible {
    /// The file itself.
    case whole
    /// A key of the header, as a path such as `claim.semantics`.
    case key(String)
    /// An offset from the file's first byte.
    case byte(Int)

    /// The place as it follows the path in a message.
    public var description: String {
      switch self {
      case .whole: ""
      case .key(let key): ", key \(key.escaped(limit: 100))"
      case .byte(let offset): ", byte \(offset)"
      }
    }
  }

  /// The file, as the caller named it.
  public var path: String
  /// Where in the file.
  public var place: Place
  /// What should have been there.
  public var expected: String
  /// What was there.
  public var found: String

  /// An error at `place` of the file at `path`.
  public init(path: String, place: Place = .whole, expected: String, found: String) {
    (self.path, self.place, self.expected, self.found) = (path, place, expected, found)
  }

  /// One line: path, place, expectation, finding; what a file says in them cannot move the reader's cursor.
  public var description: String {
    "\(path)\(place): expected \(expected), found \(found)".escaped(limit: 2_000)
  }
}

/// What is impossible in a part of a certificate, before anybody knows in which file.
struct CertificateFault: Error, Equatable {
  let key: String
  let expected: String
  let found: String

  init(_ key: String, expected: String, found: String) {
    (self.key, self.expected, self.found) = (key, expected, found)
  }

  /// Throws unless `condition` holds of the value of `key`.
  static func require(
    _ condition: Bool, _ key: @autoclosure () -> String, expected: @autoclosure () -> String,
    found: @autoclosure () -> String
  ) throws(CertificateFault) {
    guard condition else { throw CertificateFault(key(), expected: expected(), found: found()) }
  }

  /// The fault as one of the file at `path`.
  func inFile(_ path: String) -> CertificateError {
    CertificateError(path: path, place: .key(key), expected: expected, found: found)
  }
}
