// Activation functions: one rule for all, since each is a function of single numbers with a slope.

/// A smooth function that operations apply to each number.
public enum PointwiseFunction: Sendable, CaseIterable, BitwiseCopyable {
  /// x Phi(x), Phi the normal distribution's.
  case gelu
  /// x / (1 + exp(-2 u)), u = sqrt(2 / pi) (x + 0.044715 x^3).
  case geluTanh
  /// x / (1 + exp(-x)).
  case silu
  /// 1 / (1 + exp(-x)).
  case sigmoid
  /// The hyperbolic tangent.
  case tanh

  /// Whether the slope is computed from the result, and not from the input.
  public var isDifferentiatedByResult: Bool {
    switch self {
    case .gelu, .geluTanh, .silu: false
    case .sigmoid, .tanh: true
    }
  }
}

/// y = f(x), element by element.
struct ActivationRule {
  var input: Variable
  var function: PointwiseFunction

  /// dx = f'(x) dy.
  func backward<Scalar>(node: Int, on tape: Tape<Scalar>) {
    let (arrived, count) = (tape.arrived(node), input.rows * input.columns)
    let source = function.isDifferentiatedByResult ? tape.result(node) : tape.input(input)
    guard let (target, accumulates) = tape.successor(of: node, for: input) else { return }
    Scalar.differentiate(function, at: source, arrived: arrived, count: count, into: target, accumulates: accumulates)
  }
}

extension Tape {
  /// x Phi(x), Phi the distribution function of the normal distribution (GELU by the error function).
  ///
  /// - Note: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
  @specialized(where Scalar == Float)
  public func gelu(_ input: Variable) -> Variable { apply(.gelu, to: input) }

  /// x / (1 + exp(-2 u)), u = sqrt(2 / pi) (x + 0.044715 x^3): GELU in its tanh form.
  @specialized(where Scalar == Float)
  public func geluTanh(_ input: Variable) -> Variable { apply(.geluTanh, to: input) }

  /// x / (1 + exp(-x)).
  @specialized(where Scalar == Float)
  public func silu(_ input: Variable) -> Variable { apply(.silu, to: input) }

  /// 1 / (1 + exp(-x)); it takes the place of `input` where ``relu(_:)`` would.
  @specialized(where Scalar == Float)
  public func sigmoid(_ input: Variable) -> Variable { apply(.sigmoid, to: input) }

  /// The hyperbolic tangent; it takes the place of `input` where ``relu(_:)`` would.
  @specialized(where Scalar == Float)
  public func tanh(_ input: Variable) -> Variable { apply(.tanh, to: input) }

  private func apply(_ function: PointwiseFunction, to input: Variable) -> Variable {
    let (source, count) = (self.input(input), input.rows * input.columns)
    let operation = Operation<Scalar>.activation(ActivationRule(input: input, function: function))
    if function.isDifferentiatedByResult, canTakePlace(of: input) {
      Scalar.apply(function, to: source, count: count, into: source)
      return recordInPlace(operation, of: input)
    }
    let result = take(count)
    Scalar.apply(function, to: source, count: count, into: result)
    return record(
      operation, rows: input.rows, columns: input.columns, value: result, needsGradient: needsGradient(input))
  }
}
