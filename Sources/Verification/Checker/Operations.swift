// The elementary operations of a decoder under a semantics: exact ones, or every number that a rounding implementation may make of them.
//
// Goals, in this order: no computed number of any implementation that keeps the axioms of `RoundingModel` lies outside the enclosure; numbers that
// the axioms keep exact stay points; few lines.
import ExactArithmetic

/// A factor that all numbers of a vector share and that is left out of them: between two bounds, and perhaps a power of two.
struct CommonFactor {
  let least: Double
  let greatest: Double
  let isPower: Bool

  static var one: CommonFactor { CommonFactor(least: 1, greatest: 1, isPower: true) }

  /// The product of two such factors.
  var squared: CommonFactor {
    CommonFactor(least: (least * least).nextDown, greatest: (greatest * greatest).nextUp, isPower: isPower)
  }
}

/// What elementary operations may return, as enclosures.
///
/// Numbers may be known only up to a positive factor that is common to them. Relative errors do not see it; what depends on the size of a number
/// does: overflow, underflow, powers of two, few digits.
struct Operations<E: Enclosure> {
  /// What may round; `nil` where nothing does.
  let model: RoundingModel?
  /// Whether attention takes the greatest score alone and gates are ReLU.
  let isHard: Bool
  /// The greatest absolute value met so far.
  private(set) var peak = 0.0

  /// What numbers are to be multiplied by at present.
  private(set) var common = CommonFactor.one
  /// The least normal number, relative to the common factor.
  private(set) var tiny: Double
  /// What is 0 when it is less, relative to the common factor.
  private var vanishing: Double
  /// Whether results of few digits can be told: not where numbers are known up to a factor that is no power of two.
  private(set) var keepsRepresentable: Bool

  init(model: RoundingModel?, isHard: Bool) {
    self.model = model
    self.isHard = isHard
    keepsRepresentable = model?.keptBits != nil
    tiny = model?.smallestNormal ?? 0
    vanishing = model?.vanishing ?? 0
  }

  /// The unit roundoff; 0 where nothing rounds.
  var unit: Double { model?.unit ?? 0 }

  /// The error of a function's value, relative.
  var functionUnit: Double { unit * (model?.functionMultiple ?? 0) }

  mutating func note(_ magnitude: Double) {
    let whole = common.greatest == 1 ? magnitude : (magnitude * common.greatest).nextUp
    if whole > peak { peak = whole }
  }

  /// Notes a number from which no factor is left out.
  mutating func noteWhole(_ magnitude: Double) { if magnitude > peak { peak = magnitude } }

  /// From now on numbers are relative to `factor`; returns what they were relative to, for the way back.
  mutating func enter(_ factor: CommonFactor) -> CommonFactor {
    let before = common
    common = factor
    guard let model else { return before }
    keepsRepresentable = model.keptBits != nil && factor.isPower
    let isWhole = factor.least == 1 && factor.greatest == 1
    tiny = isWhole ? model.smallestNormal : (model.smallestNormal / factor.least).nextUp
    vanishing = isWhole ? model.vanishing : max(0, (model.vanishing / factor.greatest).nextDown)
    return before
  }

  /// Runs `body` with numbers relative to `factor`.
  mutating func relative<R>(to factor: CommonFactor, _ body: (inout Self) throws(Doubt) -> R) throws(Doubt) -> R {
    let before = enter(factor)
    defer { _ = enter(before) }
    return try body(&self)
  }

  /// `x` and all within `relative * |x| + absolute` of it.
  static func widened(_ x: E, relative: Double, absolute: Double) -> E {
    guard relative > 0 || absolute > 0 else { return x }
    let error = ((x.magnitude * relative).nextUp + absolute).nextUp
    return x + E(lower: -error, upper: error)
  }

  /// (1 + u)^n - 1, from above.
  func growth(_ n: Int) -> Double {
    guard unit > 0, n > 0 else { return 0 }
    // exp(x) - 1 <= x / (1 - x) for x = n u < 1; past 1/2 nothing useful is left.
    let x = (Double(n) * unit).nextUp
    return x < 0.9 ? (x / (1 - x).nextDown).nextUp : .infinity
  }

  /// What an operation with exact result `x` may return; `multiple` units of error.
  mutating func rounded(_ x: E, multiple: Double = 1) -> E {
    guard let model else { return x }
    note(x.magnitude)
    if x.isZero || x.magnitude < vanishing { return .zero }
    if let kept = representable(x) { return kept }
    let absolute = x.leastMagnitude >= tiny ? 0 : min(tiny, x.magnitude)
    return Self.widened(x, relative: model.unit * multiple, absolute: absolute)
  }

  /// The number of at most `keptBits` digits to which rounding to nearest takes all of `x`, where there is one.
  private func representable(_ x: E) -> E? {
    guard keepsRepresentable, let model, let bits = model.keptBits else { return nil }
    let y = Self.nearest(x.lowerBound, bits: bits)
    guard y != 0, y.isFinite, abs(y) >= tiny else { return nil }
    let room = abs(y) * model.nearness
    return y - x.lowerBound <= room && x.upperBound - y <= room && x.lowerBound - y <= room ? E(y) : nil
  }

  /// The number of `bits` significant digits nearest to `x`.
  static func nearest(_ x: Double, bits: Int) -> Double {
    guard x.isFinite, x != 0 else { return x }
    let unit = x.binade * Double(sign: .plus, exponent: 1 - bits, significand: 1)
    return (x / unit).rounded() * unit
  }

  /// a times b, where b, and not a, may be relative to a common factor.
  ///
  /// That b is a power of two, the factor left out, does not make the product exact unless the factor is one as well.
  mutating func product(_ a: E, _ b: E) -> E {
    if a.isZero || b.isZero { return .zero }
    let exact = a * b
    if Self.isPowerOfTwo(a) || common.isPower && Self.isPowerOfTwo(b), exact.leastMagnitude >= tiny {
      note(exact.magnitude)
      return exact
    }
    return rounded(exact)
  }

  /// Whether x is known to be plus or minus a power of two.
  static func isPowerOfTwo(_ x: E) -> Bool { x.isPoint && BinaryDigits.isPowerOfTwo(x.lowerBound) }

  /// The sum of two.
  mutating func sum(_ a: E, _ b: E) -> E { sum([a, b]) }

  /// The sum, in any order and grouping.
  mutating func sum(_ terms: [E]) -> E {
    var total = E.zero
    var mass = 0.0
    var count = 0
    for term in terms where !term.isZero {
      total = count == 0 ? term : total + term
      mass = (mass + term.magnitude).nextUp
      count += 1
    }
    guard model != nil, count > 1 else { return total }
    note(mass)
    if let kept = keptSum(terms) { return kept }
    // Each addition that underflows is off by `tiny`; what comes after may make twice as much of it.
    let growth = growth(count - 1)
    let error = ((growth * mass).nextUp + 2 * (1 + growth) * Double(count - 1) * tiny).nextUp
    return total + E(lower: -error, upper: error)
  }

  /// The sum where its partial sums are exact in any order: terms that are multiples of one power of two, of small total, and others too small to
  /// be seen beside it.
  private func keptSum(_ terms: [E]) -> E? {
    guard keepsRepresentable, let model, let bits = model.keptBits else { return nil }
    var grid = Int.max
    var (mass, rest, sum) = (0.0, 0.0, 0.0)
    for term in terms {
      if term.isPoint, term.magnitude >= tiny {
        let x = term.lowerBound
        grid = min(grid, BinaryDigits.lowestExponent(x))
        mass += abs(x)  // exact as long as the test below succeeds
        sum += x
      } else {
        rest = (rest + term.magnitude).nextUp
      }
    }
    guard grid > -900, grid < 900 else { return nil }
    let step = Double(sign: .plus, exponent: grid, significand: 1)
    // Partial sums other than 0 are normal numbers.
    guard step >= tiny else { return nil }
    guard mass <= step * Double(sign: .plus, exponent: min(bits, 52), significand: 1) else { return nil }
    let doubt = 2 * (rest + Double(terms.count) * min(tiny, rest))
    guard doubt <= step * model.nearness / 2 else { return nil }
    return sum != 0 || doubt == 0 ? E(sum) : E(lower: -doubt, upper: doubt)
  }

  /// W x + b for one row, given the products' factors: computed in any order.
  mutating func innerProduct(_ weights: [(weight: Float, x: E)], bias: Float = 0) -> E {
    var terms: [E] = []
    terms.reserveCapacity(weights.count + 1)
    for (w, x) in weights { terms.append(product(E(Double(w)), x)) }
    if bias != 0 { terms.append(E(Double(bias))) }
    return sum(terms)
  }

  /// SiLU, or ReLU where gates are hard.
  mutating func gated(_ x: E) -> E {
    if isHard { return x.relu() }
    guard model != nil else { return x.silu() }
    // As one function, or as x / (1 + exp(-x)).
    return rounded(x.silu(), multiple: (model?.functionMultiple ?? 1) + 2)
  }
}

extension Enclosure {
  /// Whether 0 is all there is. (A fraction too small for a Double is no 0, and its upper bound says so.)
  var isZero: Bool { lowerBound == 0 && upperBound == 0 }
}

/// The binary digits of doubles.
enum BinaryDigits {
  /// Whether x is plus or minus a power of two, and normal.
  static func isPowerOfTwo(_ x: Double) -> Bool { x.isNormal && x.significandBitPattern == 0 }

  /// The exponent of the lowest digit of `x` that is not 0; the greatest integer for 0.
  static func lowestExponent(_ x: Double) -> Int {
    guard x != 0, x.isFinite else { return .max }
    let pattern = x.significandBitPattern
    if x.isNormal { return pattern == 0 ? Int(x.exponent) : Int(x.exponent) - 52 + pattern.trailingZeroBitCount }
    return -1074 + pattern.trailingZeroBitCount
  }
}
