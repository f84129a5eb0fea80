// Losses of single outputs against single targets: the slopes are computed with the loss, so that the targets may go.
internal import CKernels

/// A loss of an output y and a target t, both single numbers.
public enum PointwiseLoss: Sendable, CaseIterable {
  /// (y - t)^2, without a factor 1/2.
  case squared
  /// max(0, 1 - t y) for t = 1 or -1; its slope where t y is 1 is 0.
  case hinge
  /// log(1 + exp(-t y)) for t = 1 or -1, by the natural logarithm.
  case logistic
}

/// Losses, with their slopes.
public protocol LossKernels {
  /// The sum of the losses of y[i] and targets[i] for i < count; slopes[i] = scale times the slope by y[i] where they are asked for.
  static func sum(
    of loss: PointwiseLoss, _ y: UnsafePointer<Self>, targets: UnsafePointer<Float>, count: Int, scale: Self,
    slopes: UnsafeMutablePointer<Self>?
  ) -> Self
}

extension Float: LossKernels {
  /// The sum of the losses of y[i] and targets[i] for i < count.
  public static func sum(
    of loss: PointwiseLoss, _ y: UnsafePointer<Float>, targets: UnsafePointer<Float>, count: Int, scale: Float,
    slopes: UnsafeMutablePointer<Float>?
  ) -> Float {
    switch loss {
    case .squared: wright_f32_squared_loss(y, targets, count, scale, slopes)
    case .hinge: wright_f32_hinge_loss(y, targets, count, scale, slopes)
    case .logistic: wright_f32_logistic_loss(y, targets, count, scale, slopes)
    }
  }
}

extension Double: LossKernels {
  /// The sum of the losses of y[i] and targets[i] for i < count.
  public static func sum(
    of loss: PointwiseLoss, _ y: UnsafePointer<Double>, targets: UnsafePointer<Float>, count: Int, scale: Double,
    slopes: UnsafeMutablePointer<Double>?
  ) -> Double {
    switch loss {
    case .squared: wright_f64_squared_loss(y, targets, count, scale, slopes)
    case .hinge: wright_f64_hinge_loss(y, targets, count, scale, slopes)
    case .logistic: wright_f64_logistic_loss(y, targets, count, scale, slopes)
    }
  }
}

/// l = normalization times the sum of the losses of all elements.
struct PointwiseLossRule<Scalar: TensorScalar>: BitwiseCopyable {
  var outputs: Variable
  /// dl / dy.
  var slopes: UnsafeMutablePointer<Scalar>

  /// dy = slopes dl.
  func backward(node: Int, on tape: Tape<Scalar>) {
    tape.handOver(slopes, scaledBy: tape.arrived(node)[0], to: outputs)
  }
}

extension Tape {
  /// The sum of (y - t)^2 over all elements, times `normalization`; there is no factor 1/2.
  ///
  /// - Parameters:
  ///   - outputs: y, of any shape.
  ///   - targets: t, by rows, as many as there are outputs; read now, not on the way back.
  ///   - normalization: 1 / (number of elements) for the mean.
  @specialized(where Scalar == Float)
  public func squaredLoss(
    _ outputs: Variable, targets: UnsafeBufferPointer<Float>, normalization: Double = 1
  ) -> Variable { sum(of: .squared, outputs, targets: targets, normalization: normalization) }

  /// The sum of max(0, 1 - t y) over all elements, times `normalization`; the slope where t y is 1 is 0.
  ///
  /// - Parameters:
  ///   - outputs: y, of any shape.
  ///   - targets: t, 1 or -1 each, by rows, as many as there are outputs; read now, not on the way back.
  ///   - normalization: 1 / (number of elements) for the mean.
  @specialized(where Scalar == Float)
  public func hingeLoss(
    _ outputs: Variable, targets: UnsafeBufferPointer<Float>, normalization: Double = 1
  ) -> Variable { sum(of: .hinge, outputs, targets: targets, normalization: normalization) }

  /// The sum of log(1 + exp(-t y)) over all elements, times `normalization`; finite for all finite y.
  ///
  /// - Parameters:
  ///   - outputs: y, of any shape.
  ///   - targets: t, 1 or -1 each, by rows, as many as there are outputs; read now, not on the way back.
  ///   - normalization: 1 / (number of elements) for the mean.
  @specialized(where Scalar == Float)
  public func logisticLoss(
    _ outputs: Variable, targets: UnsafeBufferPointer<Float>, normalization: Double = 1
  ) -> Variable { sum(of: .logistic, outputs, targets: targets, normalization: normalization) }

  @inline(never)
  private func sum(
    of loss: PointwiseLoss, _ outputs: Variable, targets: UnsafeBufferPointer<Float>, normalization: Double
  ) -> Variable {
    let count = outputs.rows * outputs.columns
    guard let base = targets.baseAddress, targets.count == count else {
      preconditionFailure("there are as many targets as outputs")
    }
    let scale = Scalar(normalization)
    let slopes = needsGradient(outputs) ? take(count) : nil
    let result = take(1)
    result[0] = scale * Scalar.sum(of: loss, input(outputs), targets: base, count: count, scale: scale, slopes: slopes)
    let operation = slopes.map { Operation.pointwiseLoss(PointwiseLossRule(outputs: outputs, slopes: $0)) } ?? .leaf
    return record(operation, rows: 1, columns: 1, value: result, needsGradient: slopes != nil)
  }
}
