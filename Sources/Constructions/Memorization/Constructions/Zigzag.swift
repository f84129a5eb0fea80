// A function of one variable with slopes 1, -1, 1, ... through given integer points: only the turns depend on the labels.
import ExactArithmetic

/// Labels as even integers, and where a function with slopes ±1 turns to pass through them.
struct Zigzag {
  /// Even integers: the labels times `denominator`.
  let labels: [Integer]
  /// Twice the common denominator of the labels.
  let denominator: Integer

  init(labels: [Rational]) {
    let denominator = 2 * labels.reduce(Integer(1)) { $0.leastCommonMultiple(with: $1.denominator) }
    self.denominator = denominator
    self.labels = labels.map { $0.numerator * (denominator / $0.denominator) }
  }

  /// The least even factor by which ascending `values` must be stretched so that labels of neighbours differ by less than the values.
  func stretch(for values: ArraySlice<Integer>, labels range: Range<Int>) -> Integer {
    var factor: Integer = 2
    for (label, value) in zip(range, values.indices).dropFirst() {
      let gap = values[value] - values[value - 1]
      let rise = (labels[label] - labels[label - 1]).magnitude
      // factor * gap > rise; both sides even.
      if factor * gap <= rise { factor = 2 * (rise / (2 * gap) + 1) }
    }
    return factor
  }

  /// The turns: unit j has the value ReLU(z - turn_j) and the weight `weight(j)`.
  ///
  /// The first unit rises from 0 to `start` at the first value. Before value j the function runs on with the old slope -s for t, then with s:
  /// -s t + s (g - t) = dy, so t = (g - s dy) / 2, an integer strictly between 0 and g because |dy| < g and both are even.
  func turns(
    at values: ArraySlice<Integer>, labels range: Range<Int>, slope: Integer, start: Integer
  ) -> [Integer] {
    var turns: [Integer] = []
    var slope = slope
    for (label, i) in zip(range, values.indices) {
      guard i > values.startIndex else {
        turns.append(values[i] - start)
        continue
      }
      slope = -slope
      let gap = values[i] - values[i - 1]
      turns.append(values[i - 1] + (gap - slope * (labels[label] - labels[label - 1])) / 2)
    }
    return turns
  }

  /// The change of slope at turn `index`.
  static func weight(_ index: Int, slope: Integer) -> Integer {
    index == 0 ? slope : index.isMultiple(of: 2) ? 2 * slope : -2 * slope
  }
}
