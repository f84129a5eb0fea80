// Conversions of numbers: every pattern of 16 bits, every midpoint between two, and random floats.
import Testing
import TestSupport
import Transformers

/// Rounds one number; `nil` for a type that has none.
private func half(_ value: Float) -> UInt16 { ScalarConversion.half(floatBits: value.bitPattern) }

@Test func everyHalfWidensAsFloat16Does() {
  let patterns = (0...UInt16.max).map { $0 }
  var wide = [Float](repeating: 0, count: patterns.count)
  patterns.withUnsafeBufferPointer { ScalarConversion.widen($0, .float16, into: &wide) }
  for (pattern, value) in zip(patterns, wide) {
    let expected = Float(Float16(bitPattern: pattern))
    #expect(value.bitPattern == expected.bitPattern || (value.isNaN && expected.isNaN), "half \(pattern)")
  }
}

@Test func everyBfloatWidensToItsBits() {
  let patterns = (0...UInt16.max).map { $0 }
  var wide = [Float](repeating: 0, count: patterns.count)
  patterns.withUnsafeBufferPointer { ScalarConversion.widen($0, .bfloat16, into: &wide) }
  #expect(zip(patterns, wide).allSatisfy { $1.bitPattern == UInt32($0) << 16 })
}

@Test func everyPatternOf16BitsComesBack() {
  for pattern in 0...UInt16.max {
    let float = ScalarConversion.floatBits(half: pattern)
    if !Float(bitPattern: float).isNaN {
      #expect(ScalarConversion.half(floatBits: float) == pattern)
    } else {
      #expect(Float16(bitPattern: ScalarConversion.half(floatBits: float)).isNaN)
    }
    let wide = UInt32(pattern) << 16
    if !Float(bitPattern: wide).isNaN {
      #expect(ScalarConversion.bfloat(floatBits: wide) == pattern)
    } else {
      #expect(Float(bitPattern: UInt32(ScalarConversion.bfloat(floatBits: wide)) << 16).isNaN)
    }
  }
}

@Test func midpointsOfHalvesRoundToEvenAndTheirNeighboursToTheNearest() {
  for pattern in UInt16(0)..<0x7C00 {
    let (low, high) = (Float(Float16(bitPattern: pattern)), Double(Float16(bitPattern: pattern + 1)))
    let above = pattern == 0x7BFF ? 65_536 : high  // the next number, were there no infinity
    let middle = Float((Double(low) + above) / 2)
    for value in [middle, middle.nextUp, middle.nextDown] {
      #expect(half(value) == Float16(value).bitPattern, "\(value)")
      #expect(half(-value) == Float16(-value).bitPattern, "\(-value)")
    }
    #expect(half(middle) & 1 == 0)
  }
}

@Test func midpointsOfBfloatsRoundToEvenAndTheirNeighboursToTheNearest() {
  for pattern in UInt32(0)..<0x7F80 {
    let middle = pattern << 16 | 0x8000
    #expect(ScalarConversion.bfloat(floatBits: middle) == UInt16(pattern + pattern & 1))
    #expect(ScalarConversion.bfloat(floatBits: middle + 1) == UInt16(pattern + 1))
    #expect(ScalarConversion.bfloat(floatBits: middle - 1) == UInt16(pattern))
  }
}

@Test func randomPatternsRoundAsFloat16DoesAndAreCounted() {
  var random = SplitMix64(seed: 3)
  let values = (0..<20_000).map { _ in Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random)) }
  var narrow = [UInt16](repeating: 0, count: values.count)
  let rounding = values.withUnsafeBufferPointer { ScalarConversion.narrow($0, .float16, into: &narrow) }
  var (inexact, overflow) = (0, 0)
  for (value, pattern) in zip(values, narrow) {
    let expected = Float16(value)
    #expect(pattern == expected.bitPattern || (value.isNaN && Float16(bitPattern: pattern).isNaN))
    if !value.isNaN, Float(expected) != value { inexact += 1 }
    if value.isFinite, expected.isInfinite { overflow += 1 }
  }
  #expect(rounding.inexactCount == inexact && rounding.overflowCount == overflow)
  #expect(overflow > 1_000)
}
