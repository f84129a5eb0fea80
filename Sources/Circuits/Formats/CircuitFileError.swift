// What is wrong with a circuit file: where, what was expected and what was found.

/// A circuit file that could not be read or written, with its faults in the order in which they were found.
public struct CircuitFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, where the bytes came from one.
  public var path: String?
  /// The format that the file was read or written as, where that was decided.
  public var format: CircuitFormat?
  /// The first faults, `maximumKeptFaults` of them at most.
  public private(set) var faults: [Fault] = []
  /// The number of all faults.
  public private(set) var faultCount = 0

  /// How many faults are kept and described.
  public static let maximumKeptFaults = 20

  /// A place in a file.
  public enum Position: Sendable, Equatable {
    /// A line and a column in bytes, both from 1.
    case line(Int, column: Int)
    /// A byte offset from 0, in the binary part of a file.
    case byte(Int)
    /// The file as a whole.
    case file
  }

  /// One thing that is wrong.
  public struct Fault: Sendable, Equatable {
    /// Where it is.
    public let position: Position
    /// What should stand there.
    public let expected: String
    /// What stands there.
    public let found: String

    /// A fault at `position`.
    public init(position: Position, expected: String, found: String) {
      self.position = position
      self.expected = expected
      self.found = found
    }
  }

  /// An error without faults yet.
  public init(path: String? = nil, format: CircuitFormat? = nil) {
    self.path = path
    self.format = format
  }

  /// An error with one fault.
  public init(
    path: String? = nil, format: CircuitFormat? = nil, position: Position = .file, expected: String, found: String
  ) {
    self.init(path: path, format: format)
    add(Fault(position: position, expected: expected, found: found))
  }

  /// Whether the next fault is kept.
  var keepsNextFault: Bool { faults.count < CircuitFileError.maximumKeptFaults }

  /// Counts a fault and keeps it if there is room; `nil` where the caller saw that there is none.
  mutating func add(_ fault: Fault?) {
    faultCount += 1
    if let fault, keepsNextFault { faults.append(fault) }
  }

  /// One line a fault, such as `adder.aag:12:5: expected an even literal, found "7"`.
  public var description: String {
    let name = path ?? "<input>"
    var lines = faults.map { fault in
      let place =
        switch fault.position {
        case .line(let line, let column): ":\(line):\(column)"
        case .byte(let offset): ":byte \(offset)"
        case .file: ""
        }
      return "\(name)\(place): expected \(fault.expected), found \(fault.found)"
    }
    if faultCount > faults.count { lines.append("\(name): and \(faultCount - faults.count) more faults") }
    return lines.joined(separator: "\n")
  }
}
