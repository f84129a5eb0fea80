// Iterated squaring modulo a constant: the time-lock puzzle, a computation that is believed to be inherently serial.

extension Circuit {
  /// `x^(2^squarings) mod modulus`, squaring by squaring (Rivest, Shamir and Wagner 1996).
  ///
  /// The input word `x` and the output word `y` have as many bits as `modulus - 1`; any `x` of that many bits is allowed, also one that
  /// is not reduced. Each squaring is a folded square and a restoring division by the constant modulus: O(width^2) gates and
  /// depth O(width^2).
  ///
  /// - Parameters:
  ///   - modulus: At least 2; prime, or a product of two primes, where the puzzle should be hard.
  ///   - squarings: How often to square, 0 or more; 0 reduces `x`.
  public static func iteratedSquaring(modulus: UInt64, squarings: Int) -> Circuit {
    precondition(modulus >= 2, "the modulus is at least 2")
    precondition(squarings >= 0, "the number of squarings is not negative")
    let width = 64 - (modulus - 1).leadingZeroBitCount
    var logic = LogicBuilder(
      inputWords: [("x", width)], circuit: "iterated-squaring-mod-\(modulus)-\(squarings)")
    var value = logic.remainder(of: logic.inputs(0..<width), modulo: modulus, width: width)
    for _ in 0..<squarings { value = logic.remainder(of: logic.square(value), modulo: modulus, width: width) }
    return logic.finish(words: [("y", value)])
  }
}

extension LogicBuilder {
  /// `word mod modulus` in `width` bits, the bits of `modulus - 1`: restoring division by a constant, most significant bit first.
  mutating func remainder(of word: [Literal], modulo modulus: UInt64, width: Int) -> [Literal] {
    let divisor = constant(word: modulus, width: width + 1)
    var rest = constant(word: 0, width: width)
    for bit in word.reversed() {
      // Invariant: rest < modulus, so 2 rest + bit < 2 modulus and one subtraction restores it.
      let doubled = [bit] + rest
      let (difference, isLess) = subtract(doubled, divisor)
      rest = Array(multiplexer(isLess, words: doubled, difference)[..<width])
    }
    return rest
  }
}
