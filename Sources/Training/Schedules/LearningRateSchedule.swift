// The learning rate as a function of the step.
import Foundation

/// How the learning rate goes from step to step: a warm-up, then a shape. A function of the step alone, so that it has no state.
public struct LearningRateSchedule: Sendable, Hashable, Codable {
  /// The course after the warm-up.
  public enum Shape: Sendable, Hashable, Codable {
    /// The peak throughout.
    case constant
    /// From the peak down to the minimum on a straight line, which step `end` and all later ones have.
    case linear(end: Int, minimum: Double = 0)
    /// From the peak down to the minimum along half a cosine, which step `end` and all later ones have.
    ///
    /// Source: Loshchilov and Hutter, *SGDR: stochastic gradient descent with warm restarts*, ICLR 2017.
    case cosine(end: Int, minimum: Double = 0)
  }

  /// The greatest rate.
  public var peak: Double
  /// The number of steps of the warm-up: step t < warmUp has the rate peak (t + 1) / (warmUp + 1), and step warmUp the peak.
  public var warmUp: Int
  /// The course after the warm-up.
  public var shape: Shape

  /// A schedule.
  public init(peak: Double, warmUp: Int = 0, shape: Shape = .constant) {
    self.peak = peak
    self.warmUp = warmUp
    self.shape = shape
  }

  /// What is wrong with the numbers, as a sentence, or `nil`.
  public var fault: String? {
    if !(peak >= 0 && peak.isFinite) { return "a learning rate is at least 0, not \(peak)" }
    if warmUp < 0 { return "a warm-up takes no negative number of steps, such as \(warmUp)" }
    switch shape {
    case .constant: return nil
    case .linear(let end, let minimum), .cosine(let end, let minimum):
      if end <= warmUp { return "a learning rate falls after its warm-up of \(warmUp) steps, not until step \(end)" }
      if !(0...peak).contains(minimum) { return "the least learning rate lies in 0 ... \(peak), not at \(minimum)" }
      return nil
    }
  }

  /// The rate of a step; the first is step 0.
  public func rate(at step: Int) -> Double {
    if step < warmUp { return peak * Double(step + 1) / Double(warmUp + 1) }
    switch shape {
    case .constant: return peak
    case .linear(let end, let minimum):
      return minimum + (peak - minimum) * (1 - progress(step, end))
    case .cosine(let end, let minimum):
      return minimum + (peak - minimum) * (1 + cos(.pi * progress(step, end))) / 2
    }
  }

  private func progress(_ step: Int, _ end: Int) -> Double {
    min(1, Double(step - warmUp) / Double(end - warmUp))
  }
}
