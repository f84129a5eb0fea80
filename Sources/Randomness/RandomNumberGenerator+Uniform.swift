// Uniform draws, choices and shuffles whose algorithms are fixed here, since the standard library leaves its own unspecified.

extension RandomNumberGenerator {
  /// A uniform integer in `0 ..< bound`, exactly unbiased.
  ///
  /// `Int.random(in:using:)` may change its algorithm between versions of the standard library; this one does not, so a seed
  /// keeps its meaning. Usually one draw; another with probability below `bound / 2^64`.
  ///
  /// Source: Lemire, *Fast random integer generation in an interval*, ACM TOMACS 29 (2019).
  /// - Precondition: `bound > 0`.
  @inlinable
  public mutating func uniform(below bound: UInt64) -> UInt64 {
    precondition(bound > 0, "uniform(below:) needs a positive bound: there is no integer in 0 ..< 0.")
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound  // 2^64 mod bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// A uniform index in `0 ..< bound`; see ``uniform(below:)-(UInt64)``.
  /// - Precondition: `bound > 0`.
  @inlinable
  public mutating func uniform(below bound: Int) -> Int {
    precondition(bound > 0, "uniform(below:) needs a positive bound, not \(bound).")
    return Int(uniform(below: UInt64(bound)))
  }

  /// A uniform integer of a closed range, the whole of `UInt64` included.
  @inlinable
  public mutating func uniform(in range: ClosedRange<UInt64>) -> UInt64 {
    let width = range.upperBound - range.lowerBound
    return width == .max ? next() : range.lowerBound + uniform(below: width + 1)
  }

  /// A uniform multiple of 2^-53 in [0, 1). One draw.
  @inlinable
  public mutating func uniformDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A uniform multiple of 2^-24 in [0, 1). One draw.
  @inlinable
  public mutating func uniformFloat() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// `true` with the given probability, rounded down to a multiple of 2^-53; exact at 0 and 1. One draw.
  /// - Precondition: `probability` lies in 0 ... 1.
  @inlinable
  public mutating func bernoulli(_ probability: Double) -> Bool {
    precondition((0...1).contains(probability), "A probability lies in 0 ... 1, not at \(probability).")
    return uniformDouble() < probability
  }

  /// Shuffles in place, each order equally likely: Fisher and Yates from the end, one ``uniform(below:)-(Int)`` a step.
  @inlinable
  public mutating func shuffle<Items: MutableCollection & RandomAccessCollection>(_ items: inout Items) {
    var left = items.count
    while left > 1 {
      let pick = uniform(below: left)
      left -= 1
      items.swapAt(items.index(items.startIndex, offsetBy: pick), items.index(items.startIndex, offsetBy: left))
    }
  }

  /// The elements in a random order; see ``shuffle(_:)``.
  @inlinable
  public mutating func shuffled<Items: Sequence>(_ items: Items) -> [Items.Element] {
    var result = Array(items)
    shuffle(&result)
    return result
  }

  /// A uniform element, or `nil` of an empty collection (then nothing is drawn).
  @inlinable
  public mutating func pick<Items: RandomAccessCollection>(from items: Items) -> Items.Element? {
    if items.isEmpty { return nil }
    return items[items.index(items.startIndex, offsetBy: uniform(below: items.count))]
  }
}
