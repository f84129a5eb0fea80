// A linear map with what is usually added to it: one product forward, two backward.

/// y = x W^T + b + r.
struct LinearRule {
  var input: Variable
  var weight: Variable
  var bias: Variable?
  var residual: Variable?

  /// dx = dy W, dW = dy^T x, db = the column sums of dy, dr = dy.
  func backward<Scalar>(node: Int, on tape: Tape<Scalar>) {
    let gradient = tape.arrived(node)
    differentiateWeight(gradient, on: tape)
    if let bias, let target = tape.sumDestination(for: bias) {
      Scalar.addColumnSums(of: gradient, stride: weight.rows, rows: input.rows, columns: weight.rows, to: target)
    }
    if residual == nil && tape.handOverFactors(of: node, row: weight, to: input) { return }
    differentiateInput(gradient, on: tape)
    if let residual { tape.handOver(node, to: residual) }
  }

  /// dW = dy^T x.
  @inline(__always)
  func differentiateWeight<Scalar>(_ gradient: UnsafeMutablePointer<Scalar>, on tape: Tape<Scalar>) {
    guard let (target, accumulates) = tape.destination(for: weight) else { return }
    let (rows, outputs, inputs) = (input.rows, weight.rows, weight.columns)
    tape.multiply(
      ProductShape(rows: outputs, columns: inputs, inner: rows),
      MatrixOperand(gradient, stride: outputs, isTransposed: true), MatrixOperand(tape.input(input), stride: inputs),
      into: target, stride: inputs, start: accumulates ? .accumulate : .zero)
  }

  /// dx = dy W.
  @inline(__always)
  func differentiateInput<Scalar>(_ gradient: UnsafeMutablePointer<Scalar>, on tape: Tape<Scalar>) {
    guard let (target, accumulates) = tape.destination(for: input) else { return }
    let (rows, outputs, inputs) = (input.rows, weight.rows, weight.columns)
    tape.multiply(
      ProductShape(rows: rows, columns: inputs, inner: outputs),
      MatrixOperand(gradient, stride: outputs), MatrixOperand(tape.input(weight), stride: inputs),
      into: target, stride: inputs, start: accumulates ? .accumulate : .zero)
  }
}

extension Tape {
  /// x W^T + b + r of shape [rows, outputs].
  ///
  /// - Parameters:
  ///   - input: x, of shape [rows, inputs].
  ///   - weight: W, of shape [outputs, inputs].
  ///   - bias: b, of shape [1, outputs].
  ///   - residual: r, of the result's shape.
  @specialized(where Scalar == Float)
  public func linear(
    _ input: Variable, weight: Variable, bias: Variable? = nil, residual: Variable? = nil
  ) -> Variable { map(input, by: weight, bias, residual, rectifies: false) }

  @inline(never)
  func map(
    _ input: Variable, by weight: Variable, _ bias: Variable?, _ residual: Variable?, rectifies: Bool
  ) -> Variable {
    precondition(input.columns == weight.columns, "a linear map has as many columns as its input")
    precondition(
      bias.map { $0.rows == 1 && $0.columns == weight.rows } ?? true, "a bias is a row of one number for each output")
    precondition(
      residual.map { $0.rows == input.rows && $0.columns == weight.rows } ?? true,
      "what is added has the result's shape")
    let (rows, outputs, inputs) = (input.rows, weight.rows, weight.columns)
    let result = take(rows * outputs)
    var start = ProductStart<Scalar>.zero
    if let residual {
      result.update(from: self.input(residual), count: rows * outputs)
      if let bias { Scalar.addRow(self.input(bias), rows: rows, columns: outputs, to: result) }
      start = .accumulate
    } else if let bias {
      start = .bias(self.input(bias))
    }
    multiply(
      ProductShape(rows: rows, columns: outputs, inner: inputs),
      MatrixOperand(self.input(input), stride: inputs),
      MatrixOperand(self.input(weight), stride: inputs, isTransposed: true), into: result, stride: outputs, start: start
    )
    if rectifies { Scalar.relu(result, count: rows * outputs) }
    let rule = LinearRule(input: input, weight: weight, bias: bias, residual: residual)
    return record(
      rectifies ? .rectifiedLinear(RectifiedLinearRule(map: rule)) : .linear(rule), rows: rows, columns: outputs,
      value: result,
      needsGradient: needsGradient(input) || needsGradient(weight) || bias.map(needsGradient) ?? false
        || residual.map(needsGradient) ?? false)
  }
}
