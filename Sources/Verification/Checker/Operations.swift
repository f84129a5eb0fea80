// The elementary operations of a decoder under a semantics: exact ones, or every number that a rounding implementation may make of them.
//
// Goals, in this order: no computed number of any implementation that keeps the axioms of `RoundingModel` lies outside the enclosure; numbers that
// the axioms keep exact stay points; few lines.
import ExactArithmetic

/// What elementary operations may return, as enclosures.
struct Operations<E: Enclosure> {
  /// What may round; `nil` where nothing does.
  let model: RoundingModel?
  /// Whether attention takes the greatest score alone and gates are ReLU.
  let isHard: Bool
  /// The greatest absolute value met so far.
  private(set) var peak = 0.0

  /// Where numbers are known only up to a common factor that is no power of two, results of few digits cannot be told.
  var keepsRepresentable: Bool

  init(model: RoundingModel?, isHard: Bool) {
    self.model = model
    self.isHard = isHard
    keepsRepresentable = model?.keptBits != nil
  }

  /// The unit roundoff; 0 where nothing rounds.
  var unit: Double { model?.unit ?? 0 }

  /// The error of a function's value, relative.
  var functionUnit: Double { unit * (model?.functionMultiple ?? 0) }

  mutating func note(_ magnitude: Double) { if magnitude > peak { peak = magnitude } }

  /// Runs `body` with numbers known up to a common factor: a power of two or not.
  mutating func relative<R>(toPowerOfTwo isPower: Bool, _ body: (inout Self) throws(Doubt) -> R) throws(Doubt) -> R {
    let before = keepsRepresentable
    keepsRepresentable = before && isPower
    defer { keepsRepresentable = before }
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
    if x.magnitude < model.vanishing { return .zero }
    if let kept = representable(x) { return kept }
    let absolute = x.leastMagnitude >= model.smallestNormal ? 0 : model.smallestNormal
    return Self.widened(x, relative: model.unit * multiple, absolute: absolute)
  }

  /// The number of at most `keptBits` digits to which rounding to nearest takes all of `x`, where there is one.
  private func representable(_ x: E) -> E? {
    guard keepsRepresentable, let model, let bits = model.keptBits else { return nil }
    let y = Self.nearest(x.lowerBound, bits: bits)
    guard y != 0, y.isFinite, abs(y) >= model.smallestNormal else { return nil }
    let room = abs(y) * model.unit / 4
    return y - x.lowerBound <= room && x.upperBound - y <= room && x.lowerBound - y <= room ? E(y) : nil
  }

  /// The number of `bits` significant digits nearest to `x`.
  static func nearest(_ x: Double, bits: Int) -> Double {
    guard x.isFinite, x != 0 else { return x }
    let unit = x.binade * Double(sign: .plus, exponent: 1 - bits, significand: 1)
    return (x / unit).rounded() * unit
  }

  /// a times b.
  mutating func product(_ a: E, _ b: E) -> E {
    if a.isPoint && a.lowerBound == 0 || b.isPoint && b.lowerBound == 0 { return .zero }
    let exact = a * b
    if Self.isPowerOfTwo(a) || Self.isPowerOfTwo(b), exact.leastMagnitude >= model?.smallestNormal ?? 0 {
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
    for term in terms where !(term.isPoint && term.lowerBound == 0) {
      total = count == 0 ? term : total + term
      mass = (mass + term.magnitude).nextUp
      count += 1
    }
    guard let model, count > 1 else { return total }
    note(mass)
    if let kept = keptSum(terms) { return kept }
    let error = ((growth(count - 1) * mass).nextUp + Double(count - 1) * model.smallestNormal).nextUp
    return total + E(lower: -error, upper: error)
  }

  /// The sum where its partial sums are exact in any order: terms that are multiples of one power of two, of small total, and others too small to
  /// be seen beside it.
  private func keptSum(_ terms: [E]) -> E? {
    guard keepsRepresentable, let model, let bits = model.keptBits else { return nil }
    var grid = Int.max
    var (mass, rest, sum) = (0.0, 0.0, 0.0)
    for term in terms {
      if term.isPoint, term.magnitude >= model.smallestNormal {
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
    guard mass <= step * Double(sign: .plus, exponent: min(bits, 52), significand: 1) else { return nil }
    let doubt = 2 * (rest + (rest > 0 ? Double(terms.count) * model.smallestNormal : 0))
    guard doubt <= step * model.unit / 8 else { return nil }
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
    return rounded(x.silu(), multiple: model?.functionMultiple ?? 1)
  }
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
