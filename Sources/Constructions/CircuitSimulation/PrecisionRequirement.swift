// How much precision the positional simulation needs: one token's computation, tried in the format itself for every case that can occur.
public import ExactArithmetic

/// A number format in which the positional simulation would not be right.
public struct InsufficientPrecision: Error, Sendable, Equatable, CustomStringConvertible {
  /// The format.
  public let format: FloatFormat
  /// The number of operands that a token fetches, K.
  public let fanIn: Int
  /// The first thing that goes wrong in it.
  public let reason: String
  /// The smallest s for which F_{e,s}, with the e asked for, is right; `nil` where the format is none of the paper's.
  public let leastSignificandBits: Int?

  /// What is needed and why this is not enough.
  public var description: String {
    let parameters = format.exponentAndSignificandBits
    let found = parameters.map { "F_{\($0.exponentBits),\($0.significandBits)}" } ?? "\(format)"
    let least = parameters.flatMap { parameters in
      leastSignificandBits.map { "F_{\(parameters.exponentBits),\($0)} or finer" }
    }
    return "expected a precision in which gates of fan-in \(fanIn) are right (\(least ?? "a finer one")), "
      + "found \(found), where \(reason)"
  }
}

extension PositionalCircuitLayout {
  /// Why gates of `fanIn` operands would not be evaluated rightly in `format`, or `nil` where they are.
  ///
  /// The answer is exact, and does not depend on the number of wires: every sum of a token's computation is formed in the format, in its
  /// order, for all fetched values and both entries of every row of the truth table. Of the matching lemma only the two numbers remain on which
  /// it rests: exp(0) is 1, and exp of the key's coordinate, which bounds the score of every position that does not match (rounding is
  /// monotone, so that from the first unequal bit on the sum stays at or below it), rounds to 0.
  public static func insufficiency(of format: FloatFormat, fanIn: Int) -> InsufficientPrecision? {
    precondition((1...6).contains(fanIn), "a token fetches 1 to 6 operands")
    guard let reason = PrecisionTrial(format, fanIn: fanIn).fault else { return nil }
    return InsufficientPrecision(
      format: format, fanIn: fanIn, reason: reason,
      leastSignificandBits: format.exponentAndSignificandBits.flatMap {
        leastSignificandBits(exponentBits: $0.exponentBits, fanIn: fanIn, ties: format.ties)
      })
  }

  /// The smallest s for which the simulation is right in F_{e,s}; `nil` where none up to 30 is.
  ///
  /// It depends on the fan-in alone, not on the number of wires: this is the constant precision of theorem 3.3. For e = 0 it is
  /// 2 up to K = 3, and 3 up to K = 6.
  public static func leastSignificandBits(
    exponentBits: Int, fanIn: Int, ties: FloatFormat.Ties = .towardZero
  ) -> Int? {
    (1...30).first { s in
      let format = FloatFormat(exponentBits: exponentBits, significandBits: s, ties: ties)
      return PrecisionTrial(format, fanIn: fanIn).fault == nil
    }
  }
}

/// The computation of one token in a format, with the weights of `PositionalCircuitSimulation`.
private struct PrecisionTrial {
  let arithmetic: FiniteArithmetic
  let fanIn: Int
  let one: FiniteNumber
  let minusOne: FiniteNumber
  let minusTwo: FiniteNumber
  /// The size of a key's coordinates.
  let gain: FiniteNumber

  init(_ format: FloatFormat, fanIn: Int) {
    arithmetic = FiniteArithmetic(format)
    self.fanIn = fanIn
    one = format.rounded(1.0)
    minusOne = format.rounded(-1.0)
    minusTwo = format.rounded(-2.0)
    gain = format.rounded(Double(Float(PositionalCircuitLayout.keyGain(in: format))))
  }

  /// The first thing that goes wrong, or `nil`.
  var fault: String? {
    if one != FiniteNumber(significand: 1, exponent: 0) { return "1 rounds to \(one)" }
    return matchingFault ?? feedForwardFault
  }

  /// Whether a head gives weight 1 to the position that matches and 0 to the others.
  private var matchingFault: String? {
    let (own, other) = (arithmetic.exponential(arithmetic.zero), arithmetic.exponential(-gain))
    if own != one { return "exp(0) rounds to \(own)" }
    if !other.isZero {
      return "exp(-\(gain)) rounds to \(other) instead of 0, so that positions that do not match are attended to"
    }
    return nil
  }

  /// What stands in `fetched` after attention, for the value false and the value true.
  private var fetched: [FiniteNumber] {
    [minusOne, one].map { value in
      let change = arithmetic.add(arithmetic.multiply(one, value), arithmetic.multiply(minusOne, one))
      return arithmetic.add(one, arithmetic.multiply(one, change))
    }
  }

  /// Whether every unit is on exactly where it should be, and then makes the result false.
  private var feedForwardFault: String? {
    let fetched = fetched
    let threshold = arithmetic.number(-Double(fanIn))
    for values in 0..<(1 << fanIn) {
      for row in 0..<(1 << fanIn) {
        for entry in [minusOne, one] {
          var sum = arithmetic.multiply(minusOne, entry)
          for j in 0..<fanIn {
            sum = arithmetic.add(
              sum, arithmetic.multiply(row >> j & 1 != 0 ? one : minusOne, fetched[values >> j & 1]))
          }
          sum = arithmetic.add(sum, arithmetic.multiply(threshold, one))
          let unit = arithmetic.isLess(sum, arithmetic.zero) ? arithmetic.zero : sum
          let isOn = row == values && entry == minusOne
          if !isOn, !unit.isZero {
            return "a unit that should be off is \(unit), because sums of \(fanIn + 1) terms round or -2 is \(minusTwo)"
          }
          let result = arithmetic.add(one, arithmetic.multiply(minusTwo, unit))
          if isOn, arithmetic.isLess(arithmetic.zero, result) {
            return
              "a unit that should make the result false is \(unit) and leaves the result at \(result), because sums of "
              + "\(fanIn + 1) terms end at \(arithmetic.format.maximum) and -2 is \(minusTwo)"
          }
        }
      }
    }
    return nil
  }
}
