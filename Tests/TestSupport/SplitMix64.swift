// The random values of tests, of modules too that do not depend on Randomness: the same in each run.

/// SplitMix64 (Steele, Lea and Flood 2014), so that a failing test fails again.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The stream of a seed.
  public init(seed: some BinaryInteger) { state = UInt64(truncatingIfNeeded: seed) }

  /// The next word.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
