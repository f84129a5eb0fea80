// Addition modulo m: the task on which delayed generalization was first described.

/// `a + b =` to `c` with c = a + b mod m, each number one token.
///
/// Source: Power, Burda, Edwards, Babuschkin and Misra, *Grokking: generalization beyond overfitting on small algorithmic
/// datasets*, 2022 (there with m = 97).
public struct ModularAddition: TokenTask {
  /// m.
  public let modulus: Int

  /// Addition modulo `modulus`, at least 2 and below 2^30.
  public init(modulus: Int) {
    precondition(modulus >= 2 && modulus < 1 << 30, "a modulus is at least 2 and below 2^30")
    self.modulus = modulus
  }

  /// The numbers, then `+`, then `=`.
  public var words: [String] { (0..<modulus).map(String.init) + ["+", "="] }
  /// 4.
  public var promptLength: Int { 4 }
  /// 1.
  public var answerLength: Int { 1 }
  /// m^2.
  public var promptCount: Int? { modulus * modulus }

  /// `a + b =` with index = a m + b.
  public func prompt(_ index: Int) -> [Int32] {
    precondition(index >= 0 && index < modulus * modulus, "a prompt's number is below the number of prompts")
    return [Int32(index / modulus), Int32(modulus), Int32(index % modulus), Int32(modulus + 1)]
  }

  /// `a + b =` with a and b uniform.
  public func prompt(using generator: inout some RandomNumberGenerator) -> [Int32] {
    prompt(Int.random(in: 0..<modulus * modulus, using: &generator))
  }

  /// a + b mod m.
  public func answer(to prompt: [Int32]) -> [Int32]? {
    let m = Int32(modulus)
    guard prompt.count == 4, prompt[1] == m, prompt[3] == m + 1, (0..<m).contains(prompt[0]),
      (0..<m).contains(prompt[2])
    else { return nil }
    return [(prompt[0] + prompt[2]) % m]
  }
}
