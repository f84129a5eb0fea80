// Parity: the function that no feature short of all bits tells anything about.

/// `b_1 ... b_n =` to the parity of the bits; as a chain of thought to the parity of each prefix, of which the last is the answer.
public struct Parity: TokenTask {
  /// n.
  public let bitCount: Int
  /// Whether the answer goes through the parities of all prefixes.
  public let isChain: Bool

  /// The parity of `bitCount` bits, at least 1.
  public init(bitCount: Int, isChain: Bool = false) {
    precondition(bitCount >= 1, "a parity has at least one bit")
    self.bitCount = bitCount
    self.isChain = isChain
  }

  /// `0`, `1`, `=`.
  public var words: [String] { ["0", "1", "="] }
  /// n + 1.
  public var promptLength: Int { bitCount + 1 }
  /// n as a chain, otherwise 1.
  public var answerLength: Int { isChain ? bitCount : 1 }
  /// 2^n.
  public var promptCount: Int? { boundedPower(2, bitCount) }

  /// The bits of `index`, the lowest first, then `=`.
  public func prompt(_ index: Int) -> [Int32] {
    precondition(index >= 0 && index < promptCount ?? Int.max, "a prompt's number is below the number of prompts")
    return (0..<bitCount).map { $0 < 62 ? Int32(index >> $0 & 1) : 0 } + [2]
  }

  /// Bits drawn uniformly, then `=`.
  public func prompt(using generator: inout some RandomNumberGenerator) -> [Int32] {
    (0..<bitCount).map { _ in Int32.random(in: 0...1, using: &generator) } + [2]
  }

  /// The parity, or those of all prefixes.
  public func answer(to prompt: [Int32]) -> [Int32]? {
    guard prompt.count == bitCount + 1, prompt[bitCount] == 2, prompt.dropLast().allSatisfy({ $0 == 0 || $0 == 1 })
    else { return nil }
    var parity: Int32 = 0
    let prefixes = prompt.dropLast().map { bit -> Int32 in
      parity ^= bit
      return parity
    }
    return isChain ? prefixes : [parity]
  }
}
