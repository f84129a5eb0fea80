// What "the weights compute" means: the readings of one decoder, from exact hard attention to any implementation that rounds.
public import ExactArithmetic

/// How a decoder's definition is read: which numbers its operations make.
public enum Semantics: Sendable, Hashable, Codable {
  /// Real numbers; attention takes the value of the greatest score, and SiLU is its hard form, ReLU. Nothing rounds.
  case ideal
  /// Real numbers; softmax, RMSNorm, SiLU and rotation as they are. Nothing rounds.
  case softmax
  /// Any implementation whose elementary operations round no worse than the model says, in any order of summation. With `keptBits` the model says
  /// more than an error: rounding to nearest in a format of so many digits, which leaves small whole numbers alone.
  case rounded(RoundingModel)
  /// The finite-precision arithmetic of Li et al.: every operation rounds to the format, sums run from left to right.
  case finitePrecision(FloatFormat)

  /// A short name: `ideal`, `softmax`, `nearest`, `rounded`, `finite-precision`.
  public var name: String {
    switch self {
    case .ideal: "ideal"
    case .softmax: "softmax"
    case .rounded(let model): model.keptBits == nil ? "rounded" : "nearest"
    case .finitePrecision: "finite-precision"
    }
  }
}

/// What an implementation's rounding may do.
///
/// The axioms, for an operation with exact result x (of +, -, *, /, and of exp, sqrt, rsqrt, sine and cosine with `functionMultiple * unit` in the
/// place of `unit`, of SiLU with `(functionMultiple + 2) * unit`):
/// - **relative error**: the computed number is x (1 + d) with |d| <= unit, where |x| is in the normal range;
/// - **underflow**: below `smallestNormal` it is off by at most `smallestNormal` and by at most |x|, as where it is flushed to 0 or rounded to the nearest
///   subnormal number, and x becomes 0 where |x| is below `vanishing`;
/// - **range**: there is no overflow up to `largest`;
/// - **exact operands**: x + 0, x * 0 and x * 1 are exact, and so is x times a power of two or -1 times one (where the result is in the normal range);
/// - **rounding to nearest** (only where `keptBits` is set): where a normal number y of at most `keptBits` significant binary digits is nearer to x
///   than 2^-26 |y|, the computed number is y; also for exp, sqrt, rsqrt, sine, cosine and SiLU.
///
/// Sums may be formed in any order and any grouping; `unit` is the unit roundoff, 2^-24 for float32. Weights are the numbers that the model has: a
/// runtime that rounds them when it loads them runs another model. Softmax takes the greatest score off first. The angle of a rotary position, a
/// position times a power of theta, has a relative error of at most 256 units and does not underflow; runtimes form it in float32. SiLU is one
/// operation, so that no exp of its formula overflows.
public struct RoundingModel: Sendable, Hashable, Codable {
  /// The relative error of an elementary operation, u.
  public var unit: Double
  /// The error of exp, rsqrt, sqrt, sine and cosine in multiples of the unit.
  public var functionMultiple: Double
  /// The least normal number.
  public var smallestNormal: Double
  /// Positive results below this are 0.
  public var vanishing: Double
  /// The greatest finite number.
  public var largest: Double
  /// Results of so many significant binary digits are exact; `nil` where that is not assumed.
  public var keptBits: Int?

  /// float32 with any rounding of at most 2^-24, in float32's range.
  public static var float32: RoundingModel {
    var model = RoundingModel(unit: 0x1p-24)
    model.smallestNormal = 0x1p-126
    model.largest = Double(Float.greatestFiniteMagnitude)
    return model
  }

  /// Rounding to nearest with at least `bits` significant digits, 24 for float32, 11 for float16, 8 for bfloat16; operations may differ in their
  /// formats, up to float32.
  ///
  /// Up to 11 digits the range is the one that all three formats have, above float32's.
  public static func nearest(bits: Int) -> RoundingModel {
    let unit = Double(sign: .plus, exponent: 0 - bits, significand: 1)
    guard bits > 11 else { return RoundingModel(unit: unit, keptBits: bits) }
    var model = RoundingModel.float32
    (model.unit, model.keptBits) = (unit, bits)
    return model
  }

  /// How near to a number of `keptBits` digits a result has to be to become that number: a quarter of float32's unit, so that a runtime that does
  /// some operations in a coarse format and others in float32, each to nearest, keeps the axiom.
  var nearness: Double { min(unit / 4, 0x1p-26) }

  /// What makes no sense in the model, or `nil`.
  package var fault: String? {
    guard unit >= 0, unit < 1 else { return "a unit roundoff of \(unit)" }
    guard functionMultiple >= 0, functionMultiple.isFinite else {
      return "functions' errors of \(functionMultiple) units"
    }
    guard largest > 0, largest.isFinite else { return "a greatest number of \(largest)" }
    guard smallestNormal >= 0, smallestNormal < largest else { return "a least normal number of \(smallestNormal)" }
    guard vanishing >= 0, vanishing <= smallestNormal else { return "zeros below \(vanishing)" }
    guard (1...24).contains(keptBits ?? 1) else {
      return "\(keptBits ?? 0) digits, and float32, the finest format meant, has 24"
    }
    return nil
  }

  /// Whether arithmetic in float32 keeps the axioms.
  var holdsInFloat32: Bool {
    (unit >= 0x1p-24 || keptBits != nil) && smallestNormal >= 0x1p-126 && vanishing <= 0x1p-150
      && largest <= Double(Float.greatestFiniteMagnitude) && functionMultiple >= 4
  }

  /// Rounding with unit roundoff `unit` in a range that float16, bfloat16 and float32 have.
  ///
  /// The range is float16's: up to 65504, normal from 2^-14 on; below 2^-150 a result is 0 in each of the three.
  public init(unit: Double, keptBits: Int? = nil) {
    self.unit = unit
    functionMultiple = 4
    smallestNormal = 0x1p-14
    vanishing = 0x1p-150
    largest = 65504
    self.keptBits = keptBits
  }
}
