// The loss of a language model: what the softmax of the logits gives to the targets.
internal import CKernels

/// Softmax losses of rows.
public protocol CrossEntropyKernels {
  /// The sum over rows of -weight log p(target). Where `gradient` is given (it may be the logits' own place) it becomes normalization weight
  /// (softmax - one-hot); where `losses` is given it becomes -log p(target) of each row. Rows of weight 0 are not looked at.
  static func crossEntropy(
    _ logits: UnsafePointer<Self>, rows: Int, columns: Int, targets: UnsafePointer<Int32>,
    weights: UnsafePointer<Float>?, normalization: Double, gradient: UnsafeMutablePointer<Self>?,
    losses: UnsafeMutablePointer<Double>?
  ) -> Double
  /// The least index of the greatest number of each row.
  static func argmaxRows(
    _ x: UnsafePointer<Self>, rows: Int, columns: Int, into indices: UnsafeMutablePointer<Int32>)
}

extension Float: CrossEntropyKernels {
  /// The sum over rows of -weight log p(target).
  public static func crossEntropy(
    _ logits: UnsafePointer<Float>, rows: Int, columns: Int, targets: UnsafePointer<Int32>,
    weights: UnsafePointer<Float>?, normalization: Double, gradient: UnsafeMutablePointer<Float>?,
    losses: UnsafeMutablePointer<Double>?
  ) -> Double {
    wright_f32_cross_entropy(logits, rows, columns, targets, weights, normalization, gradient, losses)
  }
  /// The least index of the greatest number of each row.
  public static func argmaxRows(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, into indices: UnsafeMutablePointer<Int32>
  ) { wright_f32_argmax_rows(x, rows, columns, indices) }
}

extension Double: CrossEntropyKernels {
  /// The sum over rows of -weight log p(target).
  public static func crossEntropy(
    _ logits: UnsafePointer<Double>, rows: Int, columns: Int, targets: UnsafePointer<Int32>,
    weights: UnsafePointer<Float>?, normalization: Double, gradient: UnsafeMutablePointer<Double>?,
    losses: UnsafeMutablePointer<Double>?
  ) -> Double {
    wright_f64_cross_entropy(logits, rows, columns, targets, weights, normalization, gradient, losses)
  }
  /// The least index of the greatest number of each row.
  public static func argmaxRows(
    _ x: UnsafePointer<Double>, rows: Int, columns: Int, into indices: UnsafeMutablePointer<Int32>
  ) { wright_f64_argmax_rows(x, rows, columns, indices) }
}

/// y = n sum over r of -w_r log softmax(x_r)[target_r].
struct CrossEntropyRule<Scalar: TensorScalar>: BitwiseCopyable {
  var logits: Variable
  /// n w (softmax - one-hot), made on the way forward, often in the place of the logits.
  var gradient: UnsafeMutablePointer<Scalar>?

  /// dx = dy n w (softmax - one-hot): what was made on the way forward, scaled, becomes the gradient of the logits.
  func backward(node: Int, on tape: Tape<Scalar>) {
    guard let gradient else { return }
    let count = logits.rows * logits.columns
    let arrived = tape.arrived(node)[0]
    if tape.nodes[logits.index].gradient == nil && !tape.keepsBlocks {
      if arrived != 1 { Scalar.scale(gradient, by: arrived, count: count) }
      tape.nodes[logits.index].gradient = gradient
    } else if let (target, accumulates) = tape.destination(for: logits) {
      if !accumulates { target.update(repeating: 0, count: count) }
      Scalar.add(gradient, scaledBy: arrived, count: count, to: target)
      tape.release(gradient, count: count)
    }
  }
}

extension Tape {
  /// The sum over rows of w_i times -log p_i, times a normalization, p_i being the softmax of row i at its target: a single number.
  ///
  /// Where gradients are recorded and the logits are the newest result their place is overwritten, and nothing may read them afterwards.
  /// The loss is summed in float64; a number that is none in a row that counts makes it none.
  ///
  /// - Parameters:
  ///   - logits: Of shape [rows, vocabulary].
  ///   - targets: For each row a column; read only where the weight is not 0.
  ///   - weights: For each row what its loss counts; 1 where `nil`. Rows of weight 0 cost nothing and their gradient is 0.
  ///   - normalization: What the sum is multiplied by.
  @specialized(where Scalar == Float)
  public func crossEntropy(
    _ logits: Variable, targets: UnsafeBufferPointer<Int32>, weights: UnsafeBufferPointer<Float>?,
    normalization: Double
  ) -> Variable {
    let source = input(logits)
    let base = checked(targets, weights, of: logits)
    let inPlace = canTakePlace(of: logits)
    var gradient: UnsafeMutablePointer<Scalar>?
    if recordsGradients && needsGradient(logits) { gradient = inPlace ? source : take(logits.rows * logits.columns) }
    let sum = Scalar.crossEntropy(
      source, rows: logits.rows, columns: logits.columns, targets: base, weights: weights?.baseAddress,
      normalization: normalization, gradient: gradient, losses: nil)
    if inPlace && gradient != nil {
      nodes[logits.index].isConsumed = true
      nodes[logits.index].ownsValue = false
    }
    let result = take(1)
    result[0] = Scalar(sum * normalization)
    return record(
      .crossEntropy(CrossEntropyRule(logits: logits, gradient: gradient)), rows: 1, columns: 1, value: result,
      needsGradient: gradient != nil)
  }

  /// -log p of each row's target, in nats: what an evaluation averages.
  @specialized(where Scalar == Float)
  public func negativeLogProbabilities(_ logits: Variable, targets: UnsafeBufferPointer<Int32>) -> [Double] {
    let base = checked(targets, nil, of: logits)
    return [Double](unsafeUninitializedCapacity: logits.rows) { losses, count in
      count = logits.rows
      _ = Scalar.crossEntropy(
        input(logits), rows: logits.rows, columns: logits.columns, targets: base, weights: nil, normalization: 1,
        gradient: nil, losses: losses.baseAddress)
    }
  }

  /// The column of the greatest number of each row, the first of several; 0 where a row holds none that is above -infinity.
  @specialized(where Scalar == Float)
  public func argmaxOfRows(_ matrix: Variable) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: matrix.rows) { indices, count in
      count = matrix.rows
      if let base = indices.baseAddress {
        Scalar.argmaxRows(input(matrix), rows: matrix.rows, columns: matrix.columns, into: base)
      }
    }
  }

  private func checked(
    _ targets: UnsafeBufferPointer<Int32>, _ weights: UnsafeBufferPointer<Float>?, of logits: Variable
  ) -> UnsafePointer<Int32> {
    precondition(targets.count == logits.rows, "each row has a target")
    precondition(weights.map { $0.count == logits.rows } ?? true, "each row has a weight")
    for row in 0..<logits.rows where weights?[row] != 0 {
      precondition(targets[row] >= 0 && Int(targets[row]) < logits.columns, "a target is a column of the logits")
    }
    guard let base = targets.baseAddress else { preconditionFailure("a matrix has at least one row") }
    return base
  }
}
