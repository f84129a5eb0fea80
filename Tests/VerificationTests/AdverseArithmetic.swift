// Double-precision numbers that round as badly as the axioms of `RoundingModel` allow: what certificates have to survive.
import Glibc
import Verification

/// A generator of bits that is the same everywhere (splitmix64).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0 ..< 1.
  mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// An integer in 0 ..< bound.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  /// Whether something of probability p happens.
  mutating func happens(_ p: Double) -> Bool { fraction() < p }
}

/// Elementary operations in double precision, each then moved by as much as the model allows, or not at all.
struct AdverseArithmetic {
  /// How results are moved.
  enum Manner {
    /// Not: double precision itself.
    case exact
    /// By as much as the axioms allow, to either side.
    case adverse(RoundingModel)
    /// To the nearest number of so many binary digits.
    case nearest(bits: Int)
  }

  let manner: Manner
  var random: SplitMix
  /// The side to which results move: up or down, or where 0, either.
  var push = 0.0
  /// Whether moves are as far as they may be.
  var isExtreme = true

  init(_ manner: Manner, seed: UInt64) {
    self.manner = manner
    random = SplitMix(state: seed)
    isExtreme = random.happens(0.7)
  }

  /// The error of a function's value in units.
  var functionMultiple: Double {
    if case .adverse(let model) = manner { return model.functionMultiple }
    return 1
  }

  /// What an operation with exact result `x` returns.
  mutating func rounded(_ x: Double, multiple: Double = 1) -> Double {
    if x == 0 { return 0 }
    switch manner {
    case .exact: return x
    case .nearest(let bits):
      return abs(x) < 0x1p-150 ? 0 : Self.nearest(x, bits: bits)
    case .adverse(let model):
      if !(abs(x) <= model.largest) { return .nan }
      if abs(x) < model.vanishing { return 0 }
      if let bits = model.keptBits {
        let y = Self.nearest(x, bits: bits)
        if abs(y) >= model.smallestNormal, abs(x - y) < min(model.unit / 4, 0x1p-26) * abs(y) { return y }
      }
      var d = push != 0 ? push : isExtreme ? (random.next() & 1 == 0 ? 1 : -1) : 2 * random.fraction() - 1
      d *= 1 - 0x1p-30
      // An underflow is off by no more than the number itself.
      return abs(x) < model.smallestNormal ? x + d * abs(x) : x + d * model.unit * multiple * abs(x)
    }
  }

  static func nearest(_ x: Double, bits: Int) -> Double {
    let unit = x.binade * Double(sign: .plus, exponent: 1 - bits, significand: 1)
    return (x / unit).rounded(.toNearestOrEven) * unit
  }

  private static func isPowerOfTwo(_ x: Double) -> Bool { x.isNormal && x.significandBitPattern == 0 }

  mutating func product(_ a: Double, _ b: Double) -> Double {
    if a.isNaN || b.isNaN { return .nan }
    if a == 0 || b == 0 { return 0 }
    let x = a * b
    if Self.isPowerOfTwo(a) || Self.isPowerOfTwo(b) {
      if case .adverse(let model) = manner, !(abs(x) >= model.smallestNormal && abs(x) <= model.largest) {
        return rounded(x)
      }
      return x
    }
    return rounded(x)
  }

  mutating func sum(_ a: Double, _ b: Double) -> Double {
    a == 0 ? b : b == 0 ? a : a.isNaN || b.isNaN ? .nan : rounded(a + b)
  }

  /// A number as it is loaded: none where it is greater than the greatest.
  func loaded(_ x: Double) -> Double {
    if case .adverse(let model) = manner, abs(x) > model.largest { return .nan }
    return x
  }

  /// The sum, in some order and grouping.
  mutating func sum(_ terms: [Double]) -> Double {
    var rest = terms.filter { $0 != 0 }
    if rest.isEmpty { return 0 }
    if case .exact = manner { return rest.reduce(0, +) }
    rest.shuffle(using: &random)
    if random.happens(0.5) {
      var total = rest[0]
      for x in rest.dropFirst() { total = sum(total, x) }
      return total
    }
    while rest.count > 1 {
      let i = random.below(rest.count - 1)
      rest[i] = sum(rest[i], rest[i + 1])
      rest.remove(at: i + 1)
    }
    return rest[0]
  }

  mutating func silu(_ x: Double) -> Double {
    if case .exact = manner { return x / (1 + exp(0 - x)) }
    if x.isNaN { return x }
    // As one function, or as its formula where nothing overflows or underflows.
    if abs(x) > 9 || random.happens(0.5) { return rounded(x / (1 + exp(0 - x)), multiple: functionMultiple) }
    let e = rounded(exp(0 - x), multiple: functionMultiple)
    return rounded(x / sum(1, e))
  }
}
