// The parts of SHA-256 that stand outside its compression function: constants, padding, and how bits go in and come out.

/// SHA-256's message side (FIPS 180-4): what is fed to `Circuit.sha256Compression(adder:)` and what its outputs mean.
///
///     let circuit = Circuit.sha256Compression()
///     var state = SHA256Message.initialState
///     for block in SHA256Message.blocks(of: Array("abc".utf8)) {
///       state = SHA256Message.state(fromOutputs: circuit(SHA256Message.inputs(block: block, state: state)))
///     }
///     let digest = SHA256Message.digest(of: state)
public enum SHA256Message {
  /// The bytes of a block.
  public static let blockSize = 64
  /// The bytes of the longest message that pads to a single block.
  public static let longestOneBlockMessage = 55

  /// The initial state H(0) of section 5.3.3: the first 32 bits of the fractional parts of the square roots of the first 8 primes.
  public static let initialState: [UInt32] = firstPrimes(8).map { fractionOfRoot(of: $0, degree: 2) }

  /// The constants K of section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  public static let roundConstants: [UInt32] = firstPrimes(64).map { fractionOfRoot(of: $0, degree: 3) }

  /// The padded message of section 5.1.1, in blocks of 64 bytes: a 1 bit, zeros, and the length in bits in 64 bits.
  public static func blocks(of message: [UInt8]) -> [[UInt8]] {
    var padded = message
    padded.append(0x80)
    while padded.count % blockSize != blockSize - 8 { padded.append(0) }
    let bitCount = UInt64(message.count) * 8
    padded += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bitCount >> UInt64($0)) }
    return stride(from: 0, to: padded.count, by: blockSize).map { Array(padded[$0..<$0 + blockSize]) }
  }

  /// The compression circuit's 768 inputs: the block's 512 bits, then the state's 256.
  ///
  /// - Parameters:
  ///   - block: 64 bytes.
  ///   - state: Eight words, H0 first.
  public static func inputs(block: [UInt8], state: [UInt32] = initialState) -> [Bool] {
    precondition(block.count == blockSize, "a block has 64 bytes")
    precondition(state.count == 8, "a state has eight words")
    return BigEndianBits.bits(of: block) + BigEndianBits.bits(of: digest(of: state))
  }

  /// The state in the compression circuit's 256 outputs.
  public static func state(fromOutputs outputs: [Bool]) -> [UInt32] {
    let bytes = digest(fromOutputs: outputs)
    return stride(from: 0, to: 32, by: 4).map { bytes[$0..<$0 + 4].reduce(0) { $0 << 8 | UInt32($1) } }
  }

  /// The 32 bytes in the compression circuit's 256 outputs: the digest, after the last block.
  public static func digest(fromOutputs outputs: [Bool]) -> [UInt8] {
    precondition(outputs.count == 256, "a state has 256 bits")
    return BigEndianBits.bytes(of: outputs)
  }

  /// A state's 32 bytes, H0 first.
  public static func digest(of state: [UInt32]) -> [UInt8] {
    state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
  }

  private static func firstPrimes(_ count: Int) -> [UInt64] {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < count {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }

  /// `floor(value^(1/degree) * 2^32) mod 2^32`, in integers: the largest `r` with `r^degree <= value * 2^(32 degree)`, bit by bit.
  private static func fractionOfRoot(of value: UInt64, degree: Int) -> UInt32 {
    let target = UInt128(value) << UInt128(32 * degree)
    var root: UInt128 = 0
    for bit in stride(from: UInt128(37), through: 0, by: -1) {
      let candidate = root | 1 << bit
      let power = degree == 2 ? candidate * candidate : candidate * candidate * candidate
      if power <= target { root = candidate }
    }
    return UInt32(truncatingIfNeeded: root)
  }
}
