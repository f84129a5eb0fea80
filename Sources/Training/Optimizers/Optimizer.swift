// The optimizer of one model: its moments, and the update of the parameters in one pass.
import Dispatch
import Foundation
public import Randomness
public import Tensors

/// An optimizer with its state: as many of them may live side by side as there are models.
///
/// An update touches the trained parameters alone: frozen ones and the gaps of the buffer keep their bits. It is elementwise, so that the
/// result does not depend on threads.
public final class Optimizer<Scalar: TensorScalar> {
  /// The rule and its numbers.
  public let settings: OptimizerSettings
  /// The number of updates so far.
  public private(set) var updateCount = 0
  /// The arrays that the rule keeps, in the order of ``OptimizerSettings/momentNames``; of the parameters' layout.
  public let moments: [AlignedBuffer<Scalar>]
  /// Where gradient noise comes from; only ``UpdateRule/noisyGradientDescent(deviation:)`` draws.
  public let noise: Philox

  /// A stretch of the buffer whose parameters are all treated alike.
  struct Stretch: Equatable {
    var range: Range<Int>
    var decays: Bool
  }
  let stretches: [Stretch]
  private let bufferCount: Int
  // What the moments' means are divided by, as the last update had it; at first anything but 1.
  @exclusivity(unchecked) private var firstCorrection = 0.0
  @exclusivity(unchecked) private var secondCorrection = 0.0

  /// An optimizer before its first update.
  ///
  /// - Precondition: ``OptimizerSettings/fault`` is `nil`.
  public init(_ settings: OptimizerSettings, layout: ParameterLayout, noise: Philox = Philox(seed: 0)) {
    if let fault = settings.fault { preconditionFailure(fault) }
    self.settings = settings
    self.noise = noise
    stretches = Self.stretches(of: layout, settings)
    bufferCount = layout.bufferCount
    moments = settings.momentNames.map { _ in AlignedBuffer(count: layout.bufferCount) }
  }

  /// The trained parameters, those joined that follow one another without a gap and are treated alike.
  static func stretches(of layout: ParameterLayout, _ settings: OptimizerSettings) -> [Stretch] {
    var result: [Stretch] = []
    for parameter in layout.parameters where parameter.isTrainable {
      let decays = settings.weightDecay != 0 && (settings.decays == .all || !parameter.isVector)
      if let last = result.last, last.range.upperBound == parameter.offset, last.decays == decays {
        result[result.count - 1].range = last.range.lowerBound..<parameter.range.upperBound
      } else {
        result.append(Stretch(range: parameter.range, decays: decays))
      }
    }
    return result
  }

  /// Takes up where a checkpoint left off.
  func restore(updateCount: Int) {
    self.updateCount = updateCount
    (firstCorrection, secondCorrection) = (0, 0)
  }

  /// 1 - beta^t; once that is 1 it stays 1, and no power is computed any more.
  private static func correction(_ beta: Double, _ t: Int, after last: Double) -> Double {
    last == 1 ? 1 : 1 - pow(beta, Double(t))
  }

  /// Moves the parameters by one update.
  ///
  /// - Parameters:
  ///   - gradients: Their gradients; gradient noise is added in place.
  ///   - gradientScale: What the gradients are multiplied by first.
  ///   - threadCount: The most threads that large stretches are cut among.
  ///   - parameters: What is moved.
  ///   - learningRate: The rate of this update.
  @specialized(where Scalar == Float)
  public func update(
    _ parameters: AlignedBuffer<Scalar>, by gradients: AlignedBuffer<Scalar>, learningRate: Double,
    gradientScale: Double = 1, threadCount: Int = 1
  ) {
    precondition(
      parameters.count == bufferCount && gradients.count == bufferCount, "parameters and gradients have one layout")
    updateCount += 1
    var moment = MomentUpdate()
    var descent = DescentUpdate()
    moment.gradientScale = gradientScale
    descent.gradientScale = gradientScale
    descent.rate = learningRate
    switch settings.rule {
    case .adamW(let beta1, let beta2, let epsilon), .adam(let beta1, let beta2, let epsilon):
      moment.firstShare = 1 - beta1
      moment.secondKeep = beta2
      moment.secondShare = 1 - beta2
      firstCorrection = Self.correction(beta1, updateCount, after: firstCorrection)
      secondCorrection = Self.correction(beta2, updateCount, after: secondCorrection)
      moment.stepSize = learningRate / firstCorrection
      moment.rootScale = 1 / secondCorrection.squareRoot()
      moment.epsilon = epsilon
    case .sgd(let momentum, let dampening, let nesterov):
      descent.keep = updateCount == 1 ? 0 : momentum
      descent.share = updateCount == 1 ? 1 : 1 - dampening
      descent.direct = nesterov ? 1 : 0
      descent.through = nesterov ? momentum : 1
    case .signSGD(let momentum): descent.keep = momentum
    case .noisyGradientDescent: descent.gradientScale = 1  // it is done with the noise
    }
    for stretch in stretches {
      let decay = stretch.decays ? settings.weightDecay : 0
      moment.decayFactor = 1 - learningRate * decay
      moment.coupledDecay = decay
      descent.decayFactor = moment.decayFactor
      descent.coupledDecay = decay
      let (momentNumbers, descentNumbers) = (moment, descent)
      forEachPart(of: stretch.range, threadCount: threadCount) { range in
        self.update(
          range, of: parameters.base, by: gradients.base, gradientScale: gradientScale, momentNumbers, descentNumbers)
      }
    }
  }

  @specialized(where Scalar == Float)
  private func update(
    _ range: Range<Int>, of parameters: UnsafeMutablePointer<Scalar>, by gradients: UnsafeMutablePointer<Scalar>,
    gradientScale: Double, _ moment: MomentUpdate, _ descent: DescentUpdate
  ) {
    let (start, count) = (range.lowerBound, range.count)
    let (p, g) = (parameters + start, gradients + start)
    switch settings.rule {
    case .adamW:
      var numbers = moment
      numbers.coupledDecay = 0
      Scalar.update(p, first: moments[0].base + start, second: moments[1].base + start, by: g, count: count, numbers)
    case .adam:
      var numbers = moment
      numbers.decayFactor = 1
      Scalar.update(p, first: moments[0].base + start, second: moments[1].base + start, by: g, count: count, numbers)
    case .sgd: Scalar.descend(p, mean: moments.first.map { $0.base + start }, by: g, count: count, descent)
    case .signSGD: Scalar.descendBySign(p, mean: moments.first.map { $0.base + start }, by: g, count: count, descent)
    case .noisyGradientDescent(let deviation):
      addNoise(to: g, at: start, count: count, deviation: deviation, gradientScale: gradientScale)
      Scalar.descend(p, mean: nil, by: g, count: count, descent)
    }
  }

  /// g[i] = gradientScale g[i] + deviation z, z the draw number `start` + i of the update's stream.
  @specialized(where Scalar == Float)
  private func addNoise(
    to g: UnsafeMutablePointer<Scalar>, at start: Int, count: Int, deviation: Double, gradientScale: Double
  ) {
    var random = noise.split(UInt64(updateCount))
    random.seek(to: UInt64(start))
    for i in 0..<count { g[i] = Scalar(gradientScale) * g[i] + Scalar(deviation * random.normal()) }
  }

  /// Runs the parts of a range, one a thread where it is long, each a multiple of 64 numbers but the last.
  @specialized(where Scalar == Float)
  private func forEachPart(of range: Range<Int>, threadCount: Int, _ body: (Range<Int>) -> Void) {
    let parts = min(threadCount, range.count >> 17)
    guard parts > 1 else { return body(range) }
    withoutActuallyEscaping(body) { body in
      // The parts do not meet, so that the threads write to different places.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: parts) { part in
        let blocks = range.count / 64
        let first = range.lowerBound + blocks * part / parts * 64
        let end = part == parts - 1 ? range.upperBound : range.lowerBound + blocks * (part + 1) / parts * 64
        body(first..<end)
      }
    }
  }
}
