// Choosing the next token from logits.
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How the next token is chosen from the logits.
public enum Sampling: Sendable, Equatable {
  /// The greatest logit; of equal ones the first.
  case greedy
  /// With probability proportional to exp(logit / temperature), among the `topK` greatest logits where that is given
  /// (of equal ones the first are kept). The temperature is positive.
  case temperature(Double, topK: Int? = nil)

  /// The chosen token.
  ///
  /// - Parameters:
  ///   - logits: at least one number, none NaN.
  ///   - generator: where random numbers come from.
  public func choose(
    from logits: UnsafeBufferPointer<Float>, using generator: inout some RandomNumberGenerator
  ) -> Int {
    precondition(!logits.isEmpty, "a choice needs something to choose from")
    var best = 0
    for i in logits.indices where logits[i] > logits[best] { best = i }
    guard case .temperature(let temperature, let topK) = self else { return best }
    precondition(temperature > 0 && temperature.isFinite, "a temperature is positive")
    precondition(topK.map { $0 >= 1 } ?? true, "a choice among the greatest keeps at least one")

    var kept = Array(logits.indices)
    if let topK, topK < kept.count {
      kept.sort { logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1 }
      kept.removeLast(kept.count - topK)
    }
    var cumulative: [Double] = []
    cumulative.reserveCapacity(kept.count)
    var total = 0.0
    for i in kept {
      total += exp((Double(logits[i]) - Double(logits[best])) / temperature)
      cumulative.append(total)
    }
    // 53 random bits, so that the fraction is below 1 and the point below the total.
    let point = Double(generator.next() >> 11) * 0x1p-53 * total
    var (low, high) = (0, kept.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > point { high = middle } else { low = middle + 1 }
    }
    return kept[low]
  }
}
