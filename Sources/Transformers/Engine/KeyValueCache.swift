// Keys and values of the positions that a session may still look at.
import Tensors

/// The cache of one session: for every layer, text and key-value head, panels of rotated keys and of values.
///
/// Positions occupy slots 0 ..< slotCount in any order, the same for all layers and texts: keys carry their position in
/// their rotation, and softmax does not look at the order. Memory grows by half as it fills up; removal moves the last
/// slot into the gap.
final class KeyValueCache {
  /// One text's panels of one key-value head.
  struct Panels {
    var keys: UnsafeMutablePointer<Float>
    var values: UnsafeMutablePointer<Float>
    let keyWidth: Int
    let valueWidth: Int
  }

  /// Occupied slots.
  private(set) var slotCount = 0
  /// Room for this many blocks of 16 slots.
  private(set) var blockCapacity = 0
  /// Index (layer * B + text) * G + group.
  private(set) var panels: [Panels]
  /// The position in each slot.
  private var positions: UnsafeMutablePointer<Int32>
  /// Scores of one group's heads, `blockCapacity * 16` apart, for each lane.
  private var scores: UnsafeMutablePointer<Float>
  /// Blocks whose softmax weights are not all 0, for each lane.
  private var live: UnsafeMutablePointer<Int32>
  private let headCount: Int
  private let laneCount: Int

  /// An empty cache, with memory for the scores of `laneCount` threads.
  init(layers: [PreparedLayer], batchSize: Int, laneCount: Int) {
    self.laneCount = laneCount
    panels = []
    for layer in layers {
      for _ in 0..<batchSize {
        for group in layer.groups {
          panels.append(
            Panels(
              keys: Self.allocate(0), values: Self.allocate(0), keyWidth: group.keyWidth, valueWidth: group.valueWidth))
        }
      }
    }
    headCount = layers.first?.groups.first?.headCount ?? 0
    positions = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    scores = Self.allocate(0)
    live = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  }

  deinit {
    for part in panels {
      UnsafeMutableRawPointer(part.keys).deallocate()
      UnsafeMutableRawPointer(part.values).deallocate()
    }
    positions.deallocate()
    UnsafeMutableRawPointer(scores).deallocate()
    live.deallocate()
  }

  /// Bytes allocated for keys, values and the positions of slots; scratch memory for scores not counted.
  var byteCount: Int {
    let numbers = panels.reduce(0) { $0 + $1.keyWidth + $1.valueWidth } + 1
    return blockCapacity * 16 * numbers * 4
  }

  /// The memory of a lane for scores and for the list of live blocks.
  func scratch(lane: Int) -> (scores: UnsafeMutablePointer<Float>, live: UnsafeMutablePointer<Int32>) {
    (scores + lane * blockCapacity * 16 * headCount, live + lane * blockCapacity)
  }

  /// Makes room for `count` more slots and assigns them positions `first...`; the caller then stores keys and values.
  func append(_ count: Int, firstPosition: Int) {
    let blocks = (slotCount + count + 15) / 16
    if blocks > blockCapacity { grow(to: max(blocks, blockCapacity + blockCapacity / 2, 4)) }
    for i in 0..<count { positions[slotCount + i] = Int32(firstPosition + i) }
    slotCount += count
  }

  /// Frees the slot of `position`; false if no slot holds it.
  func remove(position: Int) -> Bool {
    guard let wanted = Int32(exactly: position),
      let slot = VectorKernels.firstIndex(of: wanted, in: positions, count: slotCount)
    else { return false }
    slotCount -= 1
    if slot != slotCount {
      positions[slot] = positions[slotCount]
      for part in panels {
        VectorKernels.move(part.keys, from: slotCount, to: slot, columns: part.keyWidth)
        VectorKernels.move(part.values, from: slotCount, to: slot, columns: part.valueWidth)
      }
    }
    return true
  }

  /// Forgets everything and keeps the memory.
  func removeAll() { slotCount = 0 }

  /// The cached positions in slot order.
  var cachedPositions: [Int] { UnsafeBufferPointer(start: positions, count: slotCount).map { Int($0) } }

  private func grow(to blocks: Int) {
    for i in panels.indices {
      panels[i].keys = Self.enlarge(
        panels[i].keys, blockCapacity * 16 * panels[i].keyWidth, blocks * 16 * panels[i].keyWidth)
      panels[i].values = Self.enlarge(
        panels[i].values, blockCapacity * 16 * panels[i].valueWidth, blocks * 16 * panels[i].valueWidth)
    }
    let newPositions = UnsafeMutablePointer<Int32>.allocate(capacity: blocks * 16)
    newPositions.update(from: positions, count: slotCount)
    positions.deallocate()
    positions = newPositions
    UnsafeMutableRawPointer(scores).deallocate()
    scores = Self.allocate(blocks * 16 * headCount * laneCount)
    live.deallocate()
    live = UnsafeMutablePointer<Int32>.allocate(capacity: blocks * laneCount)
    blockCapacity = blocks
  }

  /// Zeros: slots that were never stored have weight 0, and 0 times what lies there must be 0.
  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let bytes = max(64, count * 4)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    return raw.bindMemory(to: Float.self, capacity: bytes / 4)
  }

  private static func enlarge(
    _ old: UnsafeMutablePointer<Float>, _ oldCount: Int, _ count: Int
  ) -> UnsafeMutablePointer<Float> {
    let new = allocate(count)
    new.update(from: old, count: oldCount)
    UnsafeMutableRawPointer(old).deallocate()
    return new
  }
}
