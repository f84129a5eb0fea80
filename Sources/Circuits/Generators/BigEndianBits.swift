// The bit order of cryptographic circuits: a byte string is a big-endian integer, whose bits are the word, lowest first.

/// Turns byte strings into words of bits and back, as the Bristol Fashion circuits of SHA-256 and AES order them.
///
/// The last byte's lowest bit is bit 0 of the word, the first byte's highest bit is its last bit.
public enum BigEndianBits {
  /// The bits of `bytes`, eight a byte.
  public static func bits(of bytes: some BidirectionalCollection<UInt8>) -> [Bool] {
    bytes.reversed().flatMap { byte in (0..<8).map { byte >> UInt8($0) & 1 != 0 } }
  }

  /// The bytes of a word whose number of bits is a multiple of eight.
  public static func bytes(of bits: [Bool]) -> [UInt8] {
    precondition(bits.count % 8 == 0, "whole bytes")
    return stride(from: 0, to: bits.count, by: 8).reversed().map { first in
      (0..<8).reduce(0) { $0 | (bits[first + $1] ? 1 << UInt8($1) : 0) }
    }
  }
}
