// AES-128 encryption of one block as a circuit, key schedule included, from FIPS-197.

extension Circuit {
  /// AES-128 encryption: 256 inputs (key, then plaintext), 128 outputs (ciphertext).
  ///
  /// Each of the three values is a big-endian integer whose bits are written lowest first, as in the Bristol Fashion circuit of the same
  /// function, which it can stand in for; `BigEndianBits` makes inputs and reads outputs. The key schedule is part of the circuit.
  public static func aes128Encryption() -> Circuit {
    var logic = LogicBuilder(inputWords: [("key", 128), ("plaintext", 128)], circuit: "aes128")
    // Bytes in the order of FIPS-197, bits least significant first: byte 0 is the integer's highest byte.
    func byte(_ i: Int, of first: Int) -> [Literal] { logic.inputs(first + 8 * (15 - i)..<first + 8 * (16 - i)) }
    var roundKey = (0..<16).map { byte($0, of: 0) }
    var state = (0..<16).map { byte($0, of: 128) }
    state = logic.addRoundKey(state, roundKey)
    var roundConstant: UInt8 = 1
    for round in 1...10 {
      roundKey = logic.nextRoundKey(roundKey, roundConstant)
      roundConstant = roundConstant << 1 ^ (roundConstant & 0x80 != 0 ? 0x1B : 0)
      state = state.map { logic.aesSubstitution($0) }
      // ShiftRows: row r of column c comes from column c + r; byte 4 c + r is row r of column c.
      state = (0..<16).map { state[(4 * ($0 / 4 + $0 % 4) + $0 % 4) % 16] }
      if round < 10 {
        state = stride(from: 0, to: 16, by: 4).flatMap { logic.mixColumn(Array(state[$0..<$0 + 4])) }
      }
      state = logic.addRoundKey(state, roundKey)
    }
    return logic.finish(words: [("ciphertext", state.reversed().flatMap { $0 })])
  }

  /// The substitution box of AES (FIPS-197, section 5.1.1): 8 inputs to 8 outputs, bits lowest first; at most 128 gates.
  ///
  /// Boyar and Peralta's circuit of 115 gates; see `LogicBuilder.aesSubstitution(_:)`.
  public static func aesSubstitutionBox() -> Circuit {
    var logic = LogicBuilder(inputWords: [("x", 8)], circuit: "aes-s-box")
    let output = logic.aesSubstitution(logic.inputs(0..<8))
    return logic.finish(words: [("y", output)])
  }
}

extension LogicBuilder {
  fileprivate mutating func addRoundKey(_ state: [[Literal]], _ key: [[Literal]]) -> [[Literal]] {
    zip(state, key).map { xor(words: $0, $1) }
  }

  /// The next four words of the key schedule.
  fileprivate mutating func nextRoundKey(_ key: [[Literal]], _ roundConstant: UInt8) -> [[Literal]] {
    // SubWord(RotWord(last word)) xor Rcon.
    var word = (0..<4).map { aesSubstitution(key[12 + ($0 + 1) % 4]) }
    word[0] = word[0].enumerated().map { i, bit in roundConstant >> UInt8(i) & 1 != 0 ? !bit : bit }
    var next: [[Literal]] = []
    for column in 0..<4 {
      word = (0..<4).map { xor(words: key[4 * column + $0], word[$0]) }
      next += word
    }
    return next
  }

  /// One column of MixColumns in 108 XORs: row `i` becomes `2 (a_i + a_(i+1)) + a_(i+1) + (a_(i+2) + a_(i+3))`.
  fileprivate mutating func mixColumn(_ column: [[Literal]]) -> [[Literal]] {
    let sums = (0..<4).map { xor(words: column[$0], column[($0 + 1) % 4]) }
    return (0..<4).map { i in
      xor(words: xor(words: timesX(sums[i]), column[(i + 1) % 4]), sums[(i + 2) % 4])
    }
  }

  /// A byte times x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
  private mutating func timesX(_ byte: [Literal]) -> [Literal] {
    let top = byte[7]
    return [top] + (0..<7).map { i in i == 0 || i == 2 || i == 3 ? xor(byte[i], top) : byte[i] }
  }
}
