// Where a chain of thought differs from its circuit.
public import Circuits

/// The first difference between what a decoder emitted and what the circuit's values are.
public struct SimulationFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// What differs.
  public enum Place: Equatable, Sendable {
    /// The emitted token of this number, from 0, and the circuit's wire that it speaks of, where it speaks of one.
    case token(Int, wire: Wire?)
    /// The output of this number, read off tokens that are all right.
    case output(Int)
    /// The number of chains, which is not that of the assignments.
    case chainCount
  }

  /// The inputs' values, input 0 first.
  public let assignment: [Bool]
  /// What differs.
  public let place: Place
  /// What had to stand there, in words: a token, or a value.
  public let expected: String
  /// What stands there.
  public let found: String

  /// One line: the assignment (input 0 first), the place, what was expected and what was found.
  public var description: String {
    let place =
      switch place {
      case .token(let number, let wire): "token \(number)" + (wire.map { " (wire \($0) of the circuit)" } ?? "")
      case .output(let number): "output \(number)"
      case .chainCount: "number of chains"
      }
    return "with inputs \(bitText(assignment)), \(place): expected \(expected), found \(found)"
  }
}

/// The values of inputs as zeros and ones, input 0 first.
func bitText(_ bits: [Bool]) -> String { bits.isEmpty ? "(none)" : String(bits.map { $0 ? "1" : "0" }) }
