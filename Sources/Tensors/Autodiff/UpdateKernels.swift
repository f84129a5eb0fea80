// Kernels of optimizers for both kinds of numbers: each parameter is read and written once.
internal import CKernels

/// The numbers of an update by first and second moments, rounded to the kind of the parameters.
public struct MomentUpdate: Sendable, Equatable {
  /// What the gradient is multiplied by (clipping).
  public var gradientScale = 1.0
  /// What times the parameter is added to the gradient.
  public var coupledDecay = 0.0
  /// What the parameter is multiplied by first.
  public var decayFactor = 1.0
  /// 1 - beta1.
  public var firstShare = 0.1
  /// beta2.
  public var secondKeep = 0.999
  /// 1 - beta2.
  public var secondShare = 0.001
  /// The learning rate over 1 - beta1^t.
  public var stepSize = 0.0
  /// 1 over the root of 1 - beta2^t.
  public var rootScale = 1.0
  /// What is added to the root of the second moment.
  public var epsilon = 1e-8

  /// No change.
  public init() {}
}

/// The numbers of an update along the gradient or its running mean, rounded to the kind of the parameters.
public struct DescentUpdate: Sendable, Equatable {
  /// What the gradient is multiplied by (clipping).
  public var gradientScale = 1.0
  /// What times the parameter is added to the gradient.
  public var coupledDecay = 0.0
  /// What the parameter is multiplied by first; by sign only.
  public var decayFactor = 1.0
  /// What the running mean is multiplied by.
  public var keep = 0.0
  /// What times the gradient is added to the running mean.
  public var share = 1.0
  /// What times the gradient the step is made of.
  public var direct = 0.0
  /// What times the running mean the step is made of.
  public var through = 1.0
  /// The learning rate.
  public var rate = 0.0

  /// No change.
  public init() {}
}

/// Updates of parameters p by their gradients g; the arrays do not meet.
public protocol UpdateKernels {
  /// x = gradientScale g + coupledDecay p; m += firstShare (x - m); v = secondKeep v + secondShare x^2;
  /// p = decayFactor p - stepSize m / (sqrt(v) rootScale + epsilon).
  static func update(
    _ p: UnsafeMutablePointer<Self>, first m: UnsafeMutablePointer<Self>, second v: UnsafeMutablePointer<Self>,
    by g: UnsafePointer<Self>, count: Int, _ numbers: MomentUpdate)
  /// x = gradientScale g + coupledDecay p; p -= rate x; where there is an m: m = keep m + share x; p -= rate (direct x + through m).
  static func descend(
    _ p: UnsafeMutablePointer<Self>, mean m: UnsafeMutablePointer<Self>?, by g: UnsafePointer<Self>, count: Int,
    _ numbers: DescentUpdate)
  /// p = decayFactor p - rate sign(g); where there is an m: m = keep m + (1 - keep) gradientScale g, and its sign counts.
  static func descendBySign(
    _ p: UnsafeMutablePointer<Self>, mean m: UnsafeMutablePointer<Self>?, by g: UnsafePointer<Self>, count: Int,
    _ numbers: DescentUpdate)
  /// Each number is moved to the nearest one in -bound ... bound.
  static func clamp(_ g: UnsafeMutablePointer<Self>, to bound: Self, count: Int)
  /// The sum of the squares, in float64; folded in an order that depends on `count` alone.
  static func sumOfSquares(_ x: UnsafePointer<Self>, count: Int) -> Double
}

extension Float: UpdateKernels {
  /// An update by first and second moments.
  public static func update(
    _ p: UnsafeMutablePointer<Float>, first m: UnsafeMutablePointer<Float>, second v: UnsafeMutablePointer<Float>,
    by g: UnsafePointer<Float>, count: Int, _ numbers: MomentUpdate
  ) {
    let n = wright_f32_adam_numbers(
      gradientScale: Float(numbers.gradientScale), coupledDecay: Float(numbers.coupledDecay),
      decayFactor: Float(numbers.decayFactor), firstShare: Float(numbers.firstShare),
      secondKeep: Float(numbers.secondKeep), secondShare: Float(numbers.secondShare),
      stepSize: Float(numbers.stepSize), rootScale: Float(numbers.rootScale), epsilon: Float(numbers.epsilon))
    wright_f32_adam(g, count, n, m, v, p)
  }
  /// An update along the gradient or its running mean.
  public static func descend(
    _ p: UnsafeMutablePointer<Float>, mean m: UnsafeMutablePointer<Float>?, by g: UnsafePointer<Float>, count: Int,
    _ numbers: DescentUpdate
  ) {
    let (scale, decay, rate) = (Float(numbers.gradientScale), Float(numbers.coupledDecay), Float(numbers.rate))
    guard let m else { return wright_f32_descend(g, count, scale, decay, rate, p) }
    wright_f32_descend_with_momentum(
      g, count, scale, decay, Float(numbers.keep), Float(numbers.share), Float(numbers.direct), Float(numbers.through),
      rate, m, p)
  }
  /// An update by the signs of the gradient or of its running mean.
  public static func descendBySign(
    _ p: UnsafeMutablePointer<Float>, mean m: UnsafeMutablePointer<Float>?, by g: UnsafePointer<Float>, count: Int,
    _ numbers: DescentUpdate
  ) {
    let (decay, rate) = (Float(numbers.decayFactor), Float(numbers.rate))
    guard let m else { return wright_f32_descend_by_sign(g, count, decay, rate, p) }
    wright_f32_descend_by_sign_with_momentum(
      g, count, Float(numbers.gradientScale), decay, Float(numbers.keep), rate, m, p)
  }
  /// Each number is moved to the nearest one in -bound ... bound.
  public static func clamp(_ g: UnsafeMutablePointer<Float>, to bound: Float, count: Int) {
    wright_f32_clamp(bound, count, g)
  }
  /// The sum of the squares, in float64.
  public static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
    wright_f32_sum_of_squares(x, count)
  }
}

extension Double: UpdateKernels {
  /// An update by first and second moments.
  public static func update(
    _ p: UnsafeMutablePointer<Double>, first m: UnsafeMutablePointer<Double>, second v: UnsafeMutablePointer<Double>,
    by g: UnsafePointer<Double>, count: Int, _ numbers: MomentUpdate
  ) {
    let n = wright_f64_adam_numbers(
      gradientScale: Double(numbers.gradientScale), coupledDecay: Double(numbers.coupledDecay),
      decayFactor: Double(numbers.decayFactor), firstShare: Double(numbers.firstShare),
      secondKeep: Double(numbers.secondKeep), secondShare: Double(numbers.secondShare),
      stepSize: Double(numbers.stepSize), rootScale: Double(numbers.rootScale), epsilon: Double(numbers.epsilon))
    wright_f64_adam(g, count, n, m, v, p)
  }
  /// An update along the gradient or its running mean.
  public static func descend(
    _ p: UnsafeMutablePointer<Double>, mean m: UnsafeMutablePointer<Double>?, by g: UnsafePointer<Double>, count: Int,
    _ numbers: DescentUpdate
  ) {
    let (scale, decay, rate) = (Double(numbers.gradientScale), Double(numbers.coupledDecay), Double(numbers.rate))
    guard let m else { return wright_f64_descend(g, count, scale, decay, rate, p) }
    wright_f64_descend_with_momentum(
      g, count, scale, decay, Double(numbers.keep), Double(numbers.share), Double(numbers.direct),
      Double(numbers.through),
      rate, m, p)
  }
  /// An update by the signs of the gradient or of its running mean.
  public static func descendBySign(
    _ p: UnsafeMutablePointer<Double>, mean m: UnsafeMutablePointer<Double>?, by g: UnsafePointer<Double>, count: Int,
    _ numbers: DescentUpdate
  ) {
    let (decay, rate) = (Double(numbers.decayFactor), Double(numbers.rate))
    guard let m else { return wright_f64_descend_by_sign(g, count, decay, rate, p) }
    wright_f64_descend_by_sign_with_momentum(
      g, count, Double(numbers.gradientScale), decay, Double(numbers.keep), rate, m, p)
  }
  /// Each number is moved to the nearest one in -bound ... bound.
  public static func clamp(_ g: UnsafeMutablePointer<Double>, to bound: Double, count: Int) {
    wright_f64_clamp(bound, count, g)
  }
  /// The sum of the squares, in float64.
  public static func sumOfSquares(_ x: UnsafePointer<Double>, count: Int) -> Double {
    wright_f64_sum_of_squares(x, count)
  }
}
