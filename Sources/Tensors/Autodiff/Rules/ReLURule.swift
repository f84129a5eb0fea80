// The rectifier, in the place of its input.

/// y = max(x, 0).
struct ReLURule {
  var input: Variable

  /// dx = dy where y > 0, else 0 (at 0 too, as PyTorch has it).
  func backward<Scalar>(node: Int, on tape: Tape<Scalar>) {
    let (arrived, count) = (tape.arrived(node), input.rows * input.columns)
    guard let (target, accumulates) = tape.successor(of: node, for: input) else { return }
    Scalar.differentiateReLU(
      at: tape.result(node), arrived: arrived, count: count, into: target, accumulates: accumulates)
  }
}

extension Tape {
  /// max(x, 0); it takes the place of `input` where that is the newest result, which nothing may read afterwards.
  @specialized(where Scalar == Float)
  public func relu(_ input: Variable) -> Variable { rectify(input) }

  @inline(never)
  private func rectify(_ input: Variable) -> Variable {
    let count = input.rows * input.columns
    let source = self.input(input)
    if canTakePlace(of: input) {
      Scalar.relu(source, count: count)
      return recordInPlace(.relu(ReLURule(input: input)), of: input)
    }
    let result = take(count)
    result.update(from: source, count: count)
    Scalar.relu(result, count: count)
    return record(
      .relu(ReLURule(input: input)), rows: input.rows, columns: input.columns, value: result,
      needsGradient: needsGradient(input))
  }
}
