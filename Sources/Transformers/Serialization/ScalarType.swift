// How numbers are stored in files, and the conversions to and from float32.
//
// Goals, in this order: exact results (round to nearest, ties to even, as IEEE 754 defines it; subnormals kept; a NaN stays a NaN), then
// loops without branches and calls that the compiler turns into SIMD code. `Float16(x)` calls a library function where the
// target has no F16C, so the bits are computed here; the tests compare all 65,536 patterns and all midpoints with `Float16`.

/// The type of the numbers in a file.
public enum ScalarType: String, Sendable, CaseIterable {
  /// IEEE 754 binary32, "F32".
  case float32 = "F32"
  /// IEEE 754 binary16, "F16".
  case float16 = "F16"
  /// The upper half of binary32, "BF16".
  case bfloat16 = "BF16"

  /// The size of a number in bytes.
  public var byteCount: Int { self == .float32 ? 4 : 2 }

  /// The name in `config.json`.
  public var configurationName: String {
    switch self {
    case .float32: "float32"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    }
  }
}

/// Conversions between float32 and the two types of 16 bits.
package enum ScalarConversion {
  /// The float32 that equals the binary16 number `half`. Exact.
  @inline(__always) package static func floatBits(half: UInt16) -> UInt32 {
    let magnitude = UInt32(half & 0x7FFF) << 13
    // The exponent's bias grows by 112; the product also normalizes subnormals and is exact.
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let special: UInt32 = magnitude >= 0x0F80_0000 ? 0x7F80_0000 : 0  // infinities and NaN
    return scaled | special | UInt32(half & 0x8000) << 16
  }

  /// The binary16 number nearest to the float32 with pattern `bits`, ties to even.
  @inline(__always) package static func half(floatBits bits: UInt32) -> UInt16 {
    let magnitude = bits & 0x7FFF_FFFF
    let normal = min((magnitude &- 0x3800_0000 &+ 0xFFF &+ (magnitude >> 13 & 1)) >> 13, 0x7C00)
    // Below 2^-14 the results are multiples of 2^-24, which is the unit in the last place of 0.5.
    let subnormal = (Float(bitPattern: magnitude) + 0.5).bitPattern &- Float(0.5).bitPattern
    var result = magnitude >= 0x3880_0000 ? normal : subnormal
    result = magnitude > 0x7F80_0000 ? 0x7E00 : result
    return UInt16(truncatingIfNeeded: result | (bits >> 16 & 0x8000))
  }

  /// The bfloat16 number nearest to the float32 with pattern `bits`, ties to even.
  @inline(__always) package static func bfloat(floatBits bits: UInt32) -> UInt16 {
    let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
    let isNaN = bits & 0x7FFF_FFFF > 0x7F80_0000
    return UInt16(truncatingIfNeeded: isNaN ? bits >> 16 | 0x40 : rounded)
  }

  /// Widens `source` into `target`, which is as long.
  package static func widen(
    _ source: UnsafeBufferPointer<UInt16>, _ scalar: ScalarType, into target: UnsafeMutablePointer<Float>
  ) {
    precondition(scalar != .float32, "float32 needs no widening")
    if scalar == .float16 {
      for index in 0..<source.count { target[index] = Float(bitPattern: floatBits(half: source[index])) }
    } else {
      for index in 0..<source.count { target[index] = Float(bitPattern: UInt32(source[index]) << 16) }
    }
  }

  /// What rounding did to a run of numbers.
  package struct Rounding {
    /// How many numbers changed.
    package var inexactCount = 0
    /// How many finite numbers became infinite.
    package var overflowCount = 0
  }

  /// Rounds `source` to `scalar` into `target`, which is as long.
  package static func narrow(
    _ source: UnsafeBufferPointer<Float>, _ scalar: ScalarType, into target: UnsafeMutablePointer<UInt16>
  ) -> Rounding {
    precondition(scalar != .float32, "float32 needs no rounding")
    var inexact: UInt32 = 0
    var overflow: UInt32 = 0
    precondition(source.count <= Int(UInt32.max), "a chunk is counted in 32 bits")
    let isHalf = scalar == .float16
    for index in 0..<source.count {
      let bits = source[index].bitPattern
      let narrow = isHalf ? half(floatBits: bits) : bfloat(floatBits: bits)
      let back = isHalf ? floatBits(half: narrow) : UInt32(narrow) << 16
      target[index] = narrow
      let isNaN = bits & 0x7FFF_FFFF > 0x7F80_0000
      inexact &+= (back != bits) && !isNaN ? 1 : 0
      overflow &+= (back & 0x7FFF_FFFF == 0x7F80_0000) && (back != bits) && !isNaN ? 1 : 0
    }
    return Rounding(inexactCount: Int(inexact), overflowCount: Int(overflow))
  }
}
