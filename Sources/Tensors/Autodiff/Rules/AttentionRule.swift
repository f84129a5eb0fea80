// Causal attention, fused: no matrix of all pairs of positions is kept.
internal import CKernels

/// The three operands of an attention where they stand: rows of their heads' columns, each matrix with a stride of its own.
public struct AttentionOperands<Scalar> {
  var query: UnsafePointer<Scalar>
  var queryStride: Int
  var key: UnsafePointer<Scalar>
  var keyStride: Int
  var value: UnsafePointer<Scalar>
  var valueStride: Int
}

/// Where the gradient of an operand goes, if anywhere, and whether it is added to what is there.
public struct AttentionTarget<Scalar> {
  var elements: UnsafeMutablePointer<Scalar>?
  var stride: Int
  var accumulates: Bool
}

/// Where the gradients of the three operands go.
public struct AttentionTargets<Scalar> {
  var query: AttentionTarget<Scalar>
  var key: AttentionTarget<Scalar>
  var value: AttentionTarget<Scalar>
}

/// Attention and its gradients, on the thread that asks for them.
public protocol AttentionKernels {
  /// The numbers of memory that the way forward, or the way back, works in.
  static func attentionScratch(_ shape: AttentionShape, backward: Bool) -> Int
  /// The result and, where `logSums` is given, the logarithm of each row's sum of exponentials by sequence, head and position.
  static func attend(
    _ shape: AttentionShape, _ operands: AttentionOperands<Self>, into out: UnsafeMutablePointer<Self>,
    logSums: UnsafeMutablePointer<Self>?, scratch: UnsafeMutablePointer<Self>)
  /// The gradients of the operands from that of the result.
  static func attendBackward(
    _ shape: AttentionShape, _ operands: AttentionOperands<Self>, out: UnsafePointer<Self>,
    gradient: UnsafePointer<Self>, logSums: UnsafePointer<Self>, into targets: AttentionTargets<Self>,
    scratch: UnsafeMutablePointer<Self>)
}

extension AttentionShape {
  /// The shape as the kernels take it.
  var kernelShape: wright_attention_shape {
    wright_attention_shape(
      sequences: sequences, length: length, heads: heads, keyValueHeads: keyValueHeads, headSize: headSize,
      scale: scale)
  }
}

extension Float: AttentionKernels {
  /// The numbers of memory that the kernels work in.
  public static func attentionScratch(_ shape: AttentionShape, backward: Bool) -> Int {
    withUnsafePointer(to: shape.kernelShape) { wright_f32_attention_scratch($0, backward ? 1 : 0) }
  }
  /// The result and the logarithms of sums.
  public static func attend(
    _ shape: AttentionShape, _ operands: AttentionOperands<Float>, into out: UnsafeMutablePointer<Float>,
    logSums: UnsafeMutablePointer<Float>?, scratch: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: shape.kernelShape) { shape in
      wright_f32_attention(
        shape, wright_f32_rows(elements: operands.query, stride: operands.queryStride),
        wright_f32_rows(elements: operands.key, stride: operands.keyStride),
        wright_f32_rows(elements: operands.value, stride: operands.valueStride), out, logSums, scratch)
    }
  }
  /// The gradients of the operands.
  public static func attendBackward(
    _ shape: AttentionShape, _ operands: AttentionOperands<Float>, out: UnsafePointer<Float>,
    gradient: UnsafePointer<Float>, logSums: UnsafePointer<Float>, into targets: AttentionTargets<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    func target(_ target: AttentionTarget<Float>) -> wright_f32_target {
      wright_f32_target(elements: target.elements, stride: target.stride, accumulates: target.accumulates ? 1 : 0)
    }
    withUnsafePointer(to: shape.kernelShape) { shape in
      wright_f32_attention_backward(
        shape, wright_f32_rows(elements: operands.query, stride: operands.queryStride),
        wright_f32_rows(elements: operands.key, stride: operands.keyStride),
        wright_f32_rows(elements: operands.value, stride: operands.valueStride), out, gradient, logSums,
        target(targets.query), target(targets.key), target(targets.value), scratch)
    }
  }
}

extension Double: AttentionKernels {
  /// The numbers of memory that the kernels work in.
  public static func attentionScratch(_ shape: AttentionShape, backward: Bool) -> Int {
    withUnsafePointer(to: shape.kernelShape) { wright_f64_attention_scratch($0, backward ? 1 : 0) }
  }
  /// The result and the logarithms of sums.
  public static func attend(
    _ shape: AttentionShape, _ operands: AttentionOperands<Double>, into out: UnsafeMutablePointer<Double>,
    logSums: UnsafeMutablePointer<Double>?, scratch: UnsafeMutablePointer<Double>
  ) {
    withUnsafePointer(to: shape.kernelShape) { shape in
      wright_f64_attention(
        shape, wright_f64_rows(elements: operands.query, stride: operands.queryStride),
        wright_f64_rows(elements: operands.key, stride: operands.keyStride),
        wright_f64_rows(elements: operands.value, stride: operands.valueStride), out, logSums, scratch)
    }
  }
  /// The gradients of the operands.
  public static func attendBackward(
    _ shape: AttentionShape, _ operands: AttentionOperands<Double>, out: UnsafePointer<Double>,
    gradient: UnsafePointer<Double>, logSums: UnsafePointer<Double>, into targets: AttentionTargets<Double>,
    scratch: UnsafeMutablePointer<Double>
  ) {
    func target(_ target: AttentionTarget<Double>) -> wright_f64_target {
      wright_f64_target(elements: target.elements, stride: target.stride, accumulates: target.accumulates ? 1 : 0)
    }
    withUnsafePointer(to: shape.kernelShape) { shape in
      wright_f64_attention_backward(
        shape, wright_f64_rows(elements: operands.query, stride: operands.queryStride),
        wright_f64_rows(elements: operands.key, stride: operands.keyStride),
        wright_f64_rows(elements: operands.value, stride: operands.valueStride), out, gradient, logSums,
        target(targets.query), target(targets.key), target(targets.value), scratch)
    }
  }
}

/// y_i = sum over j <= i of p_ij v_j, p_i the softmax of scale q_i k_j.
struct AttentionRule<Scalar: TensorScalar>: BitwiseCopyable {
  var query: ColumnView
  var key: ColumnView
  var value: ColumnView
  var shape: AttentionShape
  /// The logarithm of each row's sum of exponentials: all that is kept of the probabilities.
  var logSums: UnsafeMutablePointer<Scalar>?

  /// The operands where they stand.
  func operands(on tape: Tape<Scalar>) -> AttentionOperands<Scalar> {
    AttentionOperands(
      query: tape.input(query.variable) + query.range.lowerBound, queryStride: query.variable.columns,
      key: tape.input(key.variable) + key.range.lowerBound, keyStride: key.variable.columns,
      value: tape.input(value.variable) + value.range.lowerBound, valueStride: value.variable.columns)
  }

  /// dv_j = sum of p_ij dy_i, ds_ij = p_ij (dy_i v_j - dy_i y_i), dq_i = scale sum of ds_ij k_j, dk_j = scale sum of ds_ij q_i.
  func backward(node: Int, on tape: Tape<Scalar>) {
    guard let logSums else { return }
    let dq = destination(of: query, beside: key, value, on: tape)
    let dk = key.variable == query.variable ? dq : destination(of: key, beside: query, value, on: tape)
    let dv =
      value.variable == query.variable
      ? dq : value.variable == key.variable ? dk : destination(of: value, beside: query, key, on: tape)
    func target(_ view: ColumnView, _ place: (gradient: UnsafeMutablePointer<Scalar>, accumulates: Bool)?)
      -> AttentionTarget<Scalar>
    {
      AttentionTarget(
        elements: place.map { $0.gradient + view.range.lowerBound }, stride: view.variable.columns,
        accumulates: place?.accumulates ?? false)
    }
    let scratchCount = Scalar.attentionScratch(shape, backward: true)
    let scratch = tape.take(scratchCount)
    Scalar.attendBackward(
      shape, operands(on: tape), out: tape.nodes[node].value, gradient: tape.arrived(node), logSums: logSums,
      into: AttentionTargets(query: target(query, dq), key: target(key, dk), value: target(value, dv)),
      scratch: scratch)
    tape.release(scratch, count: scratchCount)
    tape.release(logSums, count: shape.rows * shape.heads)
  }

  /// The gradient of a view's matrix, asked for once for all views of it. Where these share columns they are added one to the other.
  private func destination(
    of view: ColumnView, beside first: ColumnView, _ second: ColumnView, on tape: Tape<Scalar>
  ) -> (gradient: UnsafeMutablePointer<Scalar>, accumulates: Bool)? {
    let withFirst = first.variable == view.variable
    let withSecond = second.variable == view.variable
    let overlaps =
      withFirst && first.range.overlaps(view.range) || withSecond && second.range.overlaps(view.range)
      || withFirst && withSecond && first.range.overlaps(second.range)
    let covered = view.columns + (withFirst ? first.columns : 0) + (withSecond ? second.columns : 0)
    return tape.destination(for: view.variable, covered: overlaps ? 0 : covered)
  }
}

extension Tape {
  /// Causal attention of shape [sequences * length, heads * D]: position i of a sequence reads the positions up to i.
  ///
  /// The three views are usually columns of one matrix, whose gradient is then written once. A position's result does not depend on later ones,
  /// whatever they hold: what is not finite shows in its own row and, where those read it, in later ones. On the way back it may show in any
  /// position's gradient.
  ///
  /// - Parameters:
  ///   - query: Of shape [sequences * length, heads * D].
  ///   - key: Of shape [sequences * length, keyValueHeads * D].
  ///   - value: Of the shape of the keys.
  ///   - shape: How rows and columns are sequences and heads.
  @specialized(where Scalar == Float)
  public func attention(query: ColumnView, key: ColumnView, value: ColumnView, _ shape: AttentionShape) -> Variable {
    precondition(
      query.rows == shape.rows && key.rows == shape.rows && value.rows == shape.rows,
      "queries, keys and values have a row for each position of each sequence")
    precondition(
      query.columns == shape.queryColumns && key.columns == shape.keyValueColumns
        && value.columns == shape.keyValueColumns, "queries, keys and values have the columns of their heads")
    let needs =
      recordsGradients
      && (needsGradient(query.variable) || needsGradient(key.variable) || needsGradient(value.variable))
    let rule = AttentionRule<Scalar>(
      query: query, key: key, value: value, shape: shape, logSums: needs ? take(shape.rows * shape.heads) : nil)
    let result = take(shape.rows * shape.queryColumns)
    let scratchCount = Scalar.attentionScratch(shape, backward: false)
    let scratch = take(scratchCount)
    Scalar.attend(shape, rule.operands(on: self), into: result, logSums: rule.logSums, scratch: scratch)
    release(scratch, count: scratchCount)
    let kept = take(AttentionRule<Scalar>.self, 1)
    kept.initialize(to: rule)
    return record(
      .attention(kept), rows: shape.rows, columns: shape.queryColumns, value: result, needsGradient: needs)
  }
}
