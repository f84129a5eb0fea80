// A certificate for people: what it claims of which weights, under which rounding, and how near it comes to failing.
import ExactArithmetic
import Transformers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Certificate {
  /// What the certificate says, in a dozen lines, each with a label.
  ///
  /// Numbers have four significant digits: gaps and margins are cut, leaks and errors rounded up, so that no line says more than the
  /// certificate. Control characters of file names are escaped.
  public var summary: String {
    let form = claim.form
    var lines: [(String, String)] = [
      ("claims", "the weights compute the circuit for all 2^\(form.inputCount) assignments of its inputs"),
      ("for", claim.semantics.sentence),
      ("circuit", circuitText),
      (
        "chain",
        "\(form.wireCount) wires, \(form.stepCount) emitted, as tokens that say "
          + (form.tokens == .values ? "a value" : "a wire and its value")
      ),
    ]
    for (index, layer) in bounds.layers.enumerated().prefix(3) {
      let name = bounds.layers.count == 1 ? "" : ", layer \(index)"
      lines.append(
        (
          "score gap\(name)",
          "\(layer.scoreGap.text(.towardZero)), by \(layer.comparesAllPairs ? "all pairs" : "distinct codes")"
        ))
      lines.append(("leak\(name)", "at most \(layer.leak.text(.awayFromZero))"))
      lines.append(("fetch error\(name)", "at most \(layer.fetchError.digits(.awayFromZero))"))
    }
    if bounds.layers.count > 3 { lines.append(("layers", "\(bounds.layers.count - 3) more")) }
    lines.append(("token margin", bounds.tokenMargin.text(.towardZero)))
    lines.append(
      ("local cases", "\(bounds.caseCount), numbers up to \(bounds.largestMagnitude.digits(.awayFromZero))"))
    let named = files.prefix(2).map { "\($0.name) \($0.sha256.abbreviation)" }.joined(separator: ", ")
    lines.append(("weights", named + (files.count > 2 ? ", and \(files.count - 2) more files" : "")))
    lines.append(("written by", tool))
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, text in
      name + String(repeating: " ", count: width + 2 - name.count) + text.escaped(limit: 500) + "\n"
    }.joined()
  }

  private var circuitText: String {
    let gates = witness.map { "\($0.sources.count - claim.form.inputCount) gates, " } ?? ""
    return
      "\(claim.form.inputCount) inputs, \(gates)\(claim.readOut.count) outputs, SHA-256 \(claim.circuit.abbreviation)"
  }
}

extension Semantics {
  /// Which arithmetic is meant, in words.
  public var sentence: String {
    switch self {
    case .ideal: "real arithmetic and hard attention"
    case .softmax: "real arithmetic and softmax attention"
    case .rounded(let model):
      (model.keptBits.map { "any runtime that rounds to nearest, to \($0) binary digits or more up to float32's" }
        ?? "any runtime that rounds each operation to within \(model.unit.powerText)")
        + ", functions to within \(model.functionMultiple.digits(.awayFromZero)) units, in any order of summation, normal numbers from "
        + "\(model.smallestNormal.powerText) to \(model.largest.digits(.towardZero)), 0 below \(model.vanishing.powerText)"
    case .finitePrecision(let format): "the finite precision of \(format)"
    }
  }
}

extension Bounds.Worst {
  fileprivate func text(_ rounding: FloatingPointRoundingRule) -> String {
    let place = [step.map { "step \($0)" }, head.map { "head \($0)" }].compactMap { $0 }.joined(separator: ", ")
    return value.digits(rounding) + (place.isEmpty ? "" : " at \(place)")
  }
}

extension Double {
  /// `2^-8` for a power of two, `2^-8.88 (0.002129)` for another positive number, both parts cut off.
  fileprivate var powerText: String {
    guard isNormal, self > 0 else { return digits(.towardZero) }
    if significand == 1 { return "2^\(exponent)" }
    // The greatest number of hundredths h with 2^(h / 100) <= self; the library's logarithm is off by far less than the last step mends.
    var hundredths = (log2(self) * 100).rounded(.down)
    while exp2(hundredths / 100) > self { hundredths -= 1 }
    return "2^\((hundredths / 100).description) (\(digits(.towardZero)))"
  }

  /// At most four significant decimal digits of a number that is not negative, rounded `towardZero` or `awayFromZero`; integers below
  /// a million are written as they are.
  package func digits(_ rounding: FloatingPointRoundingRule) -> String {
    // The shortest decimal of the number, d.ddd e x or ddd.ddd, as digits and the place of their point.
    let text = description
    guard isFinite else { return self == .infinity ? "unbounded" : text }
    guard self > 0 else { return self == 0 ? "0" : text }
    if self < 1e6, self == rounded() { return "\(Int(self))" }  // nothing to round
    let parts = text.split(separator: "e")
    var digits: [Int] = []
    var point = 0
    var isPastPoint = false
    for character in parts[0] {
      guard let digit = character.wholeNumberValue else {
        isPastPoint = true
        continue
      }
      if digits.isEmpty && digit == 0 {
        if isPastPoint { point -= 1 }
        continue
      }
      digits.append(digit)
      if !isPastPoint { point += 1 }
    }
    if parts.count > 1 { point += Int(parts[1]) ?? 0 }
    while digits.last == 0 { digits.removeLast() }
    if digits.count > 4 {
      digits.removeLast(digits.count - 4)
      if rounding == .awayFromZero {
        var place = 3
        while place >= 0 && digits[place] == 9 {
          digits.removeLast()
          place -= 1
        }
        if place >= 0 {
          digits[place] += 1
        } else {
          digits = [1]
          point += 1
        }
      }
      while digits.last == 0 { digits.removeLast() }
    }
    let word = digits.map { "\($0)" }.joined()
    switch point {
    case -3...0: return "0." + String(repeating: "0", count: -point) + word
    case 1...6 where digits.count <= point: return word + String(repeating: "0", count: point - digits.count)
    case 1...4: return word.prefix(point) + "." + word.dropFirst(point)
    default: return word.prefix(1) + (digits.count > 1 ? "." + word.dropFirst() : "") + "e\(point - 1)"
    }
  }
}
