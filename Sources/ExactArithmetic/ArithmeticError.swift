// What an arithmetic cannot compute.

/// An operation that has no result in the arithmetic that was asked for it.
public enum ArithmeticError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A quotient by zero, which finite-precision and exact arithmetic do not have ("counts as a wrong output").
  case divisionByZero
  /// An argument for which the function has no real value.
  case outsideDomain(operation: String, argument: String)
  /// A value that exact arithmetic cannot hold because it is transcendental, such as exp(1).
  case transcendentalInExactArithmetic(operation: String, argument: String)
  /// A value that exact arithmetic cannot hold because it is irrational, such as sqrt(2).
  case irrationalInExactArithmetic(operation: String, argument: String)

  /// One sentence.
  public var description: String {
    switch self {
    case .divisionByZero: "division by zero"
    case .outsideDomain(let operation, let argument): "\(operation)(\(argument)) is not a real number"
    case .transcendentalInExactArithmetic(let operation, let argument):
      "\(operation)(\(argument)) is transcendental, so exact arithmetic has no number for it"
    case .irrationalInExactArithmetic(let operation, let argument):
      "\(operation)(\(argument)) is irrational, so exact arithmetic has no number for it"
    }
  }
}
