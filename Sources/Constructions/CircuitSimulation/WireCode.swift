// The +1/-1 binary code of a wire's number: what heads match and the head of the model points at.

/// Codes of length L for the numbers `0 ..< 2^L`: coordinate b is +1 where bit b is set and -1 elsewhere.
///
/// Two different codes have inner product at most L - 2; a code with itself has L. (sbin in Li et al., section on the circuit construction.)
public struct WireCode: Sendable, Equatable {
  /// The length L.
  public let length: Int

  /// The shortest codes for `count` numbers: L = ceil(log2(count)), and at least 1.
  public init(count: Int) {
    precondition(count >= 1, "a code numbers at least one thing")
    length = max(1, Int.bitWidth - (count - 1).leadingZeroBitCount)
  }

  /// Codes of the given length, at least 1 and below 63.
  package init(length: Int) {
    precondition((1..<63).contains(length), "a code has 1 to 62 coordinates")
    self.length = length
  }

  /// Coordinate `b` of the code of `number`.
  @inlinable public func coordinate(_ b: Int, of number: Int) -> Float { number >> b & 1 != 0 ? 1 : -1 }

  /// Writes the code of `number` to the `length` numbers at `target`.
  @inlinable func write(_ number: Int, to target: UnsafeMutablePointer<Float>) {
    for b in 0..<length { target[b] = number >> b & 1 != 0 ? 1 : -1 }
  }
}
