// Random integers and fractions, each integer with its twin in the oracle's type.
import BigInt
import ExactArithmetic
import TestSupport

extension SplitMix64 {
  /// An integer and its twin in the oracle's type: edges of the word form, small ones, and up to `bits` bits.
  mutating func integerPair(bits: Int = 400) -> (Integer, BigInt) {
    let edges: [BigInt] = [
      0, 1, -1, 2, -2, BigInt(Int.max), BigInt(Int.min), BigInt(Int.max) + 1, BigInt(Int.min) - 1,
      BigInt(UInt64.max), BigInt(UInt64.max) + 1, -BigInt(UInt64.max), BigInt(1) << 128,
    ]
    let value: BigInt
    switch Int.random(in: 0..<8, using: &self) {
    case 0: value = edges[Int.random(in: 0..<edges.count, using: &self)]
    case 1: value = BigInt(Int.random(in: -20...20, using: &self))
    case 2: value = BigInt(Int(truncatingIfNeeded: next()))
    default:
      let width = Int.random(in: 0...bits, using: &self)
      var words: [UInt] = []
      for _ in 0..<(width / 64 + 1) { words.append(UInt(next())) }
      let magnitude = BigUInt(words: words) & ((BigUInt(1) << width) - 1)
      value = BigInt(sign: Bool.random(using: &self) ? .minus : .plus, magnitude: magnitude)
    }
    return (Integer(value), value)
  }

  /// A fraction with parts of up to `bits` bits.
  mutating func rational(bits: Int = 120) -> Rational {
    let numerator = integerPair(bits: bits).0
    var denominator = integerPair(bits: bits).0
    if denominator == 0 { denominator = 1 }
    return Rational(numerator, denominator)
  }
}
