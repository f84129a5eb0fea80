// Sums, products, quotients and square roots of two Doubles, rounded down and up.
//
// Goals, in this order: never on the wrong side; exact results kept exact; speed. The hardware rounds to nearest. The
// sign of its error, exact result minus rounded one, is itself computed exactly (Knuth's TwoSum; a fused multiply-add
// for products, quotients and roots), and only an error on the wrong side moves the result by one unit. Changing the
// processor's rounding mode instead would be as fast but no Swift compiler promises to respect it.

extension Double {
  /// The next Double on the way to -infinity if `moves`; for a number that is neither 0 nor -infinity.
  @inlinable
  @inline(__always)
  func steppedDown(if moves: Bool) -> Double {
    Double(bitPattern: bitPattern &- step(if: moves))
  }

  /// The next Double on the way to infinity if `moves`; for a number that is neither 0 nor infinity.
  @inlinable
  @inline(__always)
  func steppedUp(if moves: Bool) -> Double {
    Double(bitPattern: bitPattern &+ step(if: moves))
  }

  /// What raises the number by one unit when added to its bit pattern, or 0; without a branch, because signs and
  /// errors are seldom predictable.
  @inlinable
  @inline(__always)
  func step(if moves: Bool) -> UInt64 {
    let one: UInt64 = moves ? 1 : 0
    let flip = UInt64(bitPattern: Int64(bitPattern: bitPattern) >> 63)
    return (one ^ flip) &- flip
  }

  /// The number with its sign and its leading digit before the point: +-1 ..< 2.
  @inlinable
  var signedSignificand: Double { sign == .minus ? -significand : significand }
}

/// Directed rounding of single operations. Operands are never NaN.
@usableFromInline
enum DirectedRounding {
  /// Below this absolute value the error of a product or quotient may be too small for a Double: 2^-1074 + 106 digits.
  @inlinable
  @inline(__always)
  static var safeMagnitude: Double { 0x1p-960 }

  // MARK: - Sums

  /// a + b - sum exactly, for sum = a + b rounded to nearest; NaN or exact where something overflows.
  @inlinable
  @inline(__always)
  static func errorOfSum(_ a: Double, _ b: Double, _ sum: Double) -> Double {
    let second = sum - a
    let first = sum - second
    return (a - first) + (b - second)
  }

  /// The greatest Double that is at most a + b; a and b are not infinity.
  ///
  /// An error that is NaN says that something overflowed: then the sum is -infinity and stays, or it counts as too
  /// great, which infinity is, one step above the greatest finite number. An inexact sum is never 0.
  @inlinable
  @inline(__always)
  static func sumDown(_ a: Double, _ b: Double) -> Double {
    let sum = a + b
    let error = errorOfSum(a, b, sum)
    return sum.steppedDown(if: !(error >= 0) && sum != -.infinity)
  }

  /// The least Double that is at least a + b; a and b are not -infinity.
  @inlinable
  @inline(__always)
  static func sumUp(_ a: Double, _ b: Double) -> Double {
    let sum = a + b
    let error = errorOfSum(a, b, sum)
    return sum.steppedUp(if: !(error <= 0) && sum != .infinity)
  }

  // MARK: - Products

  /// The greatest Double that is at most a * b; 0 times an infinite end is 0, the product of 0 with every element.
  @inlinable
  @inline(__always)
  static func productDown(_ a: Double, _ b: Double) -> Double {
    let product = a * b
    if abs(product) >= safeMagnitude && abs(product) < .infinity {
      return product.steppedDown(if: (-product).addingProduct(a, b) < 0)
    }
    if a == 0 || b == 0 { return 0 }
    return signOfProductError(a, b, product) < 0 ? product.nextDown : product
  }

  /// The least Double that is at least a * b; 0 times an infinite end is 0.
  @inlinable
  @inline(__always)
  static func productUp(_ a: Double, _ b: Double) -> Double {
    let product = a * b
    if abs(product) >= safeMagnitude && abs(product) < .infinity {
      return product.steppedUp(if: (-product).addingProduct(a, b) > 0)
    }
    if a == 0 || b == 0 { return 0 }
    return signOfProductError(a, b, product) > 0 ? product.nextUp : product
  }

  /// a * b rounded down and up, or nil where it is 0, tiny or infinite.
  @inlinable
  @inline(__always)
  static func product(_ a: Double, _ b: Double) -> DoubleInterval? {
    let product = a * b
    guard abs(product) >= safeMagnitude && abs(product) < .infinity else { return nil }
    let error = (-product).addingProduct(a, b)
    return DoubleInterval(
      uncheckedLower: product.steppedDown(if: error < 0), upper: product.steppedUp(if: error > 0))
  }

  /// The sign of a * b - product, for the rare products that are tiny or infinite; a and b are not 0.
  ///
  /// Scaled so that both factors lie in 1 ..< 2, nothing is tiny: the product splits into two Doubles, the difference
  /// of the greater one and the scaled result is exact (they are within a factor of two, or the latter is 0), and the
  /// rounded sum of two Doubles has the sign of the exact one.
  @usableFromInline
  static func signOfProductError(_ a: Double, _ b: Double, _ product: Double) -> Int {
    if !a.isFinite || !b.isFinite { return 0 }
    if !product.isFinite { return product > 0 ? -1 : 1 }
    let first = a.signedSignificand
    let second = b.signedSignificand
    let high = first * second
    let low = (-high).addingProduct(first, second)
    let scaled = Double(sign: .plus, exponent: 0 - a.exponent - b.exponent, significand: product)
    return sign(of: (high - scaled) + low)
  }

  // MARK: - Quotients

  /// The greatest Double that is at most a / b; b is not 0, and not both are infinite.
  @inlinable
  static func quotientDown(_ a: Double, _ b: Double) -> Double {
    let quotient = a / b
    return signOfQuotientError(a, b, quotient) < 0 ? quotient.nextDown : quotient
  }

  /// The least Double that is at least a / b; b is not 0, and not both are infinite.
  @inlinable
  static func quotientUp(_ a: Double, _ b: Double) -> Double {
    let quotient = a / b
    return signOfQuotientError(a, b, quotient) > 0 ? quotient.nextUp : quotient
  }

  /// The sign of a / b - quotient.
  ///
  /// For operands in 1 ..< 2 the remainder a - quotient * b is a multiple of 2^-52 times the quotient's unit and at
  /// most the unit, so it is a Double.
  @inlinable
  static func signOfQuotientError(_ a: Double, _ b: Double, _ quotient: Double) -> Int {
    if abs(a) >= safeMagnitude && abs(quotient) >= safeMagnitude && abs(a) < .infinity && abs(quotient) < .infinity {
      let remainder = a.addingProduct(-quotient, b)
      return b > 0 ? sign(of: remainder) : 0 - sign(of: remainder)
    }
    if a == 0 || !a.isFinite || !b.isFinite { return 0 }
    return signOfExtremeQuotientError(a, b, quotient)
  }

  /// The same for finite operands other than 0, at any magnitude.
  @usableFromInline
  static func signOfExtremeQuotientError(_ a: Double, _ b: Double, _ quotient: Double) -> Int {
    if !quotient.isFinite { return quotient > 0 ? -1 : 1 }
    let scaled = Double(sign: .plus, exponent: b.exponent - a.exponent, significand: quotient)
    let remainder = a.signedSignificand.addingProduct(-scaled, b.signedSignificand)
    return b > 0 ? sign(of: remainder) : 0 - sign(of: remainder)
  }

  // MARK: - Square roots

  /// The greatest Double that is at most sqrt(x); x is at least 0.
  @inlinable
  static func squareRootDown(_ x: Double) -> Double {
    let root = x.squareRoot()
    return signOfRootError(x, root) < 0 ? root.nextDown : root
  }

  /// The least Double that is at least sqrt(x); x is at least 0.
  @inlinable
  static func squareRootUp(_ x: Double) -> Double {
    let root = x.squareRoot()
    return signOfRootError(x, root) > 0 ? root.nextUp : root
  }

  /// The sign of sqrt(x) - root, which is that of x - root^2; numbers too small for that are scaled by 2^200 first.
  @inlinable
  static func signOfRootError(_ x: Double, _ root: Double) -> Int {
    if x == 0 || x == .infinity { return 0 }
    if x >= safeMagnitude { return sign(of: x.addingProduct(-root, root)) }
    let scaled = root * 0x1p100
    return sign(of: (x * 0x1p200).addingProduct(-scaled, scaled))
  }

  // MARK: - Powers of two

  /// The greatest Double that is at most x * 2^n.
  @inlinable
  static func scaledDown(_ x: Double, _ n: Int) -> Double {
    let result = Double(sign: .plus, exponent: n, significand: x)
    return Double(sign: .plus, exponent: 0 - n, significand: result) > x ? result.nextDown : result
  }

  /// -1, 0 or 1.
  @inlinable
  @inline(__always)
  static func sign(of x: Double) -> Int { x > 0 ? 1 : x < 0 ? -1 : 0 }
}
