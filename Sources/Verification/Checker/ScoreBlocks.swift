// Scores taken apart into blocks: a head coordinate, or the pair that rotary positions turn together.
import ExactArithmetic
import Transformers

/// What rotary positions do to one pair of coordinates over all positions that occur.
struct PairRotation {
  /// The greatest angle between two positions, at most pi; 0 where nothing turns.
  let angle: Double
  /// A lower bound of its cosine.
  let leastCosine: Double
  /// An upper bound of its sine's absolute value.
  let greatestSine: Double
  /// How far computed sines may be off, beside the rounding of their products.
  let sineError: Double
  /// The same for cosines; 0 where rounding is sure to make every cosine 1.
  let cosineError: Double

  static let none = PairRotation(angle: 0, leastCosine: 1, greatestSine: 0, sineError: 0, cosineError: 0)

  /// Errors of a computed angle, relative, in units: the frequency is a power of theta, whose exponent rounds.
  static let angleMultiple = 256.0

  /// The rotation of pair i over `positionCount` positions.
  init<E: Enclosure>(frequency: Double, positionCount: Int, _ operations: Operations<E>) {
    // The frequency is computed in double precision here.
    let turned = (frequency * Double(positionCount) * (1 + 1e-9)).nextUp
    angle = min(4, turned)
    leastCosine = max(-1, (1 - (angle * angle / 2).nextUp).nextDown)
    greatestSine = min(1, angle)
    guard let model = operations.model else {
      sineError = 0
      cosineError = 0
      return
    }
    // A computed angle is a (1 + d), |d| <= 256 u: its sine is off by |a d| at most, its cosine by that times the greater of the sines.
    let off = PairRotation.angleMultiple * model.unit
    let reached = (turned * (1 + off)).nextUp
    let wrong = (turned * off).nextUp
    let function = operations.functionUnit
    sineError = min(2, (function * min(1, reached) + wrong + min(model.smallestNormal, reached)).nextUp)
    // Rounding to nearest makes a cosine 1 that is nearer to it than `nearness`.
    let isOne = model.keptBits != nil && reached * reached / 2 < model.nearness / 2
    cosineError =
      isOne || model.unit == 0 && turned < 1
      ? 0 : min(2, (function + wrong * min(1, reached) + model.smallestNormal).nextUp)
  }

  private init(angle: Double, leastCosine: Double, greatestSine: Double, sineError: Double, cosineError: Double) {
    self.angle = angle
    self.leastCosine = leastCosine
    self.greatestSine = greatestSine
    self.sineError = sineError
    self.cosineError = cosineError
  }
}

/// The coordinates of one head that make a block of the score: one, or a pair that turns.
struct ScoreBlock {
  /// The coordinate, and the one that it turns with.
  let first: Int
  let second: Int?
  let rotation: PairRotation

  /// The blocks of a head of the given model.
  static func all<E: Enclosure>(
    _ configuration: ModelConfiguration, positionCount: Int, _ operations: Operations<E>
  ) -> [ScoreBlock] {
    guard case .rotary(let rotary) = configuration.positions else {
      return (0..<configuration.headSize).map { ScoreBlock(first: $0, second: nil, rotation: .none) }
    }
    let frequencies = rotary.inverseFrequencies(headSize: configuration.headSize)
    return frequencies.enumerated().map { i, frequency in
      ScoreBlock(
        first: i, second: i + configuration.headSize / 2,
        rotation: PairRotation(frequency: frequency, positionCount: positionCount, operations))
    }
  }
}

/// A pair of coordinates' values.
struct PairValue<E: Enclosure> {
  var first: E
  var second: E

  func hull(_ other: PairValue) -> PairValue {
    PairValue(first: first.hull(other.first), second: second.hull(other.second))
  }
}

/// What a block adds to a score.
struct Contribution<E: Enclosure> {
  /// The exact part, over all angles.
  var exact: E
  /// How far the computed part may be from it.
  var error: Double
  /// Where rounding to nearest leaves the product of the first coordinates exact: that product, and the size of the other.
  var settled: (value: Double, speck: Double)?

  /// An upper bound of the computed part's absolute value.
  var magnitude: Double { (exact.magnitude + error).nextUp }

  /// The part of a score that queries `q` and keys `k` make in a block, whatever their positions.
  ///
  /// - Parameter vector: what queries and keys are relative to, each, where scores are relative to its square; `nil` where `q` is relative to what
  ///   scores are relative to, and `k` is whole.
  init(
    _ q: PairValue<E>, _ k: PairValue<E>, _ rotation: PairRotation, vector: CommonFactor?,
    _ operations: inout Operations<E>
  ) {
    let aligned = q.first * k.first + q.second * k.second
    if rotation.angle == 0 {
      exact = aligned
    } else {
      let crossed = (q.first.magnitude * k.second.magnitude + q.second.magnitude * k.first.magnitude).nextUp
      let cosines = E(lower: rotation.leastCosine, upper: 1)
      let sine = crossed == 0 ? 0 : (crossed * rotation.greatestSine).nextUp
      exact = sine > 0 ? aligned * cosines + E(lower: -sine, upper: sine) : aligned * cosines
    }
    error = 0
    guard operations.model != nil else { return }
    let turned = Turning<E>(rotation, vector ?? .one, operations)
    let (q1, k1) = (turned(q.first, q.second), turned(k.first, k.second))
    // A power of two is one only with the factor that is left out of it.
    let isPower =
      Operations<E>.isPowerOfTwo(q.first) && operations.common.isPower
      || Operations<E>.isPowerOfTwo(k.first) && vector?.isPower ?? true
    error = q1.productError(k1, isExact: isPower && q1.error == 0 && k1.error == 0, operations)
    operations.note(q1.reach * k1.reach)
    let isStill =
      error == 0 && aligned.isPoint && (aligned.isZero || aligned.leastMagnitude >= operations.tiny)
      && q.second.magnitude == 0 && k.second.magnitude == 0
    var speck = 0.0
    if rotation.angle > 0 {
      let (q2, k2) = (turned(q.second, q.first), turned(k.second, k.first))
      error = (error + q2.productError(k2, isExact: false, operations)).nextUp
      speck = (q2.reach * k2.reach * (1 + operations.unit)).nextUp
      if q2.reach == 0 || k2.reach == 0 { speck = 0 } else { operations.note(q2.reach * k2.reach) }
      if let vector {
        operations.noteWhole(max(max(q1.reach, k1.reach), max(q2.reach, k2.reach)) * vector.greatest * (1 + 0x1p-40))
      }
    }
    if isStill { settled = (aligned.lowerBound, speck) }
  }
}

/// The turning of coordinates by a pair's rotation.
private struct Turning<E: Enclosure> {
  let rotation: PairRotation
  /// The unit roundoff, and the least normal number relative to the vector's factor.
  let unit: Double
  let tiny: Double
  let rounds: Bool

  init(_ rotation: PairRotation, _ vector: CommonFactor, _ operations: Operations<E>) {
    self.rotation = rotation
    unit = operations.unit
    rounds = operations.model != nil
    tiny = ((operations.model?.smallestNormal ?? 0) / vector.least).nextUp
  }

  /// a cos + b sin, up to signs.
  func callAsFunction(_ a: E, _ b: E) -> Turned {
    let (x, y) = (a.magnitude, b.magnitude)
    guard rotation.angle > 0, rounds else { return Turned(size: x, error: 0) }
    let (u, sine) = (unit, rotation.greatestSine)
    let size = (x + y * sine).nextUp
    // A product by a cosine that is 1 is exact, and so is the sum with a product that is 0.
    var error = 0.0
    if x > 0, rotation.cosineError > 0 {
      error += x * (rotation.cosineError + u * (1 + rotation.cosineError)) + min(tiny, x * 1.01)
    }
    if y > 0 {
      let product = y * (sine + rotation.sineError)
      error += y * rotation.sineError + u * product + min(tiny, product)
    }
    if x > 0, y > 0 { error += u * (size + error) + min(tiny, size + error) }
    return Turned(size: size, error: error * (1 + 0x1p-40))
  }
}

/// A coordinate that was turned.
private struct Turned {
  let size: Double
  let error: Double
  var reach: Double { size + error == 0 ? 0 : (size + error).nextUp }

  /// How far the computed product of two turned coordinates may be from the exact one; underflow is `ScoreSum`'s.
  func productError<E: Enclosure>(_ other: Turned, isExact: Bool, _ operations: Operations<E>) -> Double {
    guard size + error > 0, other.size + other.error > 0, let model = operations.model else { return 0 }
    let error = size * other.error + other.size * self.error + self.error * other.error
    let rounding = isExact ? 0 : model.unit * reach * other.reach
    return (error + rounding) * (1 + 0x1p-40)
  }
}

/// What the sum of contributions, one a block, may be off.
struct ScoreSum {
  /// The number of products that may not be 0.
  private var count = 0
  private var mass = 0.0
  private var errors = 0.0
  private var specks = 0.0
  private var grid = Int.max
  private var isSettled = true

  /// Takes a block in: all that it may contribute.
  mutating func add<E: Enclosure>(_ parts: [Contribution<E>], turns: Bool) {
    let largest = parts.map(\.magnitude).max() ?? 0
    guard largest > 0 else { return }
    count += turns ? 2 : 1
    mass = (mass + largest).nextUp
    errors = (errors + (parts.map(\.error).max() ?? 0)).nextUp
    var speck = 0.0
    for part in parts {
      guard let settled = part.settled else {
        isSettled = false
        continue
      }
      speck = max(speck, settled.speck)
      grid = min(grid, BinaryDigits.lowestExponent(settled.value))
    }
    if speck > 0 { specks = (specks + speck).nextUp }
  }

  /// How far a computed score may be from the exact sum.
  func error<E: Enclosure>(_ operations: inout Operations<E>) -> Double {
    guard let model = operations.model, count > 0 else { return 0 }
    operations.note(mass)
    if operations.keepsRepresentable, let bits = model.keptBits, isSettled, abs(grid) < 400 {
      // Multiples of one power of two, few enough of them: exact in any order, and specks beside them are not seen.
      let step = Double(sign: .plus, exponent: grid, significand: 1)
      // An underflow is off by no more than the number itself.
      let rest = specks == 0 ? 0 : 2 * (specks + 2 * Double(count) * min(operations.tiny, specks))
      if step >= operations.tiny, mass <= step * Double(sign: .plus, exponent: min(bits, 40), significand: 1),
        rest <= step * model.nearness / 2
      {
        return rest
      }
    }
    // Each product and each addition may underflow.
    let growth = operations.growth(count - 1)
    return ((errors + growth * (mass + errors)).nextUp + 3 * (1 + growth) * Double(count) * operations.tiny).nextUp
  }
}
