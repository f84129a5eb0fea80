// The sum of two matrices, and the weighted sum of losses.

/// y = a + b.
struct SumRule {
  var left: Variable
  var right: Variable

  /// da = dy, db = dy.
  func backward<Scalar>(node: Int, on tape: Tape<Scalar>) {
    if let (target, accumulates) = tape.destination(for: left) {
      let count = left.rows * left.columns
      if accumulates {
        Scalar.add(tape.arrived(node), count: count, to: target)
      } else {
        target.update(from: tape.arrived(node), count: count)
      }
    }
    tape.handOver(node, to: right)
  }
}

/// y = w l + v m for single numbers l and m.
struct WeightedSumRule<Scalar: TensorScalar>: BitwiseCopyable {
  var first: Variable
  var firstWeight: Scalar
  var second: Variable?
  var secondWeight: Scalar

  /// dl = w dy, dm = v dy.
  func backward(node: Int, on tape: Tape<Scalar>) {
    let gradient = tape.arrived(node)[0]
    add(firstWeight * gradient, to: first, on: tape)
    if let second { add(secondWeight * gradient, to: second, on: tape) }
  }

  private func add(_ gradient: Scalar, to loss: Variable, on tape: Tape<Scalar>) {
    guard let (target, accumulates) = tape.destination(for: loss) else { return }
    target[0] = accumulates ? target[0] + gradient : gradient
  }
}

extension Tape {
  /// a + b, of equal shapes.
  @specialized(where Scalar == Float)
  public func sum(_ left: Variable, _ right: Variable) -> Variable {
    precondition(left.rows == right.rows && left.columns == right.columns, "summands have equal shapes")
    let count = left.rows * left.columns
    let result = take(count)
    result.update(from: input(left), count: count)
    Scalar.add(input(right), count: count, to: result)
    return record(
      .sum(SumRule(left: left, right: right)), rows: left.rows, columns: left.columns, value: result,
      needsGradient: needsGradient(left) || needsGradient(right))
  }

  /// w l + v m for single numbers l and m: losses with their weights.
  @specialized(where Scalar == Float)
  public func weightedSum(
    _ first: Variable, weight firstWeight: Scalar, _ second: Variable? = nil, weight secondWeight: Scalar = 0
  ) -> Variable {
    precondition(
      first.rows * first.columns == 1 && second.map { $0.rows * $0.columns == 1 } ?? true, "losses are single numbers")
    let result = take(1)
    result[0] = firstWeight * input(first)[0]
    if let second { result[0] += secondWeight * input(second)[0] }
    return record(
      .weightedSum(
        WeightedSumRule(first: first, firstWeight: firstWeight, second: second, secondWeight: secondWeight)),
      rows: 1, columns: 1, value: result, needsGradient: needsGradient(first) || second.map(needsGradient) ?? false)
  }
}
