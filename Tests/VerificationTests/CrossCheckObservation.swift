// What runs show of the numbers that a certificate states, and the comparison of both.
import ExactArithmetic
import Transformers
import Verification

/// The worst of some runs, in the terms of `Bounds`.
struct Observation: CustomStringConvertible {
  /// The least lead of the right token's logit, in units of the last normalization's factor.
  var tokenMargin = Double.infinity
  /// The least lead of the looked-up position's score.
  var scoreGap = Double.infinity
  /// The greatest total weight of other positions.
  var leak = 0.0
  /// The greatest distance of a fetched coordinate from what the looked-up position holds.
  var fetchError = 0.0
  /// The greatest absolute value of any number.
  var peak = 0.0
  /// Wrong tokens and wrong positions, the first of each run.
  var faults: [String] = []

  var description: String {
    "margin \(tokenMargin), gap \(scoreGap), leak \(leak), fetch error \(fetchError), numbers up to \(peak)"
  }

  /// What of `bounds` the runs refute, in sentences.
  ///
  /// - Parameter tolerance: relative, for arithmetics that round where the claim's semantics does not.
  func violations(of bounds: Bounds, tolerance: Double = 0) -> [String] {
    var found = faults
    func atLeast(_ what: String, _ stated: Double, _ seen: Double) {
      if !(seen >= stated * (1 - tolerance)) { found.append("\(what) \(seen), and \(stated) is stated") }
    }
    func atMost(_ what: String, _ stated: Double, _ seen: Double) {
      if !(seen <= stated * (1 + tolerance) + tolerance) { found.append("\(what) \(seen), and \(stated) is stated") }
    }
    atLeast("margin", bounds.tokenMargin.value, tokenMargin)
    for layer in bounds.layers {
      atLeast("gap", layer.scoreGap.value, scoreGap)
      atMost("leak", layer.leak.value, leak)
      atMost("fetch error", layer.fetchError, fetchError)
    }
    return found
  }

  /// Takes in the logits after position `position`, where `right` is the token that the circuit has next.
  mutating func take(logits: [Double], factor: Double, right: Int, after position: Int) {
    var others = -Double.infinity
    for (token, logit) in logits.enumerated() where token != right { others = max(others, logit) }
    let lead = (logits[right] - others) / factor
    if !(lead > 0), faults.isEmpty { faults.append("after position \(position) token \(right) leads by \(lead)") }
    tokenMargin = min(tokenMargin, lead)
  }

  /// Takes in one head's attention; `values` are those of all positions, `wanted` is the one to look up, or `nil` for any.
  mutating func take(scores: [Double], weights: [Double], fetched: [Double], values: [[Double]], wanted: Int?) {
    let selected = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    if let wanted, wanted != selected, faults.isEmpty {
      faults.append("position \(scores.count - 1) looks up \(selected), and \(wanted) is in the program")
    }
    for (position, score) in scores.enumerated() where position != selected {
      scoreGap = min(scoreGap, scores[selected] - score)
    }
    leak = max(leak, weights.enumerated().reduce(0) { $1.offset == selected ? $0 : $0 + $1.element })
    for (x, y) in zip(fetched, values[selected]) { fetchError = max(fetchError, abs(x - y)) }
  }
}

extension PromptForm {
  /// The tokens of a whole chain: the prompt and what is to be emitted after it.
  func tokens(_ wires: [Bool]) -> [Int] {
    leadingTokens + wires.enumerated().map { token(wire: $0.offset, value: $0.element) } + (endToken.map { [$0] } ?? [])
  }
}

/// What the decoder shows on the chains of some assignments: greedy decoding, so that a first wrong token ends a run.
func observe<A: Arithmetic>(
  _ decoder: CrossCheckDecoder<A>, _ program: LookupProgram, _ assignments: [[Bool]],
  circuit: CircuitValues
) throws -> Observation {
  var observation = Observation()
  let (form, configuration) = (program.form, decoder.model.configuration)
  let (size, perGroup) = (configuration.headSize, configuration.headCount / configuration.keyValueHeadCount)
  for inputs in assignments {
    var decoder = decoder
    let tokens = form.tokens(circuit(inputs))
    for position in 0..<form.readPositionCount {
      let step = try decoder.step(tokens[position])
      guard position >= form.firstAnsweringPosition else { continue }
      let index = position - form.firstAnsweringPosition
      for h in 0..<configuration.headCount {
        var wanted: Int?
        if index < program.stepCount {
          let wire = Int(program.operands(ofStep: index)[index * program.headCount + h])
          wanted = wire < 0 ? 0 : form.position(ofWire: wire)
        }
        let group = h / perGroup * size
        observation.take(
          scores: step.scores[h], weights: step.weights[h], fetched: step.fetched[h],
          values: decoder.values.map { $0[group..<group + size].map(decoder.arithmetic.double) }, wanted: wanted)
      }
      observation.take(logits: step.logits, factor: step.factor, right: tokens[position + 1], after: position)
    }
    observation.peak = max(observation.peak, decoder.peak)
  }
  return observation
}

/// The values of all chain wires under an assignment.
typealias CircuitValues = ([Bool]) -> [Bool]

/// Double arithmetic in which every operation errs as far as a rounding model lets it, this way or that.
///
/// The direction hangs on the operands and a seed, so that equal operations err alike in one run and otherwise in the
/// next. What the axioms keep exact is exact.
struct ErringArithmetic: Arithmetic {
  let rounding: RoundingModel
  let seed: UInt64

  private let exact = DoubleArithmetic()

  init(_ rounding: RoundingModel, seed: UInt64) { (self.rounding, self.seed) = (rounding, seed) }

  private func err(_ x: Double, _ a: Double, _ b: Double, multiple: Double = 1) -> Double {
    if abs(x) < rounding.vanishing { return 0 }
    var word = seed ^ a.bitPattern &* 0x9E37_79B9_7F4A_7C15 ^ b.bitPattern &* 0xC2B2_AE3D_27D4_EB4F
    word = (word ^ word >> 31) &* 0xD6E8_FEB8_6659_FD93
    word ^= word >> 32
    if abs(x) < rounding.smallestNormal, word & 4 != 0 { return 0 }
    // Mostly as far as it goes; a little less than that, since this product rounds too.
    let size = word & 2 != 0 ? 1 - 0x1p-20 : Double(word >> 11) * 0x1p-53
    return x * (1 + (word & 1 != 0 ? size : -size) * multiple * rounding.unit)
  }

  private static func isPowerOfTwo(_ x: Double) -> Bool { x.isNormal && x.significandBitPattern == 0 }

  var zero: Double { 0 }
  var one: Double { 1 }
  func number(_ value: Double) -> Double { value }
  func double(_ number: Double) -> Double { number }
  func add(_ a: Double, _ b: Double) -> Double { a == 0 ? b : b == 0 ? a : err(a + b, a, b) }
  func subtract(_ a: Double, _ b: Double) -> Double { add(a, -b) }
  func multiply(_ a: Double, _ b: Double) -> Double {
    Self.isPowerOfTwo(a) || Self.isPowerOfTwo(b) ? a * b : err(a * b, a, b)
  }
  func negate(_ a: Double) -> Double { -a }
  func divide(_ a: Double, _ b: Double) -> Double { Self.isPowerOfTwo(b) ? a / b : err(a / b, a, b) }
  func isLess(_ a: Double, _ b: Double) -> Bool { a < b }
  func exponential(_ a: Double) -> Double { function(exact.exponential(a), a) }
  func reciprocalSquareRoot(_ a: Double) -> Double { function(exact.reciprocalSquareRoot(a), a) }
  func sine(of angle: Double) -> Double { function(exact.sine(of: angle), angle) }
  func cosine(of angle: Double) -> Double { function(exact.cosine(of: angle), angle) }

  private func function(_ x: Double, _ argument: Double) -> Double {
    err(x, argument, 1, multiple: rounding.functionMultiple)
  }
}
