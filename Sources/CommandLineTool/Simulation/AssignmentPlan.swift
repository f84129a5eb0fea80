// Which assignments a check looks at: all of them, or corners and random ones.
import Circuits
import Randomness

/// The assignments of a check.
struct AssignmentPlan {
  /// How they are chosen.
  enum Mode: String, Encodable {
    /// All of them.
    case exhaustive
    /// Corners, and random ones beside.
    case sampled
  }

  let mode: Mode
  let inputCount: Int
  /// How many there are.
  let count: Int
  /// How many of a sample are corners.
  let cornerCount: Int
  private let seed: UInt64

  /// Up to `2^exhaustiveInputs` assignments are looked at one by one without being asked.
  static let exhaustiveInputs = 20
  /// The size of a sample without being asked.
  static let defaultSampleSize = 256

  /// A plan of `wanted` assignments; of all, where there are not more or where there are few enough and nothing is wanted.
  init(inputCount: Int, wanted: Int?, seed: UInt64) {
    self.inputCount = inputCount
    self.seed = seed
    let all = inputCount < 62 ? 1 << inputCount : nil
    if let all, wanted.map({ $0 >= all }) ?? (inputCount <= AssignmentPlan.exhaustiveInputs) {
      (mode, count, cornerCount) = (.exhaustive, all, 0)
    } else {
      mode = .sampled
      count = wanted ?? AssignmentPlan.defaultSampleSize
      // All false, all true, the two alternations; then one true or one false among all others, for at most half of the sample.
      cornerCount = min(count, max(4, min(2 * inputCount + 4, count / 2)))
    }
  }

  /// The assignments `range` of the plan.
  func assignments(_ range: Range<Int>) -> [[Bool]] {
    range.map { i in
      if mode == .exhaustive { return (0..<inputCount).map { i >> $0 & 1 != 0 } }
      if i < cornerCount { return corner(i) }
      var generator = Philox(key: seed, stream: UInt64(i))
      var bits: [Bool] = []
      bits.reserveCapacity(inputCount)
      while bits.count < inputCount {
        let word = generator.next()
        for b in 0..<min(64, inputCount - bits.count) { bits.append(word >> UInt64(b) & 1 != 0) }
      }
      return bits
    }
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
