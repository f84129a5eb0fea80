// Philox4x32-10: the counter-based generator from which every seeded random stream of the package comes.

/// A counter-based random generator: Philox4x32 with ten rounds, splittable by label and seekable in constant time.
///
/// The *i*-th output is a pure function of `(key, stream, i)`, so a run is described by three integers, a state is saved
/// by encoding them, and work may be divided without any generator waiting for another. Not for cryptography.
///
/// ```swift
/// var weights = Philox(seed: 7).split("weights")  // the same stream whatever else was drawn from seed 7
/// let first = weights.uniformDouble()             // in [0, 1)
/// weights.seek(to: 1_000_000)                     // constant time
/// ```
///
/// Period: 2^64 outputs of 64 bits for each of 2^128 pairs `(key, stream)`; after that a stream repeats.
/// Exactness: equal on every platform and in every version; the block function meets Random123's known answers.
///
/// Source: Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011.
public struct Philox: RandomNumberGenerator, Sendable {
  /// The cipher key.
  public let key: UInt64
  /// The upper half of the 128-bit counter; it tells streams of the same key apart.
  public let stream: UInt64
  /// The number of 64-bit outputs before the next one; the lower half of the counter is half of it.
  @inlinable public var position: UInt64 { place }
  @usableFromInline var place: UInt64
  /// The second output of the block of `position`; meaningful only where `position` is odd.
  @usableFromInline var spare: UInt64

  /// A generator at the start of one of the streams of a key.
  @inlinable
  public init(key: UInt64, stream: UInt64, position: UInt64 = 0) {
    self.key = key
    self.stream = stream
    place = 0
    spare = 0
    seek(to: position)
  }

  /// A generator for a seed: the first stream of the key `seed`.
  @inlinable
  public init(seed: UInt64) { self.init(key: seed, stream: 0) }

  /// The next 64 bits, uniform on `0 ... UInt64.max`: words (0, 1) of a block, then its words (2, 3), low word first.
  @inlinable
  public mutating func next() -> UInt64 {
    defer { place &+= 1 }
    guard place & 1 == 0 else { return spare }
    let (low, high) = Self.block(counter: (place >> 1, stream), key: key)
    spare = high
    return low
  }

  /// Moves so that the next output is number `newPosition` of the stream (0 is the first). Constant time.
  @inlinable
  public mutating func seek(to newPosition: UInt64) {
    place = newPosition
    spare = newPosition & 1 == 0 ? 0 : Self.block(counter: (newPosition >> 1, stream), key: key).high
  }

  /// Skips `count` outputs, forward, modulo 2^64. Constant time.
  @inlinable
  public mutating func jump(by count: UInt64) { seek(to: position &+ count) }

  /// A child generator for a label, at its start.
  ///
  /// It depends on this generator's key and stream and on the label, *not* on how much was drawn, so adding a draw to one
  /// part of a program leaves every other part's numbers alone. Children of different labels have different keys and
  /// streams but for a chance of 2^-128 a pair. A number and a string are different labels.
  @inlinable
  public func split(_ label: UInt64) -> Philox { child(label, domain: 0x5350_4c49_545f_4e55) }

  /// A child generator for a name; see ``split(_:)-(UInt64)``. The name counts by its UTF-8 bytes (64-bit FNV-1a hash).
  @inlinable
  public func split(_ label: String) -> Philox { child(stableHash(label), domain: 0x5350_4c49_545f_5354) }

  @inlinable
  func child(_ label: UInt64, domain: UInt64) -> Philox {
    // Outputs use the key itself; children use the key changed by a constant, so that no child is an output block.
    let (key, stream) = Self.block(counter: (label, stream), key: key ^ domain)
    return Philox(key: key, stream: stream)
  }

  /// The block function: 128 bits of counter and 64 of key to 128 uniform bits.
  ///
  /// - Parameters:
  ///   - counter: Random123's counter words c0 to c3 as `low = c0 + 2^32 c1`, `high = c2 + 2^32 c3`.
  ///   - key: Random123's key words as `k0 + 2^32 k1`.
  /// - Returns: Random123's output words in the same packing as the counter.
  @inlinable
  public static func block(counter: (low: UInt64, high: UInt64), key: UInt64) -> (low: UInt64, high: UInt64) {
    var c0 = UInt32(truncatingIfNeeded: counter.low)
    var c1 = UInt32(truncatingIfNeeded: counter.low >> 32)
    var c2 = UInt32(truncatingIfNeeded: counter.high)
    var c3 = UInt32(truncatingIfNeeded: counter.high >> 32)
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let p0 = UInt64(c0) &* 0xD251_1F53
      let p1 = UInt64(c2) &* 0xCD9E_8D57
      c0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0
      c1 = UInt32(truncatingIfNeeded: p1)
      c2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1
      c3 = UInt32(truncatingIfNeeded: p0)
      k0 &+= 0x9E37_79B9  // the golden ratio
      k1 &+= 0xBB67_AE85  // sqrt(3) - 1
    }
    return (UInt64(c0) | UInt64(c1) << 32, UInt64(c2) | UInt64(c3) << 32)
  }
}

extension Philox: Equatable {
  /// Whether both produce the same outputs from here on because they stand at the same place of the same stream.
  @inlinable
  public static func == (a: Philox, b: Philox) -> Bool {
    a.key == b.key && a.stream == b.stream && a.position == b.position
  }
}

extension Philox: Codable {
  enum CodingKeys: String, CodingKey { case key, stream, position }

  /// Reads the three integers `key`, `stream`, `position`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      key: try values.decode(UInt64.self, forKey: .key), stream: try values.decode(UInt64.self, forKey: .stream),
      position: try values.decode(UInt64.self, forKey: .position))
  }

  /// Writes the three integers `key`, `stream`, `position`.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(key, forKey: .key)
    try values.encode(stream, forKey: .stream)
    try values.encode(position, forKey: .position)
  }
}

/// The 64-bit FNV-1a hash of a text's UTF-8 bytes: equal in every run and version, unlike `Hasher`.
@inlinable
public func stableHash(_ text: some StringProtocol) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return hash
}
