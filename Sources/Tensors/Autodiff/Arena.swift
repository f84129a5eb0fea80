// The memory of a tape: taken in order, given back at once, kept from step to step.

/// Memory that is taken block by block and given back as a whole.
///
/// The first step makes chunks; a step that takes the same blocks as one before it makes none. A block may also be released
/// within a step, and is then handed out again to the next one who asks for as many bytes.
struct Arena {
  private var chunks: [Chunk] = []
  private var current = 0
  private var used = 0
  private var released: [ReleasedBlocks] = []
  /// The number of chunks that were made so far: constant from the third of equal steps on, once the chunks of the first have become one.
  private(set) var chunkAllocations = 0

  private struct Chunk {
    var base: UnsafeMutableRawPointer
    var byteCount: Int
  }

  /// Blocks of one size that were given back: each begins with the address of the next.
  private struct ReleasedBlocks {
    var byteCount: Int
    var first: UnsafeMutableRawPointer?
  }

  private static let leastChunk = 1 << 20

  /// The bytes of all chunks.
  var capacityInBytes: Int { chunks.reduce(0) { $0 + $1.byteCount } }

  private static func rounded(_ byteCount: Int) -> Int { max(64, (byteCount + 63) & ~63) }

  /// A block of at least `byteCount` bytes, aligned to 64, holding anything.
  mutating func take(byteCount: Int) -> UnsafeMutableRawPointer {
    let size = Self.rounded(byteCount)
    for i in released.indices where released[i].byteCount == size {
      guard let block = released[i].first else { break }
      released[i].first = block.load(as: UnsafeMutableRawPointer?.self)
      return block
    }
    while current < chunks.count {
      if used + size <= chunks[current].byteCount {
        defer { used += size }
        return chunks[current].base + used
      }
      current += 1
      used = 0
    }
    let byteCount = max(size, Self.leastChunk, capacityInBytes / 2)
    chunks.append(
      Chunk(base: .allocate(byteCount: (byteCount + 63) & ~63, alignment: 64), byteCount: (byteCount + 63) & ~63))
    chunkAllocations += 1
    current = chunks.count - 1
    used = size
    return chunks[current].base
  }

  /// Gives a block back within the step.
  mutating func release(_ block: UnsafeMutableRawPointer, byteCount: Int) {
    let size = Self.rounded(byteCount)
    for i in released.indices where released[i].byteCount == size {
      block.storeBytes(of: released[i].first, as: UnsafeMutableRawPointer?.self)
      released[i].first = block
      return
    }
    block.storeBytes(of: nil, as: UnsafeMutableRawPointer?.self)
    released.append(ReleasedBlocks(byteCount: size, first: block))
  }

  /// Gives all blocks back. Where the step needed several chunks, they become one, so that later steps run through one piece.
  mutating func reset() {
    if chunks.count > 1 {
      let total = capacityInBytes
      deallocate()
      chunks.append(Chunk(base: .allocate(byteCount: total, alignment: 64), byteCount: total))
      chunkAllocations += 1
    }
    current = 0
    used = 0
    for i in released.indices { released[i].first = nil }
  }

  /// Returns all memory to the system.
  mutating func deallocate() {
    for chunk in chunks { chunk.base.deallocate() }
    chunks.removeAll(keepingCapacity: true)
  }
}
