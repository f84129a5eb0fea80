// The gated unit of LLaMA's feed-forward layers; nothing is kept for the way back but its inputs.

/// y = silu(gate) up.
struct SwiGLURule {
  var gate: ColumnView
  var up: ColumnView

  /// dup = dy silu(gate), dgate = dy up silu'(gate), with silu computed anew.
  func backward<Scalar>(node: Int, on tape: Tape<Scalar>) {
    let dy = tape.arrived(node)
    var toGate: (gradient: UnsafeMutablePointer<Scalar>, accumulates: Bool)?
    var toUp: (gradient: UnsafeMutablePointer<Scalar>, accumulates: Bool)?
    if gate.variable == up.variable {
      // Columns that are written once may be assigned; those that both halves reach are added to.
      let covered = gate.range.overlaps(up.range) ? 0 : gate.columns + up.columns
      toGate = tape.destination(for: gate.variable, covered: covered)
      toUp = toGate
    } else {
      toGate = tape.destination(for: gate.variable, covered: gate.columns)
      toUp = tape.destination(for: up.variable, covered: up.columns)
    }
    Scalar.differentiateSwiGLU(
      gate: tape.input(gate.variable) + gate.range.lowerBound, gateStride: gate.variable.columns,
      up: tape.input(up.variable) + up.range.lowerBound, upStride: up.variable.columns, arrived: dy, rows: gate.rows,
      columns: gate.columns, toGate: toGate.map { $0.gradient + gate.range.lowerBound },
      gateAccumulates: toGate?.accumulates ?? false, toUp: toUp.map { $0.gradient + up.range.lowerBound },
      upAccumulates: toUp?.accumulates ?? false)
  }
}

extension Tape {
  /// silu(gate) up of shape [rows, columns], silu(x) = x / (1 + exp(-x)).
  ///
  /// - Parameters:
  ///   - gate: What passes through the sigmoid; columns of any matrix.
  ///   - up: What is multiplied by it; as many columns of the same matrix or of another one of as many rows.
  /// - Note: Shazeer, "GLU Variants Improve Transformer", 2020.
  @specialized(where Scalar == Float)
  public func swiGLU(gate: ColumnView, up: ColumnView) -> Variable {
    precondition(gate.rows == up.rows && gate.columns == up.columns, "gate and up have equal shapes")
    let result = take(gate.rows * gate.columns)
    Scalar.swiGLU(
      gate: input(gate.variable) + gate.range.lowerBound, gateStride: gate.variable.columns,
      up: input(up.variable) + up.range.lowerBound, upStride: up.variable.columns, rows: gate.rows,
      columns: gate.columns, into: result)
    return record(
      .swiGLU(SwiGLURule(gate: gate, up: up)), rows: gate.rows, columns: gate.columns, value: result,
      needsGradient: needsGradient(gate.variable) || needsGradient(up.variable))
  }
}
