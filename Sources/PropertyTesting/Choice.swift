// One recorded choice: an integer drawn from an interval, kept as its rank in the order "simplest first".

/// A choice that a generator made: which of the integers from `below` under to `above` over the simplest one.
///
/// Everything that is generated is built of these, and the shrinker knows nothing else. A choice is stored by its
/// *rank*: 0 is the simplest integer (offset 0), then come the offsets +1, -1, +2, -2, ... as far as both sides reach, then the
/// rest of the longer side. So a smaller rank is always a simpler value.
public struct Choice: Hashable, Sendable {
  /// How many integers lie below the simplest one.
  public let below: UInt64
  /// How many integers lie above the simplest one.
  public let above: UInt64
  /// The place of the chosen integer in the order "simplest first", in `0 ... maximumRank`.
  public var rank: UInt64

  /// Whether it says which of earlier things is meant, so that it has to move when one of these is deleted.
  public let isIndex: Bool

  /// - Precondition: `below + above` fits in `UInt64` (so the choice has at most 2^64 values).
  package init(below: UInt64, above: UInt64, rank: UInt64 = 0, isIndex: Bool = false) {
    self.below = below
    self.above = above
    self.rank = rank
    self.isIndex = isIndex
  }

  /// The rank of the least simple integer.
  public var maximumRank: UInt64 { below + above }

  /// The chosen integer minus the simplest one.
  public var offset: Int128 { Self.offset(ofRank: rank, below: below, above: above) }

  /// The offset of a rank; the inverse of ``rank(ofOffset:)``.
  package static func offset(ofRank rank: UInt64, below: UInt64, above: UInt64) -> Int128 {
    let both = min(below, above)
    if rank / 2 < both || (rank / 2 == both && rank % 2 == 0) {
      return rank % 2 == 1 ? Int128(rank / 2) + 1 : -Int128(rank / 2)
    }
    let magnitude = Int128(rank) - Int128(both)
    return above > below ? magnitude : -magnitude
  }

  /// The rank of an offset, or `nil` where it lies outside of the interval.
  package func rank(ofOffset offset: Int128) -> UInt64? {
    guard offset >= -Int128(below), offset <= Int128(above) else { return nil }
    let magnitude = UInt64(offset.magnitude)
    let both = min(below, above)
    if magnitude > both { return magnitude + both }
    if magnitude == 0 { return 0 }
    return offset > 0 ? (magnitude - 1) * 2 + 1 : (magnitude - 1) * 2 + 2
  }
}

/// A stretch of the choice sequence that was drawn by one generator: what the shrinker deletes, moves and replaces whole.
public struct Span: Hashable, Sendable {
  /// The first choice.
  public let start: Int
  /// One past the last choice.
  public internal(set) var end: Int
  /// The number of spans around this one.
  public let depth: Int
  /// Whether a recursive generator drew it, so that a part of the same kind may stand in its place.
  public let isRecursive: Bool
}
