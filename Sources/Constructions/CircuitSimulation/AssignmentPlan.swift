// Which assignments a check looks at: all of them, or corners and random ones.
import Circuits

/// The assignments of a check: all of them where there are few, otherwise corners and random ones.
///
/// Corners are all false, all true, the two alternations, and one true or one false among all others.
public struct AssignmentPlan: Sendable, Equatable {
  /// How they are chosen.
  public enum Mode: String, Sendable, Codable {
    /// All of them.
    case exhaustive
    /// Corners, and random ones beside.
    case sampled
  }

  /// How they are chosen.
  public let mode: Mode
  /// The number of bits of an assignment.
  public let inputCount: Int
  /// How many there are.
  public let count: Int
  /// How many of a sample are corners; they come first.
  public let cornerCount: Int

  /// Assignments of up to this many inputs are looked at one by one without being asked: 2^20.
  public static let exhaustiveInputCount = 20
  /// The size of a sample without being asked.
  public static let defaultSampleSize = 256

  /// At most `maximumCount` assignments of `inputCount` inputs; all, where there are not more, or where nothing is asked and there are at
  /// most 2^20.
  public init(inputCount: Int, maximumCount: Int? = nil) {
    precondition(inputCount >= 0 && maximumCount ?? 1 >= 1, "a plan has at least one assignment")
    self.inputCount = inputCount
    let all = inputCount < 62 ? 1 << inputCount : nil
    if let all, maximumCount.map({ $0 >= all }) ?? (inputCount <= AssignmentPlan.exhaustiveInputCount) {
      (mode, count, cornerCount) = (.exhaustive, all, 0)
    } else {
      mode = .sampled
      count = maximumCount ?? AssignmentPlan.defaultSampleSize
      // One true or one false among all others for at most half of the sample.
      cornerCount = min(count, max(4, min(2 * inputCount + 4, count / 2)))
    }
  }

  /// The assignments `range` of the plan; the random ones among them are drawn from `generator`, so that a plan is gone through in order.
  public func assignments(_ range: Range<Int>, using generator: inout some RandomNumberGenerator) -> [[Bool]] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "the range lies within the plan")
    return range.map { i in
      if mode == .exhaustive { return (0..<inputCount).map { i >> $0 & 1 != 0 } }
      return i < cornerCount ? corner(i) : random(using: &generator)
    }
  }

  /// The same, one bit a lane.
  func block(_ range: Range<Int>, using generator: inout some RandomNumberGenerator) -> AssignmentBlock {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "the range lies within the plan")
    if mode == .exhaustive {
      return AssignmentBlock(numbers: UInt64(range.lowerBound)..<UInt64(range.upperBound), signalCount: inputCount)
    }
    return AssignmentBlock(assignments(range, using: &generator), signalCount: inputCount)
  }

  private func random(using generator: inout some RandomNumberGenerator) -> [Bool] {
    var bits: [Bool] = []
    bits.reserveCapacity(inputCount)
    while bits.count < inputCount {
      let word = generator.next()
      for b in 0..<min(64, inputCount - bits.count) { bits.append(word >> UInt64(b) & 1 != 0) }
    }
    return bits
  }

  private func corner(_ i: Int) -> [Bool] {
    switch i {
    case 0: return [Bool](repeating: false, count: inputCount)
    case 1: return [Bool](repeating: true, count: inputCount)
    case 2: return (0..<inputCount).map { $0 % 2 == 0 }
    case 3: return (0..<inputCount).map { $0 % 2 == 1 }
    default:
      // The odd one out walks over all inputs in equal strides, once as true and once as false.
      let pairs = max(1, (cornerCount - 4 + 1) / 2)
      let place = (i - 4) / 2 * inputCount / pairs
      return (0..<inputCount).map { ($0 == place) == ((i - 4) % 2 == 0) }
    }
  }
}
